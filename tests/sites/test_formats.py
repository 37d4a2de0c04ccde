"""Every format of a site file: the same sites, the same verdicts."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.site_files import MAKERS, NAMELESS, NO_CELLS, SITES

PLANT = ("--activity", "CHEM", "--fact", "nature=new")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_sites_get_the_same_verdicts(check: Callable, tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path / name)
    call = check(path, *(PLANT if name.endswith(NO_CELLS) else ()))
    assert call.code == 0, call.err
    rows = rows_of(call.out)
    assert [row["verdict"] for row in rows] == ["prohibited", "prohibited", "clear"]
    if not name.endswith(NAMELESS):
        key = "地块编号" if "地块编号" in rows[0] else "site_id"
        assert [row[key] for row in rows] == list(SITES)
