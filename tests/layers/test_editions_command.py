"""``python -m scripts.editions``: list, accept, adopt, rollback, verify, sweep."""

import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest

from layers.bundle import load_bundle
from layers.editions import accept, history
from scripts.check_sites import main as check_sites
from scripts.editions import main
from tests.builders import layer, make_bundle, square, write_geojson, zone
from tests.layers.test_editions import bundle, editions, prepared

REPOSITORY = Path(__file__).resolve().parents[2]
Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a draft."""
    home = tmp_path_factory.mktemp("pattern")
    root = bundle(home / "b")
    accept(root, "park", prepared(home, status="draft"), at="2026-06-30T09:00:00+08:00", by="a clerk")
    return root


@pytest.fixture
def root(pattern: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pattern, tmp_path / "b")


def test_list_tells_states_and_editions(root: Path, capsys: Told) -> None:
    assert main(["--lang", "en", "list", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "begin" in lines[0]
    digest = load_bundle(root).digest[:12]
    assert lines[1] == (
        f"   2  2026-06-30T09:00:00+08:00  accept  park=2026  a clerk  a test  {digest}  ← in force"
    )
    assert "park  2026  draft  2026-07-01 –" in lines
    (root / "catalogue.yaml").write_text((root / "catalogue.yaml").read_text() + "\n")
    assert main(["--lang", "en", "list", str(root)]) == 0
    assert "it is not read until it is taken with adopt" in capsys.readouterr().err


def test_a_bundle_without_a_store_is_listed_too(tmp_path: Path, capsys: Told) -> None:
    root = bundle(tmp_path / "b")
    assert main(["--lang", "en", "list", str(root)]) == 0
    assert "nothing was accepted yet: catalogue.yaml is in force" in capsys.readouterr().out


def test_a_draft_is_put_in_force_and_taken_back(root: Path, capsys: Told) -> None:
    words = ["--valid-from", "2026-08-01", "--approval-doc", "川府函〔2026〕1号", "--by", "the head"]
    assert main(["--lang", "en", "accept", str(root), "park=2026", *words]) == 0
    assert "park 2025-01 ends on 2026-08-01" in capsys.readouterr().out
    assert editions(root)["2026"] == ("in_force", date(2026, 8, 1), None)
    state = history(root)[-1]
    assert (state.by, state.at is not None) == ("the head", True)
    assert main(["rollback", str(root), "2", "--note", "too early"]) == 0
    assert editions(root)["2026"] == ("draft", date(2026, 7, 1), None)
    assert history(root)[-1].note == "too early"


def test_a_draft_beyond_the_gates_thresholds_needs_an_approval_of_its_own(
    root: Path, tmp_path: Path, capsys: Told
) -> None:
    told = {"supplied": "a.shp", "supplied_sha256": "0" * 64, "broken": ["area_fall_share 0.2 > 0.05"]}
    keys = {"status": "draft", "approval_doc": "7", "imported": told, "valid_from": date(2027, 1, 1)}
    accept(root, "park", prepared(tmp_path, "2027", **keys))
    assert main(["--lang", "en", "accept", str(root), "park=2027"]) == 2
    assert "area_fall_share 0.2 > 0.05" in capsys.readouterr().err
    assert main(["accept", str(root), "park=2027", "--approval-doc", "8"]) == 0
    assert editions(root)["2027"][0] == "in_force"


def test_a_catalogue_is_adopted(root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((root / "catalogues/0002.yaml").read_text().replace('"Test"', '"Renamed"'))
    assert main(["adopt", str(root), str(mine)]) == 0
    assert load_bundle(root).title.en == "Renamed"


def test_verify_and_sweep(root: Path, capsys: Told) -> None:
    assert main(["--lang", "en", "verify", str(root)]) == 0
    assert "all files are as they were" in capsys.readouterr().out
    (root / "data/lake.geojson").unlink()
    assert main(["--lang", "en", "verify", str(root)]) == 1
    out = capsys.readouterr().out
    assert "data/lake.geojson" in out
    assert "1 files are missing or were altered" in out
    (root / "catalogues/0009.yaml").write_text("?")
    assert main(["--lang", "en", "sweep", str(root)]) == 0
    assert "removed catalogues/0009.yaml" in capsys.readouterr().out
    assert main(["--lang", "en", "sweep", str(root)]) == 0
    assert "nothing was left behind" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["accept", "park=2027"], "no such edition"),
        (["accept", "park"], "LAYER=EDITION"),
        (["accept", "park=2026"], "needs the number of its approval"),
        (["accept", "park=2025-01", "--approval-doc", "7"], "an edition in force has this name"),
        (["rollback", "9"], "there is no such state"),
        (["adopt", "none.yaml"], "cannot be read"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_refused_is_told(root: Path, capsys: Told, words: list[str], told: str, lang: str) -> None:
    assert main(["--lang", lang, words[0], str(root), *words[1:]]) == 2
    err = capsys.readouterr().err
    assert (told in err) == (lang == "en" or told == "LAYER=EDITION")
    assert ("refused" in err) == (lang == "en")
    assert len(history(root)) == 2


def test_the_commands_of_the_page_run_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of docs/editions.md, one after the other; that of PostGIS has tests of its own."""
    line = layer("eco_redline", [zone(square(0, 0), "P1", "redline")], classes=["redline"])
    root = make_bundle(tmp_path / "DIR", [line])
    entry = prepared(tmp_path, "2027", status="draft")
    assert entry.folder is not None
    write_geojson(entry.folder / "zones.geojson", [zone(square(0, 0), "P9", "redline")])
    accept(root, "eco_redline", entry)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites.csv").write_text("lon,lat\n105,30\n")
    text = (REPOSITORY / "docs/editions.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    lines = [
        words for block in blocks for words in block.splitlines() if words.startswith(".venv/bin/python")
    ]
    assert len(lines) == 6
    for words in sorted(map(shlex.split, lines), key=lambda words: words[2] != "scripts.check_sites"):
        command = check_sites if words[2] == "scripts.check_sites" else main
        assert command(words[3:]) == 0, words
    assert (tmp_path / "out.csv").read_text().splitlines()[0].endswith("draft_verdict,draft_applies")
    assert [state.action for state in history(root)] == ["begin", "accept", "accept", "rollback"]
