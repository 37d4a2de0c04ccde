"""The page of verdicts at random places, and that its verdicts are ones an office can live with."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from geo.check import check_projects
from geo.model import SEVERITY, Bundle, Certainty, Effect, Outcome, Part, Project, Verdict
from geo.site import make_site
from scripts import verdicts
from scripts.verdict_page import page
from tests.builders import make_bundle

PLACES = 12
KINDS = ("CHEM", "SCHOOL", "LIVESTOCK", "ROAD", "HOTEL", "TAIL")


@pytest.fixture(scope="module")
def surveys(demo: Bundle) -> tuple[verdicts.Survey, ...]:
    places = verdicts.draw(demo, PLACES, seed=3)
    return verdicts.survey(demo, verdicts.asked_of(demo), places)


def test_there_are_sixty_kinds_of_project(demo: Bundle) -> None:
    assert len(verdicts.asked_of(demo)) >= 60
    known = demo.rulebook.activities.keys()
    assert verdicts.ALIKE.keys() | set(verdicts.ALIKE.values()) <= known
    assert not verdicts.ALIKE.keys() & set(verdicts.ALIKE.values())


@pytest.mark.parametrize("verdict", [Verdict.UNDETERMINED, Verdict.CONDITIONAL])
def test_no_activity_has_one_and_the_same_empty_answer_everywhere(
    surveys: tuple[verdicts.Survey, ...], verdict: Verdict
) -> None:
    """An answer that is the same wherever one asks says nothing of the place."""
    same = [s.activity.id for s in surveys if all(a.verdict is verdict for a in s.answers)]
    assert same == []


def test_most_places_suit_a_school_and_few_a_chemical_plant(surveys: tuple[verdicts.Survey, ...]) -> None:
    found = {s.activity.id: Counter(a.verdict for a in s.answers) for s in surveys}
    assert found["SCHOOL"][Verdict.NOTICE] + found["SCHOOL"][Verdict.CLEAR] >= PLACES / 3
    assert found["CHEM"][Verdict.NOTICE] + found["CHEM"][Verdict.CLEAR] <= PLACES / 3


def test_the_page_says_what_it_is_and_is_the_same_every_time(
    demo: Bundle, surveys: tuple[verdicts.Survey, ...]
) -> None:
    text = "\n".join(page(demo, surveys, verdicts.ON, "the command"))
    assert text == "\n".join(page(demo, surveys, verdicts.ON, "the command"))
    for word in ("the command", "非法定边界", f"{len(surveys) * PLACES} checks", "村", "CHEM", "fact asked"):
        assert word in text
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| 化工项目 CHEM |")]
    shares = [100 * PLACES // 100 if c == "<1" else int(c) for c in rows[0][1:7]]
    assert 97 <= sum(shares) <= 103  # each is rounded


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = verdicts.asked_of
    monkeypatch.setattr(verdicts, "asked_of", lambda bundle: few(bundle)[:2])
    out = tmp_path / "docs" / "page.md"
    assert verdicts.main(["--places", "10", "--seed", "3", "-o", str(out)]) == 0
    assert "--places 10 --seed 3" in out.read_text(encoding="utf-8")


def test_a_bundle_without_its_districts_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts.main(["--bundle", str(make_bundle(tmp_path, layers=[]))]) == 2
    assert "admin_unit" in capsys.readouterr().err


# --- the shipped rulebook as a whole


def projects(demo: Bundle) -> list[Project]:
    sites = [make_site(p, crs="EPSG:4490", accuracy_m=5.0) for p in verdicts.draw(demo, 10, seed=11)]
    facts = (("nature", "new"),)
    return [Project(parts=(Part(site=s, activity=a, facts=facts),)) for s in sites for a in KINDS]


def test_a_rule_more_lowers_no_verdict_and_the_order_of_rules_is_nothing(demo: Bundle) -> None:
    whole = list(check_projects(demo, projects(demo), verdicts.ON))
    rules = demo.rulebook.rules
    for part in (rules[::2], rules[1::3], rules[: len(rules) // 2]):
        fewer = replace(demo, rulebook=replace(demo.rulebook, rules=part))
        for less, all_ in zip(check_projects(fewer, projects(demo), verdicts.ON), whole, strict=True):
            assert SEVERITY.index(less.verdict) <= SEVERITY.index(all_.verdict)
            assert SEVERITY.index(less.worst_possible) <= SEVERITY.index(all_.worst_possible)
    turned = replace(demo, rulebook=replace(demo.rulebook, rules=rules[::-1]))
    for other, one in zip(check_projects(turned, projects(demo), verdicts.ON), whole, strict=True):
        assert other.parts[0].findings == one.parts[0].findings
        assert (other.verdict, other.headline) == (one.verdict, one.headline)


def test_what_prohibits_was_read(demo: Bundle) -> None:
    """Text that nobody saw (C) and our own reading (D) never prohibit, alone or with others."""
    reports = list(check_projects(demo, projects(demo), verdicts.ON))
    grounds = [
        finding.certainty
        for report in reports
        for finding in report.parts[0].findings
        if finding.outcome is Outcome.APPLIES and finding.rule.effect is Effect.PROHIBITED
    ]
    assert grounds
    assert set(grounds) <= {Certainty.A, Certainty.B}
    for report in reports:
        bans = {f.rule.effect for f in report.parts[0].findings if f.outcome is Outcome.APPLIES}
        assert (report.verdict is Verdict.PROHIBITED) == (Effect.PROHIBITED in bans)
