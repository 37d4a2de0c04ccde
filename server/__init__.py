"""The web door: `create_app` makes the service from its settings and its bundle."""

from flask import Response
from flask_openapi import Info
from pydantic import ValidationError

from geo.model import Bundle
from server.api import api
from server.errors import problem_response, register_errors
from server.lang import read_words
from server.late_docs import LateOpenAPI
from server.live import Live
from server.pages import pages
from server.rule_pages import rule_pages
from server.schemas import ErrorOut, problems_of
from server.service import VERSION, service
from server.settings import ROOT, Settings
from server.slots import Slots
from server.web import dress

__all__ = ["create_app"]

_STATIC = ROOT / "static"
_DESCRIPTION = "May this project stand here, under which clauses, and how sure are we?"


def create_app(settings: Settings, bundle: Bundle | Live | None) -> LateOpenAPI:
    """The service.

    Parameters
    ----------
    bundle
        What to serve, for good or until another takes its place; with None every answer but the OpenAPI
        document is a 503.
    """
    app = LateOpenAPI(
        __name__,
        info=Info(title="Fenqu 分区", version=VERSION, description=_DESCRIPTION),
        doc_ui=False,
        validation_error_model=ErrorOut,
        validation_error_callback=_refuse,
        static_folder=str(_STATIC),
    )
    app.config["FENQU_LANG"] = settings.lang
    app.extensions["fenqu_settings"] = settings
    app.extensions["fenqu_live"] = bundle if isinstance(bundle, Live) else Live(bundle)
    app.extensions["fenqu_batches"] = Slots(max(settings.workers - 1, 1))
    app.extensions["fenqu_words"] = read_words(_STATIC / "i18n")
    dress(app, max_body_bytes=settings.max_body_bytes, proxy_hops=settings.proxy_hops)
    register_errors(app)
    app.register_late(api)
    app.register_late(service)
    app.register_blueprint(pages)
    app.register_blueprint(rule_pages)
    return app


def _refuse(error: ValidationError) -> Response:
    return problem_response(422, problems_of(error))
