"""What every request and answer gets: id, log line, security headers, JSON by orjson, compression."""

import logging
import re
import secrets
import time

import orjson
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from flask_compress import Compress
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from geo.errors import InputError, UnreadableError
from geo.model import Problem, Text

LOGGER = logging.getLogger("fenqu.access")

_OWN_BODY = frozenset({"api.post_checks_batch", "api.post_sites"})
"""Endpoints that read their body themselves: it is no JSON object, or too large for memory."""

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_COMPRESSED = (
    "application/geo+json",
    "application/javascript",
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
)


_LEVEL = 3
"""Of compression: the usual 6 takes twice the time of each answer to make it 7 % smaller."""


class OrjsonProvider(JSONProvider):
    """JSON by orjson: refuses NaN and Infinity, keeps Chinese readable, dates as ISO."""

    def dumps(self, obj: object, **_kwargs: object) -> str:
        """JSON text of ``obj``."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: object) -> object:
        """The value of JSON text ``s``; raises ``ValueError`` where it is none."""
        return orjson.loads(s)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    # An outside id is kept so that one request can be followed through several services, but only where it
    # cannot break a log line or a header.
    g.request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)
    g.nonce = secrets.token_urlsafe(16)
    g.started = time.perf_counter()


def content_security_policy(nonce: str) -> str:
    """Only our own files and forms, and inline parts that carry this answer's nonce."""
    return (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'"
    )


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=()"
    response.headers["Content-Security-Policy"] = content_security_policy(g.nonce)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    LOGGER.info(
        "%s %s %r %d %.1f ms",
        g.request_id,
        request.method,
        request.path,
        response.status_code,
        (time.perf_counter() - g.started) * 1000,
    )
    return response


def _read_body() -> None:
    """Read the JSON of a POST first: flask-openapi takes unreadable JSON for ``null`` and texts for JSON."""
    if request.method != "POST" or not request.path.startswith("/api/") or request.endpoint in _OWN_BODY:
        return
    try:
        body = request.get_json()
    except BadRequest as error:
        hint = Text("请求体不是合法的 JSON", "the body is not valid JSON")
        given = getattr(error.__cause__, "description", None) or str(error)
        raise UnreadableError(Problem(where="body", given=given, allowed="JSON", hint=hint)) from None
    if not isinstance(body, dict):
        hint = Text("请求体须为 JSON 对象", "the body must be a JSON object")
        raise InputError(Problem(where="body", given=type(body).__name__, allowed="object", hint=hint))


def dress(app: Flask, *, max_body_bytes: int, proxy_hops: int) -> None:
    """Give ``app`` request ids, headers, the body limit, orjson and compression."""
    app.json = OrjsonProvider(app)
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    app.config["COMPRESS_MIMETYPES"] = list(_COMPRESSED)
    app.config["COMPRESS_ALGORITHM"] = ["gzip"]
    app.config["COMPRESS_LEVEL"] = _LEVEL
    app.before_request(_begin)
    app.before_request(_read_body)
    app.after_request(_finish)
    Compress(app)
    if proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxy_hops, x_proto=proxy_hops, x_host=proxy_hops, x_prefix=proxy_hops
        )
