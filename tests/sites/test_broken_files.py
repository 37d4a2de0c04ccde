"""A broken file per fault: told in both languages, with the exit code it deserves, and no other row lost."""

import csv
import io
from pathlib import Path

import pytest

from geo.model import Bundle
from scripts.check_sites import REFUSED, SOME_REFUSED, main
from tests.broken import drawings, tables
from tests.broken.case import Case

CASES = (*tables.CASES, *drawings.CASES)


@pytest.fixture(autouse=True)
def _loaded(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle is not what is broken: it is loaded once."""
    monkeypatch.setattr("layers.sites.plan.load_bundle", lambda _: bundle)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_broken_file(
    case: Case, tmp_path: Path, bundle_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / case.name
    case.make(path)
    before = sorted(tmp_path.iterdir())
    for lang, words in (("zh", case.zh), ("en", case.en)):
        asked = [str(path), "--bundle", str(bundle_folder), "--on", "2026-11-21", "--lang", lang, *case.more]
        code = main(asked)
        told = capsys.readouterr()
        rows = list(csv.DictReader(io.StringIO(told.out)))
        refused = [number for number, row in enumerate(rows, start=1) if row["status"] == "refused"]
        assert refused == list(case.refused), told
        assert len(rows) - len(refused) == case.answered, told
        expected = case.code if case.code is not None else SOME_REFUSED if rows else REFUSED
        assert code == expected, told
        said = rows[refused[0] - 1]["problems"] if refused else told.err
        for part in (words, case.where, case.given, case.allowed):
            assert part in said
        assert len(said) < 1_000
        assert "Traceback" not in told.err
    assert sorted(tmp_path.iterdir()) == before, "nothing is left behind"
