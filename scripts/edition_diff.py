"""`python -m scripts.editions diff`: two states of a bundle, or two editions of a layer, compared."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson

from geo.errors import InputError, Problem
from geo.model import Bundle, Text
from layers.bundle import is_bundle, load_bundle
from layers.diff.geopackage import write_geopackage
from layers.diff.page import as_page
from layers.diff.run import Compared, compare_editions, compare_states, unlike
from layers.diff.tables import as_csv, as_lines
from layers.editions import edition_of, history
from layers.editions.intake import split_name

__all__ = ["HELP", "add", "run"]

HELP = "compare two states (numbers of `list`), or two editions of a layer (LAYER=EDITION)"


def _write_text(make: Callable[[Compared], str]) -> Callable[[Compared, Path], None]:
    def write(compared: Compared, path: Path) -> None:
        path.write_text(make(compared), encoding="utf-8", newline="")

    return write


def _write_json(compared: Compared, path: Path) -> None:
    path.write_bytes(orjson.dumps(compared.body(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


_WRITERS: dict[str, Callable[[Compared, Path], None]] = {
    ".csv": _write_text(as_csv),
    ".gpkg": write_geopackage,
    ".html": _write_text(as_page),
    ".json": _write_json,
}


def add(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("old", metavar="A", help="the older: a number, or LAYER=EDITION")
    parser.add_argument("new", metavar="B", help="the newer")
    parser.add_argument(
        *("-o", "--out"),
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=f"written beside the table on the terminal: {', '.join(_WRITERS)}; may be given several times",
    )
    parser.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="which editions of the other layers speak (default: today)",
    )


def run(options: argparse.Namespace) -> int:
    """Compare, print, write; 0 where nothing differs in area, 1 where an alarm is raised.

    Raises
    ------
    InputError
        If A and B do not belong together, or a file of that kind cannot be written.
    """
    for path in options.out:
        _check_kind(path)
    compared = _compared(options.folder, options.old, options.new, options.on or _today())
    for line in as_lines(compared, options.lang):
        print(line)
    for path in options.out:
        _WRITERS[path.suffix.lower()](compared, path)
        print(path, file=sys.stderr)
    return 1 if any(one.alarms for one in compared.comparisons) else 0


def _compared(folder: Path, old: str, new: str, on: date) -> Compared:
    if old.isdecimal() and new.isdecimal():
        earlier, later = (_state(folder, int(number)) for number in (old, new))
        comparisons, remarks = compare_states(earlier, later, on)
        return Compared(old=old, new=new, on=on, comparisons=comparisons, remarks=remarks)
    if old.isdecimal() or new.isdecimal():
        raise unlike(old, new)
    (layer, before), (other, after) = split_name(old), split_name(new)
    if layer != other:
        raise unlike(old, new)
    bundle = load_bundle(folder)
    one, two = (edition_of(bundle, layer, name) for name in (before, after))
    return Compared(old=old, new=new, on=on, comparisons=(compare_editions(bundle, layer, one, two, on),))


def _state(folder: Path, number: int) -> Bundle:
    known = [state.number for state in history(folder)]
    if is_bundle(folder) and number not in known:
        hint = Text(
            "没有这个状态（editions list 列出全部）", "there is no such state (editions list names all)"
        )
        allowed = ", ".join(map(str, known)) or "—"
        raise InputError(Problem(where="A B", given=str(number), allowed=allowed, hint=hint))
    return load_bundle(folder, state=number)


def _check_kind(path: Path) -> None:
    if path.suffix.lower() not in _WRITERS:
        hint = Text("文件类型由扩展名决定", "the extension says what kind of file")
        raise InputError(Problem(where="-o", given=path.name, allowed=", ".join(_WRITERS), hint=hint))


def _today() -> date:
    """Today in Asia/Shanghai, which has had no summer time since 1991."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()
