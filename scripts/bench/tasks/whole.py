"""Two whole commands side by side: our ``check_sites`` and a plain geopandas script, CSV to CSV."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geo.measure import TOLERANCE_M
from scripts.bench.page import count, ratio, seconds
from scripts.bench.process import Contender, Result, contend
from scripts.bench.zoning import LAYERS

ON = "2026-11-21"
HEAD = ("", "total, s", "rows/s", "÷ fenqu", "peak memory, MB")


def ours(name: str, table: Path, bundle: Path, out: Path, *more: str) -> Result:
    """``check_sites`` from its start to its end."""
    words = ["scripts.check_sites", str(table), "--bundle", str(bundle), "--on", ON, "-o", str(out), *more]
    return _command(name, words)


def script(name: str, table: Path, bundle: Path, out: Path) -> Result:
    """The geopandas script from its start to its end."""
    return _command(name, ["scripts.bench.contenders.geopandas_table", str(bundle), str(table), str(out)])


def _command(name: str, words: Sequence[str]) -> Result:
    result = contend(Contender(name=name, module="command"), "run", {"words": list(words)})
    if result.found and result.found["exit"] != 0:
        last = (result.found["told"].strip().splitlines() or ["said nothing"])[-1]
        return Result(
            name=name, why=f"failed with exit code {result.found['exit']}: {last[:200]}", failed=True
        )
    return result


def rows(results: Sequence[Result], sites: int) -> list[tuple[str, ...]]:
    """One row a command; the first is what the others are compared with."""
    base = results[0].found.get("total_s", 0.0)
    return [
        (
            result.name,
            seconds(result.found["total_s"]),
            count(sites / result.found["total_s"]),
            ratio(result.found["total_s"], base),
            count(result.found["peak_mb"]),
        )
        for result in results
        if result.found
    ]


def compared(bundle: Path, out: Path, peer: Path, folder: Path) -> tuple[str, bool]:
    """Whether both name the same zones for every row; where not, whether the oracle is on our side."""
    job: dict[str, Any] = {"out": str(out), "peer": str(peer), "layers": list(LAYERS), "folder": str(folder)}
    found = contend(Contender(name="comparison", module="table_io"), "same", job).found
    if not found:
        return "The two tables could not be compared.", False
    only_ours, only_theirs = found["only_ours"], found["only_theirs"]
    told = f"Zones named for the rows: {count(found['pairs'])}"
    if only_ours == only_theirs == 0:
        return f"{told}, the same in both.", True
    asked = {**job, "bundle": str(bundle), "files": found["files"], "tolerance_m": TOLERANCE_M}
    judged = contend(Contender(name="oracle", module="oracle"), "met", asked).found
    told += f", {count(only_ours)} only ours, {count(only_theirs)} only the script's"
    if not judged:
        return f"{told}; the oracle failed.", False
    verdict = (
        f"the oracle (`pyproj.Geod` to vertices set every 0.1 mm along the border; within "
        f"{TOLERANCE_M * 1000:g} mm of a border is a touch, and named) sides with fenqu in "
        f"{count(judged['sided'])} of {count(judged['judged'])}, the farthest "
        f"{judged['most_m'] * 1000:.3f} mm from its zone"
    )
    return f"{told}: {verdict}.", judged["sided"] == judged["judged"]
