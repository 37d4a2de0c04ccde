"""The vendored browser assets are the pinned ones, and ask nothing of another host."""

import hashlib
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PAPERS = {"VENDOR.md", ".gitattributes"}
FILES = sorted(p for p in VENDOR.rglob("*") if p.is_file() and p.relative_to(VENDOR).as_posix() not in PAPERS)
STYLES = [p for p in FILES if p.suffix == ".css"]

_ROW = re.compile(r"^\| `(?P<path>[^`]+)` \| `(?P<sha256>[0-9a-f]{64})` \|$", re.MULTILINE)
_PACKAGE = re.compile(
    r"^\| `(?P<folder>[^`/]+)/` \| (?P<name>\S+) \| (?P<version>\d+\.\d+\.\d+) \| ", re.MULTILINE
)
_LICENCE = re.compile(r"^\| `[^`/]+/` \|.*?\| `(?P<path>[^`]+)` \| [^|]+\|$", re.MULTILINE)
_URL = re.compile(r"""url\(\s*(?P<quote>["']?)(?P<target>.*?)(?P=quote)\s*\)""", re.DOTALL)
_IMPORT = re.compile(r"@import\b")
_FETCHED = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)


def _relative(path: Path) -> str:
    return path.relative_to(VENDOR).as_posix()


def _table() -> dict[str, str]:
    text = (VENDOR / "VENDOR.md").read_text(encoding="utf-8")
    return {row["path"]: row["sha256"] for row in _ROW.finditer(text)}


def foreign_references(css: str) -> list[str]:
    """Return what a style sheet would fetch from another host, and every @import."""
    targets = [match["target"] for match in _URL.finditer(css)]
    return [t for t in targets if _FETCHED.match(t)] + _IMPORT.findall(css)


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    assert set(_table()) == {_relative(p) for p in FILES}


@pytest.mark.parametrize("path", FILES, ids=_relative)
def test_sha256_is_the_pinned_one(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == _table()[_relative(path)]


def test_every_folder_has_a_version_and_a_licence() -> None:
    text = (VENDOR / "VENDOR.md").read_text(encoding="utf-8")
    folders = {p.name for p in VENDOR.iterdir() if p.is_dir()}
    assert {row["folder"] for row in _PACKAGE.finditer(text)} == folders
    licences = [row["path"] for row in _LICENCE.finditer(text)]
    assert {path.split("/")[0] for path in licences} == folders
    assert all((VENDOR / path).is_file() for path in licences)


@pytest.mark.parametrize("path", STYLES, ids=_relative)
def test_style_sheet_asks_only_for_files_beside_it(path: Path) -> None:
    css = path.read_text(encoding="utf-8")
    assert foreign_references(css) == []
    targets = {match["target"] for match in _URL.finditer(css)}
    local = {t for t in targets if not t.startswith(("data:", "#", "%23"))}
    assert [t for t in sorted(local) if not (path.parent / t).is_file()] == []


@pytest.mark.parametrize(
    "css",
    [
        "a{background:url(https://cdn.example/x.png)}",
        "a{background:url( '//cdn.example/x.png' )}",
        '@import "other.css";',
        "@font-face{src:url(\"http://cdn.example/f.woff2\") format('woff2')}",
    ],
)
def test_a_foreign_reference_would_be_found(css: str) -> None:
    assert foreign_references(css)


@pytest.mark.parametrize("path", FILES, ids=_relative)
def test_no_source_map_is_asked_for(path: Path) -> None:
    assert path.suffix != ".map"
    assert b"sourceMappingURL" not in path.read_bytes()


def test_the_whole_is_small() -> None:
    assert sum(p.stat().st_size for p in FILES) < 3_000_000
