"""On the demonstration bundle: one polygon check, and a table of points."""

from scripts.bench.page import Section, Table, count, seconds
from scripts.bench.present import everyone
from scripts.bench.process import Contender, Found, contend
from scripts.bench.setting import Setting
from scripts.bench.tasks import whole

MILLISECONDS = ("checks", "p50, ms", "p90, ms", "p99, ms", "hits: mean, most", "bundle loaded, s")


def check(setting: Setting) -> Section:
    """Milliseconds of a polygon check in the nine districts."""
    job = _drawn(setting)
    setting.tell("polygon checks on the demonstration bundle")
    result = contend(everyone()["engine"], "single", {**job, "count": job["polygons"]})
    return Section(
        title="One polygon check, demonstration bundle",
        text="Polygons of 100 vertices and 1 km² in the nine districts, a new chemical plant, one after the "
        "other in one warm process, from geometry to JSON.",
        tables=[Table(head=MILLISECONDS, rows=[milliseconds(result.found)] if result.found else [])],
        notes=[result.why] if result.why else [],
        sound=not result.failed,
    )


def milliseconds(found: Found) -> tuple[str, ...]:
    """The row of :data:`MILLISECONDS`."""
    times = tuple(f"{found[key]:.1f}" for key in ("p50_ms", "p90_ms", "p99_ms"))
    return (
        count(found["checks"]),
        *times,
        f"{found['hits_mean']:.1f}, {found['hits_most']}",
        seconds(found["load_s"]),
    )


def table(setting: Setting) -> Section:
    """Rows a second on a bundle whose zones are few and large."""
    job, place = _drawn(setting), setting.place("demo")
    points, results = place / "points.csv", []
    setting.tell("table on the demonstration bundle: fenqu")
    results.append(whole.ours("fenqu, full rulebook", points, setting.demo, place / "ours.csv"))
    setting.tell("table on the demonstration bundle: geopandas")
    results.append(whole.script("geopandas script", points, setting.demo, place / "peer.csv"))
    return Section(
        title="A table of points, demonstration bundle",
        text=f"{count(job['points'])} points, CSV to CSV, whole commands from start to end, four activities "
        "in turn. The peer is a plain geopandas script on the same files: `sjoin` with every layer, distance "
        "to the rivers within 1 km in UTM, written as CSV. It knows no rules, dates, coverage or reasons.",
        tables=[Table(head=whole.HEAD, rows=whole.rows(results, job["points"]))],
        notes=[f"{result.name}: {result.why}" for result in results if result.why],
        sound=not any(result.failed for result in results),
    )


def _drawn(setting: Setting) -> Found:
    """Points and polygons in the districts, drawn once a run."""
    place = setting.place("demo")
    job = {
        "bundle": str(setting.demo),
        "points": 100 if setting.quick else 5_000,
        "polygons": 10 if setting.quick else 300,
        "table": str(place / "points.csv"),
        "sites": str(place / "polygons.parquet"),
    }
    drawn = contend(Contender(name="sites", module="demo"), "draw", job)
    if drawn.failed:
        raise RuntimeError(drawn.why)
    return job
