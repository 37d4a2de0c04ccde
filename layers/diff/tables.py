"""A comparison as tables: CSV, and lines for the terminal."""

import csv
import io
from collections.abc import Iterator

from geo.answer import SYNTHETIC_BANNER
from geo.compare.change import CHANGE_TEXT, UNKNOWN, DiffRow
from geo.words.human import hectares, metres
from layers.diff.run import Compared, Comparison

__all__ = ["as_csv", "as_lines"]

_COLUMNS = (
    *("layer", "old_edition", "new_edition", "zone_class", "district", "district_name"),
    *(
        "old_count",
        "new_count",
        "old_m2",
        "new_m2",
        "gained_m2",
        "lost_m2",
        "change_share",
        "old_m",
        "new_m",
        "gained_m",
        "lost_m",
        "length_change_share",
        "alarm",
        "synthetic",
    ),
)
_ALL = {"zh": "全部", "en": "all"}
_NOWHERE = {"zh": "辖区不明", "en": "no known district"}
_WORDS = {
    "zh": {
        "same": "没有差别",
        "zones": "分区",
        "none": "两者之间没有版本增减或数据变化",
        "gained": "划入",
        "lost": "划出",
        "unchanged": "不变",
        "from": "由级别",
        "no_zone": "（非分区）",
        "no_class": "（级别不明）",
    },
    "en": {
        "same": "no difference",
        "zones": "zones",
        "none": "no edition was added, removed or changed between the two",
        "gained": "gained",
        "lost": "lost",
        "unchanged": "unchanged",
        "from": "from class",
        "no_zone": "(no zone)",
        "no_class": "(class unknown)",
    },
}


def as_csv(compared: Compared) -> str:
    """The account of every comparison: a row for each class and district, empty where it is all of them."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for one in compared.comparisons:
        alarmed = {alarm.district for alarm in one.alarms}
        for row in one.diff.rows:
            told = row.body()
            writer.writerow(
                {
                    **{name: "" if value is None else value for name, value in told.items()},
                    "layer": one.layer,
                    "old_edition": one.diff.old_edition,
                    "new_edition": one.diff.new_edition,
                    "alarm": "yes" if row.zone_class is None and row.district in alarmed else "",
                    "synthetic": "yes" if one.diff.synthetic else "no",
                }
            )
    return out.getvalue()


def as_lines(compared: Compared, lang: str) -> Iterator[str]:
    """The comparison for a terminal: banner, remarks, then layer by layer alarms, account, zones by kind."""
    if compared.synthetic:
        yield SYNTHETIC_BANNER.get(lang)
    yield from (remark.get(lang) for remark in compared.remarks)
    if not compared.comparisons:
        yield _WORDS[lang]["none"]
    for one in compared.comparisons:
        yield ""
        yield from _lines(one, lang)


def _lines(one: Comparison, lang: str) -> Iterator[str]:
    diff, words = one.diff, _WORDS[lang]
    yield f"{one.title.get(lang)} {one.layer}: {diff.old_edition} → {diff.new_edition}"
    yield from (f"! {alarm.text().get(lang)}" for alarm in one.alarms)
    yield from (remark.get(lang) for remark in diff.remarks)
    if diff.empty:
        yield f"{words['same']} ({diff.same} {words['zones']})"
        return
    kinds = [f"{CHANGE_TEXT[kind].get(lang)} {count}" for kind, count in diff.counts.items() if count]
    kinds.append(f"{words['unchanged']} {diff.same}")
    yield f"{words['zones']}: {', '.join(kinds)}"
    several = len({row.zone_class for row in diff.rows} - {None}) > 1
    yield from (_row(row, lang) for row in diff.rows if row.zone_class is None or several)
    for moved in diff.transfers:
        named = (_class(code, lang) for code in (moved.old_class, moved.new_class))
        yield f"  {words['from']} {' → '.join(named)}: {hectares(moved.area_m2, lang)}"
    yield from (answer.text().get(lang) for answer in one.between.answers)


def _class(code: str | None, lang: str) -> str:
    if code is None:
        return _WORDS[lang]["no_zone"]
    return _WORDS[lang]["no_class"] if code == UNKNOWN else code


def _row(row: DiffRow, lang: str) -> str:
    words = _WORDS[lang]
    place = _ALL[lang] if row.district is None else row.district_name or _NOWHERE[lang]
    zone_class = _ALL[lang] if row.zone_class is None else _class(row.zone_class, lang)
    told = [
        f"  {place} {row.district or ''} [{zone_class}] {row.old_count} → {row.new_count}".replace(
            "  [", " ["
        )
    ]
    ways = max(row.old_m, row.new_m) > 0.0
    if max(row.old_m2, row.new_m2) > 0.0 or not ways:
        told.append(
            f"{hectares(row.old_m2, lang)} → {hectares(row.new_m2, lang)}, {_share(row.change_share)}; "
            f"{words['gained']} {hectares(row.gained_m2, lang)}, "
            f"{words['lost']} {hectares(row.lost_m2, lang)}"
        )
    if ways:
        told.append(
            f"{metres(row.old_m, lang)} → {metres(row.new_m, lang)}, {_share(row.length_change_share)}; "
            f"{words['gained']} {metres(row.gained_m, lang)}, {words['lost']} {metres(row.lost_m, lang)}"
        )
    return "; ".join(told)


def _share(share: float | None) -> str:
    return "—" if share is None else f"{round(share * 100, 2) + 0.0:+.2f} %"
