"""Articles as reports cite them: numbers, paragraphs, sections of plans; the other text in brackets."""

from dataclasses import replace
from datetime import date

import pytest

from geo.model import Text
from geo.words.cite import article_text, cited, cited_all, linked
from tests.geo.world import BASIS

CODE = date(2026, 8, 15)
OLD = replace(BASIS, id="old", instrument=Text("旧法", "Old Act"), article="65", valid_to=CODE)
NEW = replace(
    BASIS, id="new", instrument=Text("法典", "Code"), article="319", valid_from=CODE, supersedes=("old",)
)
STAYS = replace(BASIS, id="stays", instrument=Text("《条例》", "Regulations"), article="26(2)")
BOOK = linked({b.id: b for b in (OLD, NEW, STAYS)})


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("65", "第65条", "art. 65"),
        ("26(2)", "第26条第2款", "art. 26(2)"),
        ("17–18", "第17–18条", "art. 17–18"),
        ("一(一)6", "一(一)6", "一(一)6"),
        ("条次待核", "条次待核", "条次待核"),
    ],
)
def test_an_article_in_words(article, zh, en):
    assert article_text(article) == Text(zh, en)


def test_the_other_way_round_is_found():
    assert [c.id for c in BOOK["new"].earlier] == ["old"]
    assert [c.id for c in BOOK["old"].later] == ["new"]
    assert BOOK["stays"].earlier == BOOK["stays"].later == ()


def test_the_older_text_stands_in_brackets():
    assert cited(BOOK["new"]) == Text(
        "《法典》第319条（原《旧法》第65条）", "Code, art. 319 (formerly Old Act, art. 65)"
    )


def test_before_its_day_the_newer_text_stands_in_brackets():
    told = cited(BOOK["old"])
    assert told.zh == "《旧法》第65条（自2026-08-15起为《法典》第319条）"
    assert told.en == "Old Act, art. 65 (from 2026-08-15 Code, art. 319)"


def test_an_instrument_is_named_once_for_articles_in_a_row():
    split = replace(NEW, id="second", article="320")
    told = cited(linked({b.id: b for b in (OLD, NEW, split)})["old"])
    assert told.zh == "《旧法》第65条（自2026-08-15起为《法典》第319条、第320条）"
    assert told.en == "Old Act, art. 65 (from 2026-08-15 Code, art. 319, art. 320)"


def test_what_has_no_other_text_stands_alone():
    assert cited(BOOK["stays"]) == Text("《条例》第26条第2款", "Regulations, art. 26(2)")


def test_a_sentence_of_all_articles():
    told = cited_all((BOOK["new"], BOOK["stays"]))
    assert told.zh == "依据《法典》第319条（原《旧法》第65条）、《条例》第26条第2款。"
    assert told.en == "Basis: Code, art. 319 (formerly Old Act, art. 65); Regulations, art. 26(2)."
    assert cited_all(()) == Text("", "")
