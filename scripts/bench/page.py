"""The page of results: sections of words and tables, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Section", "Table", "count", "page", "ratio", "seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; ``head`` is its first row."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one benchmark has to say.

    Attributes
    ----------
    text
        What was measured, what the times include, and what was wanted: one paragraph.
    notes
        What the numbers say beyond the table: who is absent and why, who disagrees.
    sound
        Nobody failed, and all who should agree do.
    """

    title: str
    text: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    sound: bool = True


def page(
    command: str, machine: Sequence[tuple[str, str]], sections: Mapping[str, Section], took_s: float
) -> str:
    """Markdown, from the machine to the last section."""
    return "\n".join(_lines(command, machine, sections, took_s)) + "\n"


def _lines(
    command: str, machine: Sequence[tuple[str, str]], sections: Mapping[str, Section], took_s: float
) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield (
        f"Made by `{command}` in {took_s / 60:.0f} min, all in one run on one machine: do not edit, run it "
        "again. Every contender has a process of its own. No test asserts a time."
    )
    yield ""
    yield from _table(Table(head=("machine", ""), rows=machine))
    for name, section in sections.items():
        yield from ("", f"## {section.title}", "", f"`--only {name}`. {section.text}")
        for table in section.tables:
            yield ""
            if table.title:
                yield from (f"**{table.title}**", "")
            yield from _table(table)
        if section.notes:
            yield ""
            yield from (f"- {note}" for note in section.notes)


def _table(table: Table) -> Iterator[str]:
    yield "| " + " | ".join(table.head) + " |"
    yield "|" + " --- |" * len(table.head)
    for row in table.rows:
        yield "| " + " | ".join(row) + " |"


def seconds(value: float) -> str:
    """Three figures: 0.0123, 1.23, 123."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1}f}" if value >= 0.1 else f"{value:.3g}"


def count(value: float) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}"


def ratio(theirs: float, ours: float) -> str:
    """How many times as much they took; blank where there is nothing to compare with."""
    if ours <= 0 or theirs <= 0:
        return ""
    times = theirs / ours
    return f"{times:.1f}×" if times >= 1 else f"{times:.2g}×"
