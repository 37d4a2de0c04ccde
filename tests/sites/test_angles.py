"""Angles as people type them: every spelling, every fault, in cells, in one text, on both roads."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.errors import InputError
from layers.sites.cells.angles import Axis, read_angle, typed_pair

E_105 = 105.83675
"""105°50′12.3″ worked by hand: 105 + 50/60 + 12.3/3600."""
N_32 = 32 + 31 / 60 + 12 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "105.83675",
        "1.0583675e2",
        "105.83675°",
        "105.83675°E",
        "E105.83675",
        "105°50′12.3″E",
        "105°50′12.3″",
        "105°50'12.3\"",
        "105°50’12.3”e",
        "105º50´12.3''E",
        "105°50.205′",
        "105 50.205 E",
        "105-50-12.3",
        "105–50–12.3",
        "105:50:12.3",
        "105 50 12.3 E",
        "１０５°５０′１２．３″",
        "东经105度50分12.3秒",
        "东经：105°50′12.3″",
        "105度50分12.3秒东经",
        "105*50*12.3",
        "E105＊50＊12.3",
        "105*50′12.3″",
        "105°50ˊ12.3ˊˊ",
        "105º50ʹ12.3ʺ",
    ],
)
def test_a_longitude_in_every_spelling(text: str) -> None:
    assert read_angle(text, "cell", "lon") == pytest.approx(E_105, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "axis", "degrees"),
    [
        ("北纬32°31′12″", "lat", N_32),
        ("32-31-12N", "lat", N_32),
        ("S32°31′12″", "lat", -N_32),
        ("-32 31 12", "lat", -N_32),
        ("W 70 30", "lon", -70.5),
        ("0°0′36″", "lat", 0.01),
        (32, "lat", 32.0),
        (105.5, "lon", 105.5),
    ],
)
def test_signs_and_hemispheres(text: object, axis: Axis, degrees: float) -> None:
    assert read_angle(text, "cell", axis) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "axis", "words"),
    [
        ("105°60′", "lon", "读不成经纬度"),
        ("105.83*", "lon", "读不成经纬度"),
        ("105*50*", "lon", "读不成经纬度"),
        ("105.83①", "lon", "读不成经纬度"),
        ("105.83²", "lon", "读不成经纬度"),
        ("32⁰", "lat", "读不成经纬度"),
        ("105°50′60″", "lon", "读不成经纬度"),
        ("105.5°30′", "lon", "读不成经纬度"),
        ("105°50.5′12″", "lon", "读不成经纬度"),
        ("105°50′12″EN", "lon", "读不成经纬度"),
        ("E105°50′W", "lon", "读不成经纬度"),
        ("-105E", "lon", "读不成经纬度"),
        ("1058x", "lon", "读不成经纬度"),
        ("nan", "lon", "读不成经纬度"),
        ("105°50′12″10", "lon", "读不成经纬度"),
        ("32°31′N", "lon", "颠倒"),
        ("E105°50′", "lat", "颠倒"),
        ("181°0′", "lon", "超出范围"),
        ("90°0′1″", "lat", "超出范围"),
        ("", "lon", "为空"),
        (None, "lon", "为空"),
        (True, "lon", "读不成数字"),
    ],
)
def test_what_is_no_angle_is_refused_in_both_languages(text: object, axis: Axis, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_angle(text, "row 1.lon", axis)
    (problem,) = caught.value.problems
    assert problem.where == "row 1.lon"
    assert words in problem.hint.zh
    assert problem.hint.en


@pytest.mark.parametrize(
    "text",
    [
        "105°50′12.3″E, 32°31′12″N",
        "32°31′12″N，105°50′12.3″E",
        "N32°31′12″ E105°50′12.3″",
        "105 50 12.3 32 31 12",
        "105-50-12.3, 32-31-12",
        "东经105度50分12.3秒 北纬32度31分12秒",
        "东经105°50′12.3″北纬32°31′12″",
        "105°50′12.3″E32°31′12″N",
        "105*50*12.3 32*31*12",
    ],
)
def test_a_place_in_one_text(text: str) -> None:
    pair = typed_pair(text)
    assert pair is not None
    assert read_angle(pair[0], "", "lon") == pytest.approx(E_105, abs=1e-12)
    assert read_angle(pair[1], "", "lat") == pytest.approx(N_32, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["sites.csv", "105.8", "105.8,32.5,100", "N32.5 N33.5", "105 50 12 32 31", "a, b", "105"]
)
def test_what_is_no_place(text: str) -> None:
    assert typed_pair(text) is None


def test_the_command_takes_a_typed_place(check: Callable) -> None:
    plain = check("105.805,32.505", "--lang", "en")
    for place in ("105°48′18″E, 32°30′18″N", "N32°30′18″ E105°48′18″", "东经105度48分18秒 北纬32度30分18秒"):
        call = check(place, "--lang", "en")
        assert call.code == 0
        assert call.out == plain.out


@pytest.mark.parametrize("rows", [3, 40])
def test_a_table_of_degrees_minutes_seconds(
    check: Callable, csv_file: Callable, tmp_path: Path, rows: int
) -> None:
    """Few rows go by reports, many in columns: a bad one is one refused row on either."""
    sixty = csv_file("经度,纬度", *["105°48′18″,32°30′18″"] * rows, "105°61′18″,32°30′18″", name="dms.csv")
    plain = csv_file("经度,纬度", *["105.805,32.505"] * rows, "x,32.505", name="plain.csv")
    cells = []
    for path in (sixty, plain):
        out = tmp_path / f"{path.stem}-out.csv"
        assert check(path, "-o", out, "--activity", "化工").code == 1
        with out.open(encoding="utf-8", newline="") as file:
            cells.append(list(csv.DictReader(file)))
    assert [row["status"] for row in cells[0]] == ["ok"] * rows + ["refused"]
    for one, other in zip(cells[0][:-1], cells[1][:-1], strict=True):
        assert {k: one[k] for k in one if k not in ("经度", "纬度")} == {
            k: other[k] for k in other if k not in ("经度", "纬度")
        }
