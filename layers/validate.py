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
    missing = [n for n in range(rows) if columns["zone_id"][n] is None]
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
    twice = [name for name, count in Counter(columns["zone_id"]).items() if count > 1]
    if twice:
        faults.add(
            where, given=listed(twice), allowed="each id once", zh="分区标识重复", en="zone ids occur twice"
        )
    _check_classes(columns, classes, where, faults)
    _check_dates(columns, where, faults)


def _check_classes(columns: dict[str, Cells], classes: Collection[str], where: str, faults: Faults) -> None:
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
    bad: list[str] = []
    for name in ("valid_from", "valid_to"):
        cells = columns[name]
        if all(value is None for value in cells):
            continue
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
