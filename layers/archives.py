"""Zip files opened without being trusted: what lies in one is looked at before a byte of it is used.

Refused are paths that lead out of the archive, links, archives within archives, locked members, one name
twice, and what would unpack to more than is told here. Only the members asked for are unpacked.
"""

import contextlib
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from geo.errors import Problem, UnreadableError
from geo.model import Text

__all__ = ["DAMAGED", "MOST_BYTES", "MOST_MEMBERS", "check_members", "is_archive", "unpack"]

MOST_MEMBERS = 10_000
"""Members of an archive, at most; a file geodatabase of a province holds a few thousand."""

MOST_BYTES = 1 << 30
"""Bytes that an archive may unpack to, all members together."""

DAMAGED = (OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
"""Whatever reading a damaged archive raises."""

_NESTED = (".zip", ".kmz", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".jar", ".iso")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_LOCKED, _UTF8_NAME = 0x1, 0x800
_JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")
_LONGEST_NAME = 255
_CHINESE = re.compile("[\x20-\x7e\u2014-\u201d\u3000-\u9fff\uff00-\uffef]*")

_END, _END64 = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _END64_BYTES = 22, 20
_MEMBER_BYTES = 46
_LONGEST_DIRECTORY = MOST_MEMBERS * (_MEMBER_BYTES + 1_024)
"""Bytes of the table of contents: reading it makes an object of each entry, whatever the entry says."""

Member = tuple[PurePosixPath, zipfile.ZipInfo]


def is_archive(path: Path) -> bool:
    """Whether a file begins and ends as a zip does, whatever its name says."""
    with path.open("rb") as stream:
        return stream.read(2) == _END[:2] and zipfile.is_zipfile(stream)


def unpack(path: Path, folder: Path, wanted: Callable[[PurePosixPath], bool]) -> tuple[PurePosixPath, ...]:
    """Unpack the members that are wanted into a folder.

    Parameters
    ----------
    wanted
        Whether a member is, by its path within the archive.

    Returns
    -------
    Their paths, relative to ``folder``, in the order of the archive.

    Raises
    ------
    UnreadableError
        If it is no zip, is damaged, or holds what is refused, wanted or not.
    """
    taken: list[PurePosixPath] = []
    try:
        with _opened(path) as archive:
            for name, info in _members(archive, path.name):
                if not wanted(name):
                    continue
                target = folder.joinpath(*name.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as source, target.open("xb") as copy:
                    while block := source.read(1 << 20):
                        copy.write(block)
                taken.append(name)
    except DAMAGED as error:
        raise _damaged(path.name, error) from error
    return tuple(taken)


def check_members(path: Path) -> None:
    """Look at all members of an archive that a library is going to read itself (XLSX).

    Raises
    ------
    UnreadableError
        As for `unpack`.
    """
    try:
        with _opened(path) as archive:
            for _ in _members(archive, path.name):
                pass
    except DAMAGED as error:
        raise _damaged(path.name, error) from error


def _opened(path: Path) -> zipfile.ZipFile:
    """The archive, once its table of contents is known to be of a size that may be read."""
    size = _directory_bytes(path)
    if size is None:
        raise _damaged(path.name, "no end of central directory")
    if size > _LONGEST_DIRECTORY:
        raise _too_many(path.name, f"≈ {size // _MEMBER_BYTES}")
    return zipfile.ZipFile(path)


def _directory_bytes(path: Path) -> int | None:
    """Length of the table of contents as the end of the archive states it; None where there is no end."""
    longest = _END64_BYTES + _END_BYTES + 0xFFFF
    with path.open("rb") as stream:
        start = max(0, stream.seek(0, 2) - longest)
        stream.seek(start)
        tail = stream.read(longest)
        at = tail.rfind(_END)
        if at < 0:
            return None
        locator = tail[max(at - _END64_BYTES, 0) : at]
        if not locator.startswith(_END64):
            return int.from_bytes(tail[at + 12 : at + 16], "little")
        stream.seek(int.from_bytes(locator[8:16], "little"))
        return int.from_bytes(stream.read(56)[40:48], "little")


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[Member]:
    """Path and entry of every file in the archive; all are looked at before the first is given."""
    entries = archive.infolist()
    if len(entries) > MOST_MEMBERS:
        raise _too_many(name, str(len(entries)))
    found: dict[str, Member] = {}
    total = 0
    for info in entries:
        path = _path(info, name)
        if info.is_dir() or not path.parts or any(part in _JUNK for part in path.parts):
            continue
        _check_member(info, path, name)
        total += info.file_size
        if total > MOST_BYTES:
            raise _refused(
                name,
                f"> {MOST_BYTES >> 20} MB",
                f"≤ {MOST_BYTES >> 20} MB",
                zh="解压后过大（疑似压缩炸弹），请拆分或只保留所需文件",
                en="unpacks to too much (a zip bomb?): split it, or leave in what is needed",
            )
        key = str(path).casefold()
        if key in found:
            raise _refused(
                name,
                str(path),
                "each name once",
                zh="压缩包内文件重名",
                en="one name is in the archive twice",
            )
        found[key] = (path, info)
    return iter(found.values())


def _path(info: zipfile.ZipInfo, archive: str) -> PurePosixPath:
    """A member's path within the archive; Chinese Windows writes names in GBK, macOS in UTF-8, unsaid."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = info.filename.encode("cp437").decode("gb18030")
        with contextlib.suppress(UnicodeError):  # 选址 in GBK is UTF-8 too, but of no Chinese letters
            unsaid = info.filename.encode("cp437").decode("utf-8")
            name = unsaid if _CHINESE.fullmatch(unsaid) else name
    path = PurePosixPath(name.replace("\\", "/"))
    odd = path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts)
    if odd or any(len(part.encode()) > _LONGEST_NAME or not part.isprintable() for part in path.parts):
        raise _refused(
            archive,
            name,
            "folder/file",
            zh="压缩包内的路径指向包外或不合法",
            en="a path in the archive leads out of it, or is no path",
        )
    return path


def _check_member(info: zipfile.ZipInfo, path: PurePosixPath, archive: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        raise _refused(
            archive,
            str(path),
            "files and folders",
            zh="压缩包内含符号链接或设备文件",
            en="the archive holds a link or a device, not a file",
        )
    if info.flag_bits & _LOCKED:
        raise _refused(
            archive,
            str(path),
            "no password",
            zh="压缩包有密码，请解密后再用",
            en="the archive is locked: unlock it",
        )
    if path.suffix.lower() in _NESTED:
        raise _refused(
            archive,
            str(path),
            "files, not archives",
            zh="压缩包内还有压缩包，请先解压一层",
            en="an archive within the archive: unpack it once",
        )
    if info.compress_type not in _METHODS:
        raise _refused(
            archive,
            str(path),
            "deflate",
            zh="压缩方式不受支持，请重新压缩",
            en="packed by a method not taken: pack anew",
        )


def _too_many(name: str, given: str) -> UnreadableError:
    return _refused(
        name,
        f"{given} members",
        f"≤ {MOST_MEMBERS}",
        zh="压缩包内文件过多",
        en="too many files in the archive",
    )


def _damaged(name: str, error: object) -> UnreadableError:
    return _refused(name, str(error), "a zip file", zh="压缩包损坏或不是 ZIP", en="damaged, or no zip file")


def _refused(name: str, given: str, allowed: str, *, zh: str, en: str) -> UnreadableError:
    shown = given if len(given) <= _LONGEST_NAME else f"{given[:_LONGEST_NAME]}…"
    return UnreadableError(Problem(where=name, given=shown, allowed=allowed, hint=Text(zh, en)))
