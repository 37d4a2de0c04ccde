"""Ground laid along rivers is kept beside the bundle: the same to the last bit, not believed when damaged."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import LineString, Point

from geo.answer import to_json
from geo.check import check_projects
from geo.model import Bundle, Part, Project, Relation
from geo.rivers import laid
from geo.rivers.kept import courses_from, courses_to, shapes_from, shapes_to
from geo.rivers.riverside import Course
from geo.site import make_site
from geo.view import BundleView, view_on
from layers import kept_rivers
from layers.bundle import load_bundle
from tests.builders import layer, line, lonlat, make_bundle, point, rule, zone
from tests.geo import world

ON = date(2026, 6, 1)
UP = rule(
    "UP-01",
    layer="intake",
    relation="upstream_within",
    up_m=1000,
    down_m=100,
    side_m=50,
    given={"zone": {}, "upstream_m": 500},
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path / "b")


def made(folder: Path, *, north: float = 5000, east: float = 0) -> Path:
    folder.mkdir(exist_ok=True)
    intakes = [zone(point(east, 0), "W1", "dispersed"), zone(point(9000, 0), "W2", "dispersed")]
    layers = [
        layer("intake", intakes, classes=["dispersed"]),
        layer("river_reach", [zone(line((0, north), (30, 10), (0, -5000)), "R1", "main")], classes=["main"]),
    ]
    return make_bundle(folder, layers, rules=[UP])


def told(view: BundleView) -> dict[str, str]:
    """All that was laid, to the last bit."""
    out = {}
    for name, found in view.laid.items():
        layer = view.layers[name]
        courses = [
            course and (course.edges.tolist(), course.upper_m.tolist(), course.lower_m.tolist())
            for course in found.courses
        ]
        out[name] = (
            shapely.to_wkb(layer.geometry).tolist(),
            layer.zone_id.tolist(),
            courses,
            layer.attributes,
        )
    return {name: repr(some) for name, some in out.items()}


def answers(bundle: Bundle) -> list[dict]:
    sites = [lonlat(point(x, y)) for x, y in ((20, 500), (-40, 900), (20, 1200), (9010, 0), (4000, 4000))]
    parts = [Project(parts=(Part(site=make_site(site)),)) for site in sites]
    return [to_json(report, detail="full") for report in check_projects(bundle, parts, ON)]


def kept(folder: Path) -> list[Path]:
    return sorted((folder / ".rivers").glob("*/manifest.json"))


def test_what_is_kept_is_what_was_laid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_bundle(folder)
    view = told(view_on(first, ON))
    before = answers(first)
    assert len(view) == 3
    assert len(kept(folder)) == 3
    monkeypatch.setattr(laid, "network_of", pytest.fail)
    again = load_bundle(folder)
    assert told(view_on(again, ON)) == view
    assert answers(again) == before


def test_what_is_damaged_is_laid_anew(folder: Path) -> None:
    view = told(view_on(load_bundle(folder), ON))
    for path in (folder / ".rivers").glob("*/*"):
        path.write_bytes(path.read_bytes()[:-3] + b"xxx")
    assert told(view_on(load_bundle(folder), ON)) == view
    assert told(view_on(load_bundle(folder), ON)) == view


@pytest.mark.parametrize("what", ["rivers", "zones", "distance", "code", "library"])
def test_other_rivers_rules_or_code_lay_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    view_on(load_bundle(folder), ON)
    old = {path.parent.name for path in kept(folder)}
    if what == "rivers":
        made(folder, north=700)
    elif what == "zones":
        made(folder, east=40)
    elif what == "distance":
        path = folder / "rules" / "own.yaml"
        text = path.read_text(encoding="utf-8")
        assert "1000" in text
        path.write_text(text.replace("1000", "2000"), encoding="utf-8")
    elif what == "code":
        monkeypatch.setattr(kept_rivers, "own_code", lambda: b"another")
    else:
        monkeypatch.setattr(kept_rivers, "version", lambda _: "0.0")
    found = told(view_on(load_bundle(folder), ON))
    new = {path.parent.name for path in kept(folder)}
    assert new - old
    shutil.rmtree(folder / ".rivers")
    assert told(view_on(load_bundle(folder), ON)) == found
    assert len(new) == 3, "what nobody asks for any more goes"


def test_a_folder_that_cannot_be_written_answers_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answers(load_bundle(folder))
    for path in sorted((folder / ".rivers").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (folder / ".rivers").rmdir()
    (folder / ".rivers").write_text("no folder", encoding="utf-8")
    assert answers(load_bundle(folder)) == expected


def test_shapes_and_courses_come_back_to_the_last_bit() -> None:
    shapes = np.array(
        [shapely.Point(0.1, 0.2), shapely.box(0, 0, 1 / 3, 1), shapely.MultiPolygon()], dtype=object
    )
    assert shapely.to_wkb(shapes_from(shapes_to(shapes))).tolist() == shapely.to_wkb(shapes).tolist()
    none = np.zeros(0, dtype=object)
    assert len(shapes_from(shapes_to(none))) == 0
    rng = np.random.default_rng(1)
    courses = [
        None if n == 0 else Course(edges=rng.random((n, 4)), upper_m=rng.random(n), lower_m=rng.random(n))
        for n in (2, 0, 1, 0)
    ]
    for some in (courses, [], [None, None]):
        back = courses_from(courses_to(some))
        assert [course is None for course in back] == [course is None for course in some]
        for one, other in zip(back, some, strict=True):
            if one is not None and other is not None:
                assert one.edges.tolist() == other.edges.tolist()
                assert one.upper_m.tolist() == other.upper_m.tolist()
                assert one.lower_m.tolist() == other.lower_m.tolist()


def test_whatever_ground_is_made_of_is_in_its_name() -> None:
    """One keeper for worlds that differ in one thing each: none is told what was laid for another."""
    kept: dict[str, dict] = {}

    def keep(key: str, make: Callable[[], dict]) -> dict:
        return kept.setdefault(key, make()) if key not in kept else kept[key]

    south = {"shape": LineString([(0, 5000), (0, -5000)])}
    intake = {"shape": Point(0, 0), "zone_class": "dispersed"}
    small = world.box(-700, -700, 700, 700)
    up = world.rule("UP", "intake", relation=Relation.UPSTREAM_WITHIN, up_m=1000.0, down_m=100.0, side_m=50.0)
    worlds = [
        (south, intake, {}, up),
        ({**south, "avg_width_m": 60}, intake, {}, up),
        ({**south, "flow": "upstream"}, intake, {}, up),
        ({"shape": LineString([(30, 5000), (0, -5000)])}, intake, {}, up),
        (south, {**intake, "shape": Point(0, 50)}, {}, up),
        (south, intake, {"coverage": small}, up),
        *((south, intake, {}, replace(up, **{name: 77.0})) for name in ("up_m", "down_m", "side_m")),
    ]
    seen = set()
    for reach, zone_, keys, rule_ in worlds:
        layers = [world.zones("intake", zone_, **keys), world.zones("river_reach", reach, **keys)]
        anew = told(view_on(world.bundle(layers, [rule_]), world.ON))
        for _ in range(2):
            assert told(view_on(world.bundle(layers, [rule_], keep=keep), world.ON)) == anew
        seen.add(repr(anew))
    assert len(seen) == len(worlds)
