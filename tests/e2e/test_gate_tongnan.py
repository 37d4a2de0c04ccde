"""潼南: a red line of 5.37 % of the district is delivered over one of 9.56 % (synthetic shapes)."""

import csv
import json
from datetime import date

import geopandas as gpd
import pytest
import shapely

from geo.measure import area_m2
from layers.bundle import load_bundle
from layers.editions import history
from scripts.check_sites import main as check_sites
from scripts.import_layer import main as import_layer
from tests.builders import basis, rule, write_yaml
from tests.tongnan import CODE, tongnan_bundle, tongnan_pair

DOC = "渝府〔2022〕示范1号"
BEFORE, AFTER = "2024-12-31", "2025-01-01"
FILLED = {
    "edition": "'2025'",
    "status": "in_force",
    "valid_from": "2025-01-01",
    "source": "tests/tongnan.py",
}


@pytest.fixture
def root(tmp_path):
    """The old line in force, and one rule: nothing new in the red line."""
    folder = tongnan_bundle(tmp_path / "bundle")
    catalogue = folder / "catalogue.yaml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(
        text.replace("rulebook: builtin", "rulebook: none\nrules: [own.yaml]"), encoding="utf-8"
    )
    write_yaml(folder / "own.yaml", [rule("T-01", layer="eco_redline", effect="prohibited")])
    write_yaml(folder / "basis.yaml", [basis()])
    return folder


@pytest.fixture
def way(root, tmp_path):
    """The delivered shapefile (GBK, zone 35 with prefix), and the proposed order filled in."""
    new = tongnan_pair().new.rename(columns={"zone_id": "BSM", "name": "MC", "county_code": "XJXZQHDM"})
    file, order = tmp_path / "潼南红线.shp", tmp_path / "order.yaml"
    new[["BSM", "MC", "XJXZQHDM", "geometry"]].to_crs(4523).to_file(file, encoding="gb18030")
    assert import_layer([str(file), "--bundle", str(root), "--propose", str(order)]) == 0
    lines = order.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("layer: eco_redline") for line in lines)
    filled = [
        next((f"{k}: {v}" for k, v in FILLED.items() if line.startswith(f"{k}: null")), line)
        for line in lines
    ]
    order.write_text("\n".join([*filled, f"approval_doc: {DOC}"]), encoding="utf-8")
    return file, order


def deliver(root, way, *options):
    return import_layer([str(way[0]), "--bundle", str(root), "--order", str(way[1]), *options])


def answered(root, tmp_path, on):
    """What a check of the plot says on a date."""
    plot, out = tmp_path / "plot.geojson", tmp_path / f"{on}.csv"
    gpd.GeoDataFrame({"site_id": ["plot"]}, geometry=[tongnan_pair().plot], crs=4490).to_file(plot)
    words = [str(plot), "--bundle", str(root), "--activity", "HOTEL", "--fact", "nature=new", "--on", on]
    check_sites([*words, "-o", str(out)])
    with out.open(encoding="utf-8", newline="") as table:
        (row,) = csv.DictReader(table)
    return row


def test_the_fall_is_quarantined_and_only_its_approval_number_takes_it_in(root, way, tmp_path, capsys):
    pair = tongnan_pair()
    shares = [
        area_m2(shapely.union_all(one.geometry)) / area_m2(pair.district) for one in (pair.old, pair.new)
    ]
    assert [round(float(share) * 100, 2) for share in shares] == [9.56, 5.37]

    assert deliver(root, way) == 1
    said = capsys.readouterr().out
    assert "面积减少 -43.83 %（阈值 -5 %）" in said
    assert "面积减少警示：潼南区" in said
    assert history(root) == ()
    (held,) = (root / "quarantine/eco_redline").iterdir()
    report = json.loads((held / "report.json").read_text(encoding="utf-8"))
    falls = [one["share"] for one in report["breaks"] if one["limit"] == "area_fall_share"]
    assert {round(share, 4) for share in falls} == {-0.4383}
    assert [one["district"] for one in report["alarms"]] == [CODE]
    assert report["diff"]["rows"][0]["change_share"] == pytest.approx(0.0537 / 0.0956 - 1, abs=1e-4)
    page = (held / "report.html").read_text(encoding="utf-8")
    assert "示范数据，非法定边界" in page
    assert {answered(root, tmp_path, on)["verdict"] for on in (BEFORE, AFTER)} == {"prohibited"}

    assert deliver(root, way, "--accept", "--approval-doc", "他号") == 2
    assert history(root) == ()
    assert deliver(root, way, "--accept", "--approval-doc", DOC) == 0
    before, after = (answered(root, tmp_path, on) for on in (BEFORE, AFTER))
    assert (before["verdict"], before["applies"]) == ("prohibited", "T-01")
    assert (after["verdict"], after["applies"]) == ("clear", "")
    assert "eco_redline:" in before["hits"]
    assert "eco_redline:" not in after["hits"]

    red = load_bundle(root).layers["eco_redline"]
    assert [(one.edition, one.valid_from, one.valid_to) for one in red.editions] == [
        ("2025", date(2025, 1, 1), None),
        ("2020", date(2021, 3, 1), date(2025, 1, 1)),
    ]
    assert red.editions[0].approval_doc == DOC
    assert any("area_fall_share" in remark.en for remark in red.editions[0].remarks)
