"""What a file is, by its hash; files that belong together are one."""

import hashlib
from pathlib import Path

__all__ = ["sha256_of"]

_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".mif", ".mid", ".tab", ".map", ".dat", ".id")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; of a file set or folder, that of the list of its members' names and hashes."""
    members = _members(path)
    if members == [path]:
        return _file_digest(path)
    lines = [f"{member.relative_to(path.parent).as_posix()} {_file_digest(member)}\n" for member in members]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _members(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file())
    if path.suffix.lower() in _SIDECARS:
        return sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() in _SIDECARS)
    if path.suffix.lower() == ".asc":  # a grid of text names its CRS beside itself
        return [path, *(p for p in [path.with_suffix(".prj")] if p.is_file())]
    return [path]
