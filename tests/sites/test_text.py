"""Answers as text: a line is told where it crosses, as roads are staked."""

from dataclasses import replace

import pytest
from shapely import LineString, MultiLineString, box

from geo.check import check_projects
from layers.sites.write.terminal import answer_text
from tests.geo.world import ON, bundle, place, project, rule, zones

SQUARE = box(0, 0, 100, 100)


def told(line: LineString | MultiLineString, lang: str, article: str = "1") -> str:
    given = bundle([zones("a", SQUARE)], [rule("R", "a")])
    (named,) = given.rulebook.bases.values()
    given = replace(
        given, rulebook=replace(given.rulebook, bases={named.id: replace(named, article=article)})
    )
    report = next(check_projects(given, [project(place(line), "ROAD")], ON))
    return answer_text(report, given, lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "100.0 米 · 桩号 K1+000.0–K1+100.0"), ("en", "100.0 m · at K1+000.0–K1+100.0")],
)
def test_a_line_is_told_where_it_crosses(lang: str, words: str) -> None:
    assert f"a0 · 1 · {words}\n" in told(LineString([(-1_000, 50), (200, 50)]), lang)


def test_parts_of_a_line_are_named() -> None:
    parts = MultiLineString([[(-50, 20), (50, 20)], [(50, 80), (150, 80)]])
    assert "at K0+050.0–K0+100.0, part 2 K0+100.0–K0+150.0\n" in told(parts, "en")
    assert "桩号 K0+050.0–K0+100.0、第2段 K0+100.0–K0+150.0\n" in told(parts, "zh")


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("26", "》第26条 (", " art. 26 ("),
        ("26(2)", "》第26条第2款 (", " art. 26(2) ("),
        ("4.5", "》第4.5条 (", " art. 4.5 ("),
        ("三（一）2", "》三（一）2 (", " 三（一）2 ("),
        ("第三章第二节", "》第三章第二节 (", " 第三章第二节 ("),
        ("功能区限值", "》功能区限值 (", " 功能区限值 ("),
    ],
)
def test_only_a_number_is_called_an_article(article: str, zh: str, en: str) -> None:
    line = LineString([(-1_000, 50), (200, 50)])
    assert zh in told(line, "zh", article)
    assert en in told(line, "en", article)
