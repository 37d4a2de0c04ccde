"""What the numbers were measured on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyproj
import shapely

PACKAGES = ("shapely", "pyproj", "geopandas", "numpy", "pandas", "pyogrio", "pyarrow", "Flask", "gunicorn")
PEERS = ("duckdb", "sedonadb")


def describe() -> list[tuple[str, str]]:
    """Names and values: processor, cores, memory, load, versions."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in (*PACKAGES, *filter(_is_there, PEERS)))
    return [
        (
            "processor",
            _from_file("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        ),
        ("cores", str(os.cpu_count())),
        ("memory", _memory()),
        ("load before (1, 5, 15 min)", load),
        ("system", f"{platform.system()} {platform.release().split('-')[0]}"),
        ("Python", platform.python_version()),
        ("libraries", f"{libraries}, GEOS {shapely.geos_version_string}, PROJ {pyproj.proj_version_str}"),
    ]


def _is_there(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _memory() -> str:
    found = _from_file("/proc/meminfo", "MemTotal")
    return f"{int(found.split()[0]) / 1_048_576:.0f} GiB" if found else "unknown"


def _from_file(path: str, key: str) -> str | None:
    """Value of the first ``key : value`` line of a file of the kernel; None where there is none."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), None)
