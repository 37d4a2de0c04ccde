"""A bundle of one square zone at round coordinates, and a caller for the command."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from geo.model import Bundle
from layers.bundle import load_bundle
from scripts.check_sites import main
from tests.squares import write_squares


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_squares(tmp_path_factory.mktemp("squares"))


@pytest.fixture(scope="session")
def bundle(bundle_folder: Path) -> Bundle:
    return load_bundle(bundle_folder)


class Call(NamedTuple):
    """What a call of the command came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def check(bundle_folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Call]:
    """Call the command on the squares, as of a fixed day."""

    def call(*args: object) -> Call:
        given = [str(arg) for arg in args]
        if "--on" not in given:
            given += ["--on", "2026-11-21"]
        code = main([*given, "--bundle", str(bundle_folder)])
        captured = capsys.readouterr()
        return Call(code, captured.out, captured.err)

    return call


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines to a CSV file."""

    def write(*lines: str, encoding: str = "utf-8", name: str = "sites.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write
