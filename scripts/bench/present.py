"""Who can take part on this machine, and why the others cannot."""

import os
import shutil
from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

from scripts.bench.process import Contender

__all__ = ["duckdb_extension", "everyone", "postgres_bin"]

_INSTALL = "pip install -r requirements-bench.txt"
_DEBIAN = "Debian packages postgresql-15 and postgresql-15-postgis-3"


def duckdb_extension() -> Path:
    """The spatial extension that the PyPI package ships: nothing is downloaded.

    Raises
    ------
    PackageNotFoundError
        If the package is not installed.
    FileNotFoundError
        If it ships none for the version of DuckDB that is installed.
    """
    wanted = f"v{version('duckdb')}/spatial.duckdb_extension"
    for file in files("duckdb-extension-spatial") or ():
        if file.as_posix().endswith(wanted):
            return Path(str(file.locate()))
    raise FileNotFoundError(wanted)


def postgres_bin() -> Path | None:
    """Folder of the programs of the newest PostgreSQL that has PostGIS; None without one."""
    found = [Path("/usr/lib/postgresql").glob("*/bin/initdb"), [Path(shutil.which("initdb") or "/nowhere")]]
    folders = [path.resolve().parent for paths in found for path in paths if path.exists()]
    held = [folder for folder in folders if _has_postgis(folder)]
    return max(held, key=lambda folder: folder.parts) if held else None


def _has_postgis(bin_folder: Path) -> bool:
    major = bin_folder.parent.name
    shares = (
        Path("/usr/share/postgresql") / major,
        bin_folder.parent / "share",
        bin_folder.parent / "share/postgresql",
    )
    return any((share / "extension" / "postgis.control").exists() for share in shares)


def _without_duckdb() -> str | None:
    try:
        duckdb_extension()
    except PackageNotFoundError as missing:
        return f"{missing.name} is not installed ({_INSTALL})"
    except FileNotFoundError as missing:
        return f"duckdb-extension-spatial ships no {missing} ({_INSTALL})"
    return None


def _without_sedonadb() -> str | None:
    try:
        version("sedonadb")
    except PackageNotFoundError:
        return f"sedonadb is not installed ({_INSTALL})"
    return None


def _without_postgis() -> str | None:
    if postgres_bin() is None:
        return f"no PostgreSQL with PostGIS ({_DEBIAN})"
    if os.name != "posix":
        return "the server is started on a unix socket"
    return None


def everyone() -> dict[str, Contender]:
    """All who may take part, by module; looked up when asked, since a machine may lack some."""
    named = (
        Contender(name="fenqu", module="ours"),
        Contender(name="fenqu", module="engine"),
        Contender(name="shapely STRtree", module="shapely_peer"),
        Contender(name="geopandas", module="geopandas_peer"),
        Contender(name="DuckDB spatial", module="duckdb_peer", absent=_without_duckdb()),
        Contender(name="SedonaDB", module="sedonadb_peer", absent=_without_sedonadb()),
        Contender(name="PostGIS", module="postgis_peer", absent=_without_postgis()),
        Contender(name="load generator", module="load"),
    )
    return {one.module.removesuffix("_peer"): one for one in named}
