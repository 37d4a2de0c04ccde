"""What a dBASE table in GBK can hold: names of 10 bytes, texts of 254; what it cannot is told, not lost."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from geo.measure import Floats

NAME_BYTES = 10
TEXT_BYTES = 254
MOST_FIELDS = 255
LARGEST_BYTES = 2**31 - 1
"""Readers of shapefiles count in signed 32 bits."""

LOST_SHARE = 1e-9
"""What a number may lose in a field of 15 decimals without being told."""

_NUMBER_BYTES, _DECIMALS = 24, 15
_LARGEST = 1e15
"""From here on GDAL writes fewer digits, and in the end none of the right ones."""

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


def held_numbers(numbers: Floats) -> Floats:
    """Numbers as the table will hold them: no longer fractions, and nothing where one is too large."""
    held = np.where(np.abs(numbers) < _LARGEST, numbers, np.nan).astype(float)
    short = np.abs(held) < 1.0  # larger ones have no more than 15 decimals worth the name
    held[short] = np.round(held[short], _DECIMALS)
    return held


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
