"""A million coordinates, CSV to CSV, six layers of 20 000 zones, the full rulebook."""

import shutil
from pathlib import Path
from typing import Any

from scripts.bench.page import Section, Table, count, seconds
from scripts.bench.process import Contender, Result, contend
from scripts.bench.setting import Setting
from scripts.bench.tasks import whole
from scripts.bench.zoning import make_bundle, make_table

_TEXT = (
    "Whole commands, from the start of the process to its end, with imports, loading of the bundle,"
    " reading and writing. Four activities in turn from a column, the shipped rulebook. *Cold*: no "
    "stored index beside the bundle; *warm*: the one that the cold run left. Fenqu takes one process "
    "a core by itself, `--workers 1` is one. The peer is a plain "
    "geopandas script in a process of its own: it reads, joins all six layers, measures 1 km to the"
    " rivers in UTM and writes; it knows no rules, dates, coverage, accuracy, tolerance or reasons. Peak "
    "memory is that of all processes of a command, sampled. Wanted: ≤ 15 s, ≤ 2 GB, ≥ 8 × the "
    "script."
)


def run(setting: Setting) -> Section:
    """Ours cold, warm and in one process, the script, and what the files cost alone."""
    place = setting.place("table")
    count_rows = 500 if setting.quick else 1_000_000
    setting.tell("drawing the bundle and the table")
    bundle = make_bundle(setting.place("bundle"), setting.size)
    table = make_table(place / f"sites-{count_rows}.csv", count_rows, setting.size.bounds)
    out, peer = place / "ours.csv", place / "peer.csv"
    setting.tell("table: fenqu, cold")
    cold = whole.ours("fenqu, cold", table, without_index(bundle, place / "cold"), out)
    setting.tell("table: fenqu, warm")
    warm = whole.ours("fenqu, warm", table, place / "cold", out)
    setting.tell("table: fenqu, one process")
    alone = whole.ours("fenqu, warm, --workers 1", table, place / "cold", out, "--workers", "1")
    setting.tell("table: geopandas script")
    script = whole.script("geopandas script", table, bundle, peer)
    results = [warm, alone, cold, script]
    notes = [f"{result.name}: {result.why}" for result in results if result.why]
    sound = not any(result.failed for result in results)
    if sound:
        setting.tell("comparing the zones of both tables")
        told, same = whole.compared(bundle, out, peer, place)
        notes = [*notes, told, *_cost(setting, table, out, place)]
        sound = same
    title = f"{count(count_rows)} rows × six layers of {count(setting.size.zones)} zones"
    rows = whole.rows(results, count_rows)
    return Section(
        title="A million coordinates, CSV to CSV",
        text=_TEXT,
        tables=[Table(head=whole.HEAD, rows=rows, title=title)],
        notes=notes,
        sound=sound,
    )


def without_index(bundle: Path, copy: Path) -> Path:
    """The bundle's own files in a new folder: what was stored beside them is left behind."""
    shutil.rmtree(copy, ignore_errors=True)
    (copy / "data").mkdir(parents=True)
    shutil.copy2(bundle / "catalogue.yaml", copy)
    for path in sorted((bundle / "data").glob("*.parquet")):
        shutil.copy2(path, copy / "data")
    return copy


def _cost(setting: Setting, table: Path, out: Path, place: Path) -> list[str]:
    """What reading the input and writing the output takes by itself."""
    setting.tell("table: reading and writing alone")
    job: dict[str, Any] = {"table": str(table), "out": str(out), "folder": str(place)}
    result: Result = contend(Contender(name="files", module="table_io"), "cost", job)
    if not result.found:
        return [f"The cost of the files alone: {result.why}"]
    f = result.found
    told = (
        f"Reading the input ({f['in_mb']:.0f} MB) and writing our output ({f['out_mb']:.0f} MB) alone: "
        f"{seconds(f['arrow_in_s'])} + {seconds(f['arrow_out_s'])} s by pyarrow, "
        f"{seconds(f['pandas_in_s'])} + {seconds(f['pandas_out_s'])} s by pandas."
    )
    return [told]
