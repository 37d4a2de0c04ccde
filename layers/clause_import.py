"""An agency's entry list made into rows of ``entry_clause``: words to codes, references to clauses."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geo.model import ANY, Rulebook, Text
from layers.clause_row import INDUSTRY
from layers.clause_sheet import SheetRow
from layers.clauses import COLUMNS, clauses_of_rows
from layers.keytable import near
from layers.strictyaml import Faults

__all__ = ["Imported", "Refused", "import_rows", "write_clauses", "write_refused"]

_DIMENSIONS = {"空间布局": "1", "布局约束": "1", "污染物": "2", "排放管控": "2", "环境风险": "3",
               "风险防控": "3", "资源": "4"}  # fmt: skip
_VERBS = {"禁止": "禁止", "限制": "限制", "退出": "退出", "允许排放": "要求", "允许": "允许", "鼓励": "允许",
          "要求": "要求", "提标": "要求", "替代": "要求", "其他": "要求", "管控": "要求"}  # fmt: skip
"""Sub-headings of the lists (regulations.md §1.6): the first word that is in one decides."""
_LEVELS = {"省": "province", "province": "province", "市": "city", "区县": "city", "县": "city", "区": "city",
           "city": "city", "单元": "unit", "unit": "unit"}  # fmt: skip
_CLASSES = {"优先": "1", "重点": "2", "一般": "3"}
_SUBTYPES = {"工业": "industrial", "产业": "industrial", "城镇": "urban", "要素": "element"}
_EVERYONE = frozenset(("全部", "所有", "所有项目", "各类项目", "全部项目", "所有行业", "任何项目", "ANY"))
_SPLIT = re.compile(r"[;；,，、/\n]+")
_REFERENCE = re.compile(
    r"执行(?P<who>.*?)(?P<level>省级|全省|市级|全市|区县级|县级|区级)?总体(?:准入)?(?:管控)?要求(?P<rest>.*)"
)
_NUMBERS = re.compile(r"(\d+)(?:\s*[-—–至到]\s*(?:第)?(\d+))?")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
_CHINESE = re.compile(r"[一二三四五六七八九十]+")

Made = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A row that was not taken, and why."""

    where: str
    text: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a workbook.

    Attributes
    ----------
    rows
        Good rows of ``entry_clause``.
    resolved
        References that were replaced by the clauses they name.
    unstated
        Rows that do not say whom they name: every activity may be meant.
    """

    rows: tuple[Made, ...]
    refused: tuple[Refused, ...]
    resolved: int
    unstated: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Work:
    """Rows under way."""

    good: list[tuple[str, Made]] = field(default_factory=list)
    references: list[tuple[SheetRow, Made]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, row: SheetRow, zh: str, en: str) -> None:
        self.refused.append(Refused(where=row.where, text=row.cells.get("text", ""), why=Text(zh, en)))


def import_rows(rows: Iterable[SheetRow], rulebook: Rulebook, *, doc: str, certainty: str) -> Imported:
    """Rows of sheets as rows of ``entry_clause``; what cannot be taken is refused with its reason.

    Parameters
    ----------
    doc, certainty
        Of rows that do not say.
    """
    work, words = _Work(), _words(rulebook)
    for row in rows:
        made = _made(row, words, work, doc=doc, certainty=certainty)
        if made is None:
            continue
        if _REFERENCE.search(made["text"]):
            work.references.append((row, made))
        else:
            work.good.append((row.where, made))
    resolved = sum(_resolve(row, made, work) for row, made in work.references)
    good = _checked(work, rulebook)
    unstated = tuple(where for where, made in good if not made["industry_match"])
    return Imported(
        rows=tuple(made for _, made in good),
        refused=tuple(work.refused),
        resolved=resolved,
        unstated=unstated,
    )


def _checked(work: _Work, rulebook: Rulebook) -> list[tuple[str, Made]]:
    """Rows that the reader of tables takes too; the others are refused with what it says."""
    words = {*rulebook.activities, *rulebook.groups}
    good: list[tuple[str, Made]] = []
    seen: set[str] = set()
    for where, made in work.good:
        faults = Faults()
        clauses_of_rows([made], None, words, where, faults)
        if made["clause_id"] in seen:
            faults.add(
                where,
                given=made["clause_id"],
                allowed="×1",
                zh="条款编号重复",
                en="this clause_id is there already",
            )
        for fault in faults:
            why = Text(f"{fault.hint.zh}：{fault.given}", f"{fault.hint.en}: {fault.given}")
            work.refused.append(Refused(where=where, text=made["text"], why=why))
        if not len(faults):
            seen.add(made["clause_id"])
            good.append((where, made))
    return good


# --- words ---


def _words(rulebook: Rulebook) -> dict[str, str]:
    """Activities and groups by id, title and synonym."""
    found: dict[str, str] = {}
    for one in rulebook.activities.values():
        for name in (one.id, one.title.zh, one.title.en, *one.aliases):
            found.setdefault(name.casefold(), one.id)
    for group, title in rulebook.groups.items():
        for name in (group, title.zh, title.en):
            found.setdefault(name.casefold(), group)
    return found


def _made(row: SheetRow, words: Mapping[str, str], work: _Work, *, doc: str, certainty: str) -> Made | None:
    """A row in our words; None where it was refused."""
    cells = row.cells
    scope, text = cells.get("unit_code", ""), cells.get("text", "")
    if not text:
        work.refuse(row, "没有管控要求", "there is no text")
        return None
    level = (
        _level_of(scope) if scope.isdigit() else _first(cells.get("level", ""), _LEVELS) or _level_of(scope)
    )
    verb = _first(cells.get("verb", "") or _before_colon(text), _VERBS)
    dimension = cells.get("dimension", "")
    reference = _REFERENCE.search(text) is not None
    if verb is None and not reference:
        work.refuse(
            row, "看不出管控要求类型（禁止、限制、退出、允许、要求）", "the kind of clause cannot be told"
        )
        return None
    names = _names(row, words, work)
    if names is None:
        return None
    wide = level in {"province", "city"}
    return {
        "clause_id": cells.get("clause_id") or f"{scope}-{row.sheet}-{row.number}",
        "unit_code": scope,
        "dimension": dimension
        if dimension.isdigit()
        else _first(dimension, _DIMENSIONS) or ("1" if reference else dimension),
        "verb": verb or "要求",
        "text": text,
        "industry_match": ";".join(names),
        "level": level or cells.get("level", ""),
        "doc": cells.get("doc") or doc,
        "article": _article(cells.get("article", "")),
        "certainty": cells.get("certainty") or certainty,
        "unit_class": _first(cells.get("unit_class", ""), _CLASSES) or "" if wide else "",
        "unit_subtype": _first(cells.get("unit_class", "") + cells.get("unit_subtype", ""), _SUBTYPES) or ""
        if wide
        else "",
    }


def _first(said: str, words: Mapping[str, str]) -> str | None:
    """The meaning of the first known word that occurs."""
    return next((meaning for word, meaning in words.items() if word in said), None)


def _before_colon(text: str) -> str:
    """The sub-heading that stands before a text, up to its colon (禁止开发建设活动的要求)."""
    before, colon, _ = text.partition("：")
    return before if colon and len(before) <= 20 else ""  # noqa: PLR2004  # a heading, not a sentence


def _level_of(scope: str) -> str | None:
    if scope.isdigit():
        return "province" if len(scope.rstrip("0")) <= 2 else "city"  # noqa: PLR2004  # digits of a province
    return "unit" if scope else None


def _names(row: SheetRow, words: Mapping[str, str], work: _Work) -> list[str] | None:
    """Whom a row names; None where a word is not known."""
    found: list[str] = []
    for word in filter(None, (part.strip() for part in _SPLIT.split(row.cells.get("industry_match", "")))):
        plain, code = word.removesuffix("项目").removesuffix("行业"), INDUSTRY.fullmatch(word)
        known = words.get(word.casefold()) or words.get(plain.casefold())
        if word in _EVERYONE:
            found.append(ANY)
        elif code is not None:
            found.append(code[1])
        elif known is not None:
            found.append(known)
        else:
            guess = near(word, words)
            meant = (f"，是否为 {guess}？", f": did you mean {guess}?") if guess else ("", "")
            work.refuse(
                row,
                f"没有这个行业或项目类型：{word}{meant[0]}",
                f"there is no such industry or activity: {word}{meant[1]}",
            )
            return None
    return list(dict.fromkeys(found))


def _article(said: str) -> str:
    """The number of an article, as in 第三条; what is not one stays as it is."""
    numbers = _articles(said)
    return str(numbers[0]) if len(numbers) == 1 else said


def _articles(said: str) -> list[int]:
    """Every number of articles named, ranges included."""
    plain = _CHINESE.sub(lambda found: str(_number(found[0])), said)
    out: list[int] = []
    for first, last in _NUMBERS.findall(plain):
        out.extend(range(int(first), int(last or first) + 1))
    return out


def _number(chinese: str) -> int:
    """A Chinese number below 100."""
    tens, ten, ones = chinese.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[c]) for c in chinese))
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


# --- references ---


def _resolve(row: SheetRow, made: Made, work: _Work) -> bool:
    """Put the clauses of province or city that a row refers to in its place, one for each."""
    found = _REFERENCE.search(made["text"])
    articles = _articles(found["rest"]) if found else []
    if found is None or not articles:
        work.refuse(row, "引用未写明条款号", "the reference names no article")
        return False
    levels = ("province",) if (found["level"] or "")[:2] in {"省级", "全省"} else ("city", "province")
    place = re.sub(r"\D", "", made["unit_code"])[:6]
    wanted = {"unit_class": _first(found["who"], _CLASSES), "unit_subtype": _first(found["who"], _SUBTYPES)}
    copies: list[tuple[str, Made]] = []
    for article in articles:
        named = [
            other
            for _, other in work.good
            if other["level"] in levels
            and place.startswith(_prefix(other["unit_code"]))
            and other["article"] == str(article)
            and all(value is None or other[name] in {value, ""} for name, value in wanted.items())
        ]
        meant = [other for other in named if other["level"] == levels[0]] or named
        if not meant:
            work.refuse(
                row,
                f"引用的上级条款未找到：第{article}条",
                f"the clause referred to is not there: article {article}",
            )
            return False
        own = {"unit_code": made["unit_code"], "level": "unit", "unit_class": "", "unit_subtype": ""}
        copies += [
            (row.where, {**other, **own, "clause_id": f"{made['clause_id']}-{other['clause_id']}"})
            for other in meant
        ]
    work.good.extend(copies)
    return True


def _prefix(scope: str) -> str:
    """A place code without the noughts it is filled up with."""
    return re.sub(r"(00)+$", "", scope) if scope.isdigit() else scope


# --- the tables ---


def write_refused(refused: Iterable[Refused], path: Path, lang: str) -> None:
    """Write refused rows with their reasons as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("row", "why", "text"))
        writer.writerows((one.where, one.why.get(lang), one.text) for one in refused)


def write_clauses(rows: Iterable[Made], path: Path) -> None:
    """Write rows as a Parquet table; the same rows give the same bytes."""
    fields = [(name, pa.int8() if name == "dimension" else pa.string()) for name in COLUMNS]
    told = [
        {name: int(row[name]) if name == "dimension" else row[name] or None for name in COLUMNS}
        for row in rows
    ]
    pq.write_table(pa.Table.from_pylist(told, schema=pa.schema(fields)), path, compression="zstd")
