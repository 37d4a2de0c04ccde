"""``python -m scripts.demo.verify [DIR]``: areas, tiling, validity, counts and size of the bundle as written.

Tests call these checks too; unlike the generator they need nothing beyond requirements.txt.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.measure import area_m2
from scripts.demo import theme_layers
from scripts.demo.places import CHAOTIAN, CHENGKOU, LESHAN, TONGNAN, plans
from scripts.demo.sources import NINE

BUNDLE = Path(__file__).resolve().parents[2] / "layers" / "demo"
MAX_BYTES = 15_000_000
PUBLISHED_COUNTS = {CHAOTIAN: (2, 4, 1), TONGNAN: (7, 10, 4), CHENGKOU: (7, 6, 3)}
"""Priority, key and general units (plans and regulations.md §1.2)."""

PUBLISHED_SHARES = {TONGNAN: (0.051, 0.481, 0.468), CHENGKOU: (0.682, 0.004, 0.314)}
PUBLISHED_REDLINE_KM2 = {CHENGKOU: 1984.87, LESHAN: 0.6657}
PUBLISHED_REDLINE_SHARE = {"eco_redline": 0.0537, "eco_redline_2020": 0.0956}
"""Of 潼南区, current and 2020 edition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing measured, what it should be, and whether it is."""

    what: str
    measured: str
    wanted: str
    holds: bool


def read(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """All tables of the bundle by file name without ending."""
    return {
        path.stem: gpd.read_parquet(path)
        for path in sorted((folder / "data").glob("*.parquet"))
        if not path.stem.endswith("_clause")
    }


def verify(folder: Path) -> list[Check]:
    """Every check of the bundle in ``folder``."""
    tables = read(folder)
    return [
        *redline_areas(tables),
        *unit_counts(tables),
        *unit_shares(tables),
        *tiling(tables),
        *validity(tables),
        *containment(tables),
        *three_lines(tables),
        *themes(tables),
        *size(folder),
    ]


def _district_m2(tables: dict[str, gpd.GeoDataFrame]) -> dict[str, float]:
    admin = tables["admin_unit"]
    return dict(zip(admin["code"], area_m2(admin.geometry.to_numpy()).tolist(), strict=True))


def _sum_m2(table: gpd.GeoDataFrame, column: str) -> dict[str, float]:
    return table.assign(m2=area_m2(table.geometry.to_numpy())).groupby(column)["m2"].sum().to_dict()


def redline_areas(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Red-line areas against the published figures, within 2 %."""
    whole = _district_m2(tables)
    new = _sum_m2(tables["eco_redline"], "county_code")
    for code, km2 in PUBLISHED_REDLINE_KM2.items():
        found = new[code] / 1e6
        yield _near(f"red line {code}, km²", found, km2, 0.02)
    for name, share in PUBLISHED_REDLINE_SHARE.items():
        found = _sum_m2(tables[name], "county_code")[TONGNAN] / whole[TONGNAN]
        yield _near(f"{name} {TONGNAN}, share", found, share, 0.02)
    old, now = (
        shapely.union_all(tables[name][tables[name]["county_code"] == TONGNAN].geometry.to_numpy())
        for name in ("eco_redline_2020", "eco_redline")
    )
    kept = float(area_m2(shapely.intersection(old, now)) / area_m2(now))
    yield Check(
        what=f"{TONGNAN}: current red line inside that of 2020",
        measured=f"{kept:.1%}",
        wanted="> 80 %",
        holds=kept > 0.8,
    )


def _near(what: str, found: float, wanted: float, tolerance: float) -> Check:
    error = found / wanted - 1
    return Check(
        what=what,
        measured=f"{found:.6g} ({error:+.2%})",
        wanted=f"{wanted:g} ± {tolerance:.0%}",
        holds=abs(error) <= tolerance,
    )


def unit_counts(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Number of units of each class, and the form of their codes."""
    units = tables["env_control_unit"]
    for code in NINE:
        classes = units.loc[units["county_code"] == code, "zone_class"]
        found = tuple(int((classes == k).sum()) for k in "123")
        wanted = PUBLISHED_COUNTS.get(code, plans()[code].counts)
        yield Check(what=f"units {code}", measured=str(found), wanted=str(wanted), holds=found == wanted)
    formed = units["fid"].str.fullmatch(r"ZH\d{6}[123]\d{4}")
    agrees = (units["fid"].str[2:8] == units["county_code"]) & (units["fid"].str[8] == units["zone_class"])
    good = int((formed & agrees).sum())
    yield Check(what="unit codes", measured=str(good), wanted=str(len(units)), holds=good == len(units))
    missing = int(units["list_missing"].sum())
    yield Check(what="units without texts", measured=str(missing), wanted="3", holds=missing == 3)


def unit_shares(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Shares of the unit classes where they are published, within half a percentage point."""
    units, whole = tables["env_control_unit"], _district_m2(tables)
    for code, wanted in PUBLISHED_SHARES.items():
        sums = _sum_m2(units[units["county_code"] == code], "zone_class")
        found = tuple(sums[k] / whole[code] for k in "123")
        close = all(abs(a - b) <= 0.005 for a, b in zip(found, wanted, strict=True))
        words = " / ".join(f"{share:.1%}" for share in found)
        yield Check(what=f"unit shares {code}", measured=words, wanted=str(wanted), holds=close)


def tiling(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Units leave nothing of a district and never overlap."""
    units, whole = tables["env_control_unit"], _district_m2(tables)
    sums = _sum_m2(units, "county_code")
    worst = max(abs(sums[code] / whole[code] - 1) for code in NINE)
    yield Check(
        what="units / district - 1, worst", measured=f"{worst:.1e}", wanted="≤ 1e-6", holds=worst <= 1e-6
    )
    shapes = units.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    overlap = float(area_m2(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]])).sum())
    yield Check(what="overlap of units, m²", measured=f"{overlap:g}", wanted="0", holds=overlap == 0.0)
    for name in ("env_control_unit", "admin_unit"):
        good = bool(shapely.coverage_is_valid(tables[name].geometry.to_numpy()))
        yield Check(what=f"{name} is one planar coverage", measured=str(good), wanted="True", holds=good)


def validity(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """BaseGeometry valid and not empty, ids unique text, coordinates on the 1e-9 degree lattice, CRS 4490."""
    for name, table in tables.items():
        shapes = table.geometry.to_numpy()
        xy = shapely.get_coordinates(shapes)
        off = float(np.abs(np.round(xy, 9) - xy).max())
        ids = table["fid"].is_unique and all(isinstance(fid, str) for fid in table["fid"])
        good = (
            bool(shapely.is_valid(shapes).all() and not shapely.is_empty(shapes).any())
            and ids
            and off < 1e-12
            and table.crs.to_epsg() == 4490
        )
        words = f"{len(table)} rows, {len(xy)} vertices"
        yield Check(what=f"{name}: valid, ids, lattice, CRS", measured=words, wanted="all good", holds=good)


def containment(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """No zone outside its district; the rings of a source, a reserve and a scenic area disjoint."""
    admin = tables["admin_unit"].set_index("code").geometry
    for name in ("eco_redline", "eco_redline_2020", "protected_area", "scenic_area", "drinking_water_zone",
                 "industrial_park", "livestock_ban_zone"):  # fmt: skip
        table = tables[name]
        homes = admin.loc[table["county_code"]].to_numpy()
        outside = float(area_m2(shapely.difference(table.geometry.to_numpy(), homes)).max())
        yield Check(
            what=f"{name} outside its district, worst m²",
            measured=f"{outside:.2g}",
            wanted="< 1",
            holds=outside < 1.0,
        )
    for name, key in (
        ("drinking_water_zone", "source_code"),
        ("protected_area", "area_name"),
        ("scenic_area", "area_name"),
    ):
        worst = max(_overlap_m2(part) for _, part in tables[name].groupby(key))
        yield Check(
            what=f"{name}: overlap of rings, m²", measured=f"{worst:.2g}", wanted="< 1", holds=worst < 1.0
        )


def three_lines(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Red line, farmland and development boundaries do not cross; the red line lies in priority units.

    But in 潼南: its published red line is larger than its published priority units.
    """
    red, farms, towns = (
        tables[name].geometry.to_numpy() for name in ("eco_redline", "perm_farmland", "urban_dev_boundary")
    )
    for what, one, other in (
        ("farmland in the red line", farms, red),
        ("development boundary in the red line", towns, red),
        ("farmland in a development boundary", farms, towns),
    ):
        shared = float(area_m2(shapely.intersection(shapely.union_all(one), shapely.union_all(other))))
        yield Check(what=f"{what}, m²", measured=f"{shared:.2g}", wanted="0", holds=shared == 0.0)
    own = _overlap_m2(tables["perm_farmland"])
    yield Check(what="farmland on farmland, m²", measured=f"{own:.2g}", wanted="0", holds=abs(own) < 1e-3)
    units, lines = tables["env_control_unit"], tables["eco_redline"]
    priority = shapely.union_all(units[units["zone_class"] == "1"].geometry.to_numpy())
    rest = lines[lines["county_code"] != TONGNAN].geometry.to_numpy()
    out = float(area_m2(shapely.difference(rest, priority)).sum())
    yield Check(
        what="red line outside priority units, m²", measured=f"{out:.2g}", wanted="< 10", holds=out < 10.0
    )


MOUNTAINS_ONLY = {"karst_zone": 5, "grassland": 6, "eco_function_area": 6}
"""Layers that make no sense in every district, and the number of districts that have them."""

FEW = {"aquatic_germplasm": 3, "historic_town": 3, "quality_area": 1, "river_mgmt_range": 3}
"""Layers with fewer than five zones in a district, and how many at least: a reserve, an old town, a river."""


def themes(tables: dict[str, gpd.GeoDataFrame]) -> Iterable[Check]:
    """Thematic layers: zones in every district where they make sense, none outside its district."""
    admin = tables["admin_unit"].set_index("code").geometry
    for name in theme_layers.plan():
        table = tables[name]
        counts = table[table["county_code"].isin(NINE)].groupby("county_code").size()
        districts, least = MOUNTAINS_ONLY.get(name, len(NINE)), FEW.get(name, 5)
        good = len(counts) >= districts and int(counts.min()) >= least
        yield Check(
            what=f"{name}: districts, fewest zones in one",
            measured=f"{len(counts)}, {counts.min()}",
            wanted=f"≥ {districts}, ≥ {least}",
            holds=good,
        )
        homes = admin.loc[table["county_code"]].to_numpy()
        beyond = shapely.difference(table.geometry.to_numpy(), homes)
        worst = float(area_m2(beyond).max())
        yield Check(
            what=f"{name} outside its district, worst m²",
            measured=f"{worst:.2g}",
            wanted="< 2000",
            holds=worst < 2000.0,
        )


def _overlap_m2(table: gpd.GeoDataFrame) -> float:
    shapes = table.geometry.to_numpy()
    return float(area_m2(shapes).sum() - area_m2(shapely.union_all(shapes)))


def size(folder: Path) -> Iterable[Check]:
    """Bytes of the whole bundle, without an index built beside it."""
    files = [
        path for path in folder.rglob("*") if path.is_file() and not {".index", ".rivers"} & {*path.parts}
    ]
    total = sum(path.stat().st_size for path in files)
    yield Check(
        what="bytes of the bundle", measured=f"{total:,}", wanted=f"≤ {MAX_BYTES:,}", holds=total <= MAX_BYTES
    )


def table(checks: list[Check]) -> str:
    """The checks as text, one a line."""
    wide = max(len(check.what) for check in checks)
    lines = [
        f"{'ok  ' if check.holds else 'FAIL'} {check.what:<{wide}}  {check.measured}  (wanted {check.wanted})"
        for check in checks
    ]
    return "\n".join(lines)


def report(folder: Path) -> int:
    """Print all checks of the bundle in ``folder``; 1 if one fails, else 0."""
    checks = verify(folder)
    bad = [check for check in checks if not check.holds]
    print(table(checks))
    print(f"{len(checks) - len(bad)} of {len(checks)} checks hold")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(report(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLE))
