"""The house is built as drawn: its directions, doors, purity and budgets are read off the source."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import DOORS, FILE_LINES, FUNCTION_LINES, ROOMS, Module, faults, imported, read_house

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def house() -> list[Module]:
    return read_house(REPOSITORY)


def test_house_keeps_its_rules(house: list[Module]) -> None:
    found = faults(house)
    assert not found, "\n".join(["", *found])


def test_every_room_is_looked_at(house: list[Module]) -> None:
    assert {module.room for module in house} == {room for room in ROOMS if (REPOSITORY / room).is_dir()}
    assert (REPOSITORY / "geo").is_dir()


# ---------------------------------------------------------------- the test itself must be able to fail

_LONG_FUNCTION = "def _f() -> None:\n" + "    pass\n" * FUNCTION_LINES
_ALLOWED_FUNCTION = f'def _f() -> None:\n    """Long.\n{chr(10) * 50}    """\n' + "    pass\n" * (
    FUNCTION_LINES - 1
)

PLANTED = [
    ("geo/a.py", "import layers.bundle", "imports layers.bundle: geo/ may import geo only"),
    ("geo/a.py", "from server import maps", "imports server.maps"),
    ("layers/a.py", "from server.settings import Settings", "imports server.settings.Settings"),
    ("layers/sites/a.py", "from ...scripts import demo", "imports scripts.demo"),
    ("server/a.py", "import scripts.demo", "geo, layers, server only"),
    ("layers/a.py", "from tests import helpers", "imports tests.helpers"),
    ("geo/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import layers", "imports layers"),
    ("layers/a.py", "import flask", "imports flask: only server/ may"),
    ("scripts/a.py", "from flask_openapi import OpenAPI", "imports flask_openapi"),
    ("server/reports/html.py", "from flask import render_template", "work without a request"),
    ("server/pages.py", "import folium.plugins", "imports folium: only server/maps.py may"),
    ("geo/a.py", "import rasterio", "imports rasterio"),
    ("server/a.py", "import pyogrio as p", "imports pyogrio"),
    ("layers/readers.py", "from pyproj import CRS", "imports pyproj: only geo/crs.py"),
    ("layers/rulebook.py", "import yaml", "imports yaml: only layers/strictyaml.py"),
    ("server/a.py", "import urllib.request", "imports urllib.request"),
    ("server/a.py", "from urllib import request", "imports urllib.request"),
    ("geo/a.py", "from pathlib import Path", "geo/ is pure"),
    ("geo/a.py", "import time", "imports time"),
    ("layers/a.py", "def _f() -> None:\n    import json", "imports json inside _f"),
    ("server/a.py", "def _f() -> None:\n    import matplotlib.figure", "with no reason beside it"),
    ("server/a.py", "def _f():\n    return open('x')", "reads a file with open"),
    ("server/a.py", "def _f(path):\n    return path.read_text()", "reads a file with .read_text"),
    (
        "scripts/a.py",
        "import geopandas as gpd\ndef _f(p):\n    return gpd.read_file(p)",
        "with geopandas.read_file",
    ),
    (
        "scripts/a.py",
        "from pandas import read_csv\ndef _f(p):\n    return read_csv(p)",
        "with pandas.read_csv",
    ),
    ("scripts/a.py", "def _f(path):\n    return path.open('rb')", "reads a file with .open"),
    ("geo/a.py", "import numpy as np\ndef _f(p):\n    return np.load(p)", "with numpy.load"),
    ("layers/a.py", "from datetime import date\ndef _f():\n    return date.today()", "asks the clock"),
    ("geo/a.py", "import datetime as dt\nNOW = dt.datetime.now", "asks the clock with datetime.datetime.now"),
    ("layers/a.py", "import pandas as pd\ndef _f():\n    return pd.Timestamp.now()", "asks the clock"),
    ("server/api.py", "import os\ndef _f():\n    return os.environ['HOST']", "reads the environment"),
    (
        "layers/a.py",
        "from os import getenv\ndef _f():\n    return getenv('A')",
        "reads the environment with os.getenv",
    ),
    (
        "server/settings.py",
        "import os\nHOST = os.environ.get('HOST')",
        "reads os.environ when it is imported",
    ),
    (
        "scripts/a.py",
        "import os\ndef _f(host=os.getenv('HOST')):\n    pass",
        "reads os.getenv when it is imported",
    ),
    ("layers/a.py", "TEXT = open('rules.yaml').read()", "reads a file with open when it is imported"),
    (
        "layers/a.py",
        "class A:\n    text = PATH.read_text()",
        "reads a file with .read_text when it is imported",
    ),
    ("server/a.py", "print('x')", "prints"),
    ("geo/a.py", "def _f():\n    global X\n    X = 1", "global X"),
    ("geo/a.py", "try:\n    pass\nexcept:\n    pass", "a bare except"),
    ("geo/a.py", "raise Exception('x')", "raises Exception"),
    ("scripts/a.py", "raise BaseException", "raises BaseException"),
    ("layers/a.py", "X = eval('1')", "eval runs text as code"),
    ("layers/a.py", "import importlib\nX = importlib.import_module('server')", "hides an import"),
    ("geo/a.py", "import shapely\ndef _f(g):\n    shapely.prepare(g)", "prepares geometries"),
    ("layers/a.py", "from shapely import prepare", "prepares geometries"),
    ("server/a.py", "from shapely.prepared import prep", "prepares geometries"),
    ("layers/a.py", "\n" * (FILE_LINES + 1), "401 lines in a file"),
    ("server/a.py", _LONG_FUNCTION, f"{FUNCTION_LINES + 1} lines in _f"),
    ("geo/a.py", "def area(x: int) -> int:\n    return x", "area has no docstring"),
    ("layers/a.py", 'def area(x) -> int:\n    """Area."""', "area is not annotated: x"),
    (
        "geo/a.py",
        'class A:\n    def area(self, *, x: int):\n        """Area."""',
        "A.area is not annotated: the return",
    ),
]

ALLOWED = [
    ("scripts/a.py", "import geo, layers, server\nprint('done')"),
    (
        "server/api.py",
        "import time, flask\nfrom datetime import datetime\ndef _f():\n    return datetime.now()",
    ),
    ("server/maps.py", "import folium"),
    ("server/reports/pdf.py", "def _f() -> None:\n    import typst  # 80 MB, for PDF only"),
    (
        "layers/readers.py",
        "import pyogrio\nimport geopandas\ndef _f(p):\n    return geopandas.read_file(p), open(p)",
    ),
    ("geo/measure.py", "from pyproj import Geod\nimport shapely\nT = shapely.STRtree"),
    ("server/settings.py", "import os\ndef _f():\n    return os.environ"),
    ("scripts/a.py", "def _f(p):\n    p.write_text('x')\n    return p.open('w'), open(p, mode='ab')"),
    (
        "scripts/demo/a.py",
        "import geopandas, pyproj, rasterio\ndef _f(p):\n    return geopandas.read_file(p)",
    ),
    ("scripts/a.py", "import os\nif __name__ == '__main__':\n    os.environ['X']"),
    ("geo/a.py", _ALLOWED_FUNCTION),
    (
        "geo/a.py",
        'from datetime import date\ndef on(day: date) -> date:\n    """Day."""\n    return day',
    ),
    ("layers/sites/a.py", "from ..bundle import Bundle\nfrom . import tables"),
    ("layers/a.py", "\n" * FILE_LINES),
]


def _plant(root: Path, path: str, source: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source + "\n" if not source.endswith("\n") else source, encoding="utf-8")


@pytest.mark.parametrize(("path", "source", "message"), PLANTED, ids=[f"{p}-{m}" for p, _, m in PLANTED])
def test_a_planted_violation_is_found(tmp_path: Path, path: str, source: str, message: str) -> None:
    _plant(tmp_path, path, source)
    found = faults(read_house(tmp_path))
    assert any(line.startswith(f"{path}:") and message in line for line in found), found


@pytest.mark.parametrize(("path", "source"), ALLOWED, ids=[path for path, _ in ALLOWED])
def test_what_the_rules_allow_is_not_found(tmp_path: Path, path: str, source: str) -> None:
    _plant(tmp_path, path, source)
    assert faults(read_house(tmp_path)) == []


def test_a_door_names_a_room() -> None:
    places = {place for allowed in DOORS.values() for place in allowed}
    assert {place.partition("/")[0] for place in places} <= set(ROOMS)


# ---------------------------------------------------------------- importing the product reads nothing

_ENTRY_POINTS = ("server/wsgi.py", "scripts/demo/", "scripts/bench/")  # the first loads, the others need more


def _import_watched(root: Path, house: list[Module]) -> list[str]:
    """Import every module of the product at ``root`` in a new interpreter; return what it read of ours."""
    inner = [module for module in house if not module.inside(_ENTRY_POINTS)]
    names = [module.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for module in inner]
    libraries = {name.partition(".")[0] for module in inner for _, name in imported(module)} - set(ROOMS)
    done = subprocess.run(
        # -P: the script's own folder holds tests/geo/, which is not the core. -B: bytecode is no file of ours
        [sys.executable, "-P", "-B", str(Path(__file__).with_name("watched_import.py"))],
        input=json.dumps([str(root), sorted(libraries), names]),
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_importing_the_product_reads_no_file_and_no_environment(house: list[Module]) -> None:
    assert _import_watched(REPOSITORY, house) == []


def test_what_few_need_is_not_imported_by_all() -> None:
    """Not by importing the product, nor (but for its rasters) by a check on the demonstration bundle."""
    rare = {"folium", "geopandas", "openpyxl", "pandas", "pyarrow.compute", "pyogrio", "rasterio"}
    told = f"print(*{rare} & {{*sys.modules}}, sep=',')"
    asked = f"import sys, server, scripts.check_sites as one; {told}; one.main(['105.8,30.2']); {told}"
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    first, *_, last = done.stdout.splitlines()
    assert (first, last) == ("", "rasterio")


def test_a_reading_import_would_be_found(tmp_path: Path) -> None:
    root = tmp_path / "house"
    _plant(root, "layers/a.py", "import layers.b\nlayers.b.load()")
    _plant(
        root,
        "layers/b.py",
        "import os\nfrom pathlib import Path\ndef load():\n"
        "    os.environ.get('HOME')\n    return Path(__file__).with_name('c.yaml').read_text()",
    )
    _plant(root, "layers/c.yaml", "a: 1")
    assert _import_watched(root, read_house(root)) == ["reads the variable HOME", "opens layers/c.yaml"]
