"""What is laid along rivers as arrays, and back to the last bit: kept from one process to the next."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.measure import Objects
from geo.model import Text
from geo.model.keeping import Arrays
from geo.rivers.riverside import Course

__all__ = [
    "Known",
    "courses_from",
    "courses_to",
    "digest_of",
    "known_from",
    "known_to",
    "shapes_from",
    "shapes_to",
]

Made = dict[str, NDArray[Any]]


def digest_of(*told: Objects | bytes | str) -> str:
    """Of what something was made, to the last bit; arrays are of shapes."""
    hashed = hashlib.sha256()
    for one in told:
        part = _bytes_of(one)
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.hexdigest()[:32]


def _bytes_of(told: Objects | bytes | str) -> bytes:
    if isinstance(told, bytes):
        return told
    return (
        told.encode() if isinstance(told, str) else b"".join(shapes_to(told)[name].tobytes() for name in _WKB)
    )


_WKB = ("wkb_ends", "wkb")


def shapes_to(shapes: Objects) -> Made:
    """Shapes as arrays."""
    wkb = shapely.to_wkb(shapes).tolist()
    ends = np.cumsum([len(one) for one in wkb], dtype=np.int64)
    return {"wkb": np.frombuffer(b"".join(wkb), dtype=np.uint8), "wkb_ends": ends}


def shapes_from(arrays: Arrays) -> Objects:
    """The shapes of arrays."""
    ends, whole = arrays["wkb_ends"].tolist(), arrays["wkb"].tobytes()
    parts = [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return np.asarray(shapely.from_wkb(np.array([*parts, None], dtype=object)), dtype=object)[:-1]


def courses_to(courses: Iterable[Course | None]) -> Made:
    """Courses as arrays."""
    told = list(courses)
    some = [course for course in told if course is not None]
    return {
        "known": np.array([course is not None for course in told], dtype=bool),
        "course_ends": np.cumsum([len(course.edges) for course in some], dtype=np.int64),
        "edges": np.concatenate([np.zeros((0, 4)), *(course.edges for course in some)]),
        "upper_m": np.concatenate([np.zeros(0), *(course.upper_m for course in some)]),
        "lower_m": np.concatenate([np.zeros(0), *(course.lower_m for course in some)]),
    }


def courses_from(arrays: Arrays) -> tuple[Course | None, ...]:
    """The courses of arrays."""
    split = [np.split(arrays[name], arrays["course_ends"][:-1]) for name in ("edges", "upper_m", "lower_m")]
    some = (
        Course(edges=edges, upper_m=upper, lower_m=lower) for edges, upper, lower in zip(*split, strict=True)
    )
    return tuple(next(some) if known else None for known in arrays["known"].tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is to be known of a river network where all that was laid along it is at hand.

    Attributes
    ----------
    widest_m
        From the line of the widest river to its bank, metres.
    remarks
        As the network's.
    """

    widest_m: float
    remarks: tuple[Text, ...]


def known_to(known: Known) -> Made:
    """The same as arrays."""
    told = json.dumps([[text.zh, text.en] for text in known.remarks]).encode()
    return {"widest_m": np.array([known.widest_m]), "remarks": np.frombuffer(told, dtype=np.uint8)}


def known_from(arrays: Arrays) -> Known:
    """The same of arrays."""
    told = json.loads(arrays["remarks"].tobytes())
    remarks = tuple(Text(zh, en) for zh, en in told)
    return Known(widest_m=float(arrays["widest_m"][0]), remarks=remarks)
