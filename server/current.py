"""What the running service holds: its settings, its bundle, today's date."""

from datetime import UTC, date, datetime, timedelta, timezone

from flask import current_app, g

from geo.model import Bundle, Problem, Text
from server.errors import NothingLoadedError
from server.live import Live
from server.settings import Settings
from server.slots import Slots

_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # one offset since 1991: no time-zone files needed


def today() -> date:
    """Today in China."""
    return datetime.now(UTC).astimezone(_CHINA).date()


def settings() -> Settings:
    """The settings of the service."""
    found: Settings = current_app.extensions["fenqu_settings"]
    return found


def batches() -> Slots:
    """The places for batches, shared by all workers."""
    found: Slots = current_app.extensions["fenqu_batches"]
    return found


def live() -> Live:
    """What is served, and what will be next."""
    found: Live = current_app.extensions["fenqu_live"]
    return found


def bundle() -> Bundle:
    """The bundle of this request: the same from its beginning to its end.

    Raises
    ------
    NothingLoadedError
        If there is none.
    """
    if "fenqu_bundle" not in g:
        g.fenqu_bundle = live().bundle()
    found: Bundle | None = g.fenqu_bundle
    if found is None:
        hint = Text("尚未装载数据包，请联系管理员", "no bundle is loaded: ask the administrator")
        raise NothingLoadedError(Problem(where="bundle", given="—", allowed="FENQU_BUNDLE", hint=hint))
    return found
