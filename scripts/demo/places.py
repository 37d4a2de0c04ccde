"""Hand-placed names and positions, read from ``plan/*.yaml``.

Names are those of the five plans. Positions of rivers marked real come from WDBII; all others are put by hand
to within some kilometres of where the text suggests, and everything made from them is synthetic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

Place = tuple[float, float]
"""Longitude and latitude, degrees."""

CHAOTIAN, BAZHOU, ENYANG, TONGJIANG = "510812", "511902", "511903", "511921"
NANJIANG, PINGCHANG, LESHAN, CHENGKOU, TONGNAN = "511922", "511923", "511102", "500229", "500152"

T = TypeVar("T")

_FOLDER = Path(__file__).parent / "plan"


def _tuples(value: Any) -> Any:  # noqa: ANN401 (YAML holds anything)
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def entries(name: str, make: Callable[..., T]) -> tuple[T, ...]:
    """The list in ``plan/<name>.yaml``, each entry made into ``make``; lists become tuples."""
    rows = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return tuple(make(**{key: _tuples(value) for key, value in row.items()}) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A river as placed.

    Attributes
    ----------
    parts
        Real rivers: stretches of WDBII lines, each (a place on the line, from, to), going downstream.
    course
        Synthetic rivers: places it passes, going downstream.
    into
        Name of the river it ends in; empty where it leaves the window.
    width_m
        Assumed mean width.
    important
        重要支流: a basin of 10 000 km² or more (regulations.md §5.2).
    corridor_m
        Width of the river corridor on either side.
    """

    code: str
    name: str
    width_m: float
    important: bool
    basin: str
    basin_km2: float | None = None
    parts: tuple[tuple[Place, Place, Place], ...] = ()
    course: tuple[Place, ...] = ()
    into: str = ""
    corridor_m: float = 200.0

    @property
    def synthetic(self) -> bool:
        """Drawn by hand, because no source has it."""
        return not self.parts


@lru_cache(maxsize=1)
def rivers() -> tuple[River, ...]:
    """All rivers, each after the one it flows into."""
    return entries("rivers", River)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the zoning of a district is like.

    Attributes
    ----------
    redline_m2, old_redline_m2
        Area of the red line, current and 2020 edition; negative: a share of the district, as -0.0537.
    priority_share, key_share
        Of the district.
    counts
        Priority, key and general units.
    published
        Which of these figures stand in a text; the others are plausible inventions.
    towns
        Built-up places, the county seat first.
    priority, general
        Name and anchor of each unit.
    key
        Sub-type, name and places of each key unit.
    """

    redline_m2: float
    old_redline_m2: float
    priority_share: float
    key_share: float
    counts: tuple[int, int, int]
    published: tuple[str, ...]
    towns: tuple[Place, ...]
    priority: tuple[tuple[str, Place], ...]
    key: tuple[tuple[str, str, tuple[Place, ...]], ...]
    general: tuple[tuple[str, Place], ...]


@lru_cache(maxsize=1)
def plans() -> dict[str, Plan]:
    """The plan of each of the nine districts by code."""
    rows = yaml.safe_load((_FOLDER / "districts.yaml").read_text(encoding="utf-8"))
    return {code: Plan(**{key: _tuples(value) for key, value in row.items()}) for code, row in rows.items()}
