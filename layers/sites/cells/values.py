"""Cells as text, numbers and dates. Ids stay text; nothing is guessed."""

import json
import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from geo.errors import InputError
from layers.sites.faults import fault

_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def cell_text(value: object) -> str:
    """A cell as text: no exponent, no ``.0`` on whole numbers, dates as ISO, nothing as the empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _float_text(value: float) -> str:
    if math.isnan(value):
        return ""
    if not math.isfinite(value):
        return str(value)
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def half_width(text: str) -> str:
    """The text in half-width signs, but for digits that are no digits of a number (①, ²).

    The mark of a footnote would become a decimal.
    """
    marked = any(unicodedata.category(character) == "No" for character in text)
    return text if marked else unicodedata.normalize("NFKC", text)


def is_number(text: str) -> bool:
    """Whether a text is a plain decimal number."""
    return _NUMBER.fullmatch(text.strip()) is not None


def read_number(value: object, where: str) -> float:
    """A finite number from a cell.

    Raises
    ------
    InputError
        For a blank, a text, NaN, infinity, a boolean, thousands separators or degrees-minutes-seconds.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _finite(value)
    else:
        text = cell_text(value).strip()
        if not text:
            raise InputError(fault(where, "(blank)", "a number", zh="坐标为空", en="the cell is empty"))
        number = float(text) if is_number(text) else math.nan
    if math.isfinite(number):
        return number
    raise InputError(
        fault(
            where,
            value,
            "a finite decimal number, such as 105.8412",
            zh="读不成数字：请写十进制数，不带单位、度分秒或千位分隔符",
            en="not a readable number: write a plain decimal, without units, 60ths or separators",
        )
    )


def _finite(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.nan


def read_date(value: object, where: str) -> date:
    """A day from a cell: a date, or text as 2026-11-21, 2026/11/21, 2026.11.21 or 2026年11月21日.

    Raises
    ------
    InputError
        If it is no day of the calendar.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DATE.fullmatch(cell_text(value).strip())
    if match:
        year, month, day = (int(part) for part in match.groups() if part is not None)
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise InputError(
        fault(
            where,
            value,
            "YYYY-MM-DD",
            zh="读不成日期，请写作 2026-11-21",
            en="not a date: write it as 2026-11-21",
        )
    )
