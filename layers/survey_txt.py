"""The text format of land surveys (勘测定界界址点): what its lines say, before anything is made of them.

::

    [属性描述]
    坐标系=2000国家大地坐标系
    几度分带=3
    投影类型=高斯克吕格
    计量单位=米
    带号=35
    [地块坐标]
    5,0.6500,1,一号地块,面,,工业用地,,@
    J1,1,3598138.10,35575648.17
    …

A plot's head tells points, hectares, number, name, kind (点, 线, 面), map sheet, use and land class, and ends
with ``@``. A point's line tells its name, its ring (1 = the outline, then holes), X (north), Y (east).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import Problem, UnreadableError
from geo.model import Text

__all__ = ["FIELDS", "Plot", "Survey", "looks_like_survey", "read_survey"]

FIELDS = ("界址点数", "地块面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
"""What a plot's head tells, in order."""

MOST_BYTES = 256_000_000
MOST_POINTS = 2_000_000
"""Largest file, and most points of one, that are read."""

_KIND, _BEFORE = 4, 4
_KINDS = ("点", "线", "面")
_ABOUT, _PLOTS = "属性描述", "地块坐标"
_SECTION = re.compile(r"\s*[\[【［]\s*(.+?)\s*[\]】］]\s*")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+")
_ENCODINGS = ("utf-8-sig", "gb18030")
_HEAD, _BLOCK = 4_096, 1 << 20
_POINT_PARTS = 4
_BOM16 = (b"\xff\xfe", b"\xfe\xff")

Position = tuple[str, float, float]
"""Ring as it is named, X (north) and Y (east) as they stand."""


@dataclass(slots=True, kw_only=True)
class Plot:
    """One plot as read.

    Attributes
    ----------
    line
        Line of its head, from 1.
    told
        What its head tells, by `FIELDS`.
    points
        Its points in order.
    faults
        Lines that cannot be read, at most one is told.
    headless
        Its points stand without a head.
    """

    line: int
    told: dict[str, str]
    points: list[Position] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)
    headless: bool = False

    @property
    def kind(self) -> str:
        """点, 线 or 面; an area where it is not said."""
        return self.told["图形属性"] or "面"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A file as read: what it says of itself, and its plots."""

    about: dict[str, str]
    plots: tuple[Plot, ...]


def looks_like_survey(path: Path) -> bool:
    """Whether a text file is of this format, by its first lines."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    encodings = ("utf-16",) if head.startswith(_BOM16) else _ENCODINGS
    texts = (head.decode(encoding, "ignore") for encoding in encodings)
    return any(f"{word}{end}" in text for text in texts for word in (_ABOUT, _PLOTS) for end in "]】］")


def read_survey(path: Path) -> Survey:
    """Read a file in UTF-8, UTF-16 with a mark, or GB18030.

    Raises
    ------
    UnreadableError
        If it is too large, in another encoding, or holds no plots.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise _unreadable(
            path, f"{size >> 20} MB", f"≤ {MOST_BYTES >> 20} MB", "文件过大，请拆分", "too large: split it"
        )
    about: dict[str, str] = {}
    plots: list[Plot] = []
    section, total = "", 0
    with path.open(encoding=_encoding(path)) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if match := _SECTION.fullmatch(line.strip()):
                section = match[1]
            elif section == _ABOUT:
                key, _, value = line.replace("＝", "=").partition("=")
                about[key.strip()] = value.strip()
            elif section == _PLOTS:
                _take(line, number, plots)
                total += 1
                if total > MOST_POINTS:
                    given, most = f"> {MOST_POINTS}", f"≤ {MOST_POINTS}"
                    raise _unreadable(
                        path, given, most, "界址点过多，请拆分", "too many points: split the file"
                    )
    if not plots:
        raise _unreadable(path, "0", "[地块坐标]", "文件中没有地块", "there are no plots in the file")
    return Survey(about=about, plots=tuple(plots))


def _encoding(path: Path) -> str:
    """The encoding in which the whole file can be read."""
    with path.open("rb") as stream:
        head = stream.read(8)
    for encoding in ("utf-16",) if head.startswith(_BOM16) else _ENCODINGS:
        try:
            with path.open(encoding=encoding) as text:
                while text.read(_BLOCK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _unreadable(
        path, head.hex(" "), "UTF-8, GB18030", "文件编码无法识别", "the encoding is not recognised"
    )


def _take(line: str, number: int, plots: list[Plot]) -> None:
    """Add a line to the plots: a head, or a point of the last one."""
    text = line.replace("，", ",").strip()
    if "@" in text:
        plots.append(Plot(line=number, told=_head(text.partition("@")[0])))
        return
    if not plots:
        plots.append(Plot(line=number, told=_head(""), headless=True))
    parts = text.split(",") if "," in text else text.split()
    while len(parts) > _POINT_PARTS and not parts[-1].strip():
        parts.pop()
    ring, x, y = (part.strip() for part in parts[1:]) if len(parts) == _POINT_PARTS else ("", "", "")
    if _NUMBER.fullmatch(x) and _NUMBER.fullmatch(y):
        plots[-1].points.append((ring, float(x), float(y)))
    elif not plots[-1].faults:
        told = Text("本行不是界址点：须为 点号,圈号,X,Y", "the line is no point: name,ring,X,Y")
        problem = Problem(
            where=f"line {number}", given=text[:80], allowed="J1,1,3598138.10,35575648.17", hint=told
        )
        plots[-1].faults.append(problem)


def _head(text: str) -> dict[str, str]:
    """What a plot's head tells. Programs leave out fields at either end: the kind is what they go by."""
    parts = [part.strip() for part in text.split(",")]
    at = next((place for place, part in enumerate(parts) if part in _KINDS), None)
    if at is None:
        at = min(len(parts), _KIND)
        parts = [*parts[:at], "", *parts[at:]]
    before = parts[max(at - _BEFORE, 0) : at]
    cells = [""] * (_BEFORE - len(before)) + before + parts[at:]
    return dict(zip(FIELDS, [*cells, *[""] * len(FIELDS)], strict=False))


def _unreadable(path: Path, given: str, allowed: str, zh: str, en: str) -> UnreadableError:
    return UnreadableError(Problem(where=path.name, given=given, allowed=allowed, hint=Text(zh, en)))
