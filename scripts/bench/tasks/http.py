"""The service under load: checks of points and polygons, and what a person at the map asks for."""

from collections.abc import Iterator
from typing import Any

from scripts.bench.page import Section, Table, count
from scripts.bench.present import everyone
from scripts.bench.process import Contender, Found, Result, contend
from scripts.bench.server import Served, answered, served
from scripts.bench.setting import Setting

CLIENTS, RATE = 16, 120
MIXES = {
    "points": "points",
    "polygons": "polygons, 100 vertices, 1 km²",
    "page": "as a person at the map",
}
_HEAD = (
    "requests",
    "asked",
    "answered/s",
    "p50, ms",
    "p90, ms",
    "p99, ms",
    "worst, ms",
    "not 200",
    "server, ms CPU",
    "client, ms CPU",
    "answer unpacked, kB",
)
_TEXT = (
    "The demonstration bundle as `make run` serves it: two workers, shipped settings (no limit on how often "
    "checks are asked; batches have one). The generator is a process of its own on the same cores and asks "
    "as a browser does: each request on a connection of its own, answers compressed. A new school, livestock "
    "farm, chemical plant and hotel in turn. The person at the map opens the page, moves the map (zones of "
    "five layers in view), and asks for the questions and the check of each site. *CPU* is processor time a "
    "request, of all processes of the server and of the generator. Wanted: ≥ 300 checks/s at 16 clients with "
    "p99 ≤ 150 ms, and p99 ≤ 50 ms at 120 a second."
)
_OPEN = (
    f"Open: {RATE} requests a second at random moments (Poisson), whoever was answered; times run from "
    "the moment in the timetable"
)


def run(setting: Setting) -> Section:
    """Each mix at sixteen clients, then by the timetable, against one server."""
    jobs = _drawn(setting)
    results: dict[tuple[str, str], Result] = {}
    with served(setting.demo) as server:
        answered(f"{server.url}/health", None, server.started_s)
        for task in ("closed", "open"):
            for mix, job in jobs.items():
                setting.tell(f"http: {MIXES[mix]}, {task}")
                results[task, mix] = _asked(server, task, job)
    return Section(
        title="HTTP under load",
        text=_TEXT,
        tables=[
            _table(f"Closed: {CLIENTS} clients, each asks again when it is answered", "closed", results),
            _table(_OPEN, "open", results),
        ],
        notes=[f"{MIXES[mix]}, {task}: {why}" for (task, mix), r in results.items() if (why := _why(r))],
        sound=not any(_why(result) for result in results.values()),
    )


def _drawn(setting: Setting) -> dict[str, Found]:
    """The requests of each mix, drawn once a run."""
    place = setting.place("http")
    job = {"bundle": str(setting.demo), "folder": str(place), "sites": 4 if setting.quick else 1_000}
    drawn = contend(Contender(name="sites", module="demo"), "requests", job)
    if drawn.failed:
        raise RuntimeError(drawn.why)
    sizes = {"count": 8, "warm_up": 2} if setting.quick else {"count": 3_000, "warm_up": 200}
    return {mix: {"requests": str(place / f"{mix}.jsonl"), **sizes} for mix in MIXES}


def _asked(server: Served, task: str, job: Found) -> Result:
    """One run of the generator, with what the server's processes spent on it meanwhile."""
    before_s = server.spent_s()
    more = {"url": server.url, "clients": CLIENTS, "rate": RATE}
    result = contend(everyone()["load"], task, {**job, **more})
    if result.found:
        asked = result.found["asked"] + job["warm_up"]
        result.found["server_ms"] = (server.spent_s() - before_s) / asked * 1e3
    return result


def _why(result: Result) -> str:
    """What went wrong, if anything: a generator that failed, or answers other than 200."""
    faults: dict[str, int] = result.found.get("faults", {})
    return result.why or ", ".join(f"{number} × {name}" for name, number in faults.items())


def _table(title: str, task: str, results: dict[tuple[str, str], Result]) -> Table:
    rows = [(MIXES[mix], *_row(r.found)) for (kind, mix), r in results.items() if kind == task and r.found]
    return Table(head=_HEAD, rows=rows, title=title)


def _row(found: dict[str, Any]) -> Iterator[str]:
    yield count(found["asked"])
    yield f"{found['per_s']:.0f}"
    yield from (f"{found[key]:.1f}" for key in ("p50_ms", "p90_ms", "p99_ms", "worst_ms"))
    yield count(sum(found["faults"].values()))
    yield from (f"{found[key]:.2f}" for key in ("server_ms", "client_ms"))
    yield f"{found['kilobytes']:.0f}"
