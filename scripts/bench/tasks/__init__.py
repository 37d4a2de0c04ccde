"""The benchmarks, one a module: each ``run`` measures and says what it found."""

from collections.abc import Callable

from scripts.bench.page import Section
from scripts.bench.setting import Setting
from scripts.bench.tasks import demo, distance, http, point_join, polygons, scaling, start, table

TASKS: dict[str, Callable[[Setting], Section]] = {
    "point_join": point_join.run,
    "table": table.run,
    "polygons": polygons.run,
    "distance": distance.run,
    "scaling": scaling.run,
    "start": start.run,
    "http": http.run,
    "check": demo.check,
    "demo_table": demo.table,
}
"""By the name that ``--only`` takes, in the order they are run."""
