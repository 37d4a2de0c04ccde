"""A WSGI application of still files, for the test of the scaffolding: ``pages/`` and the vendored assets."""

import mimetypes
from collections.abc import Callable, Iterable
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_FOLDERS = {"static": _HERE.parent.parent / "static", "pages": _HERE / "pages"}

Environ = dict[str, str]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer ``/health``, and files below ``/static`` and ``/pages``; anything else is a 404."""
    path = environ["PATH_INFO"]
    if path == "/health":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]
    _, _, rest = path.partition("/")
    room, _, name = rest.partition("/")
    file = _FOLDERS[room] / name if room in _FOLDERS else None
    if file is None or ".." in name or not file.is_file():
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"not here"]
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    start_response("200 OK", [("Content-Type", kind), ("Cache-Control", "no-store")])
    return [file.read_bytes()]
