"""What a dBASE table in GBK can hold: names of 10 bytes, texts of 254; what it cannot is told, not lost."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

NAME_BYTES = 10
TEXT_BYTES = 254
MOST_FIELDS = 255
LARGEST_BYTES = 2**31 - 1
"""Readers of shapefiles count in signed 32 bits."""

_NUMBER_BYTES = 24
_MISSING = "〓"
"""Stands in print for a character that was not at hand; GBK has it."""

_ENCODING = "gbk"
_KEY = "ogc_fid"
"""What GDAL takes for the number of a row, whatever stands in it."""


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of at most 10 bytes, distinct in any case: cut, and numbered where two would be the same."""
    taken = {_KEY}
    short: list[str] = []
    for position, name in enumerate(names, start=1):
        plain = "".join(c if c.isalnum() or c == "_" else "_" for c in in_gbk(name, "_")) or f"f{position}"
        made, count = _cut(plain, NAME_BYTES), 1
        while made.casefold() in taken:
            count += 1
            tail = f"_{count}"
            made = _cut(plain, NAME_BYTES - len(tail)) + tail
        taken.add(made.casefold())
        short.append(made)
    return tuple(short)


def in_gbk(text: str, missing: str = _MISSING) -> str:
    """A text with what GBK lacks replaced."""
    try:
        text.encode(_ENCODING)
    except UnicodeEncodeError:
        return "".join(c if _has(c) else missing for c in text)
    return text


def fitted(text: str) -> str:
    """A text as the table will hold it: cut texts end in ``…``; NUL, which ends a text there, is replaced."""
    shown = in_gbk(text.replace("\0", _MISSING))
    if len(shown.encode(_ENCODING)) <= TEXT_BYTES:
        return shown
    return _cut(shown, TEXT_BYTES - len("…".encode(_ENCODING))) + "…"


def record_bytes(tables: Iterable[pa.Table]) -> int:
    """About how many bytes the rows of tables take, each text field as wide as its widest text."""
    widths: dict[int, int] = {}
    rows = 0
    for table in tables:
        rows += table.num_rows
        for place, column in enumerate(table.columns):
            texts = column.to_pylist() if pa.types.is_string(column.type) else ()
            widest = max((len(text) * 2 for text in texts if text), default=1) if texts else _NUMBER_BYTES
            widths[place] = max(widths.get(place, 1), min(widest, TEXT_BYTES))
    return rows * sum(widths.values())


def _has(character: str) -> bool:
    try:
        character.encode(_ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _cut(text: str, most: int) -> str:
    """As much of a text as so many bytes hold, without half a character."""
    return text.encode(_ENCODING)[:most].decode(_ENCODING, "ignore")
