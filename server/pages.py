"""The pages for people: the map, and the interface described."""

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from flask import Blueprint, Response, current_app, g, make_response, render_template, request

from geo.model import HISTORY_FROM, Bundle
from geo.zone_columns import values_of
from server import api_page, current, describe
from server.lang import HTML_LANG, LANGS, current_lang
from server.maps import MAP_NAME, Bounds, MapParts, map_parts
from server.texts import both

_CHINA_BOUNDS: Bounds = (73.5, 18.0, 135.1, 53.6)

pages = Blueprint("pages", __name__, template_folder="templates")


@pages.get("/")
def index() -> Response:
    """The map, the form and the panel of results."""
    lang = current_lang()
    bundle = current.bundle()
    words = current_app.extensions["fenqu_words"][lang]
    parts = _parts(bundle, lang)
    page = render_template(
        "map.html",
        lang=lang,
        langs=LANGS,
        html_lang=HTML_LANG[lang],
        words=words,
        title=bundle.title.get(lang),
        synthetic=describe.is_synthetic(bundle),
        map=parts.with_nonce(g.nonce),
        nonce=g.nonce,
        data=page_data(bundle, current.today(), lang, words),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"  # the nonce is of this answer only
    response.headers["Content-Language"] = HTML_LANG[lang]
    response.vary.add("Accept-Language")
    return response


@pages.get("/docs")
def docs() -> Response:
    """Every address of the interface, for people."""
    lang = current_lang()
    bundle = current.bundle()
    west, south, east, north = next((p["bounds"] for p in home_places(bundle)), home_bounds(bundle))
    page = render_template(
        "docs.html",
        lang=lang,
        langs=LANGS,
        html_lang=HTML_LANG[lang],
        words=current_app.extensions["fenqu_words"][lang],
        groups=api_page.groups(current_app.api_doc),  # type: ignore[attr-defined]  # of flask-openapi's Flask
        root=request.host_url.rstrip("/"),
        place=f"{(west + east) / 2:.4f}, {(south + north) / 2:.4f}",
    )
    response = make_response(page)
    response.headers["Content-Language"] = HTML_LANG[lang]
    response.vary.add("Accept-Language")
    return response


def page_data(bundle: Bundle, on: date, lang: str, words: dict[str, str]) -> dict[str, Any]:
    """What the browser code is started with."""
    places = home_places(bundle)
    return {
        "lang": lang,
        "words": words,
        "map": MAP_NAME,
        "today": on.isoformat(),
        "history_from": HISTORY_FROM.isoformat(),
        "bounds": home_bounds(bundle),
        "places": places,
        "bundle": {"id": bundle.id, "title": both(bundle.title), "digest": bundle.digest},
        "synthetic": describe.is_synthetic(bundle),
    }


def home_places(bundle: Bundle) -> list[dict[str, Any]]:
    """The districts that the bundle speaks for, to jump to: name and bounds."""
    layer = bundle.layers.get("admin_unit")
    newest = layer.editions[0] if layer and layer.editions else None
    if newest is None or newest.zones is None:
        return []
    columns = (values_of(newest.zones, name) for name in ("zone_id", "name", "geometry"))
    found = [
        {"id": str(code), "name": str(name), "bounds": [round(v, 5) for v in shape.bounds]}
        for code, name, shape in zip(*columns, strict=True)
        if str(code).startswith(bundle.jurisdictions)
    ]
    return sorted(found, key=lambda place: place["id"])


def home_bounds(bundle: Bundle) -> Bounds:
    """What the map shows at first: the bundle's districts, else all its coverages, else China."""
    boxes = [place["bounds"] for place in home_places(bundle)]
    if not boxes:
        editions = (e for layer in bundle.layers.values() for e in layer.editions[:1])
        boxes = [shapely.bounds(e.coverage).tolist() for e in editions if e.coverage is not None]
    known = np.array([box for box in boxes if not np.isnan(box).any()])
    if not len(known):
        return _CHINA_BOUNDS
    west, south = known[:, :2].min(axis=0)
    east, north = known[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=4)
def _parts(bundle: Bundle, lang: str) -> MapParts:
    """The map's parts, rendered once for each bundle and language."""
    return map_parts(home_bounds(bundle), current_app.extensions["fenqu_words"][lang])
