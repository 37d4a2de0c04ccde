"""What is expected of a broken file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DONE = 0
"""The command's code where nothing was refused: what is odd stands in a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault.

    Attributes
    ----------
    name
        File name, made in an empty folder.
    make
        Writes the file, given its path.
    zh, en
        Words of the hint (or remark) in either language.
    where, given, allowed
        Parts of the message, the same in both languages; "" where only the words matter.
    refused
        Rows refused, from 1; () where the file is refused whole, or nothing is.
    answered
        Rows answered; 0 where the file is refused whole.
    code
        Of the command; None for what follows from the rows: 2 without any, 1 with some refused.
    more
        Options of the command.
    """

    name: str
    make: Callable[[Path], object]
    zh: str
    en: str
    where: str = ""
    given: str = ""
    allowed: str = ""
    refused: tuple[int, ...] = ()
    answered: int = 0
    code: int | None = None
    more: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What stands for it in the list of tests."""
        return f"{self.name}: {self.en}"[:70]


def text(*lines: str, encoding: str = "utf-8", end: str = "\n") -> Callable[[Path], object]:
    """Write lines."""
    return lambda path: path.write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))


def raw(data: bytes) -> Callable[[Path], object]:
    """Write bytes."""
    return lambda path: path.write_bytes(data)


def cut(make: Callable[[Path], object], share: float = 0.5) -> Callable[[Path], object]:
    """Write a file and lose its end."""

    def write(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return write


def changed(make: Callable[[Path], object], old: bytes, new: bytes) -> Callable[[Path], object]:
    """Write a file and change a piece of it, which must be there."""

    def write(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        if old not in data:
            raise ValueError(f"{path.name} does not hold {old!r}")
        path.write_bytes(data.replace(old, new))

    return write
