"""Errors meet HTTP in one table; every error answer has one shape, RFC 9457 with ``problems``.

::

    FenquError (geo.errors)
    ├── UnknownResourceError     no layer, rule … of that id                 404
    ├── RestrictedLayerError     the layer's true shapes are not public      403
    ├── NothingLoadedError       the service runs without a bundle           503
    ├── BusyError                as many batches run as may                  429
    └── InputError               understood but wrong                        422
        ├── UnreadableError      could not be read at all                    400
        ├── UnsupportedTypeError a body of a type the address does not take  415
        └── TooLargeError        more than the service takes in one request  413
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from geo.errors import BundleError, FenquError, InputError, InternalError, UnreadableError
from geo.model import Advice, Problem, Text
from server.lang import HTML_LANG, current_lang
from server.settings import SettingsError

LOGGER = logging.getLogger("fenqu.server")
_RETRY_S = 30


class UnknownResourceError(FenquError):
    """No layer, rule, activity … of the id asked for."""


class RestrictedLayerError(FenquError):
    """The layer's true shapes are not for the public."""


class NothingLoadedError(FenquError):
    """The service runs without a bundle."""


class BusyError(FenquError):
    """As many batches run as may."""


class TooLargeError(InputError):
    """More vertices, parts or rows than the service takes in one request."""


class UnsupportedTypeError(InputError):
    """A body of a type that the address does not take."""


STATUS: dict[type[FenquError], HTTPStatus] = {
    FenquError: HTTPStatus.INTERNAL_SERVER_ERROR,
    InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnreadableError: HTTPStatus.BAD_REQUEST,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    UnknownResourceError: HTTPStatus.NOT_FOUND,
    RestrictedLayerError: HTTPStatus.FORBIDDEN,
    BundleError: HTTPStatus.SERVICE_UNAVAILABLE,
    SettingsError: HTTPStatus.SERVICE_UNAVAILABLE,
    NothingLoadedError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.TOO_MANY_REQUESTS,
}
"""Error class → HTTP status; a class that is not listed has its nearest ancestor's."""

TITLES: dict[int, Text] = {
    400: Text("请求无法读取", "The request could not be read"),
    403: Text("受限数据", "Restricted data"),
    404: Text("未找到", "Not found"),
    405: Text("不支持该方法", "Method not allowed"),
    406: Text("无法提供所要求的格式", "Not acceptable"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持的内容类型", "Unsupported content type"),
    422: Text("请求内容有误", "The request is wrong"),
    429: Text("请求过多", "Too many requests"),
    500: Text("服务内部错误", "Internal error"),
    503: Text("服务未就绪", "Service not ready"),
}

_DETAILS: dict[int, Text] = {
    405: Text("该地址不接受这种请求方法", "This address does not take that method"),
    413: Text("请求体超过上限", "The body is larger than allowed"),
    429: Text("请稍后再试", "Try again later"),
    500: Text("这是服务的缺陷。报告时请附上请求编号", "This is a bug of ours. Report it with the request id"),
}


def status_of(error: FenquError) -> HTTPStatus:
    """HTTP status of an error: its class's or that of its nearest listed ancestor."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_response(
    status: int,
    problems: Iterable[Problem] = (),
    detail: Text | None = None,
    advice: Iterable[Advice] = (),
) -> Response:
    """The one error answer: ``application/problem+json`` in the request's language."""
    lang = current_lang()
    listed = tuple(problems)
    title = TITLES.get(status) or Text(HTTPStatus(status).phrase, HTTPStatus(status).phrase)
    told = detail or _DETAILS.get(status)
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title.get(lang),
        "status": int(status),
        "detail": told.get(lang) if told else "; ".join(p.line(lang) for p in listed[:3]) or title.get(lang),
        "instance": request.path,
        "request_id": g.get("request_id"),
        "problems": [
            {"where": p.where, "given": p.given, "allowed": p.allowed, "hint": p.hint.get(lang)}
            for p in listed
        ],
    }
    meant = [_advice(one, lang) for one in advice]
    if meant:
        body["advice"] = meant
    response = Response(orjson.dumps(body), status=status, mimetype="application/problem+json")
    response.headers["Content-Language"] = HTML_LANG[lang]
    return response


def _advice(advice: Advice, lang: str) -> dict[str, Any]:
    return {
        "remedies": list(advice.remedies),
        "given": advice.given,
        "would_be": advice.would_be,
        "lies_in": advice.lies.get(lang) if advice.lies is not None else None,
        "text": advice.text.get(lang),
    }


def _wants_page() -> bool:
    best = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    return best == "text/html" and not request.path.startswith("/api/")


def _on_fenqu_error(error: FenquError) -> Response:
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOGGER.error("request %s: %s", g.get("request_id"), error, exc_info=error)
    hide = status == HTTPStatus.INTERNAL_SERVER_ERROR
    advice = error.advice if isinstance(error, InputError) else ()
    response = problem_response(status, () if hide else error.problems, advice=advice)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(_RETRY_S)
    return response


def _on_http_error(error: HTTPException) -> Response | tuple[str, int, dict[str, str]]:
    if error.response is not None:  # an answer already made, as by a failed validation
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if isinstance(error, InternalServerError):
        LOGGER.error("request %s failed", g.get("request_id"), exc_info=error.original_exception or error)
    headers = {k: v for k, v in error.get_headers() if k in {"Allow", "Retry-After"}}
    if _wants_page():
        lang = current_lang()
        title = TITLES.get(status, TITLES[500]).get(lang)
        words = current_app.extensions["fenqu_words"][lang]
        page = render_template("error.html", lang=HTML_LANG[lang], status=status, title=title, words=words)
        return page, status, headers
    response = problem_response(status, _problems_of(error, status), _DETAILS.get(status))
    response.headers.update(headers)
    return response


def _problems_of(error: HTTPException, status: int) -> tuple[Problem, ...]:
    if status == HTTPStatus.NOT_FOUND:
        hint = Text("可用地址见 /openapi.json", "the addresses there are stand in /openapi.json")
        return (Problem(where="path", given=request.path, allowed="/api/v1/…", hint=hint),)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        hint = Text("请换用允许的方法", "use a method that is allowed")
        return (Problem(where="method", given=request.method, allowed=methods, hint=hint),)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        hint = Text("请拆分请求", "split the request")
        given = f"{request.content_length or '?'} bytes"
        allowed = f"≤ {request.max_content_length} bytes"
        return (Problem(where="body", given=given, allowed=allowed, hint=hint),)
    if status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        hint = Text("请以 application/json 发送", "send it as application/json")
        given = request.content_type or "—"
        return (Problem(where="Content-Type", given=given, allowed="application/json", hint=hint),)
    return ()


def register_errors(app: Flask) -> None:
    """Let every error of ``app`` answer in the one shape."""
    app.register_error_handler(FenquError, _on_fenqu_error)
    app.register_error_handler(HTTPException, _on_http_error)
