"""The rasters of the demonstration bundle, from the files it ships to findings, zones and the shell."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from geo.check import check_projects
from geo.measure import area_m2
from geo.model import Bundle, Effect, Outcome, Part, PartReport, Project, Site
from layers.bundle import load_bundle
from server import create_app
from server.settings import Settings
from tests.builders import make_bundle
from tests.e2e.conftest import DEMO
from tests.rasters import raster

ON = date(2026, 11, 21)
SHARED = Path(__file__).resolve().parents[3] / "shared/data/china/raster"
TILE = shapely.box(108.62, 31.91, 108.70, 31.97)


def _cells(name: str) -> tuple[np.ndarray, rasterio.Affine]:
    with rasterio.open(DEMO / "data" / name) as file:
        return file.read(1), file.transform


def _told(bundle: Bundle, shape: shapely.Geometry, activity: str | None = "ROAD") -> PartReport:
    part = Part(site=Site(geometry=shape, accuracy_m=5.0), activity=activity, facts=(("nature", "new"),))
    return next(check_projects(bundle, [Project(parts=(part,))], ON, full=True)).parts[0]


def _square(column: float, row: float, place: rasterio.Affine, cells: float) -> shapely.Polygon:
    """A site of so many cells a side, its north-west corner at a place of the grid."""
    return shapely.box(*(place @ (column, row + cells)), *(place @ (column + cells, row)))


def _longest_run(cells: np.ndarray) -> tuple[int, int]:
    """Column and row of the middle of a 5 by 5 block of steep cells, the first there is."""
    for row in range(2, cells.shape[0] - 2):
        for column in range(2, cells.shape[1] - 2):
            if (cells[row - 2 : row + 3, column - 2 : column + 3] >= 25).all():
                return column, row
    raise AssertionError("no steep block in the tile")


def test_the_tile_is_fine_steep_and_synthetic(demo: Bundle) -> None:
    (edition,) = demo.layers["slope"].editions
    assert edition.synthetic
    assert edition.cell_m < 30
    assert float(area_m2(edition.coverage)) == pytest.approx(float(area_m2(TILE)), rel=1e-9)
    cells, _ = _cells("slope.tif")
    assert cells.max() > 40
    steep = edition.zones[edition.zones["zone_class"] == "steep"]
    assert steep["cells"].sum() == np.count_nonzero(cells >= 25) > 5_000
    assert edition.zones["cells"].sum() == np.count_nonzero(cells >= 15)


def test_land_cover_is_that_of_the_package(demo: Bundle) -> None:
    (edition,) = demo.layers["land_cover"].editions
    assert not edition.synthetic
    assert edition.accuracy_m == edition.cell_m == pytest.approx(5545, abs=1)
    districts = demo.layers["eco_redline"].edition_on(ON).coverage
    assert shapely.covers(edition.coverage, districts)
    if not SHARED.exists():
        pytest.skip("../shared/data is not here")
    cells, place = _cells("land_cover.tif")
    rows, columns = np.indices(cells.shape)
    with rasterio.open(SHARED / "landcover_mcd12c1_2019_igbp_005deg.tif") as file:
        at = [place @ (column + 0.5, row + 0.5) for row, column in zip(rows.flat, columns.flat, strict=True)]
        theirs = np.array(list(file.sample(at)))[:, 0]
    assert (theirs == cells.ravel()).all()


def test_shares_of_a_site_are_those_of_its_cells(demo: Bundle) -> None:
    cells, place = _cells("slope.tif")
    for column, row in ((10, 10), (100, 40), (200.5, 130.25), (301, 200)):
        site = _square(column, row, place, 12)
        (told,) = (layer for layer in _told(demo, site).layers if layer.id == "slope")
        share = {found.zone_class: found.overlap_share for found in told.by_class}
        high, wide = (
            np.clip(np.minimum(np.arange(n) + 1, start + 12) - np.maximum(np.arange(n), start), 0, 1)
            for n, start in zip(cells.shape, (row, column), strict=True)
        )
        weight = np.outer(high, wide) / 144
        assert share.get("steep", 0.0) == pytest.approx(weight[cells >= 25].sum(), abs=1e-4)
        assert share.get("moderate", 0.0) == pytest.approx(
            weight[(cells >= 15) & (cells < 25)].sum(), abs=1e-4
        )


def test_beyond_the_tile_the_slope_is_not_covered(demo: Bundle) -> None:
    states = {layer.id: layer.state.value for layer in _told(demo, shapely.Point(105.84, 30.19)).layers}
    assert states["slope"] == "not_covered"
    assert states["land_cover"] == "hit"


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle that holds the tile as the standard layer of steep slopes."""
    folder = tmp_path_factory.mktemp("screened")
    (folder / "data").mkdir()
    (folder / "data/slope.tif").write_bytes((DEMO / "data/slope.tif").read_bytes())
    steep = raster(
        "steep_slope",
        path="data/slope.tif",
        classes=["dem"],
        cells={"classes": {"dem": {"from": 25, "to": 90}}, "no_zone": {"from": 0, "to": 25}},
    )
    return load_bundle(make_bundle(folder, [steep], rulebook="builtin"))


def test_a_slope_of_a_terrain_model_is_a_notice_and_no_more(screened: Bundle) -> None:
    """regulations.md (c) 14: 27° by a terrain model, no published range, a road: SW-02, a notice."""
    cells, place = _cells("slope.tif")
    column, row = _longest_run(cells)
    told = _told(screened, _square(column - 1, row - 1, place, 3))
    told_of = [f for f in told.findings if f.outcome is not Outcome.DOES_NOT_APPLY]
    of_slope = [f for f in told_of if f.rule.layers == ("steep_slope",)]
    assert [(f.rule.id, f.outcome, f.rule.effect) for f in of_slope] == [
        ("SW-02", Outcome.APPLIES, Effect.NOTICE)
    ]
    assert of_slope[0].margin_m is not None
    flat = _told(screened, _square(*_flat(cells), place, 1))
    assert [f.outcome for f in flat.findings if f.rule.id == "SW-02"] == [Outcome.DOES_NOT_APPLY]
    away = _told(screened, shapely.Point(105.84, 30.19))
    assert [f.reasons[0].value for f in away.findings if f.rule.id == "SW-02"] == ["not_covered"]


def _flat(cells: np.ndarray) -> tuple[int, int]:
    """Column and row of a cell with nothing steep within five cells."""
    for row in range(5, cells.shape[0] - 6):
        for column in range(5, cells.shape[1] - 6):
            if (cells[row - 5 : row + 6, column - 5 : column + 6] < 25).all():
                return column, row
    raise AssertionError("no flat place in the tile")


def test_the_page_gets_patches_like_zones(demo: Bundle) -> None:
    client = create_app(Settings(), demo).test_client()
    layers = {layer["id"]: layer for layer in client.get("/api/v1/layers").json["layers"]}
    assert layers["slope"]["kind"] == "raster"
    assert layers["slope"]["state"] == "in_force"
    assert layers["slope"]["edition"]["cell_m"] == pytest.approx(27.7, abs=0.1)
    assert layers["slope"]["edition"]["geometry"] == ["polygon"]
    told = client.get("/api/v1/layers/slope/zones?attributes=true").json
    assert told["numberMatched"] == told["numberReturned"] == 336
    first = told["features"][0]["properties"]
    assert first["zone_id"].startswith(f"{first['zone_class']}-r")
    assert first["attributes"]["cells"] >= 1
