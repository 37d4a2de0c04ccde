"""`editions diff` as a person runs it: states and editions, told as table, CSV, GeoPackage and page."""

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser

import geopandas as gpd
import pyogrio
import pytest

from geo.measure import area_m2
from layers.bundle import load_bundle
from layers.diff.run import Compared, compare_states
from layers.diff.tables import as_csv, as_lines
from layers.editions import Prepared, accept, rollback
from scripts.editions import main
from tests.tongnan import NEW_SHARE, OLD_SHARE, tongnan_bundle, tongnan_pair

ON = date(2026, 11, 22)
ENTRY = {
    "edition": "2025",
    "path": "zones.parquet",
    "coverage": "coverage.parquet",
    "status": "in_force",
    "valid_from": date(2025, 7, 1),
    "approval_doc": "渝府发〔2025〕1号（合成）",
    "source": "tests/tongnan.py",
    "synthetic": True,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A bundle of two accepted states: the red line of 2020, then that of 2025."""
    root = tongnan_bundle(tmp_path_factory.mktemp("tongnan") / "bundle", rulebook="none")
    folder = tmp_path_factory.mktemp("prepared")
    tongnan_pair().new.to_parquet(folder / "zones.parquet")
    (folder / "coverage.parquet").write_bytes((root / "coverage.parquet").read_bytes())
    accept(root, "eco_redline", Prepared(folder=folder, entry=ENTRY))
    return root


@pytest.fixture(scope="module")
def told(store, tmp_path_factory):
    """Every file the command writes for the two states."""
    out = tmp_path_factory.mktemp("out")
    files = [out / f"diff.{kind}" for kind in ("csv", "gpkg", "html", "json")]
    code = main(
        ["diff", str(store), "1", "2", "--on", "2026-11-22", *(x for f in files for x in ("-o", str(f)))]
    )
    assert code == 1  # an alarm
    return {file.suffix[1:]: file for file in files}


def test_two_states_tell_the_edition_that_came_and_the_dates_that_changed(store):
    old, new = (load_bundle(store, state=number) for number in (1, 2))
    comparisons, remarks = compare_states(old, new, ON)
    [one] = comparisons
    assert (one.layer, one.old.edition, one.new.edition) == ("eco_redline", "2020", "2025")
    assert one.diff.area_change_share == pytest.approx(NEW_SHARE / OLD_SHARE - 1, abs=1e-6)
    assert [remark.en for remark in remarks] == [
        "eco_redline=2020: in_force, 2021-03-01 → in_force, 2021-03-01 – 2025-07-01",
        "eco_redline: edition 2025 is new (in_force, 2025-07-01, 渝府发〔2025〕1号（合成）)",
    ]
    back, gone = compare_states(new, old, ON)
    assert [(b.old.edition, b.new.edition) for b in back] == [("2025", "2020")]
    assert back[0].alarms == ()
    assert "eco_redline: edition 2025 is gone" in [remark.en for remark in gone]
    assert compare_states(new, new, ON) == ((), ())


def test_after_a_rollback_nothing_differs_from_the_state_restored(store, capsys):
    state = rollback(store, 1)
    assert main(["--lang", "en", "diff", str(store), "1", str(state.number)]) == 0
    assert "no edition was added, removed or changed" in capsys.readouterr().out
    rollback(store, 2)


def test_the_terminal_shows_banner_alarm_and_account(store, capsys):
    assert main(["diff", str(store), "eco_redline=2020", "eco_redline=2025"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "示范数据，非法定边界"
    assert [line for line in lines if line.startswith("! 面积减少警示：潼南区")]
    [row] = [line for line in lines if line.startswith("  潼南区 500152")]
    assert "-43.83 %" in row
    assert main(["--lang", "en", "diff", str(store), "eco_redline=2025", "eco_redline=2025"]) == 0
    assert f"no difference ({len(tongnan_pair().new)} zones)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["1", "eco_redline=2020"], "LAYER=A LAYER=B"),
        (["1", "99"], "there is no such state (editions list names all) (given: 99; allowed: 1, 2"),
        (["eco_redline=2020", "admin_unit=tianditu"], "LAYER=A LAYER=B"),
        (["eco_redline=2020", "eco_redline=1999"], "the layer has no such edition"),
        (["eco_redline=2020", "eco_redline=2025", "-o", "x.shp"], ".csv, .gpkg, .html, .json"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_can(store, capsys, asked, words):
    assert main(["--lang", "en", "diff", str(store), *asked]) == 2
    assert words in capsys.readouterr().err


def test_the_csv_has_the_account_by_class_and_district(told):
    rows = list(csv.DictReader(io.StringIO(told["csv"].read_text(encoding="utf-8"))))
    whole = float(area_m2(tongnan_pair().district))
    ours = next(r for r in rows if r["district"] == "500152" and not r["zone_class"])
    assert float(ours["old_m2"]) == pytest.approx(OLD_SHARE * whole, abs=1.0)
    assert float(ours["new_m2"]) == pytest.approx(NEW_SHARE * whole, abs=1.0)
    assert (ours["alarm"], ours["synthetic"], ours["layer"]) == ("yes", "yes", "eco_redline")
    assert [r["alarm"] for r in rows if r["zone_class"]] == [""] * len([r for r in rows if r["zone_class"]])


def test_the_geopackage_holds_the_ground_that_was_lost(told):
    layers = {name: gpd.read_file(told["gpkg"], layer=name) for name, _ in pyogrio.list_layers(told["gpkg"])}
    assert list(layers) == ["zones", "gained", "lost", "ground", "between"]
    whole = float(area_m2(tongnan_pair().district))
    lost = float(area_m2(layers["lost"].geometry.to_numpy()).sum())
    assert lost == pytest.approx((OLD_SHARE - NEW_SHARE) * whole, rel=1e-6)
    assert float(area_m2(layers["ground"].geometry.to_numpy()).sum()) == pytest.approx(lost, rel=1e-6)
    assert list(layers["ground"]["kind"]) == ["lost"]
    assert len(layers["gained"]) == 0
    assert layers["zones"].crs.to_epsg() == 4490
    assert set(layers["zones"]["synthetic"]) == {"yes"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]


def test_the_page_needs_nothing_from_outside(told):
    text = told["html"].read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.links == []
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?://", text)
    assert page.tags.count("svg") == 2  # the whole, and 潼南
    for words in ("示范数据，非法定边界", "面积减少警示：潼南区", "划出 / lost", "-43.83 %"):
        assert words in text
    assert "划入 / gained</text>" not in text


def test_the_json_is_the_whole_comparison(told):
    body = json.loads(told["json"].read_text(encoding="utf-8"))
    assert body["synthetic"] is True
    [one] = body["comparisons"]
    assert one["alarms"][0]["district"] == "500152"
    assert one["diff"]["counts"]["changed"] + one["diff"]["counts"]["removed"] == len(tongnan_pair().old)
    assert {answer["reason"] for answer in one["between"]["answers"]} == {"layer_missing"}


def test_nothing_to_compare_is_a_table_of_heads_only():
    nothing = Compared(old="1", new="1", on=ON, comparisons=())
    assert as_csv(nothing).count("\n") == 1
    assert list(as_lines(nothing, "zh")) == ["两者之间没有版本增减或数据变化"]
