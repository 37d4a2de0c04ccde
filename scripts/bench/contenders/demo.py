"""Draws what is measured on the demonstration bundle, in its districts: tables, polygons, requests."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.bundle import load_bundle
from scripts.bench.data import write_shapes
from scripts.bench.process import Found, serve
from scripts.bench.sites import ACTIVITIES, area, draw, polygon, write_points

_CHECKS, _QUESTIONS = "/api/v1/checks", "/api/v1/questions?lang=zh"
_SHOWN = ("admin_unit", "env_control_unit", "eco_redline", "protected_area", "river_reach")
"""Layers that the page shows when it is opened (``static/js/style.js``)."""

_VIEW = "attributes=false&tolerance_m=16.4&lang=zh"
"""How the page asks for the zones in view at zoom 12; the view is some 30 km wide."""

_SITES_A_VISIT = 4


def draw_sites(job: Found) -> Found:
    """Write a table of points, and polygons."""
    shape = area(load_bundle(Path(job["bundle"])))
    write_points(Path(job["table"]), draw(shape, job["points"], 5))
    places = draw(shape, job["polygons"], 7)
    found = np.array([polygon(place, number) for number, place in enumerate(places)], dtype=object)
    write_shapes(Path(job["sites"]), found)
    return {}


def draw_requests(job: Found) -> Found:
    """Write the requests of each mix as lines of JSON: path, and the body where it is posted."""
    shape, folder = area(load_bundle(Path(job["bundle"]))), Path(job["folder"])
    places = draw(shape, job["sites"], 5)
    outlines = [polygon(place, number) for number, place in enumerate(draw(shape, job["sites"], 7))]
    _write(folder / "points.jsonl", ((_CHECKS, body) for body in _bodies(places)))
    _write(folder / "polygons.jsonl", ((_CHECKS, body) for body in _bodies(outlines)))
    _write(folder / "page.jsonl", _at_the_map(outlines))
    return {}


Asked = tuple[str, Found | None]


def _bodies(sites: Iterable[BaseGeometry]) -> Iterator[Found]:
    for number, site in enumerate(sites):
        geometry = json.loads(shapely.to_geojson(site))
        activity = ACTIVITIES[number % len(ACTIVITIES)]
        yield {"site": geometry, "activity": activity, "facts": {"nature": "new"}}


def _at_the_map(sites: list[shapely.Polygon]) -> Iterator[Asked]:
    """The page and its layers for every fourth site; for each a view, the questions and the check."""
    for number, (site, body) in enumerate(zip(sites, _bodies(sites), strict=True)):
        if number % _SITES_A_VISIT == 0:
            yield from (("/", None), ("/api/v1/layers?lang=zh", None))
        west, south, east, north = shapely.box(*site.bounds).buffer(0.15, join_style="mitre").bounds
        box = f"bbox={west:.5f},{south:.5f},{east:.5f},{north:.5f}"
        yield from ((f"/api/v1/layers/{layer}/zones?{box}&{_VIEW}", None) for layer in _SHOWN)
        yield from ((_QUESTIONS, body), (f"{_CHECKS}?lang=zh", body))


def _write(path: Path, asked: Iterable[Asked]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"path": path, "body": body}) + "\n" for path, body in asked)


if __name__ == "__main__":
    serve({"draw": draw_sites, "requests": draw_requests})
