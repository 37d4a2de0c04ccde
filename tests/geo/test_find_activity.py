"""Activities by code, title, synonym, industry code and EIA item; ambiguity is told with candidates."""

import pytest

from geo.errors import InputError
from geo.find_activity import find_activity, search_activities
from layers.rulebook import SHIPPED, load_rulebook

BOOK = load_rulebook(SHIPPED)


@pytest.mark.parametrize(
    ("text", "activity"),
    [
        ("WIND", "WIND"),
        ("wind", "WIND"),
        ("风力发电", "WIND"),
        ("风力发电项目", "WIND"),
        ("风电场", "WIND"),
        ("Wind farm", "WIND"),
        (" wind  FARM ", "WIND"),
        ("4415", "WIND"),
        ("D4415", "WIND"),
        ("GB/T 4754-2017 4415", "WIND"),
        ("2614", "CHEM"),
        ("26", "CHEM"),
        ("C2614", "CHEM"),
        ("名录161", "TRANSMISSION"),
        ("第161项", "TRANSMISSION"),
        ("EIA 161", "TRANSMISSION"),
        ("防洪工程", "FLOODCTL"),
        ("5265", "GASSTATION"),
    ],
)
def test_a_name_or_code_that_means_one(text: str, activity: str) -> None:
    assert find_activity(BOOK, text) == activity


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("90", {"WIND", "PV"}),
        ("161", {"MFG", "TRANSMISSION"}),
        ("名录90", {"WIND", "PV"}),
        ("17", {"DYEING", "MFG"}),
        ("54", {"ROAD", "BUILDMAT"}),
        ("441", {"HYDRO", "WIND", "PV", "THERMAL", "BIOPOWER"}),
    ],
)
def test_what_may_mean_several_is_refused_with_all_of_them(text: str, candidates: set[str]) -> None:
    with pytest.raises(InputError) as caught:
        find_activity(BOOK, text, where="--activity")
    (problem,) = caught.value.problems
    assert problem.where == "--activity"
    assert "several activities" in problem.hint.en
    assert "多个项目类型" in problem.hint.zh
    assert {part.rsplit("(", 1)[1].rstrip(")") for part in problem.allowed.split(", ")} == candidates


@pytest.mark.parametrize(
    ("text", "named"), [("化工场", "CHEM"), ("某某养猪场扩建", "LIVESTOCK"), ("wind frm", "WIND")]
)
def test_what_means_none_is_refused_with_what_it_resembles(text: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        find_activity(BOOK, text)
    assert f"({named})" in caught.value.problems[0].allowed
    assert "unknown activity" in caught.value.problems[0].hint.en


def test_every_activity_is_found_by_each_of_its_names() -> None:
    for activity in BOOK.activities.values():
        for name in (activity.id, activity.title.zh, activity.title.en, *activity.aliases):
            assert find_activity(BOOK, name) == activity.id, name


def test_a_search_gives_the_likeliest_first_and_each_once() -> None:
    found = search_activities(BOOK, "电站")
    assert {"HYDRO", "PV"} <= {one.activity for one in found}
    assert len({one.activity for one in found}) == len(found)
    by_part = [one.activity for one in search_activities(BOOK, "水库")]
    assert by_part[0] == "RESERVOIR"
    assert [one.by for one in search_activities(BOOK, "4416")][:1] == ["gb4754"]
    assert search_activities(BOOK, "") == ()


def test_an_industry_code_finds_the_longest_listed_code_it_begins_with() -> None:
    assert [one.name for one in search_activities(BOOK, "7724") if one.exact] == ["7724"]
    assert find_activity(BOOK, "7724") == "HAZWASTE"
