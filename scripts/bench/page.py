"""The page of results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything that was measured; times in seconds unless the name says otherwise."""

    command: str
    machine: Sequence[tuple[str, str]]
    bundle: str
    starts: Sequence[Mapping[str, float]]
    single: Mapping[str, float]
    singles: int
    batch: Mapping[str, float]
    peer: Mapping[str, float]


def page(results: Results) -> str:
    """Markdown, from the machine to the ratios."""
    return "\n".join(_lines(results)) + "\n"


def _lines(r: Results) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield f"Made by `{r.command}`: do not edit, run it again. No test asserts a time."
    yield ""
    yield from _table(("machine", ""), r.machine)
    yield ""
    yield f"Bundle: `{r.bundle}`."
    yield from _starts(r)
    yield from _single(r)
    yield from _batch(r)


def _starts(r: Results) -> Iterator[str]:
    yield from _heading(
        "Start of the server",
        "As `make run` starts it (gunicorn, preloaded, two workers), from the process to the answer.",
        "Wanted: first answer ≤ 3 s.",
    )
    rows = [(str(n), f"{s['health_s']:.2f}", f"{s['check_s']:.2f}") for n, s in enumerate(r.starts, start=1)]
    yield from _table(("run", "/health, s", "first check, s"), rows)


def _single(r: Results) -> Iterator[str]:
    yield from _heading(
        "One polygon check",
        f"{r.singles} polygons of 100 vertices and 1 km² in the nine districts, a new chemical plant, one",
        f"after the other in one process, from geometry to JSON; {r.single['hits']:.1f} hits on average.",
        "Wanted: p50 ≤ 20 ms.",
    )
    cells = [f"{r.single[key]:.1f}" for key in ("p50_ms", "p90_ms", "p99_ms")]
    row = (*cells, f"{r.single['load_s']:.2f}")
    yield from _table(("p50, ms", "p90, ms", "p99, ms", "bundle loaded, s"), [row])


def _batch(r: Results) -> Iterator[str]:
    ours, peer = r.batch, r.peer
    yield from _heading(
        "A table of points",
        f"{ours['rows']:.0f} points, CSV to CSV in one process, four activities in turn. The peer is a plain",
        "geopandas script on the same files: `sjoin` with every layer, distance to the rivers within 1 km in",
        "UTM, written as CSV. It knows no rules, dates, coverage, accuracy or reasons: a lower bound of the",
        "work, not the same answer.",
    )
    checking = ours["total_s"] - ours["prepare_s"]
    ratio = (f"{ours['total_s'] / peer['total_s']:.1f}", "", f"{ours['peak_mb'] / peer['peak_mb']:.1f}")
    yield from _table(
        ("", "total, s", "rows/s", "peak memory, MB"),
        [
            ("fenqu, full rulebook", *_cells(ours)),
            ("… without loading the bundle", f"{checking:.2f}", _rate(ours["rows"], checking), ""),
            ("geopandas script", *_cells(peer)),
            ("fenqu ÷ geopandas", *ratio),
        ],
    )


def _heading(title: str, *text: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", " ".join(text), "")


def _cells(task: Mapping[str, float]) -> tuple[str, str, str]:
    return f"{task['total_s']:.2f}", _rate(task["rows"], task["total_s"]), f"{task['peak_mb']:.0f}"


def _rate(rows: float, seconds: float) -> str:
    return f"{rows / seconds:,.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
