"""Long arrays in little memory, asked as arrays are: numbers that stand in runs, and flags."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo.index.cells import Ints, starts

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Numbers of which many that are equal stand together.

    Attributes
    ----------
    begin, value
        Where each run begins, ascending, and its number.
    """

    begin: Ints
    value: Ints

    @classmethod
    def of(cls, numbers: Ints) -> Self:
        """The runs of an array."""
        begin = starts(numbers)
        return cls(begin, numbers[begin])

    def __getitem__(self, at: Ints) -> Ints:
        """The numbers at some places."""
        out: Ints = self.value[np.searchsorted(self.begin, at, side="right") - 1]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Truths, a bit each.

    Attributes
    ----------
    octets
        Eight of them a byte, the first in its lowest bit.
    """

    octets: NDArray[np.uint8]

    @classmethod
    def of(cls, truths: Mask) -> Self:
        """The flags of an array."""
        return cls(np.packbits(truths, bitorder="little"))

    def __getitem__(self, at: Ints) -> Mask:
        """The truths at some places."""
        shift = (at & 7).astype(np.uint8)
        out: Mask = (self.octets[at >> 3] >> shift & np.uint8(1)).astype(bool)
        return out
