"""The browser's figures are the core's figures: static/js/format.js against geo/words/human.py and pyproj."""

import json
import random
import shutil
import subprocess
from itertools import pairwise

import pytest

from geo.crs import gauss_krueger
from geo.model import Crossing
from geo.words.human import dms, hectares, metres, percent, station, stations
from server.settings import ROOT

SCRIPT = """
import * as f from %s;
let text = '';
for await (const chunk of process.stdin) text += chunk;
const out = JSON.parse(text).map(([name, args]) => f[name](...args));
process.stdout.write(JSON.stringify(out));
"""


def browser(calls: list[tuple[str, list[object]]]) -> list[object]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("format.js is tested in node, which is not installed")
    module = json.dumps((ROOT / "static" / "js" / "format.js").as_uri())
    done = subprocess.run(
        [node, "--input-type=module", "-e", SCRIPT % module],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


AREAS = [0.0, 0.4, 0.99, 1.0, 1234.5678, 6666.6667, 10_000.0, 123_456_789.0]
SHARES = [0.0, 1e-7, 0.00005, 0.12345, 0.5, 0.99995, 1.0]
LENGTHS = [0.0, 0.04, 25.4, 999.96, 9999.9, 10_000.0, 123_456.0]
ANGLES = [0.0, 105.8425, 32.6441, 105.9999999, -0.0027, 29.99999999]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_areas_lengths_and_shares_are_told_alike(lang: str) -> None:
    calls = [("hectares", [a, lang]) for a in AREAS] + [("metres", [m, lang]) for m in LENGTHS]
    calls += [("percent", [s]) for s in SHARES]
    expected = [hectares(a, lang) for a in AREAS] + [metres(m, lang) for m in LENGTHS]
    expected += [percent(s) for s in SHARES]
    assert browser(calls) == expected


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_chainage_is_told_alike(lang: str) -> None:
    ends = [0.0, 0.04, 0.05, 5.0, 99.96, 123.4, 999.94, 999.95, 999.96, 1_000.0, 12_345.678, 199_999.99]
    calls: list[tuple[str, list[object]]] = [("station", [m]) for m in ends]
    assert browser(calls) == [station(m) for m in ends]
    told = [Crossing(from_m=a, to_m=b, part=part) for a, b in pairwise(ends) for part in (1, 2)]
    as_json = [{"from_m": c.from_m, "to_m": c.to_m, "part": c.part} for c in told]
    assert browser([("stations", [as_json, lang])]) == [stations(told, lang)]


def test_degrees_minutes_seconds_are_told_alike() -> None:
    calls = [("dms", [angle, axis]) for angle in ANGLES for axis in ("lon", "lat")]
    assert browser(calls) == [dms(angle, axis) for angle in ANGLES for axis in ("lon", "lat")]


def test_gauss_krueger_agrees_with_pyproj_to_a_millimetre() -> None:
    dice = random.Random(1)  # noqa: S311  # places, not secrets
    places = [(dice.uniform(97, 125), dice.uniform(18, 50)) for _ in range(200)]
    for place, found in zip(
        places, browser([("gaussKrueger", list(place)) for place in places]), strict=True
    ):
        north, east, zone, meridian = gauss_krueger(*place)
        assert isinstance(found, dict)
        assert (found["zone"], found["meridian"]) == (zone, meridian)
        assert found["north"] == pytest.approx(north, abs=0.001)
        assert found["east"] - zone * 1_000_000 == pytest.approx(east % 1_000_000, abs=0.001)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("105.8425", 105.8425),
        (" -0.5 ", -0.5),
        ("105°50′33.00″E", 105.8425),
        ("105°50'33\"", 105.8425),
        ("32°38′38.76″N", 32.6441),
        ("105度50分33秒", 105.8425),
        ("10°30′W", -10.5),
        ("105.84.25", None),
        ("105°61′", None),
        ("东经105", None),
        ("", None),
        ("1e5", None),
    ],
)
def test_typed_angles(text: str, degrees: float | None) -> None:
    [found] = browser([("readAngle", [text])])  # JSON has no NaN: it comes as null
    assert found == (None if degrees is None else pytest.approx(degrees, abs=1e-9))
