"""The shipped EIA list, row by row of regulations.md §7.2: with and without areas, both sides of sizes."""

from collections.abc import Iterable
from datetime import date

import pytest
import shapely

from geo.check import check_projects
from geo.eia.classes import EiaScope, scope_of
from geo.model import EIA_ORDER, Bundle, EiaClass, EiaList, Part, Project, Scalar, Site
from layers.rulebook import SHIPPED, load_rulebook
from layers.sites.write.terminal import answer_text
from server.checks import questions

BOOK = load_rulebook(SHIPPED)
LISTED = BOOK.eia or EiaList()
ON = date(2026, 11, 21)
Facts = dict[str, Scalar]
NEW: Facts = {"nature": "new"}

SET_A = ("NP", "NR", "SCENIC", "WH", "DW")
SET_B = ("R", "F", "G", "SP", "DP", "NPO", "W", "T", "AN", "PL", "FI", "FY", "SW", "SA")
SET_C = ("C1", "C2")
PARKS = ("R", "F", "G", "SP", "DP", "W", "T", "AN", "PL")
EVERY = (*SET_A, *SET_B, *SET_C)


def scope(activity: str, facts: Facts) -> EiaScope:
    """The list asked of an activity, with what it implies."""
    values = {**dict(BOOK.activities[activity].implies), **facts}
    found = scope_of(BOOK, LISTED.items, activity, values)
    assert found is not None
    return found


def met(found: EiaScope, areas: Iterable[str]) -> tuple[bool, ...]:
    """By set, whether it holds one of the areas."""
    return tuple(not set(areas).isdisjoint(some) for some in found.sets)


def after(activity: str, facts: Facts, *areas: str) -> str:
    """The classes possible where just these areas are entered."""
    found = scope(activity, facts)
    return "|".join(found.after(met(found, areas)))


def before(activity: str, facts: Facts) -> str:
    return "|".join(scope(activity, facts).before)


# item, activity, facts, class without, class with an area of the set, the set
ROWS: list[tuple[str, str, Facts, str, str, tuple[str, ...]]] = [
    ("1", "FARM", NEW, "registration", "form", (*SET_A, "R", "G", "W", "SW")),
    ("3", "LIVESTOCK", {"pigs_out": 500, "pigs_stock": 300}, "registration", "report", (*SET_A, *SET_C)),
    ("5", "AQUA", {"cage_pen_feeding": False}, "registration", "form", (*SET_A, "R", "W", "FI")),
    (
        "7",
        "OILGAS",
        {"oilgas_kind": "oil", "new_block": False},
        "form",
        "report",
        (*SET_A, *PARKS, "FI", "FY", "SW", "SA", *SET_C),
    ),
    (
        "8",
        "OILGAS",
        {"oilgas_kind": "gas", "new_block": False},
        "form",
        "report",
        (*SET_A, *PARKS, "FI", "FY", "SW", "SA", *SET_C),
    ),
    ("11", "MINE_SAND", NEW, "form", "report", (*SET_A, "R", "G", "FI", "SA")),
    ("14", "MINE_OTHER", {"mineral_kind": "other"}, "registration", "form", SET_A),
    (
        "19",
        "MFG",
        {"mfg_kind": "fish", "fish_t_per_year": 10, "fish_oil": False},
        "none",
        "form",
        (*SET_A, *SET_B),
    ),
    ("88", "HYDRO", {"power_mw": 0.5, "pumped_storage": False}, "form", "report", (*SET_A, "R", "FI")),
    ("90", "WIND", {"power_mw": 50}, "form", "report", (*SET_A, *SET_C)),
    ("97", "REALESTATE", NEW, "none", "form", (*SET_A, *PARKS, "C2")),
    ("97", "HOTEL", NEW, "none", "form", (*SET_A, *PARKS, "C2")),
    ("97", "MFG", {"mfg_kind": "standard_factory"}, "none", "form", (*SET_A, *PARKS, *SET_C)),
    ("104", "GEOHAZARD", {"geohazard_scale": "giant_debris_flow"}, "form", "report", SET_A),
    ("104", "GEOHAZARD", {"geohazard_scale": "small"}, "registration", "form", SET_A),
    (
        "110",
        "SCHOOL",
        {"nature": "new", "floor_area_m2": 5000, "school_lab": False},
        "none",
        "form",
        (*SET_A, *PARKS),
    ),
    ("111", "MARKET", {"floor_area_m2": 5000}, "none", "form", (*SET_A, *PARKS)),
    ("112", "TOURISM", {"leisure_kind": "ski_hunt_race"}, "registration", "form", (*SET_A, *SET_B)),
    ("113", "VENUE", NEW, "none", "form", (*SET_A, *PARKS)),
    ("114", "TOURISM", {"leisure_kind": "lake", "lake_m3": 50_000}, "registration|form", "report", SET_A),
    (
        "116",
        "FILM",
        NEW,
        "form",
        "report",
        (*SET_A, "R", "G", "SP", "DP", "W", "T", "AN", "PL", *SET_C),
    ),
    ("118", "CARPARK", NEW, "none", "form", (*SET_A, *PARKS, "C2")),
    ("119", "GASSTATION", {"sells_petrol": False}, "none", "form", SET_A),
    ("119", "GASSTATION", {"sells_petrol": True, "nature": "new"}, "none", "form", (*SET_A, "BU")),
    ("122", "CEMETERY", {"funeral_home": False}, "none", "form", (*SET_A, "R", "F")),
    ("124", "RESERVOIR", {"reservoir_m3": 9_999_999}, "form", "report", (*SET_A, "R", "FI")),
    ("125", "IRRIG", NEW, "form", "report", (*SET_A, "R", "FI")),
    (
        "126",
        "DIVERSION",
        {"inter_basin": False, "large_diversion": False, "reservoir_linked": False},
        "form",
        "report",
        (*SET_A, "R", "FI"),
    ),
    (
        "126",
        "DIVERSION",
        {"inter_basin": False, "large_diversion": False, "reservoir_linked": True},
        "form",
        "report",
        ("NP", "NR", "SCENIC", "WH", "R", "FI"),
    ),
    ("128", "RIVERREG", NEW, "form", "report", (*SET_A, "R", "W", "AN", "PL", "FI")),
    ("129", "GWPUMP", {"gw_m3_per_day": 9_999}, "form", "report", (*SET_A, "R", "W")),
    ("130", "ROAD", {"nature": "new", "road_class": "class2", "line_km": 30}, "form", "report", EVERY),
    ("130", "ROAD", {"nature": "new", "road_class": "class3"}, "registration", "form", EVERY),
    ("132", "RAIL", {"rail_kind": "link", "line_km": 30}, "form", "report", EVERY),
    ("134", "RAIL", {"rail_kind": "hub", "nature": "new"}, "form", "report", EVERY),
    ("137", "AIRPORT", {"airport_ancillary": True}, "registration", "form", ("C1",)),
    ("139", "PORT", {"port_kind": "bulk", "berth_t": 999}, "form", "report", (*SET_A, "R", "FI", "FY")),
    (
        "140",
        "PORT",
        {"port_kind": "container", "berth_t": 2_999},
        "form",
        "report",
        (*SET_A, "R", "FI", "FY"),
    ),
    ("141", "PORT", {"port_kind": "roro"}, "form", "report", (*SET_A, "R", "FI", "FY")),
    ("142", "PORT", {"port_kind": "ferry"}, "form", "report", (*SET_A, "R", "FI", "FY")),
    ("145", "PORT", {"port_kind": "fishing"}, "form", "report", (*SET_A, "R", "FI", "FY")),
    ("143", "WATERWAY", {"waterway_kind": "lock"}, "form", "report", (*SET_A, "R", "FI", "FY")),
    ("146", "PIPE_CITY", NEW, "registration", "form", (*SET_A, "R", "F", "DP", "W", "T")),
    ("147", "PIPE_OILGAS", NEW, "form", "report", (*SET_A, "R", "F", "SP", "DP", "W", "T", *SET_C)),
    ("148", "PIPE_HAZ", NEW, "form", "report", (*SET_A, "R", "F", "SP", "DP", "W", "T", *SET_C)),
    ("161", "TRANSMISSION", {"voltage_kv": 330}, "form", "report", (*SET_A, "C1")),
    ("162", "TELECOM", {"telecom_kind": "broadcast"}, "form", "report", ("C1",)),
    ("163", "TELECOM", {"telecom_kind": "tv_tower"}, "form", "report", ("C1",)),
    ("164", "TELECOM", {"telecom_kind": "earth_station"}, "form", "report", ("C1",)),
    ("165", "TELECOM", {"telecom_kind": "radar"}, "form", "report", ("C1",)),
]


@pytest.mark.parametrize(("item", "activity", "facts", "without", "inside", "areas"), ROWS)
def test_a_row_counts_its_own_areas_and_no_other(
    item: str, activity: str, facts: Facts, without: str, inside: str, areas: tuple[str, ...]
) -> None:
    assert before(activity, facts) == without
    for area in LISTED.areas:
        assert after(activity, facts, area) == (inside if area in areas else without), area
    found = scope(activity, facts)
    assert {i for _, items in found.cells(met(found, areas)) for i in items} == {item}


# activity, facts, class wherever it lies
FIXED: list[tuple[str, Facts, str]] = [
    ("LIVESTOCK", {"pigs_out": 4_999, "pigs_stock": 2_499}, "registration"),
    ("LIVESTOCK", {"pigs_out": 5_000}, "report"),
    ("LIVESTOCK", {"pigs_stock": 2_500}, "report"),
    ("LIVESTOCK", {"scale_farm": False, "pigs_out": 10, "pigs_stock": 5}, "none"),
    ("AQUA", {"cage_pen_feeding": True}, "form"),
    ("OILGAS", {"oilgas_kind": "oil", "new_block": True}, "report"),
    ("OILGAS", {"oilgas_kind": "shale_gas"}, "report"),
    ("OILGAS", {"oilgas_kind": "coalbed", "new_block": False, "coalbed_m3_per_year": 100_000_000}, "report"),
    ("OILGAS", {"oilgas_kind": "coalbed", "new_block": False, "coalbed_m3_per_year": 99_999_999}, "form"),
    ("MINE_COAL", NEW, "report"),
    ("MINE_METAL", NEW, "report"),
    ("TAIL", NEW, "report"),
    ("TAIL", {"pond_type": "phosphogypsum"}, "report"),
    ("MINE_OTHER", {"mineral_kind": "nonmetal"}, "report"),
    ("MFG", {"mfg_kind": "fish", "fish_t_per_year": 100_000}, "form"),
    ("MFG", {"mfg_kind": "fish", "fish_oil": True}, "form"),
    ("DYEING", NEW, "report"),
    ("TANNING", NEW, "report"),
    ("PAPER", NEW, "report"),
    ("CHEM", {"chem_kind": "refining"}, "report"),
    ("CHEM", {"chem_kind": "chemicals", "mixing_only": False}, "report"),
    ("CHEM", {"chem_kind": "chemicals", "mixing_only": True}, "form"),
    ("CHEM", {"chem_kind": "chemicals"}, "form|report"),
    ("PHARMA", {"pharma_kind": "ingredients"}, "report"),
    ("BUILDMAT", {"buildmat_kind": "cement"}, "report"),
    ("BUILDMAT", {"buildmat_kind": "grinding"}, "form"),
    ("STEEL", {"steel_kind": "iron"}, "report"),
    ("STEEL", {"steel_kind": "steel"}, "report"),
    ("NONFERROUS", NEW, "report"),
    ("PLATING", NEW, "report"),
    ("THERMAL", {"gas_power": False}, "report"),
    ("THERMAL", {"gas_power": True}, "form"),
    ("HYDRO", {"power_mw": 1, "pumped_storage": False}, "report"),
    ("HYDRO", {"power_mw": 0.999, "pumped_storage": False}, "form"),
    ("HYDRO", {"power_mw": 0.1, "pumped_storage": True}, "report"),
    ("INCIN", NEW, "report"),
    ("PV", {"pv_ground": True, "power_mw": 6.001, "voltage_kv": 10}, "form"),
    ("PV", {"pv_ground": True, "power_mw": 6, "voltage_kv": 10}, "registration"),
    ("PV", {"pv_ground": True, "power_mw": 7, "voltage_kv": 9.9}, "registration"),
    ("PV", {"pv_ground": False, "power_mw": 60, "voltage_kv": 35}, "registration"),
    ("BOILER", {"coal_fired": True, "boiler_t_per_h": 65.1}, "report"),
    ("BOILER", {"coal_fired": True, "boiler_t_per_h": 65}, "none|registration|form"),
    ("WATERSUPPLY", NEW, "form"),
    ("WWTP", {"sewage_t_per_day": 100_000, "industrial_sewage": False}, "report"),
    ("WWTP", {"sewage_t_per_day": 99_999, "industrial_sewage": False}, "form"),
    ("WWTP", {"sewage_t_per_day": 500, "industrial_sewage": False}, "form"),
    ("WWTP", {"sewage_t_per_day": 499, "industrial_sewage": False}, "none|registration"),
    ("WWTP", {"sewage_t_per_day": 10, "industrial_sewage": True}, "report"),
    ("HAZWASTE", NEW, "report"),
    ("SOLIDWASTE", {"solidwaste_kind": "final"}, "report"),
    ("SOLIDWASTE", {"solidwaste_kind": "transfer", "transfer_t_per_day": 150}, "form"),
    ("SOLIDWASTE", {"solidwaste_kind": "transfer", "transfer_t_per_day": 149}, "none|registration"),
    ("LANDFILL", NEW, "report"),
    ("HOSPITAL", {"beds": 500}, "report"),
    ("HOSPITAL", {"beds": 499}, "form"),
    ("HOSPITAL", {"beds": 20}, "form"),
    ("HOSPITAL", {"beds": 19}, "none|registration"),
    ("SCHOOL", {"nature": "new", "floor_area_m2": 4_999}, "none"),
    ("SCHOOL", {"nature": "new", "floor_area_m2": 5_000, "school_lab": True}, "form"),
    ("SCHOOL", {"nature": "expansion", "floor_area_m2": 5_000, "school_lab": False}, "none"),
    ("MARKET", {"floor_area_m2": 4_999}, "none"),
    ("GOLF", NEW, "report"),
    ("TOURISM", {"leisure_kind": "lake", "lake_m3": 5_000_000}, "report"),
    ("TOURISM", {"leisure_kind": "lake", "lake_m3": 49_999}, "registration|form"),
    ("TOURISM", {"leisure_kind": "development"}, "registration"),
    ("CABLEWAY", NEW, "form"),
    ("CEMETERY", {"funeral_home": True}, "form"),
    ("DANGERSTORE", {"store_m3": 200_000}, "report"),
    ("DANGERSTORE", {"store_m3": 199_999, "underground_store": False}, "none|registration|form"),
    ("DANGERSTORE", {"store_m3": 1, "underground_store": True}, "report"),
    ("RESERVOIR", {"reservoir_m3": 10_000_000}, "report"),
    ("DIVERSION", {"inter_basin": True}, "report"),
    ("DIVERSION", {"large_diversion": True}, "report"),
    ("FLOODCTL", {"nature": "new", "flood_scale": "large_mid"}, "report"),
    ("FLOODCTL", {"nature": "relocation", "flood_scale": "large_mid"}, "report"),
    ("FLOODCTL", {"nature": "new", "flood_scale": "small"}, "none|registration|form"),
    ("GWPUMP", {"gw_m3_per_day": 10_000}, "report"),
    ("ROAD", {"nature": "new", "road_class": "class2", "line_km": 30.001}, "report"),
    ("ROAD", {"nature": "expansion", "road_class": "expressway", "line_km": 80}, "form"),
    ("ROAD", {"road_ancillary": True}, "registration"),
    ("CITYROAD", {"city_road_class": "main"}, "form"),
    ("RAIL", {"rail_kind": "line"}, "report"),
    ("RAIL", {"rail_kind": "link", "line_km": 30.1}, "report"),
    ("RAIL", {"rail_kind": "metro"}, "report"),
    ("AIRPORT", NEW, "report"),
    ("PORT", {"port_kind": "liquids"}, "report"),
    ("PORT", {"port_kind": "bulk", "berth_t": 1_000}, "report"),
    ("PORT", {"port_kind": "container", "berth_t": 3_000}, "report"),
    ("WATERWAY", {"waterway_kind": "channel", "nature": "expansion"}, "report"),
    ("WATERWAY", {"waterway_kind": "hub"}, "report"),
    ("PIPE_CITY", {"nature": "expansion"}, "registration"),
    ("TRANSMISSION", {"voltage_kv": 500}, "report"),
    ("TRANSMISSION", {"voltage_kv": 99}, "none"),
    ("CATERING", NEW, "none"),
    ("VILLAGEHOUSE", NEW, "none"),
]


@pytest.mark.parametrize(("activity", "facts", "expected"), FIXED)
def test_sizes_and_kinds_decide_without_any_area(activity: str, facts: Facts, expected: str) -> None:
    assert before(activity, facts) == expected


@pytest.mark.parametrize(("activity", "facts", "expected"), [row for row in FIXED if row[2] == "report"])
def test_a_report_stays_a_report_in_any_area(activity: str, facts: Facts, expected: str) -> None:
    assert after(activity, facts, *LISTED.areas) == expected


def test_case_16_a_nature_park_does_not_count_for_wind_power_a_scenic_area_does() -> None:
    for power in (40, 60):
        assert after("WIND", {"power_mw": power}, "SP", "DP", "NPO") == "form"
    assert after("WIND", {"power_mw": 60}, "SCENIC") == "report"
    assert after("WIND", {"power_mw": 49.999}, "SCENIC") == "form"
    assert after("WIND", {"power_mw": 50}, "SCENIC") == "report"


def test_what_is_not_known_is_a_range_never_the_milder() -> None:
    assert after("WIND", {}, "SCENIC") == "form|report"
    assert scope("WIND", {}).missing_facts == ("power_mw",)
    assert scope("WIND", {}).raising_facts == ("power_mw",)
    found = scope("WIND", {"power_mw": 60})
    assert found.after((None,)) == (EiaClass.FORM, EiaClass.REPORT)
    assert (found.raised((None,)), found.raised((True,)), found.raised((False,))) == (None, True, False)
    assert scope("WIND", {"power_mw": 40}).raised((None,)) is False
    assert scope("BIOPOWER", NEW).unverified is True


def test_facts_that_change_nothing_are_not_asked() -> None:
    assert scope("LIVESTOCK", {"pigs_out": 6_000}).missing_facts == ()
    assert scope("MINE_METAL", NEW).missing_facts == ()
    assert set(scope("ROAD", {"nature": "new", "road_class": "class3"}).missing_facts) == set()
    assert set(scope("ROAD", NEW).missing_facts) == {"road_class", "line_km"}


def test_the_applicant_may_name_items_and_the_highest_counts() -> None:
    facts: Facts = {"eia_item": "90、161", "power_mw": 40, "voltage_kv": 500}
    found = scope("WIND", facts)
    assert (found.several, found.items) == (True, ("90", "161"))
    # Item 161 does not list wind farms: whatever it may come to is possible.
    assert "report" in after("WIND", facts)
    lost = scope("WIND", {"eia_item": "999"})
    assert (lost.before, lost.listed, lost.unverified) == (EIA_ORDER, None, True)


def test_what_stands_already_is_not_asked_and_what_is_moved_is_new() -> None:
    assert scope_of(BOOK, LISTED.items, "WIND", {"nature": "existing"}) is None
    assert scope_of(BOOK, LISTED.items, None, {}) is None
    moved: Facts = {"nature": "relocation", "floor_area_m2": 5_000, "school_lab": False}
    assert after("SCHOOL", moved, "R") == "form"


def test_more_areas_never_lower_a_class() -> None:
    for activity in BOOK.activities:
        found = scope(activity, {})
        for case in found.cases:
            least = EIA_ORDER.index(case[0][0])
            assert all(EIA_ORDER.index(eia_class) >= least for eia_class, _ in case), activity


def test_the_list_and_the_activities_name_the_same_items() -> None:
    for activity in BOOK.activities.values():
        items = {i.id for i in LISTED.items if not set(i.activities).isdisjoint(activity.groups)}
        assert {i for i in items if i.isdecimal()} == set(activity.eia_items), activity.id


def test_every_item_of_7_2_is_there() -> None:
    dependent = {row[0] for row in ROWS}
    assert dependent == {
        *("1", "3", "5", "7", "8", "11", "14", "19", "88", "90", "97", "104", "110", "111", "112", "113"),
        *("114", "116", "118", "119", "122", "124", "125", "126", "128", "129", "130", "132", "134", "137"),
        *("139", "140", "141", "142", "143", "145", "146", "147", "148", "161", "162", "163", "164", "165"),
    }


def test_the_terminal_tells_the_class_and_what_is_missing(demo: Bundle) -> None:
    site = Site(geometry=shapely.Point(106.837822, 32.550031))
    told = {}
    for facts in ((("power_mw", 60.0),), ()):
        part = Part(site=site, activity="WIND", facts=facts)
        (report,) = check_projects(demo, [Project(parts=(part,))], ON)
        told[facts] = [answer_text(report, demo, lang).splitlines() for lang in ("zh", "en")]
    known, unknown = told.values()
    assert "环评类别: 报告书（涉及风景名胜区；不涉及环境敏感区时为报告表） [report]" in known[0]
    assert "EIA class: report (sensitive area: scenic area; without one: form) [report]" in known[1]
    assert "  需补充: 装机容量（兆瓦）" in unknown[0]
    assert "  To be told: Installed power (MW)" in unknown[1]


def test_a_rule_without_a_place_says_so(demo: Bundle) -> None:
    part = Part(site=Site(geometry=shapely.Point(106.837822, 32.550031)), activity="CATERING")
    (report,) = check_projects(demo, [Project(parts=(part,))], ON)
    (duty,) = [f for f in report.parts[0].duties if f.rule.id == "EI-03"]
    assert duty.explanation.zh.startswith("按项目类型和名录判定，与位置无关。")
    assert duty.explanation.en.startswith("Told by activity and list, wherever it lies.")


def test_the_form_asks_what_the_class_needs(demo: Bundle) -> None:
    site = Site(geometry=shapely.Point(106.837822, 32.550031))
    asked = {}
    for facts in ((), (("power_mw", 60.0),)):
        part = Part(site=site, activity="WIND", facts=facts)
        (told,) = questions(demo, Project(parts=(part,)), ON)["parts"]
        asked[facts] = {fact["id"] for fact in told["facts"] if fact["for_eia"]}
    assert list(asked.values()) == [{"power_mw"}, set()]
