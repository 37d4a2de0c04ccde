"""Which article an answer cites on both sides of 2026-08-15 and 2026-03-15: JSON, sentence, text, API."""

from datetime import date, timedelta
from typing import Any

import pytest

from geo.answer import to_json
from geo.check import check_projects
from geo.model import Bundle, Part, Project, Report, Site
from layers.rulebook import SHIPPED, load_rulebook
from layers.sites.write.terminal import answer_text
from server.describe import basis as described

BOOK = load_rulebook(SHIPPED)
DAY = timedelta(days=1)
CODE, RESERVES = date(2026, 8, 15), date(2026, 3, 15)
PAIRS = [(new.id, old) for new in BOOK.bases.values() for old in new.supersedes]


def report(demo: Bundle, layer: str, wanted: dict[str, str], activity: str, on: date) -> Report:
    """A new project in the middle of the first zone with such values."""
    zones = demo.layers[layer].editions[0].zones
    assert zones is not None
    for name, value in wanted.items():
        zones = zones[zones[name] == value]
    site = Site(geometry=zones.geometry.iloc[0].representative_point(), accuracy_m=5.0)
    part = Part(site=site, activity=activity, facts=(("nature", "new"),))
    return next(check_projects(demo, [Project(parts=(part,))], on))


def told(found: Report, rule: str) -> dict[str, Any]:
    (finding,) = [f for f in to_json(found)["parts"][0]["findings"] if f["rule"] == rule]
    return finding


RESERVE = "Nature Reserve Regulations "
CITED = [
    ("WS-04", "drinking_water_zone", {"zone_class": "2"}, "LIVESTOCK", CODE - DAY,
     "《水污染防治法》第66条（自2026-08-15起为《生态环境法典》第320条）",
     "Water Pollution Prevention Law, art. 66 (from 2026-08-15 Ecological Environment Code, art. 320)"),
    ("WS-04", "drinking_water_zone", {"zone_class": "2"}, "LIVESTOCK", CODE,
     "《生态环境法典》第320条（原《水污染防治法》第66条）",
     "Ecological Environment Code, art. 320 (formerly Water Pollution Prevention Law, art. 66)"),
    ("PA-04", "protected_area", {"zone_legacy": "experimental"}, "CHEM", RESERVES - DAY,
     "《自然保护区条例（2017）》第32条（自2026-03-15起为《自然保护区条例（2026）》第26条、第27条）",
     RESERVE + "(2017), art. 32 (from 2026-03-15 Nature Reserve Regulations (2026), art. 26, art. 27)"),
    ("PA-02", "protected_area", {"zone_legacy": "experimental"}, "CHEM", RESERVES,
     "《自然保护区条例（2026）》第27条（原《自然保护区条例（2017）》第26条、第29条、第32条）",
     RESERVE + "(2026), art. 27 (formerly Nature Reserve Regulations (2017), art. 26, art. 29, art. 32)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "layer", "wanted", "activity", "on", "zh", "en"), CITED, ids=[f"{c[0]}-{c[4]}" for c in CITED]
)
def test_an_answer_cites_what_is_in_force_with_the_other_in_brackets(
    demo: Bundle, rule: str, layer: str, wanted: dict[str, str], activity: str, on: date, zh: str, en: str
) -> None:
    found = report(demo, layer, wanted, activity, on)
    finding = told(found, rule)
    assert [b["cited"] for b in finding["basis"]] == [{"zh": zh, "en": en}]
    assert f"依据{zh}。" in finding["explanation"]["zh"]
    assert f"Basis: {en}." in finding["explanation"]["en"]
    assert f"依据: {zh}" in answer_text(found, demo, "zh")
    assert f"Basis: {en}" in answer_text(found, demo, "en")


def test_superseded_by_is_derived_from_supersedes() -> None:
    assert len(PAIRS) >= 25
    for new, old in PAIRS:
        assert new in [c.id for c in BOOK.bases[old].later]
        assert old in [c.id for c in BOOK.bases[new].earlier]
        assert new in described(BOOK.bases[old], CODE)["superseded_by"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p[1]}-{p[0]}")
def test_the_older_text_ends_on_the_day_the_newer_begins(pair: tuple[str, str]) -> None:
    new, old = (BOOK.bases[name] for name in pair)
    assert old.valid_to == new.valid_from
    assert new.valid_from in {CODE, RESERVES}


# Rows of regulations.md §0.2: (old, new). Acts that stay in force beside the Code have no successor.
REPLACED = [
    ("env-law-29", "ecocode-60"), ("eia-law-16", "ecocode-95"), ("water-law-63", "ecocode-317"),
    ("water-law-64", "ecocode-318"), ("water-law-65", "ecocode-319"), ("water-law-66", "ecocode-320"),
    ("water-law-67", "ecocode-321"), ("water-law-75", "ecocode-329"), ("water-law-74", "ecocode-328"),
    ("water-law-91", "ecocode-1145"), ("water-law-47", "ecocode-299"), ("air-law-38", "ecocode-207"),
    ("air-law-39", "ecocode-208"), ("air-law-80", "ecocode-249"), ("air-law-81", "ecocode-250"),
    ("solidwaste-law-21", "ecocode-481"), ("soil-law-32", "ecocode-427"), ("soil-law-50", "ecocode-445"),
    ("soil-law-61", "ecocode-456"), ("noise-law-35", "ecocode-566"), ("noise-law-45", "ecocode-574"),
]  # fmt: skip
BESIDE = ["yangtze-22", "eia-reg-11", "water-act-34", "gw-reg-42"]


@pytest.mark.parametrize(("old", "new"), REPLACED)
def test_every_row_of_the_article_map_is_a_pair(old: str, new: str) -> None:
    assert (new, old) in PAIRS
    assert BOOK.bases[old].in_force(CODE - DAY)
    assert BOOK.bases[new].in_force(CODE)


@pytest.mark.parametrize("name", BESIDE)
def test_what_the_code_leaves_in_force_has_no_successor(name: str) -> None:
    assert BOOK.bases[name].valid_to is None
    assert BOOK.bases[name].later == ()
