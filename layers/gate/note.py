"""What the gate has to say of a zone or of the whole file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from geo.model import Text

__all__ = ["Note", "Notes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to be told.

    Attributes
    ----------
    check
        Which check speaks, as one word.
    fault
        The zone cannot be loaded as it is; else a remark.
    row
        Number of the row in the file as supplied, from 1; 0 = the whole file.
    zone
        Its id, or what stands for one.
    given, allowed
        The offending value, and what would do.
    """

    check: str
    fault: bool
    row: int
    zone: str
    given: str
    allowed: str
    hint: Text

    def line(self, lang: str) -> str:
        """The note in one line."""
        place = (f"第 {self.row} 行 " if lang == "zh" else f"row {self.row} ") if self.row else ""
        colon = "：" if lang == "zh" else ": "
        allowed = f" ({self.allowed})" if self.allowed else ""
        return f"{place}{self.zone}{colon}{self.hint.get(lang)} | {self.given}{allowed}"

    def body(self) -> dict[str, Any]:
        """The note as plain values."""
        return {
            "check": self.check,
            "fault": self.fault,
            "row": self.row,
            "zone": self.zone,
            "given": self.given,
            "allowed": self.allowed,
            "hint": {"zh": self.hint.zh, "en": self.hint.en},
        }


@dataclass(slots=True)
class Notes:
    """Notes being collected; ``names`` says how zones are called, row by row."""

    names: list[str] = field(default_factory=list)
    found: list[Note] = field(default_factory=list)

    def add(
        self, check: str, row: int, *, given: object, allowed: str, zh: str, en: str, fault: bool = False
    ) -> None:
        """Note something of the zone in a row (from 0), or of the whole file (-1)."""
        self.found.append(
            Note(
                check=check,
                fault=fault,
                row=row + 1,
                zone=self.names[row] if row >= 0 else "",
                given="—" if given is None else str(given)[:400],
                allowed=allowed,
                hint=Text(zh, en),
            )
        )

    def extend(self, notes: Iterable[Note]) -> None:
        """Take over notes made elsewhere."""
        self.found.extend(notes)

    @property
    def faults(self) -> tuple[Note, ...]:
        """What cannot be loaded."""
        return tuple(note for note in self.found if note.fault)

    def tuple(self) -> "tuple[Note, ...]":
        """All of them by row, faults first within a row."""
        return tuple(sorted(self.found, key=lambda note: (note.row, not note.fault)))
