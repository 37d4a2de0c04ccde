"""What a benchmark is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import shapes
from scripts.bench.zoning import Size

__all__ = ["Setting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One run.

    Attributes
    ----------
    folder
        Where data are made and kept between runs; nothing in it is committed.
    shared
        Third-party data; cases without theirs are named as absent.
    demo
        The demonstration bundle.
    quick
        Small sizes: it runs, and the contenders agree; its times say nothing.
    large
        Also 10⁷ points and rows.
    huge
        Also 10⁶ zones.
    tell
        Takes a word on what is being done.
    """

    folder: Path
    shared: Path
    demo: Path
    quick: bool
    large: bool
    huge: bool
    tell: Callable[[str], None]

    @property
    def size(self) -> Size:
        """Of the drawn bundle: six layers of 20 000 zones, of 200 where quick."""
        west, south, _, _ = shapes.BOUNDS
        if self.quick:
            return Size(columns=20, rows=10, bounds=(west, south, west + 0.5, south + 0.4))
        return Size(columns=200, rows=100, bounds=shapes.BOUNDS)

    def place(self, name: str) -> Path:
        """A folder for one kind of data, by size."""
        found = self.folder / f"{name}-{'quick' if self.quick else 'full'}"
        found.mkdir(parents=True, exist_ok=True)
        return found
