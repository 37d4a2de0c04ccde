"""The date is an argument: rules, articles, editions, zones, old reserve schemes; half-open [from, to)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from geo.check import check_date, check_projects
from geo.errors import InputError
from geo.model import Basis, Certainty, EditionStatus, Effect, Report, Season, Verdict
from tests.geo.world import (
    BASIS,
    SQUARE,
    bundle,
    edition,
    finding,
    layer,
    layer_state,
    place,
    point,
    project,
    report,
    rule,
    text,
    truth,
    zones,
)

HERE = point(50, 50)
DAY = timedelta(days=1)
CODE, RESERVES = date(2026, 8, 15), date(2026, 3, 15)


def told_on(on: date, *rules: Any, layers: Any = None, **keys: Any) -> Report:
    return report(layers or [zones("a", SQUARE)], list(rules), project(HERE), on=on, **keys)


# --- history ------------------------------------------------------------------------------------------------


def test_dates_before_the_rulebook_begins_are_refused():
    with pytest.raises(InputError) as caught:
        check_date(date(2021, 2, 28), where="row 3.on")
    (problem,) = caught.value.problems
    assert (problem.where, problem.given, problem.allowed) == ("row 3.on", "2021-02-28", "≥ 2021-03-01")
    assert "研判基准日早于规则库的起始日" in problem.line("zh")
    assert "the date is before the rulebook begins" in problem.line("en")
    with pytest.raises(InputError):
        next(check_projects(bundle([], []), [project(HERE)], date(2021, 2, 28)))


def test_the_first_day_is_answered():
    check_date(date(2021, 3, 1))
    assert told_on(date(2021, 3, 1), rule("R", "a")).verdict is Verdict.PROHIBITED


# --- articles -----------------------------------------------------------------------------------------------

OLD = Basis(
    id="water-law-65",
    instrument=text("Water law"),
    article="65",
    valid_from=date(2018, 1, 1),
    valid_to=CODE,
    certainty=Certainty.A,
    source="test",
)
NEW = replace(
    OLD, id="ecocode-319", article="319", valid_from=CODE, valid_to=None, supersedes=("water-law-65",)
)


@pytest.mark.parametrize("named", [("ecocode-319",), ("ecocode-319", "water-law-65")])
@pytest.mark.parametrize(
    ("on", "article"), [(date(2026, 8, 14), "65"), (date(2026, 8, 15), "319"), (date(2026, 11, 21), "319")]
)
def test_the_article_in_force_on_the_day_speaks(on, article, named):
    told = told_on(on, rule("R", "a", basis=named), bases=[OLD, NEW])
    assert [b.article for b in finding(told, "R").basis] == [article]
    assert told.verdict is Verdict.PROHIBITED


def test_superseded_articles_are_found_through_several_steps():
    older = replace(OLD, id="older", article="1", valid_from=date(2008, 1, 1), valid_to=date(2022, 1, 1))
    middle = replace(OLD, valid_from=date(2022, 1, 1), supersedes=("older",))
    told = told_on(date(2021, 6, 1), rule("R", "a", basis=("ecocode-319",)), bases=[older, middle, NEW])
    assert [b.id for b in finding(told, "R").basis] == ["older"]


def test_articles_that_supersede_each_other_in_a_circle_come_to_an_end():
    one = replace(OLD, id="one", valid_from=CODE, valid_to=None, supersedes=("two",))
    two = replace(OLD, id="two", valid_from=CODE, valid_to=None, supersedes=("one",))
    told = told_on(date(2026, 8, 14), rule("R", "a", basis=("one",)), bases=[one, two])
    assert finding(told, "R").reason == "unverified_basis"


@pytest.mark.parametrize("effect", [Effect.PROHIBITED, Effect.CONDITIONAL])
def test_a_rule_without_an_article_in_force_convicts_nobody(effect):
    told = told_on(date(2026, 8, 15), rule("R", "a", basis=("water-law-65",), effect=effect), bases=[OLD])
    assert finding(told, "R").reason == "unverified_basis"
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


@pytest.mark.parametrize(
    ("own", "article", "effect", "holds", "graded"),
    [
        ("A", "A", Effect.PROHIBITED, True, "A"),
        ("B", "A", Effect.PROHIBITED, True, "B"),
        ("A", "B", Effect.PROHIBITED, True, "B"),
        ("C", "A", Effect.PROHIBITED, None, "C"),
        ("A", "C", Effect.PROHIBITED, None, "C"),
        ("A", "C", Effect.RESTRICTED, True, "C"),
        ("A", "C", Effect.CONDITIONAL, True, "C"),
        ("A", "C", Effect.NOTICE, True, "C"),
        ("D", "D", Effect.NOTICE, True, "D"),
        ("A", "D", Effect.NOTICE, True, "D"),
        ("A", "D", Effect.DUTY, True, "D"),
        ("A", "D", Effect.PROHIBITED, None, "D"),
        ("A", "D", Effect.RESTRICTED, None, "D"),
        ("A", "D", Effect.CONDITIONAL, None, "D"),
    ],
)
def test_certainty_is_the_lowest_and_unverified_text_never_prohibits_alone(
    own, article, effect, holds, graded
):
    the_rule = rule("R", "a", certainty=Certainty(own), effect=effect)
    told = told_on(date(2026, 11, 21), the_rule, bases=[replace(BASIS, certainty=Certainty(article))])
    found = finding(told, "R")
    assert truth(found) is holds
    assert found.certainty == graded
    if holds is None:
        assert found.reason == "unverified_basis"
        assert told.worst_possible == effect.value


def test_unverified_text_does_not_open_a_rule_that_does_not_speak_here():
    the_rule = rule("R", "a", certainty=Certainty.C)
    told = report([zones("a", SQUARE)], [the_rule], project(point(500, 50)))
    assert truth(finding(told, "R")) is False
    assert told.complete


def test_a_weak_article_out_of_force_lowers_nothing():
    weak = replace(OLD, certainty=Certainty.C)
    told = told_on(CODE, rule("R", "a", basis=("ecocode-319", "water-law-65")), bases=[weak, NEW])
    assert finding(told, "R").certainty == "A"
    assert told.verdict is Verdict.PROHIBITED


def test_needs_review_changes_no_verdict():
    the_rule = rule("R", "a", needs_review=True)
    told = told_on(CODE, the_rule, bases=[replace(BASIS, needs_review=True)])
    assert (told.verdict, told.complete) == (Verdict.PROHIBITED, True)


# --- rules, seasons -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "spoken"), [(CODE - DAY, False), (CODE, True), (CODE + 9 * DAY, True), (CODE + 10 * DAY, False)]
)
def test_a_rule_is_valid_from_its_first_day_to_before_its_last(on, spoken):
    told = told_on(on, rule("R", "a", valid_from=CODE, valid_to=CODE + 10 * DAY))
    assert [f.rule.id for f in told.parts[0].findings] == (["R"] if spoken else [])


def test_one_id_may_recur_with_disjoint_validity():
    before = rule("R", "a", effect=Effect.CONDITIONAL, valid_to=CODE)
    after = rule("R", "a", effect=Effect.RESTRICTED, valid_from=CODE)
    assert told_on(CODE - DAY, before, after).verdict is Verdict.CONDITIONAL
    assert told_on(CODE, before, after).verdict is Verdict.RESTRICTED


@pytest.mark.parametrize(
    ("start", "end", "on", "spoken"),
    [
        ((3, 1), (6, 30), date(2026, 2, 28), False),
        ((3, 1), (6, 30), date(2026, 3, 1), True),
        ((3, 1), (6, 30), date(2026, 6, 30), True),
        ((3, 1), (6, 30), date(2026, 7, 1), False),
        ((11, 1), (2, 29), date(2026, 10, 31), False),
        ((11, 1), (2, 29), date(2026, 12, 31), True),
        ((11, 1), (2, 29), date(2024, 2, 29), True),
        ((11, 1), (2, 29), date(2026, 3, 1), False),
    ],
)
def test_a_season_holds_both_its_ends_and_may_run_over_new_year(start, end, on, spoken):
    told = told_on(on, rule("R", "a", season=Season(start=start, end=end)))
    assert (told.verdict is Verdict.PROHIBITED) is spoken


# --- editions and zones -------------------------------------------------------------------------------------


def dated(zone_id: str, **keys: Any) -> Any:
    return edition(
        [{"zone_id": zone_id, "zone_class": "1", "geometry": place(SQUARE)}], edition=zone_id, **keys
    )


SWITCH = date(2025, 9, 24)
TWO_EDITIONS = layer(
    "a", dated("new", valid_from=SWITCH), dated("old", valid_from=date(2021, 7, 1), valid_to=SWITCH)
)


@pytest.mark.parametrize(
    ("on", "zone"), [(date(2021, 7, 1), "old"), (SWITCH - DAY, "old"), (SWITCH, "new"), (CODE, "new")]
)
def test_the_edition_in_force_on_the_day_speaks(on, zone):
    told = told_on(on, rule("R", "a"), layers=[TWO_EDITIONS])
    assert [h.zone_id for h in told.parts[0].hits] == [zone]
    assert told.parts[0].layers[0].edition == zone


def test_before_the_first_edition_a_layer_has_none():
    told = told_on(date(2021, 6, 30), rule("R", "a"), layers=[TWO_EDITIONS])
    assert layer_state(told, "a") == ("no_edition", ())
    assert finding(told, "R").reason == "no_edition"


def test_a_provisional_edition_does_not_silence_the_one_in_force():
    elsewhere = edition([], edition="draft plan", valid_from=SWITCH, status=EditionStatus.PROVISIONAL)
    told = told_on(CODE, rule("R", "a"), layers=[layer("a", elsewhere, dated("old"))])
    assert truth(finding(told, "R")) is True


@pytest.mark.parametrize(
    ("on", "met"), [(CODE - DAY, False), (CODE, True), (CODE + 9 * DAY, True), (CODE + 10 * DAY, False)]
)
def test_a_zone_is_valid_from_its_first_day_to_before_its_last(on, met):
    zone = {"shape": SQUARE, "valid_from": CODE, "valid_to": CODE + 10 * DAY}
    told = told_on(on, rule("R", "a"), layers=[zones("a", zone)])
    assert bool(told.parts[0].hits) is met
    assert truth(finding(told, "R")) is met


# --- reserves of the old three-zone scheme ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legacy", "on", "zone_class", "derived"),
    [
        ("core", RESERVES, "core", True),
        ("buffer", RESERVES, "core", True),
        ("experimental", RESERVES, "general", True),
        ("core", RESERVES - DAY, None, False),
        ("buffer", RESERVES - DAY, None, False),
        ("experimental", RESERVES - DAY, None, False),
    ],
)
def test_old_reserves_have_two_zones_from_the_day_of_the_new_regulations(legacy, on, zone_class, derived):
    zone = {"shape": SQUARE, "zone_class": None, "zone_legacy": legacy}
    told = told_on(on, rule("R", "a", zone_classes=("core",)), layers=[zones("a", zone)])
    (hit,) = told.parts[0].hits
    assert (hit.zone_class, hit.zone_derived) == (zone_class, derived)
    found = finding(told, "R")
    if derived:
        assert truth(found) is (zone_class == "core")
    else:
        assert found.reason == "attribute_unknown"


def test_a_class_that_is_given_is_not_derived_anew():
    zone = {"shape": SQUARE, "zone_class": "general", "zone_legacy": "buffer"}
    told = told_on(RESERVES, rule("R", "a", zone_classes=("core",)), layers=[zones("a", zone)])
    assert truth(finding(told, "R")) is False
    assert not told.parts[0].hits[0].zone_derived
