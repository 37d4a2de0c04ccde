"""Every benchmark runs at its small size, and all who take part agree. What it takes is never asserted."""

import contextlib
import http.server
import io
import runpy
import shutil
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from scripts.bench import pairs, process, shapes
from scripts.bench.__main__ import main
from scripts.bench.contenders import load
from scripts.bench.contenders.oracle import distance_m
from scripts.bench.page import Section, Table, page
from scripts.bench.present import everyone
from scripts.bench.process import Contender, contend
from scripts.bench.tasks import TASKS, whole
from scripts.bench.tasks.point_join import away
from scripts.bench.zoning import LAYERS

ROOT = Path(__file__).resolve().parent.parent
CACHE_OF_ALL = "bench"
PIPES = {"PIPE": subprocess.PIPE, "STDOUT": subprocess.STDOUT}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp(CACHE_OF_ALL)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def here(monkeypatch):
    """Contenders take their turn in this process: only what they found counts, and each start is a second.

    Whole commands stay processes; a contender in its own is the broken one, below.
    """

    def run(words, **_):
        told = io.StringIO()
        monkeypatch.setattr(sys, "argv", words[2:])
        monkeypatch.delitem(sys.modules, words[2], raising=False)  # as in a new Python
        with warnings.catch_warnings(), contextlib.redirect_stdout(told):
            warnings.simplefilter("default")
            runpy.run_module(words[2], run_name="__main__", alter_sys=True)
        return subprocess.CompletedProcess(words, 0, told.getvalue(), "")

    monkeypatch.setattr(process, "subprocess", SimpleNamespace(run=run, Popen=subprocess.Popen, **PIPES))


def test_the_peers_of_the_development_requirements_are_here():
    absent = {one.name: one.absent for one in everyone().values() if one.absent}
    assert absent.keys() <= {"SedonaDB", "PostGIS"}, absent


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TASKS))
def test_it_runs_and_the_contenders_agree(name, cache, shared_data, capfd, here):
    found = main(["--quick", "--only", name, "--cache", str(cache), "--shared", str(shared_data)])
    told = capfd.readouterr()
    assert found == 0, told.err + told.out
    assert f"`--only {name}`" in told.out
    for peer in (
        ("fenqu", "geopandas", "DuckDB spatial") if name in {"point_join", "polygons", "distance"} else ()
    ):
        assert f"\n| {peer} |" in told.out, f"{peer} did not take part"
    for one in everyone().values():
        if one.absent and name == "point_join":
            assert f"- {one.name} is absent: {one.absent}." in told.out


class Asked(http.server.BaseHTTPRequestHandler):
    """Answers every other request with 200, half a tenth of a second late; one at a time."""

    number = 0

    def do_GET(self):
        type(self).number += 1
        time.sleep(0.05)
        self.send_response(200 if self.number % 2 else 503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def slow_server():
    with http.server.HTTPServer(("127.0.0.1", 0), Asked) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("task", [load.closed, load.opened])
def test_the_load_generator_counts_answers_other_than_200_and_charges_for_waiting(
    slow_server, task, tmp_path
):
    (tmp_path / "asked.jsonl").write_text('{"path": "/", "body": null}\n')
    job = {"requests": str(tmp_path / "asked.jsonl"), "url": slow_server, "warm_up": 0}
    found = task({**job, "count": 8, "clients": 8, "rate": 1_000})
    assert found["asked"] == 8
    assert found["faults"] == {"503": 4}
    # All leave within some milliseconds and are answered one after the other, the seventh after six others.
    assert found["worst_ms"] >= 6 * 50
    assert found["p50_ms"] >= 2 * 50


def test_a_server_that_is_not_there_is_a_fault(tmp_path):
    (tmp_path / "asked.jsonl").write_text('{"path": "/", "body": {}}\n')
    job = {"requests": str(tmp_path / "asked.jsonl"), "url": "http://127.0.0.1:9", "warm_up": 0}
    found = load.closed({**job, "count": 2, "clients": 2})
    assert (found["asked"], found["faults"]) == (2, {"ClientConnectorError": 2})


def test_a_contender_that_fails_is_told_and_fails_the_run(capfd):
    result = contend(Contender(name="broken", module="shapely_peer"), "no such task", {})
    assert result.failed
    assert "KeyError" in result.why
    assert "Traceback" in capfd.readouterr().err


def test_who_is_absent_is_named_and_is_no_failure():
    missing = Contender(name="SedonaDB", module="sedonadb_peer", absent="sedonadb is not installed")
    result = contend(missing, "point_join", {})
    assert away([result]) == ["SedonaDB is absent: sedonadb is not installed."]
    assert not result.failed


def test_one_pair_more_or_less_is_seen():
    ours = pairs.keys(np.array([0, 1, 2]), np.array([5, 5, 7]))
    theirs = pairs.keys(np.array([2, 0, 3]), np.array([7, 5, 7]))
    assert pairs.difference(ours, theirs) == (1, 1)
    assert pairs.digest(ours) != pairs.digest(theirs)
    assert pairs.digest(ours) == pairs.digest(pairs.keys(np.array([2, 1, 0]), np.array([7, 5, 5])))


def test_swapped_zones_are_not_the_same_pairs():
    ours = pairs.keys(np.array([1, 2]), np.array([10, 20]))
    assert pairs.digest(ours) != pairs.digest(pairs.keys(np.array([1, 2]), np.array([20, 10])))


def test_drawn_cells_share_their_sides_and_have_89_vertices():
    cells = shapes.tessellation(6, 4, seed=3, bounds=(103.0, 29.0, 103.2, 29.2))
    assert len(cells) == 24
    assert set(shapely.get_num_coordinates(cells)) == {shapes.VERTICES + 1}
    assert shapely.coverage_is_valid(cells)
    assert shapely.union_all(cells).geom_type == "Polygon"


def test_shapes_depend_on_the_seed_alone():
    first, again, other = (shapes.blobs(10, seed, radius_m=(500, 2_000)) for seed in (1, 1, 2))
    assert (shapely.to_wkb(first) == shapely.to_wkb(again)).all()
    assert (shapely.to_wkb(first) != shapely.to_wkb(other)).all()


def test_the_oracle_measures_a_degree_of_the_meridian():
    zone = shapely.box(105.0, 30.0, 105.01, 30.01)
    assert distance_m(zone, 105.005, 30.005) == 0.0
    # One thousandth of a degree of latitude at 30°: 110.85 m on the ellipsoid.
    assert distance_m(zone, 105.005, 29.999) == pytest.approx(110.8525, abs=0.0001)


def _tables(folder, south_mm, ours, theirs):
    """Two tables that name one zone, or do not, for a row so many millimetres south of it."""
    (folder / "data").mkdir()
    zone = gpd.GeoDataFrame({"fid": ["EC000000"]}, geometry=[shapely.box(105.0, 30.0, 105.01, 30.01)])
    zone.to_parquet(folder / "data" / "eco_redline.parquet")
    lat = 30.0 - south_mm / 1000 / 110_852.5
    hit = "eco_redline:EC000000" if ours else ""
    both = "105.005,30.005,env_control_unit:EN000000;eco_redline:EC000000"
    (folder / "ours.csv").write_text(f"lon,lat,hits\n105.005,{lat!r},{hit}\n{both}\n")
    named = dict.fromkeys(LAYERS, "") | {"eco_redline": "EC000000" if theirs else ""}
    inside = dict.fromkeys(LAYERS, "") | {"eco_redline": "EC000000", "env_control_unit": "EN000000"}
    lines = (",".join(row) for row in (LAYERS, named.values(), inside.values()))
    (folder / "peer.csv").write_text("\n".join(lines) + "\n")
    return folder, folder / "ours.csv", folder / "peer.csv", folder


@pytest.mark.parametrize(
    ("south_mm", "ours", "theirs", "sound", "words"),
    [
        pytest.param(0.3, True, False, True, "sides with fenqu in 1 of 1, the farthest 0.300 mm", id="touch"),
        pytest.param(0.6, True, False, False, "sides with fenqu in 0 of 1", id="named, but not met"),
        pytest.param(0.3, False, True, False, "sides with fenqu in 0 of 1", id="met, but not named"),
        pytest.param(0.6, False, True, True, "sides with fenqu in 1 of 1", id="the script is wrong"),
        pytest.param(-5.0, False, True, False, "sides with fenqu in 0 of 1", id="inside, but not named"),
        pytest.param(-5.0, True, True, True, "3, the same in both", id="no difference"),
    ],
)
def test_rows_that_name_other_zones_are_judged_by_the_oracle(
    tmp_path, south_mm, ours, theirs, sound, words, here
):
    told, found = whole.compared(*_tables(tmp_path, south_mm, ours, theirs))
    assert words in told
    assert found is sound


def test_the_page_names_machine_and_command():
    section = Section(
        title="T", text="What.", tables=[Table(head=("a", "b"), rows=[("1", "2")])], notes=["N."]
    )
    text = page("python -m scripts.bench", [("cores", "2")], {"name": section}, 90.0)
    assert "| cores | 2 |" in text
    assert "## T\n\n`--only name`. What.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n- N.\n" in text
