"""Which zones does each point lie in: ours and every peer on the same files, all pairs compared."""

from typing import Any

from scripts.bench import pairs
from scripts.bench.data import Places, cases
from scripts.bench.page import Section, Table, count, ratio, seconds
from scripts.bench.present import everyone
from scripts.bench.process import Result, contend
from scripts.bench.setting import Setting

CONTENDERS = ("ours", "shapely", "geopandas", "duckdb", "sedonadb", "postgis")
HEAD = (
    *("contender", "load, s", "build index, s", "join, s (best of)", "first join, s", "join ÷ fenqu"),
    *("build + join ÷ fenqu", "pairs", "same pairs", "peak memory, MB"),
)
_TEXT = (
    "All pairs of point and zone that intersect (closed: a point on a border is in), one point in a"
    " thousand on a vertex of a zone. *Load* is from one Parquet file of WKB and one of coordinates"
    " into the contender's own tables, with its start left out; *build* is the index, where it has "
    "one; *join* makes all pairs in memory (DuckDB, PostGIS: in a table). DuckDB and SedonaDB use "
    "all cores and build their tree within every join, PostGIS has a GiST index and settings kinder"
    " than its own, the others use one core. Pairs are compared one by one, not counted. Peak "
    "memory is that of the whole process, loading included (PostGIS: of all its processes, "
    "sampled). Wanted of the first case: join ≤ 0.35 s and ≥ 10 × DuckDB."
)


def run(setting: Setting) -> Section:
    """Every case, every contender."""
    tables, notes, sound = [], [], True
    for case in cases(setting.place("joins"), setting.shared, setting.size, quick=setting.quick):
        if isinstance(case, str):
            notes.append(f"Left out: {case}.")
            continue
        results = _contended(setting, case)
        tables.append(Table(head=HEAD, rows=rows(results), title=_title(case, results)))
        sound = sound and agreed(results)
        notes.extend(note for note in away(results) if note not in notes)
    return Section(title="Points in zones", text=_TEXT, tables=tables, notes=notes, sound=sound)


def _title(case: Places, results: list[Result]) -> str:
    reload = results[0].found.get("reload_s")
    words = f"{count(case.point_count)} points × {case.title}"
    return words if reload is None else f"{words} (the stored index opens in {seconds(reload)} s)"


def _contended(setting: Setting, case: Places) -> list[Result]:
    job = {"zones": str(case.zones), "points": str(case.points), "folder": str(case.zones.parent)}
    found = []
    for key in CONTENDERS:
        contender = everyone()[key]
        setting.tell(f"{case.id}: {contender.name}")
        found.append(contend(contender, "point_join", job))
    return found


def rows(results: list[Result]) -> list[tuple[str, ...]]:
    """One row a contender; the first is ours."""
    ours = results[0].found
    return [
        (
            result.name,
            *_times(result.found, ours),
            count(result.found["pairs"]),
            sameness(result.found, reference(results)),
            count(result.found["peak_mb"]),
        )
        for result in results
        if result.found
    ]


def _times(found: dict[str, Any], ours: dict[str, Any]) -> tuple[str, ...]:
    spent = found["spent_s"]
    best, whole = min(spent), min(spent) + found["build_s"]
    base = min(ours["spent_s"]) if ours else 0.0
    return (
        seconds(found["load_s"]),
        seconds(found["build_s"]) if found["build_s"] else "",
        f"{seconds(best)} ({len(spent)})",
        seconds(spent[0]),
        ratio(best, base),
        ratio(whole, base + ours["build_s"]) if ours else "",
    )


def reference(results: list[Result]) -> dict[str, Any]:
    """Whose pairs the others are compared with: ours, or the first that has any."""
    return next((result.found for result in results if result.found), {})


def sameness(found: dict[str, Any], base: dict[str, Any]) -> str:
    """Whether the pairs are those of the reference, and else how many are not."""
    if found["digest"] == base["digest"]:
        return f"same ({found['digest']})"
    only_base, only_here = pairs.difference(pairs.read(base["file"]), pairs.read(found["file"]))
    return f"{only_here} only here, {only_base} missing"


def agreed(results: list[Result]) -> bool:
    """Nobody failed, and all who took part found the same pairs."""
    digests = {result.found["digest"] for result in results if result.found}
    return len(digests) == 1 and not any(result.failed for result in results)


def away(results: list[Result]) -> list[str]:
    """Who is absent or failed, and why; and the version of a server."""
    versions = [f"{found['version']}." for found in (r.found for r in results) if "version" in found]
    return versions + [
        f"{result.name}: {result.why}" if result.failed else f"{result.name} is absent: {result.why}."
        for result in results
        if result.why
    ]
