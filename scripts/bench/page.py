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
    yield ""
    yield "## Start of the server"
    yield ""
    yield (
        "As `make run` starts it (gunicorn, preloaded, two workers), from the process to the answer. "
        "Wanted: first answer ≤ 3 s."
    )
    yield ""
    rows = [(str(n), f"{s['health_s']:.2f}", f"{s['check_s']:.2f}") for n, s in enumerate(r.starts, start=1)]
    yield from _table(("run", "/health, s", "first check, s"), rows)
    yield ""
    yield "## One polygon check"
    yield ""
    yield (
        f"{r.singles} polygons of 100 vertices and 1 km² in the nine districts, a new chemical plant, one after "
        f"the other in one process, from geometry to JSON; {r.single['hits']:.1f} hits on average. Wanted: "
        "p50 ≤ 20 ms."
    )
    yield ""
    cells = [f"{r.single[key]:.1f}" for key in ("p50_ms", "p90_ms", "p99_ms")]
    yield from _table(
        ("p50, ms", "p90, ms", "p99, ms", "bundle loaded, s"), [(*cells, f"{r.single['load_s']:.2f}")]
    )
    yield ""
    yield "## A table of points"
    yield ""
    yield (
        f"{r.batch['rows']:.0f} points, CSV to CSV in one process, four activities in turn. The peer is a plain "
        "geopandas script on the same files: `sjoin` with every layer, distance to the rivers within 1 km in "
        "UTM, written as CSV. It knows no rules, dates, coverage, accuracy or reasons: a lower bound of the "
        "work, not the same answer."
    )
    yield ""
    ours, peer = r.batch, r.peer
    checking = ours["total_s"] - ours["prepare_s"]
    yield from _table(
        ("", "total, s", "rows/s", "peak memory, MB"),
        [
            (
                "fenqu, full rulebook",
                f"{ours['total_s']:.2f}",
                _rate(ours["rows"], ours["total_s"]),
                f"{ours['peak_mb']:.0f}",
            ),
            ("… without loading the bundle", f"{checking:.2f}", _rate(ours["rows"], checking), ""),
            (
                "geopandas script",
                f"{peer['total_s']:.2f}",
                _rate(peer["rows"], peer["total_s"]),
                f"{peer['peak_mb']:.0f}",
            ),
            (
                "fenqu ÷ geopandas",
                f"{ours['total_s'] / peer['total_s']:.1f}",
                "",
                f"{ours['peak_mb'] / peer['peak_mb']:.1f}",
            ),
        ],
    )


def _rate(rows: float, seconds: float) -> str:
    return f"{rows / seconds:,.0f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
