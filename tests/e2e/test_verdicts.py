"""The page of verdicts at random places."""

from pathlib import Path

import pytest

from scripts import verdicts
from tests.builders import make_bundle


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(tmp_path_factory.mktemp("verdicts") / "one.md")


def made(path: Path) -> str:
    assert verdicts.main(["--places", "4", "--seed", "3", "-o", str(path)]) == 0
    return path.read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_page(page: str, tmp_path: Path) -> None:
    assert made(tmp_path / "two.md") == page


def test_the_page_says_what_it_is(page: str) -> None:
    assert "python -m scripts.verdicts --places 4 --seed 3" in page
    assert "非法定边界" in page
    assert page.count("\n## ") == 1 + 2 * 4  # the table, then each project in each district
    for word in ("城口县", "潼南区", "worst_possible", "complete", "Facts asked"):
        assert word in page


def test_shares_add_up(page: str) -> None:
    """Four places: every share of a verdict is a multiple of 25 %, and a row makes 100 %."""
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith(("| 城口县 |", "| 潼南区 |"))]
    assert len(rows) == 2 * 8
    for row in rows:
        assert sum(int(cell) for cell in row[2:9]) == 100


def test_a_bundle_without_the_districts_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts.main(["--bundle", str(make_bundle(tmp_path, layers=[]))]) == 2
    assert "500229" in capsys.readouterr().err
