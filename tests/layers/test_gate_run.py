"""Accepted, quarantined or refused: what stands on disk after each."""

import json
import re
import shutil
import zipfile
from datetime import date

import numpy as np
import pytest
import shapely

from geo.datum import wgs_to_gcj
from layers.bundle import load_bundle
from layers.editions import history
from scripts.import_layer import main
from tests.builders import both, lonlat, square
from tests.gate import cover, deliver, frame, gate_bundle, imported, order, squares

DOC = "川府〔2026〕1号"


def park(root):
    return load_bundle(root).layers["park"]


def on_disk(root):
    return {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_sound_file_is_accepted_as_an_edition(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    file = deliver(tmp_path, frame(squares(19)))
    told = imported(capsys, root, file, order(tmp_path))
    assert told.code == 0, told.out + told.err
    new = park(root).editions[0]
    assert (new.edition, new.status, new.faults) == ("2026", "provisional", ())
    assert (list(new.zones["zone_id"]), set(new.zones["zone_class"])) == (
        [f"P{n}" for n in range(19)],
        {"core", "general"},
    )
    assert new.zones.geometry[0].hausdorff_distance(lonlat(square(0, 0))) < 1e-12
    assert new.coverage.equals(park(root).editions[1].coverage)
    report = told.report
    assert (report["decision"], report["against"], report["supplied"]["rows"]) == ("accepted", "2025-01", 19)
    assert (told.place / "order.yaml").is_file()
    assert report["diff"]["zones"][0]["kind"] == "removed"


@pytest.mark.parametrize(
    ("count", "layer_gate", "bundle_gate", "breaks"),
    [
        (19, {}, {}, []),  # -5.00 %: not more than allowed
        (
            18,
            {},
            {},
            ["area_fall_share", "area_fall_share"],
        ),  # -10 % of the area, and of a class; the count may
        (17, {}, {}, ["area_fall_share", "area_fall_share", "count_fall_share"]),
        (17, {}, {"area_fall_share": 0.2, "count_fall_share": 0.2}, []),
        (19, {"count_fall_share": 0.01}, {"area_fall_share": 0.5}, ["count_fall_share"]),
        (17, {"area_fall_share": 0.5, "count_fall_share": 0.5}, {"area_fall_share": 0.01}, []),
    ],
)
def test_thresholds_of_the_catalogue_hold_it_back(tmp_path, capsys, count, layer_gate, bundle_gate, breaks):
    root = gate_bundle(tmp_path, layer_gate=layer_gate, gate=bundle_gate)
    gone = ["P18", "P17", "P16"][: 20 - count]  # all of them core
    rows = [row for row in squares() if row[0] not in gone]
    told = imported(capsys, root, deliver(tmp_path, frame(rows)), order(tmp_path))
    assert [one["limit"] for one in told.report["breaks"]] == breaks
    assert told.code == (1 if breaks else 0)
    assert len(history(root)) == (0 if breaks else 2)


def test_what_is_quarantined_lies_beside_the_bundle_and_speaks_nowhere(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    before, digest = on_disk(root), load_bundle(root).digest
    told = imported(capsys, root, deliver(tmp_path, frame(squares(5))), order(tmp_path))
    assert told.code == 1
    assert told.place.relative_to(root).parts[:2] == ("quarantine", "park")
    assert {p.name for p in told.place.iterdir()} == {
        "zones.parquet", "coverage.parquet", "order.yaml", "report.json", "report.html"
    }  # fmt: skip
    after = on_disk(root)
    assert {p: d for p, d in after.items() if p.parts[0] not in {"quarantine", ".editions.lock"}} == before
    assert load_bundle(root).digest == digest
    assert "--accept --approval-doc" in told.out
    assert "area falls -75.00 % (threshold -5 %)" in told.out


def test_only_an_approval_number_takes_it_in_and_the_entry_says_so(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    file, way = deliver(tmp_path, frame(squares(5))), order(tmp_path, status="in_force", approval_doc=DOC)
    assert imported(capsys, root, file, way).code == 1  # the number in the order is not enough
    with pytest.raises(SystemExit):
        imported(capsys, root, file, way, "--accept")
    assert imported(capsys, root, file, way, "--accept", "--approval-doc", "另一号").code == 2
    told = imported(capsys, root, file, way, "--accept", "--approval-doc", DOC)
    assert told.code == 0, told.err
    new = park(root).editions[0]
    assert (new.approval_doc, new.valid_from) == (DOC, date(2026, 1, 1))
    (remark,) = [r for r in new.remarks if "阈值" in r.zh]
    assert "area_fall_share -75.00 % (-5 %)" in remark.en
    assert DOC in remark.zh
    assert told.report["approval_doc"] == DOC


def test_a_draft_is_told_its_breaks_and_not_held(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    told = imported(capsys, root, deliver(tmp_path, frame(squares(5))), order(tmp_path, status="draft"))
    assert told.code == 0
    assert told.report["breaks"][0]["limit"] == "area_fall_share"
    assert park(root).edition_on(date(2026, 6, 1)).edition == "2025-01"  # it speaks only when named


def test_faults_of_zones_hold_back_whatever_is_approved(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    bad = shapely.Polygon([(500000, 3320000), (500100, 3320100), (500100, 3320000), (500000, 3320100)])
    file = deliver(tmp_path, frame([*squares(19), ("P19", "general", bad)]))
    told = imported(capsys, root, file, order(tmp_path), "--accept", "--approval-doc", DOC)
    assert told.code == 1
    assert (told.report["faults"], told.report["within"], history(root)) == (1, None, ())
    assert not (told.place / "zones.parquet").exists()
    again = imported(capsys, root, file, order(tmp_path), "--repair", "make_valid")
    assert again.code == 0, again.out
    (note,) = [n for n in again.report["notes"] if n["check"] == "repair"]
    assert (note["zone"], note["fault"]) == ("P19", False)
    assert "Self-intersection" in note["given"]
    assert "5000.00 m²" in note["given"]  # two triangles of a bow tie


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"status": "in_force"}, "in_force needs the number of its approval"),
        ({"supplied_sha256": "0" * 64}, "the order was made for another file"),
        ({"drop": ["NOPE"]}, "the file has no such column"),
        ({"fields": {"zone_id": "NOPE", "zone_class": "FQ"}}, "lacks the column"),
        ({"crs": "EPSG:4545"}, "disagrees with the file"),
        ({"coverage": {"districts": ["510812"]}}, "no such district"),
        ({"coverage": {"file": "nowhere.gpkg"}}, "the file is missing"),
        ({"clauses": {"keep": True}}, "no such table of entry lists"),
        ({"layer": "other", "coverage": {"keep": True}}, "no edition in force whose coverage"),
        ({"edition": "2025-01"}, "an edition in force has this name"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_changes_nothing(tmp_path, capsys, keys, words):
    root = gate_bundle(tmp_path)
    before = on_disk(root)
    told = imported(capsys, root, deliver(tmp_path, frame(squares())), order(tmp_path, **keys))
    assert told.code == 2
    assert words in told.err
    assert on_disk(root) == before


@pytest.mark.parametrize(
    "name", ["none.gpkg", "empty.zip", "escape.zip", "text.geojson", "virtual.vrt", "hidden.gpkg", "cut.gpkg"]
)
def test_what_cannot_be_read_is_refused(tmp_path, capsys, name):
    root, file = gate_bundle(tmp_path), tmp_path / name
    if name == "empty.zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("readme.txt", "nothing here")
    elif name == "escape.zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(deliver(tmp_path, frame(squares())), "../parks.gpkg")
    elif name == "hidden.gpkg":  # another file by its content
        file.write_text('<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>')
    elif name == "text.geojson":
        file.write_text("no json at all")
    elif name == "virtual.vrt":
        file.write_text("<OGRVRTDataSource/>")
    elif name == "cut.gpkg":
        whole = deliver(tmp_path, frame(squares())).read_bytes()
        file.write_bytes(whole[: len(whole) // 3])
    for lang in ("zh", "en"):
        told = imported(capsys, root, file, order(tmp_path), lang=lang)
        assert (told.code, told.out) == (2, "")
        assert told.err.strip()


def test_lines_are_no_coverage(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    table = frame(squares(3))
    table.geometry = table.boundary
    told = imported(capsys, root, deliver(tmp_path, table), order(tmp_path, coverage={"zones": True}))
    assert (told.code, "no polygons cannot be the coverage" in told.err) == (2, True)


def test_a_layer_that_is_new_to_the_bundle(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    cover(tmp_path)
    way = order(
        tmp_path, layer="hills", title=both("Hills"), coverage={"file": "cover.geojson"}, crs="EPSG:4544"
    )
    words = [str(deliver(tmp_path, frame(squares()))), "--bundle", str(root), "--order", str(way)]
    assert main(words) == 0, capsys.readouterr()
    hills = load_bundle(root).layers["hills"]
    assert (hills.title.en, len(hills.editions[0].zones), hills.editions[0].faults) == ("Hills", 20, ())


FORMATS = {
    "parks.shp": {"encoding": "gb18030"},
    "parks.gdb": {"driver": "OpenFileGDB"},
    "parks.geojson": {"driver": "GeoJSON"},
    "parks.kml": {"driver": "KML"},
    "parks.parquet": {},
}
PACKED = ("parks.shp", "parks.gdb")


@pytest.mark.parametrize(
    ("name", "options", "zipped"),
    [(name, FORMATS[name], zipped) for zipped in (False, True) for name in (PACKED if zipped else FORMATS)],
)
def test_any_vector_file(tmp_path, capsys, name, options, zipped):
    root = gate_bundle(tmp_path)
    table = frame(squares(20))
    lonlat_only = name.endswith((".kml", ".geojson"))
    file = deliver(tmp_path, table.to_crs(4326) if lonlat_only else table, name, **options)
    if name == "parks.shp":
        file.with_suffix(".cpg").unlink()
        file.with_suffix(".prj").unlink()
    crs = "EPSG:4544" if name == "parks.shp" else "EPSG:4490" if name == "parks.geojson" else None
    if zipped:
        packed = tmp_path / "packed.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for member in sorted(file.parent.rglob("*")):
                if member.is_file():
                    archive.write(member, f"数据/{member.relative_to(file.parent)}")
        shutil.rmtree(file.parent)
        file = packed
    told = imported(capsys, root, file, order(tmp_path, crs=crs))
    assert told.code == 0, told.out + told.err
    zones = park(root).editions[0].zones.set_index("zone_id")
    assert zones["name"]["P3"] == "公园3"
    assert zones.geometry["P3"].hausdorff_distance(lonlat(square(600, 0))) < 1e-7


def test_shifted_coordinates_are_brought_back_and_told(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    table = frame(squares()).to_crs(4490)
    table.geometry = shapely.transform(
        table.geometry.array, lambda xy: np.column_stack(wgs_to_gcj(xy[:, 0], xy[:, 1]))
    )
    told = imported(capsys, root, deliver(tmp_path, table), order(tmp_path, crs="GCJ-02"))
    assert told.code == 0, told.out + told.err
    assert "coordinates were brought from GCJ-02 to CGCS2000" in told.out
    placed = park(root).editions[0].zones.geometry[0]
    assert placed.centroid.distance(lonlat(square(0, 0)).centroid) < 1e-8


def test_the_report_is_one_page_in_both_languages_with_maps_and_nothing_from_outside(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    rows = [(one.replace("P1", "<script>1"), code, shape) for one, code, shape in squares(19)]
    told = imported(capsys, root, deliver(tmp_path, frame(rows)), order(tmp_path, status="draft"))
    text = (told.place / "report.html").read_text(encoding="utf-8")
    assert "demonstration data, not an official boundary" in text
    assert "示范数据，非法定边界" in text
    assert text.count("<svg") == 2  # zones, changes
    assert re.findall(r"(?:src|href)=|https?:|<script", text) == []
    assert "&lt;script&gt;1" in text


def test_checking_only_changes_nothing(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    before = on_disk(root)
    file = deliver(tmp_path, frame(squares(5)))
    told = imported(capsys, root, file, order(tmp_path), "--check-only", str(tmp_path / "look"))
    assert told.code == 1
    assert on_disk(root) == before
    assert json.loads((tmp_path / "look/report.json").read_text())["decision"] == "quarantined"


def test_the_same_file_twice_makes_the_same_report(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    file, way = deliver(tmp_path, frame(squares(5))), order(tmp_path)
    first, second = imported(capsys, root, file, way).place, imported(capsys, root, file, way).place
    assert first == second
