"""The service's own addresses: health and the OpenAPI document."""

from typing import Any

import orjson
from flask import Response, current_app
from flask_openapi import Tag

from geo.answer import ENGINE
from server import current, describe
from server.late_docs import LateBlueprint
from server.live import Refused
from server.schemas import LangQuery
from server.texts import both

VERSION = ENGINE

service = LateBlueprint(
    "service", __name__, abp_tags=[Tag(name="service", description="The service itself.")]
)


@service.get(
    "/health", summary="Whether the service can answer", responses={"503": {"description": "No bundle."}}
)
def health(query: LangQuery) -> Response:  # noqa: ARG001  # its model refuses unknown keys
    """200 with the bundle's digest and the state of every layer; 503 when nothing is loaded.

    ``reload_failed``: another state was accepted and does not load; the one before it is served on.
    """
    bundle = current.bundle()
    summary = describe.bundle_summary(bundle, current.today())
    live = current.live()
    body: dict[str, Any] = {
        "status": "ok" if live.refused is None else "reload_failed",
        "engine": VERSION,
        "state": live.state,
        "loading": live.loading,
        "refused": None if live.refused is None else _refused(live.refused),
        "bundle": {"id": bundle.id, "digest": bundle.digest},
        "layers": summary["layers"],
        "out_of_scope": summary["out_of_scope"],
    }
    return Response(orjson.dumps(body), mimetype="application/json")


def _refused(refused: Refused) -> dict[str, Any]:
    """The state that does not load, and why; what was served before it is served on."""
    problems = [
        {"where": p.where, "given": p.given, "allowed": p.allowed, "hint": both(p.hint)}
        for p in refused.problems
    ]
    return {"state": refused.state, "problems": problems}


@service.get("/openapi.json", summary="This document", doc_ui=False)
def openapi() -> Response:
    """The OpenAPI document of every address."""
    return Response(orjson.dumps(current_app.api_doc), mimetype="application/json")  # type: ignore[attr-defined]
