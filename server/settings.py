"""The one table of settings, and the only reader of the environment."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import FenquError
from geo.model import Problem, Text

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(FenquError):
    """A setting that cannot be used: the service does not start."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return parse


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    return path if path.is_absolute() else ROOT / path


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table: environment name, field of `Settings`, parser, default as text, help."""

    name: str
    field: str
    parse: Callable[[str], str | int | Path]
    default: str
    allowed: str
    help: str


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(name=name, field=field, parse=parse, default=default, allowed=allowed, help=text)
    for name, field, parse, default, allowed, text in (
        ("HOST", "host", str, "127.0.0.1", "address", "Address the service listens on."),
        ("PORT", "port", _whole(1, 65535), "8000", "1–65535", "Port the service listens on."),
        ("WORKERS", "workers", _whole(1, 64), "2", "1–64", "Server processes; all but one may run a batch."),
        (
            "FENQU_TIMEOUT_S",
            "timeout_s",
            _whole(5, 3600),
            "60",
            "5–3600",
            "Seconds after which a silent worker is replaced.",
        ),
        (
            "FENQU_BUNDLE",
            "bundle",
            _folder,
            "layers/demo",
            "folder",
            "Bundle to serve; relative to the project's folder.",
        ),
        ("FENQU_LANG", "lang", _one_of("zh", "en"), "zh", "zh, en", "Language where a request names none."),
        (
            "FENQU_MAX_BODY_BYTES",
            "max_body_bytes",
            _whole(1_000, 1_000_000_000),
            "8000000",
            "1000–1000000000",
            "Largest request body, bytes.",
        ),
        (
            "FENQU_MAX_VERTICES",
            "max_vertices",
            _whole(10, 10_000_000),
            "200000",
            "10–10000000",
            "Most vertices in one check, all parts together.",
        ),
        (
            "FENQU_MAX_BATCH_BYTES",
            "max_batch_bytes",
            _whole(1_000, 10_000_000_000),
            "256000000",
            "1000–10000000000",
            "Largest body of /checks/batch, bytes; it is kept in a temporary file.",
        ),
        (
            "FENQU_MAX_BATCH_ROWS",
            "max_batch_rows",
            _whole(1, 10_000_000),
            "100000",
            "1–10000000",
            "Most rows in one batch.",
        ),
        ("FENQU_MAX_PARTS", "max_parts", _whole(1, 10_000), "200", "1–10000", "Most parts in one project."),
        (
            "FENQU_MAX_ZONES",
            "max_zones",
            _whole(1, 100_000),
            "5000",
            "1–100000",
            "Most zones in one answer of /layers/{id}/zones.",
        ),
        (
            "FENQU_PROXY_HOPS",
            "proxy_hops",
            _whole(0, 5),
            "0",
            "0–5",
            "Reverse proxies in front whose X-Forwarded headers are trusted.",
        ),
        (
            "FENQU_LOG_LEVEL",
            "log_level",
            _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
            "INFO",
            "DEBUG, INFO, WARNING, ERROR",
            "Least severe level that is logged.",
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one service; what each means stands in `SETTINGS`."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    timeout_s: int = 60
    bundle: Path = ROOT / "layers" / "demo"
    lang: str = "zh"
    max_body_bytes: int = 8_000_000
    max_batch_bytes: int = 256_000_000
    max_batch_rows: int = 100_000
    max_vertices: int = 200_000
    max_parts: int = 200
    max_zones: int = 5_000
    proxy_hops: int = 0
    log_level: str = "INFO"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; a blank value counts as not given.

    Parameters
    ----------
    environ
        Names and values; the process's own environment when None.

    Raises
    ------
    SettingsError
        With every setting that cannot be used.
    """
    given = os.environ if environ is None else environ
    values: dict[str, str | int | Path] = {}
    problems: list[Problem] = []
    for setting in SETTINGS:
        text = given.get(setting.name, "").strip() or setting.default
        try:
            values[setting.field] = setting.parse(text)
        except ValueError:
            hint = Text(f"请检查环境变量 {setting.name}", f"correct the environment variable {setting.name}")
            problems.append(Problem(where=setting.name, given=text, allowed=setting.allowed, hint=hint))
    if problems:
        raise SettingsError(problems)
    return Settings(**values)  # type: ignore[arg-type]  # the table pairs each field with its parser
