"""The gate itself: pinned requirements, a described Makefile, a CI script that can run and skips nothing."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from geo.answer import ENGINE

REPOSITORY = Path(__file__).resolve().parent.parent
REQUIREMENTS = sorted([*REPOSITORY.glob("requirements*.txt"), REPOSITORY / "constraints.txt"])

_PIN = re.compile(r"^[A-Za-z0-9._-]+==[^=<>~!*\s]+$")


def _lines(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned(path: Path) -> None:
    assert [line for line in _lines(path) if not _PIN.match(line)] == []


def test_answers_name_the_version_of_the_project() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ENGINE


def test_constraints_do_not_pin_twice() -> None:
    direct = {line.partition("==")[0].lower() for path in REQUIREMENTS[1:] for line in _lines(path)}
    held = {line.partition("==")[0].lower() for line in _lines(REPOSITORY / "constraints.txt")}
    assert held & direct == set()


def test_every_make_target_a_user_types_is_in_the_help() -> None:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[0].split())
    helped = set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
    assert phony - helped == {"browser-tools"}


def test_ci_runs_the_whole_gate_and_skips_nothing() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert "export FENQU_NO_SKIP=1" in text
    assert re.search(r"^make .*check test$", text, re.MULTILINE)


def test_a_skip_is_a_failure_where_nothing_may_be_skipped(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeconftest((REPOSITORY / "tests" / "conftest.py").read_text(encoding="utf-8"))
    monkeypatch.delenv("FENQU_NO_SKIP", raising=False)
    pytester.makeini("[pytest]\nmarkers = soak: long runs\n")
    pytester.makepyfile(
        test_a="import pytest\n@pytest.mark.skip(reason='no tool')\ndef test_a(): pass\n",
        test_b="import pytest\n@pytest.mark.soak\ndef test_b(): pass\n",
        test_c="def test_c(): pass\n",
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1, skipped=1, deselected=1)
    monkeypatch.setenv("FENQU_NO_SKIP", "1")
    pytester.runpytest_inprocess().assert_outcomes(passed=1, errors=1, deselected=1)
