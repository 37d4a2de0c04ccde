"""What is wrong with the columns of an edition: told as faults, never raised, never repaired.

A fault makes the edition *failed*: its silence proves nothing. Its good zones are kept: data convict.
"""

from collections import Counter
from collections.abc import Collection

from layers.columns import Cells, as_date, listed
from layers.strictyaml import Faults

__all__ = ["check_columns"]

_LEGACY = "zone_legacy"


def check_columns(columns: dict[str, Cells], classes: Collection[str], where: str, faults: Faults) -> None:
    """Check ids, classes and dates; a wrong class or date becomes None, a missing id its row number."""
    rows = len(columns["zone_id"])
    missing = [n for n, name in enumerate(columns["zone_id"]) if name is None]
    for n in missing:
        columns["zone_id"][n] = f"row {n + 1}"
    if missing:
        told = listed([n + 1 for n in missing])
        faults.add(
            where,
            given=told,
            allowed="an id on every row",
            zh="分区标识为空的行",
            en="rows without a zone id",
        )
    if len(set(columns["zone_id"])) < rows:
        twice = [name for name, count in Counter(columns["zone_id"]).items() if count > 1]
        faults.add(
            where, given=listed(twice), allowed="each id once", zh="分区标识重复", en="zone ids occur twice"
        )
    _check_classes(columns, classes, where, faults)
    _check_dates(columns, where, faults)


def _check_classes(columns: dict[str, Cells], classes: Collection[str], where: str, faults: Faults) -> None:
    if None not in (found := set(columns["zone_class"])) and found <= {*classes}:
        return
    legacy = columns.get(_LEGACY) or [None] * len(columns["zone_id"])
    unlisted: list[str] = []
    unset: list[str] = []
    for n, code in enumerate(columns["zone_class"]):
        if code is None and legacy[n] is None:
            unset.append(columns["zone_id"][n])
        elif code is not None and code not in classes:
            unlisted.append(f"{columns['zone_id'][n]}: {code}")
            columns["zone_class"][n] = None
    allowed = ", ".join(classes)
    if unset:
        faults.add(where, given=listed(unset), allowed=allowed, zh="分区级别为空", en="zones without a class")
    if unlisted:
        zh, en = "分区级别不在 classes 之中", "classes that the catalogue does not list"
        faults.add(where, given=listed(unlisted), allowed=allowed, zh=zh, en=en)


def _check_dates(columns: dict[str, Cells], where: str, faults: Faults) -> None:
    dated = [name for name in ("valid_from", "valid_to") if any(value is not None for value in columns[name])]
    if not dated:
        return
    bad: list[str] = []
    for name in dated:
        cells = columns[name]
        for n, value in enumerate(cells):
            try:
                cells[n] = as_date(value)
            except (ValueError, TypeError):
                bad.append(f"{columns['zone_id'][n]}: {name} {value}")
                cells[n] = None
    for n, (start, end) in enumerate(zip(columns["valid_from"], columns["valid_to"], strict=True)):
        if start is not None and end is not None and end <= start:
            bad.append(f"{columns['zone_id'][n]}: {start} … {end}")
            columns["valid_from"][n] = columns["valid_to"][n] = None
    if bad:
        faults.add(
            where,
            given=listed(bad),
            allowed="YYYY-MM-DD or YYYYMMDD, valid_to after valid_from",
            zh="有效期读不出来或前后颠倒，按始终有效处理",
            en="dates that cannot be read or are reversed: the zone is taken as always in force",
        )
