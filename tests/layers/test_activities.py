"""The shipped activities hold every category of regulations.md §7.3, with its industries and items."""

import pytest

from geo.model import FactType
from layers.rulebook import SHIPPED, load_rulebook

BOOK = load_rulebook(SHIPPED)

# code, GB/T 4754, 名录: as printed in §7.3; "–", "plan EIA", "consent", "not listed", "various": none.
CATEGORIES = [
    ("CHEM", "26 251 252", "42 44 45 46"),
    ("CHEMPARK", "", ""),
    ("PHARMA", "271 272 275 276 273 274", "47 48"),
    ("TAIL", "", "9 10 103"),
    ("MINE_METAL", "08 09", "9 10"),
    ("MINE_COAL", "06", "6"),
    ("MINE_SAND", "101", "11"),
    ("MINE_OTHER", "102 109 12", "12 14"),
    ("OILGAS", "07", "7 8"),
    ("SANDRIVER", "101", ""),
    ("HYDRO", "4413", "88"),
    ("WIND", "4415", "90"),
    ("PV", "4416", "90"),
    ("THERMAL", "4411 4412", "87"),
    ("BIOPOWER", "4417", "89"),
    ("BOILER", "443", "91"),
    ("LIVESTOCK", "03", "3"),
    ("AQUA", "04", "5"),
    ("FARM", "01", "1"),
    ("FORESTRY", "02", "2"),
    ("STEEL", "31", "61 62"),
    ("NONFERROUS", "32", "64"),
    ("BUILDMAT", "30", "54"),
    ("PAPER", "22", "37"),
    ("DYEING", "17", "28"),
    ("TANNING", "19", "30"),
    ("PLATING", "33", "67"),
    ("ROAD", "54", "130"),
    ("RAIL", "53", "132 133 134"),
    ("CITYROAD", "48", "131"),
    ("AIRPORT", "", "136"),
    ("PORT", "55", "138 139 140 141 142 145"),
    ("WATERWAY", "55", "143 144"),
    ("PIPE_OILGAS", "57", "147"),
    ("PIPE_HAZ", "57", "148"),
    ("PIPE_CITY", "57", "146"),
    ("TRANSMISSION", "442", "161"),
    ("TELECOM", "63", "162 163 164 165 166"),
    ("RESERVOIR", "482 76", "124"),
    ("IRRIG", "482 76", "125"),
    ("DIVERSION", "482 76", "126"),
    ("FLOODCTL", "482 76", "127"),
    ("RIVERREG", "482 76", "128"),
    ("GWPUMP", "76", "129"),
    ("WATERSUPPLY", "461", "94"),
    ("WWTP", "462", "95"),
    ("OUTFALL", "", ""),
    ("HAZWASTE", "7724", "101 102"),
    ("SOLIDWASTE", "7723", "103"),
    ("LANDFILL", "782", "106"),
    ("INCIN", "", "89"),
    ("CDWASTE", "", ""),
    ("REALESTATE", "70", "97"),
    ("SCHOOL", "83", "110"),
    ("HOSPITAL", "84", "108"),
    ("MARKET", "51 52", "111"),
    ("VENUE", "88 89", "113"),
    ("HOTEL", "61", "97"),
    ("TOURISM", "786", "115"),
    ("CABLEWAY", "", "115"),
    ("GOLF", "", "112"),
    ("FILM", "", "116"),
    ("CEMETERY", "", "122"),
    ("GASSTATION", "5265", "119"),
    ("DANGERSTORE", "594", "149"),
    ("CATERING", "62", ""),
    ("DEVZONE", "", ""),
    ("ECORESTORE", "77", ""),
    ("GEOHAZARD", "748", "104"),
    ("SURVEY", "748", "99"),
    ("PATROL", "", ""),
    ("MILITARY", "", ""),
    ("EMERGENCY", "", ""),
    ("VILLAGEHOUSE", "", ""),
    ("HERITAGEWORK", "", ""),
]


@pytest.mark.parametrize(("code", "industries", "items"), CATEGORIES)
def test_a_category_is_there_with_its_codes(code: str, industries: str, items: str) -> None:
    activity = BOOK.activities[code]
    assert set(industries.split()) <= set(activity.gb4754)
    assert set(items.split()) <= set(activity.eia_items)
    assert activity.title.zh
    assert activity.title.en


def test_the_heavy_polluters_are_a_group_of_industry() -> None:
    heavy = {a.id for a in BOOK.activities.values() if "HEAVYPOLL" in a.groups}
    assert heavy >= {"CHEM", "STEEL", "NONFERROUS", "BUILDMAT", "PAPER", "DYEING", "TANNING", "PLATING"}
    assert all("INDUSTRY" in BOOK.activities[name].groups for name in heavy)
    assert "MFG" not in heavy


# b.8 and the flags of §7.3, by the names they have here
@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("nature", FactType.ENUM),
        ("gb4754_code", FactType.TEXT),
        ("eia_item", FactType.TEXT),
        ("land_area_m2", FactType.NUMBER),
        ("land", FactType.ENUM),
        ("discharges", FactType.BOOL),
        ("pollutes_soil", FactType.BOOL),
        ("pollutes_gw", FactType.BOOL),
        ("soil_loss", FactType.BOOL),
        ("noisy", FactType.BOOL),
        ("smelly", FactType.BOOL),
        ("stack_height_m", FactType.NUMBER),
        ("boiler_t_per_h", FactType.NUMBER),
        ("fuel_type", FactType.TEXT),
        ("in_national_major_list", FactType.BOOL),
        ("rl_act_code", FactType.ENUM),
        ("related_to_water_supply", FactType.BOOL),
        ("in_port_plan", FactType.BOOL),
        ("in_park_id", FactType.TEXT),
        ("village_house", FactType.BOOL),
        ("power_mw", FactType.NUMBER),
        ("voltage_kv", FactType.NUMBER),
        ("road_class", FactType.ENUM),
        ("line_km", FactType.NUMBER),
        ("pigs_out", FactType.NUMBER),
    ],
)
def test_a_fact_of_the_standard_is_there(fact: str, kind: FactType) -> None:
    assert BOOK.facts[fact].type is kind


def test_every_fact_has_a_question_in_both_languages_and_a_number_its_unit() -> None:
    for fact in BOOK.facts.values():
        assert fact.question.zh.endswith("？"), fact.id
        assert fact.question.en.endswith("?"), fact.id
    counts = {"pigs_out", "pigs_stock", "beds"}
    assert {f.id for f in BOOK.facts.values() if f.type is FactType.NUMBER and f.unit is None} <= counts


def test_what_is_implied_is_explained_at_the_head_of_the_file() -> None:
    head = (SHIPPED / "activities.yaml").read_text(encoding="utf-8").split("- {id:", 1)[0]
    implied = {name for a in BOOK.activities.values() for name, _ in a.implies}
    told = {name for name in implied if name in head}
    assert implied - told == set()
