"""The service's own addresses: health and the OpenAPI document."""

from typing import Any

import orjson
from flask import Response, current_app
from flask_openapi import APIBlueprint, Tag

from geo.answer import ENGINE
from server import current, describe
from server.schemas import LangQuery

VERSION = ENGINE

service = APIBlueprint("service", __name__, abp_tags=[Tag(name="service", description="The service itself.")])


@service.get(
    "/health", summary="Whether the service can answer", responses={"503": {"description": "No bundle."}}
)
def health(query: LangQuery) -> Response:  # noqa: ARG001  # its model refuses unknown keys
    """200 with the bundle's digest and the state of every layer; 503 when nothing is loaded."""
    bundle = current.bundle()
    summary = describe.bundle_summary(bundle, current.today())
    body: dict[str, Any] = {
        "status": "ok",
        "engine": VERSION,
        "bundle": {"id": bundle.id, "digest": bundle.digest},
        "layers": summary["layers"],
        "out_of_scope": summary["out_of_scope"],
    }
    return Response(orjson.dumps(body), mimetype="application/json")


@service.get("/openapi.json", summary="This document", doc_ui=False)
def openapi() -> Response:
    """The OpenAPI document of every address."""
    return Response(orjson.dumps(current_app.api_doc), mimetype="application/json")  # type: ignore[attr-defined]
