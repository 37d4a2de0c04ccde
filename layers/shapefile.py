"""The texts of a shapefile: which encoding its dBASE table is in, and names that were cut at ten bytes.

GDAL writes a field name's first ten bytes, so four Chinese characters in UTF-8 lose a part of the last one,
and a reader that insists on whole characters calls a sound file damaged. Many deliveries name no encoding at
all. Such tables are read byte by byte (as :data:`RAW`) and decoded here.
"""

import codecs
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from geo.model import Text

__all__ = ["RAW", "Letters", "letters_of"]

RAW = "ISO-8859-1"
"""The encoding in which every byte is a character: what is read in it can be encoded back to its bytes."""

_GB = "gb18030"
_GB_NAMES = {"gbk", "gb2312", "cp936", "936", "ansi936", "oem936", _GB}
_LDID_GB = 0x4D
_LDID_SILENT = {0x00, 0x57}
"""Language driver ids that say nothing: none, and "the ANSI code page of the writer's machine"."""

_CHARACTER_SETS = re.compile(
    r"utf-8|ascii|gb\w+|hz|big5\w*|cp\d+|iso8859-\d+|koi8-\w|mac-\w+|shift_jis\w*|euc_\w+|johab|tis-620"
)
"""Names of Python's codecs in which every character has its own few bytes."""

_HEADER_BYTES = 32
_NAME_BYTES = 11
_END_OF_FIELDS = b"\r"
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """How the texts of one table, read as :data:`RAW`, become what they say.

    Attributes
    ----------
    codec
        Python's name of the encoding.
    remarks
        What was taken for granted.
    """

    codec: str
    remarks: tuple[Text, ...] = ()

    def names(self, raw: Sequence[str]) -> tuple[tuple[str, ...], tuple[Text, ...]]:
        """Column names, each its own, and a remark on those that had been cut."""
        found: list[str] = []
        cut: list[str] = []
        for number, name in enumerate(raw, start=1):
            whole = _decoded(name, self.codec)
            text = _begun(name, self.codec) if whole is None else whole
            text = text or f"column_{number}"
            while text in found:
                text += "_"
            found.append(text)
            if whole is None:
                cut.append(text)
        return tuple(found), _cut_remark(cut)

    def cell(self, value: object) -> object:
        """A cell as it was meant; a text that was cut within a character loses that character.

        Raises
        ------
        UnicodeDecodeError
            Where it is not in this encoding at all.
        """
        if not isinstance(value, str):
            return value
        whole = _decoded(value, self.codec)
        return _begun(value, self.codec) if whole is None else whole


def _decoded(raw: str, codec: str) -> str | None:
    try:
        return raw.encode(RAW).decode(codec)
    except UnicodeDecodeError:
        return None


def _begun(raw: str, codec: str) -> str:
    """The whole characters before the one that was cut."""
    return codecs.getincrementaldecoder(codec)().decode(raw.encode(RAW))


def _cut_remark(cut: Sequence[str]) -> tuple[Text, ...]:
    if not cut:
        return ()
    names = ", ".join(cut)
    return (
        Text(
            f"字段名写入时被截断为 10 字节，按完整的字读取：{names}",
            f"field names were cut at 10 bytes when written; read as far as they are whole: {names}",
        ),
    )


def letters_of(path: Path, table: str, asked: str | None = None) -> Letters | None:
    """How to read the texts of a shapefile; None where GDAL reads them rightly, or it is no shapefile.

    Parameters
    ----------
    path
        The .shp, its folder, or a zip that holds it.
    table
        Its name without extension.
    asked
        The encoding the user names; it goes before all others.
    """
    try:
        with _parts(path, table) as (dbf, cpg):
            if dbf is None:
                return None
            return _letters(dbf, cpg, asked)
    except (OSError, EOFError, LookupError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None  # damaged, or in an encoding unknown here: GDAL has the word


def _letters(dbf: IO[bytes], cpg: str, asked: str | None) -> Letters | None:
    head = dbf.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES:
        return None
    names = _field_names(dbf, int.from_bytes(head[8:10], "little"))
    blocks = _Blocks(dbf)
    plain = b"".join(names).isascii()
    clean = blocks.clean_in(("ascii", "utf-8", _GB))
    if plain and "ascii" in clean:
        return None
    said = asked or cpg or (_GB if head[29] == _LDID_GB else "")
    odd: tuple[Text, ...] = ()
    try:
        if said:
            return Letters(codec=_codec(said))
    except LookupError:
        if asked:
            raise
        odd = (Text(f".cpg 所写的编码不认识：{said[:40]}", f"the .cpg names no encoding known: {said[:40]}"),)
    if head[29] not in _LDID_SILENT and not odd:
        return None
    for codec, title in (("utf-8", "UTF-8"), (_GB, "GB18030")):
        if codec in clean and all(_may_be(name, codec) for name in names):
            remark = Text(f"未注明编码，按 {title} 读取", f"no encoding is named: read as {title}")
            return Letters(codec=codec, remarks=(*odd, remark))
    remark = Text(
        "未注明编码，也不是 UTF-8 或 GB18030，文字可能有误",
        "no encoding is named and it is neither UTF-8 nor GB18030: texts may be wrong",
    )
    return Letters(codec=RAW, remarks=(*odd, remark))


def _field_names(dbf: IO[bytes], header_bytes: int) -> list[bytes]:
    """Names as bytes; the stream then stands at the first record."""
    rest = dbf.read(max(header_bytes - _HEADER_BYTES, 0))
    entries = (rest[at : at + _HEADER_BYTES] for at in range(0, len(rest), _HEADER_BYTES))
    names = []
    for entry in entries:
        if entry.startswith(_END_OF_FIELDS):
            break
        names.append(entry[:_NAME_BYTES].partition(b"\0")[0])
    return names


def _may_be(name: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(name)
    except UnicodeDecodeError:
        return False
    return True


class _Blocks:
    """The records of a table. Cells are padded with blanks, so whole characters make a whole block."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def clean_in(self, encodings: Sequence[str]) -> set[str]:
        """The encodings in which every byte has its place."""
        decoders = {name: codecs.getincrementaldecoder(name)() for name in encodings}
        for block, final in self._pairs():
            for name in list(decoders):
                try:
                    decoders[name].decode(block, final)
                except UnicodeDecodeError:
                    del decoders[name]
        return set(decoders)

    def _pairs(self) -> Iterator[tuple[bytes, bool]]:
        while block := self._stream.read(_BLOCK_BYTES):
            yield block, False
        yield b"", True


def _codec(said: str) -> str:
    """Python's codec of an encoding as .cpg files write it: UTF-8, 65001, 936, GBK, ANSI 1252, 88591.

    Raises
    ------
    LookupError
        If it is none that a table is written in: Python's own list holds zips and escapes too.
    """
    word = re.sub(r"[\s_]+", "", said.casefold())
    if word in _GB_NAMES:
        return _GB
    word = re.sub(r"^(ansi|oem)(?=\d)", "", word)
    if word == "65001":
        return "utf-8"
    if match := re.fullmatch(r"8859-?(\d{1,2})", word):
        return codecs.lookup(f"iso-8859-{match[1]}").name
    try:
        name = codecs.lookup(f"cp{word}" if word.isdigit() else said.strip()).name
    except ValueError as error:  # a NUL in it
        raise LookupError(said) from error
    if not _CHARACTER_SETS.fullmatch(name):
        raise LookupError(said)
    return name


@contextmanager
def _parts(path: Path, table: str) -> Iterator[tuple[IO[bytes] | None, str]]:
    """The table's .dbf, opened, and what its .cpg says."""
    suffix = path.suffix.lower()
    if suffix in {".zip", ".shz"} and path.is_file():
        with zipfile.ZipFile(path) as archive:
            found = {Path(name).name.casefold(): name for name in reversed(archive.namelist())}
            dbf, cpg = (found.get(f"{table}{end}".casefold()) for end in (".dbf", ".cpg"))
            said = archive.read(cpg).decode("ascii", "ignore") if cpg is not None else ""
            with archive.open(dbf) if dbf is not None else io.BytesIO() as stream:
                yield (stream if dbf is not None else None), said.strip()
        return
    folder = path if path.is_dir() else path.parent if suffix == ".shp" else None
    siblings = {p.name.casefold(): p for p in folder.iterdir()} if folder is not None else {}
    own, cpg_path = (siblings.get(f"{table}{end}".casefold()) for end in (".dbf", ".cpg"))
    if own is None:
        yield None, ""
        return
    said = cpg_path.read_text("ascii", "ignore") if cpg_path is not None else ""
    with own.open("rb") as stream:
        yield stream, said.strip()
