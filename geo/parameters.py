"""Parameters of a datum shift behind the name of a CRS: ``西安80 3度带 +towgs84=dx,dy,dz[,rx,ry,rz,s]``.

As PROJ has them: metres, arc seconds by the position-vector rule, parts per million. Rotations of the 布尔莎
formula have the other sign.
"""

import re

from geo.errors import InputError, Problem
from geo.model import Text

Helmert = tuple[float, ...]
"""Three or seven numbers."""

_KEY = re.compile(r"[\s,;]*\+?towgs84\s*[=:]\s*", re.IGNORECASE)
_LONGEST = 400
"""Characters; a longer cell is no name, and some hold a whole file."""
_COUNTS = (3, 7)
_MOST = (10_000.0,) * 3 + (100.0,) * 4
"""Metres, seconds and parts per million beyond which numbers are no datum shift."""


def split_parameters(name: str, *, where: str = "crs") -> tuple[str, Helmert]:
    """The name without its parameters, and those; none where there are none.

    Raises
    ------
    InputError
        If they are not three or seven numbers, or absurdly large.
    """
    parts = _KEY.split(name, maxsplit=1) if len(name) <= _LONGEST else []
    if len(parts) <= 1:
        return name, ()
    try:
        numbers = tuple(float(number) for number in re.split(r"[\s,;，；]+", parts[1].strip()))
    except ValueError:
        numbers = ()
    if len(numbers) not in _COUNTS or not all(
        abs(number) <= most for number, most in zip(numbers, _MOST, strict=False)
    ):
        raise InputError(
            Problem(
                where=where,
                given=name[:200],
                allowed="+towgs84=dx,dy,dz | +towgs84=dx,dy,dz,rx,ry,rz,s",
                hint=Text(
                    "转换参数须为三个（米）或七个（米、角秒、百万分率）数",
                    "parameters are three numbers (metres) or seven (metres, seconds, parts per million)",
                ),
            )
        )
    return parts[0], numbers


def with_parameters(name: str, numbers: Helmert) -> str:
    """The name with its parameters."""
    return f"{name} +towgs84={','.join(str(number) for number in numbers)}" if numbers else name
