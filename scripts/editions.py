"""Editions of a bundle: what was accepted, what is in force, and the way back.

Exit code 0 = done, 1 = `verify` found altered files or `diff` area that may not fall, 2 = refused (nothing
was changed).
The database of `read` is told by FENQU_POSTGIS, as libpq has it (``host=… dbname=… user=…``); a password
belongs in ``~/.pgpass`` or PGPASSWORD.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from geo.errors import FenquError
from geo.model import EditionStatus
from layers.bundle import load_bundle
from layers.editions import State, accept, adopt, rollback, sweep, verify
from layers.editions.intake import prepared_again, prepared_table, split_name
from layers.editions.postgis import read_table
from layers.editions.records import is_unread, known
from layers.gate.again import breaks_again
from layers.pointer import CATALOGUE
from scripts import edition_diff

__all__ = ["main"]

DONE, ALTERED, REFUSED = 0, 1, 2

_CHINA = timezone(timedelta(hours=8))
_WORDS = {
    "zh": {
        "none": f"尚未接受过任何版本：有效的是 {CATALOGUE}",
        "now": "有效",
        "restores": "恢复状态",
        "accepted": "已接受，状态",
        "whole": "所有文件与接受时一致",
        "altered": "个文件缺失或被改动",
        "swept": "已清除",
        "clean": "没有残留",
        "refused": "未执行，什么都没有改变",
        "unread": f"{CATALOGUE} 与所有已接受的状态都不同：它没有被读取，用 adopt 接受后才有效",
        "faulty": "有误",
        "file": "文件无法读写",
        "lost": "记录缺失或损坏的状态（请从备份恢复）：",
    },
    "en": {
        "none": f"nothing was accepted yet: {CATALOGUE} is in force",
        "now": "in force",
        "restores": "restores state",
        "accepted": "accepted as state",
        "whole": "all files are as they were when they were accepted",
        "altered": "files are missing or were altered",
        "swept": "removed",
        "clean": "nothing was left behind",
        "refused": "refused, nothing was changed",
        "unread": f"{CATALOGUE} is none of the accepted states: it is not read until it is taken with adopt",
        "faulty": "failed",
        "file": "a file cannot be read or written",
        "lost": "states whose record is missing or damaged (restore it from a copy):",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of the commands; the exit code."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.run(options)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except FenquError as error:
        print(f"{_WORDS[options.lang]['refused']}:", file=sys.stderr)
        for problem in error.problems:
            print(f"  {problem.line(options.lang)}", file=sys.stderr)
        return REFUSED
    except OSError as error:  # a file that cannot be written, a full disk
        print(f"{_WORDS[options.lang]['file']}: {error}", file=sys.stderr)
        return REFUSED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.editions", description=__doc__)
    parser.add_argument("--lang", choices=tuple(_WORDS), default="zh", help="language of the messages")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401  # one of those below
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        made.add_argument("folder", type=Path, metavar="DIR", help="the bundle")
        return made

    def changing(name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401
        made = command(name, run, text)
        made.add_argument("--by", metavar="NAME", help="who decided; kept in the history")
        made.add_argument("--note", default="", metavar="TEXT", help="why; kept in the history")
        return made

    def keyed(name: str, run: Any, text: str) -> argparse.ArgumentParser:  # noqa: ANN401
        made = changing(name, run, text)
        made.add_argument("edition", metavar="LAYER=EDITION")
        made.add_argument("--status", choices=[one.value for one in EditionStatus])
        for key in ("--valid-from", "--valid-to", "--stale-after"):
            made.add_argument(key, type=date.fromisoformat, metavar="DATE")
        made.add_argument("--approval-doc", metavar="NUMBER", help="批准文号")
        return made

    command("list", _list, "every accepted state, and the editions of the one in force")
    keyed("accept", _accept, "put a draft or provisional edition that the bundle holds in force")
    command_read = keyed("read", _read, "read a table of a PostGIS database as an edition")
    command_read.add_argument("--table", metavar="TABLE", help="default: the one the catalogue names")
    changing("adopt", _adopt, "take a catalogue that was edited by hand").add_argument("file", type=Path)
    changing("rollback", _rollback, "put an earlier state in force again").add_argument("number", type=int)
    edition_diff.add(command("diff", edition_diff.run, edition_diff.HELP))
    command("verify", _verify, "hold every file of every state against its SHA-256")
    command("sweep", _sweep, "remove what an import that was killed has left")
    return parser


def _list(options: argparse.Namespace) -> int:
    words, (states, last) = _WORDS[options.lang], known(options.folder)
    for state in states:
        print(_line(state, options.lang, now=state.number == last))
    lost = [str(n) for n in range(1, last + 1) if n not in {state.number for state in states}]
    if lost:
        print(f"{words['lost']} {', '.join(lost)}", file=sys.stderr)
    if not last:
        print(words["none"])
    elif not lost and is_unread(options.folder, states):
        print(words["unread"], file=sys.stderr)
    for layer in load_bundle(options.folder).layers.values():
        for edition in layer.editions:
            period = f"{edition.valid_from} – {edition.valid_to or ''}".rstrip()
            failed = words["faulty"] if edition.faults else ""
            told = (layer.id, edition.edition, edition.status.value, period, edition.approval_doc, failed)
            print("  ".join(word for word in told if word))
    return DONE


def _line(state: State, lang: str, *, now: bool) -> str:
    words = _WORDS[lang]
    what = f"{state.layer}={state.edition}" if state.layer else ""
    restored = f"{words['restores']} {state.restores}" if state.restores else ""
    told = [
        *(f"{state.number:4}", state.at or "", state.action, what, restored, state.by or "", state.note),
        *(remark.get(lang) for remark in state.remarks),
        state.digest[:12],
        f"← {words['now']}" if now else "",
    ]
    return "  ".join(word for word in told if word)


def _keys(options: argparse.Namespace) -> dict[str, Any]:
    names = ("status", "valid_from", "valid_to", "stale_after", "approval_doc")
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _accept(options: argparse.Namespace) -> int:
    keys = {"status": EditionStatus.IN_FORCE.value, **_keys(options)}
    breaks = breaks_again(options.folder, options.edition, keys)
    broken = [one.record for one in breaks]
    prepared = prepared_again(options.folder, options.edition, keys, options.note, broken)
    layer, _ = split_name(options.edition)
    for one in breaks:
        print(f"! {one.text().get(options.lang)}")
    return _told(accept(options.folder, layer, prepared, at=_now(), by=options.by), options.lang)


def _read(options: argparse.Namespace) -> int:
    layer, _ = split_name(options.edition)
    reader = partial(_from_database, os.environ.get("FENQU_POSTGIS", ""))
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepared_table(
            options.folder,
            options.edition,
            _keys(options),
            options.note,
            Path(folder),
            reader,
            table=options.table,
        )
        return _told(accept(options.folder, layer, prepared, at=_now(), by=options.by), options.lang)


def _from_database(connection: str, table: str, geometry: str | None) -> Any:  # noqa: ANN401  # rows as read
    return read_table(connection, table, geometry=geometry)


def _adopt(options: argparse.Namespace) -> int:
    state = adopt(options.folder, options.file, at=_now(), by=options.by, note=options.note)
    return _told(state, options.lang)


def _rollback(options: argparse.Namespace) -> int:
    state = rollback(options.folder, options.number, at=_now(), by=options.by, note=options.note)
    return _told(state, options.lang)


def _verify(options: argparse.Namespace) -> int:
    words, problems = _WORDS[options.lang], verify(options.folder)
    for problem in problems:
        print(problem.line(options.lang))
    print(f"{len(problems)} {words['altered']}" if problems else words["whole"])
    return ALTERED if problems else DONE


def _sweep(options: argparse.Namespace) -> int:
    words, gone = _WORDS[options.lang], sweep(options.folder)
    for name in gone:
        print(f"{words['swept']} {name}")
    if not gone:
        print(words["clean"])
    return DONE


def _told(state: State, lang: str) -> int:
    print(f"{_WORDS[lang]['accepted']} {state.number}, {state.digest}")
    for remark in state.remarks:
        print(f"  {remark.get(lang)}")
    return DONE


def _now() -> str:
    """Now in China, which has had no summer time since 1991."""
    return datetime.now(UTC).astimezone(_CHINA).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
