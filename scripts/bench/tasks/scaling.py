"""How the cost of a site grows with the number of sites, and with that of zones."""

from scripts.bench import shapes
from scripts.bench.page import Section, Table, count, seconds
from scripts.bench.present import everyone
from scripts.bench.process import Result, contend
from scripts.bench.setting import Setting
from scripts.bench.tasks import whole
from scripts.bench.zoning import make_bundle, make_table

ZONES = {
    1_000: (40, 25),
    10_000: (100, 100),
    20_000: (200, 100),
    100_000: (400, 250),
    1_000_000: (1_000, 1_000),
}
"""Columns and rows of the tessellation, by number of zones; it covers the same land each time."""

_TEXT = (
    "Fenqu alone. *Index*: touching zones of 89 vertices on the same 5° × 4°, points drawn and "
    "asked a million at a time, one process for each line; the time is that of the questions, the "
    "memory that of zones, index and one block of points. *Whole command*: `check_sites`, CSV to "
    "CSV, as in the table of a million rows, stored index in place. Wanted: the same cost per site "
    "from 10⁴ to 10⁷; at most logarithmic in zones; 100 000 zones indexed in ≤ 60 s and opened in ≤"
    " 0.5 s; bounded memory."
)


def run(setting: Setting) -> Section:
    """Sites with 20 000 zones, zones with a million sites, and whole commands."""
    if setting.quick:
        points, zones, whole_rows = [1_000], [1_000], [100]
    else:
        points, zones = [10_000, 100_000, 1_000_000], [1_000, 10_000, 100_000]
        whole_rows = [10_000, 100_000, 1_000_000]
    if setting.large:
        points, whole_rows = [*points, 10_000_000], [*whole_rows, 10_000_000]
    if setting.huge:
        zones = [*zones, 1_000_000]
    middle = 1_000 if setting.quick else 20_000
    most = points[-1 - setting.large]
    sizes = [(number, middle) for number in points] + [(most, number) for number in zones if number != middle]
    asked = [_asked(setting, number, held) for number, held in sizes]
    _command(setting, whole_rows[0])  # leaves a stored index
    commands = [_command(setting, number) for number in whole_rows]
    return Section(
        title="Scaling",
        text=_TEXT,
        tables=[
            Table(
                head=(
                    "points",
                    "zones",
                    "build, s",
                    "open stored, s",
                    "ask, s",
                    "µs per point",
                    "peak memory, MB",
                ),
                rows=[_row(size, result) for size, result in zip(sizes, asked, strict=True) if result.found],
                title="Index",
            ),
            Table(
                head=("rows", "total, s", "µs per row", "peak memory, MB"),
                rows=[_whole(n, r) for n, r in zip(whole_rows, commands, strict=True) if r.found],
                title=f"Whole command, six layers of {count(setting.size.zones)} zones",
            ),
        ],
        notes=[f"{result.name}: {result.why}" for result in (*asked, *commands) if result.why],
        sound=not any(result.failed for result in (*asked, *commands)),
    )


def _asked(setting: Setting, points: int, zones: int) -> Result:
    setting.tell(f"scaling: {count(points)} points, {count(zones)} zones")
    columns, rows = ZONES[zones]
    job = {"points": points, "columns": columns, "rows": rows, "bounds": list(shapes.BOUNDS)}
    return contend(everyone()["ours"], "scaling", job)


def _command(setting: Setting, rows: int) -> Result:
    setting.tell(f"scaling: {count(rows)} rows")
    place = setting.place("table")
    bundle = make_bundle(setting.place("bundle"), setting.size)
    table = make_table(place / f"sites-{rows}.csv", rows, setting.size.bounds)
    return whole.ours(f"{count(rows)} rows", table, bundle, place / "scaling.csv")


def _row(size: tuple[int, int], result: Result) -> tuple[str, ...]:
    found = result.found
    spent = found["spent_s"][0]
    return (
        *(count(number) for number in size),
        *(seconds(found[key]) for key in ("build_s", "reload_s")),
        seconds(spent),
        f"{spent / size[0] * 1e6:.3f}",
        count(found["peak_mb"]),
    )


def _whole(rows: int, result: Result) -> tuple[str, ...]:
    total = result.found["total_s"]
    return count(rows), seconds(total), f"{total / rows * 1e6:.1f}", count(result.found["peak_mb"])
