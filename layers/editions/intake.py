"""Editions made ready without the import gate: one that is held already, or a table of a database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import InputError, Problem
from geo.model import EditionStatus, Text
from layers.editions.entry import held_entry
from layers.editions.model import Prepared
from layers.editions.postgis import write_zones
from layers.pointer import catalogue_text, pointed_at
from layers.readers import Raw
from layers.strictyaml import Faults

__all__ = ["prepared_again", "prepared_table", "split_name"]

_ZONES = "zones.parquet"


def split_name(text: str) -> tuple[str, str]:
    """Layer and edition of ``LAYER=EDITION``.

    Raises
    ------
    InputError
        For another form.
    """
    layer, sign, edition = (part.strip() for part in text.partition("="))
    if not sign or not layer or not edition:
        raise _problem(text, "LAYER=EDITION", zh="写作 图层=版本", en="write LAYER=EDITION")
    return layer, edition


def prepared_again(
    root: Path, name: str, keys: Mapping[str, Any], note: str, broken: Sequence[str] = ()
) -> Prepared:
    """An edition that the bundle holds, with some keys changed: a draft that is adopted.

    Parameters
    ----------
    broken
        Thresholds of the import gate that it breaks by now, as the catalogue records them.

    Raises
    ------
    InputError
        If the bundle has no such edition, or it is to be in force without an approval.
    """
    layer, edition = split_name(name)
    seen = pointed_at(root) or 0
    entry = held_entry(_text(root), layer, edition)
    if entry is None:
        raise _problem(name, "LAYER=EDITION", zh="目录中没有这个版本", en="the catalogue has no such edition")
    entry = {**entry, **keys}
    imported = dict(entry.get("imported") or {})
    imported["broken"] = list(dict.fromkeys((*imported.get("broken", ()), *broken)))
    _check_approval({**entry, "imported": imported}, keys)
    if "supplied" in imported and imported["broken"]:
        entry["imported"] = imported
    return Prepared(folder=None, entry=entry, note=note, seen=seen)


def prepared_table(
    root: Path,
    name: str,
    keys: Mapping[str, Any],
    note: str,
    folder: Path,
    read: Callable[[str, str | None], Raw],
    *,
    table: str | None = None,
) -> Prepared:
    """An edition of a table: read now, written into ``folder`` as GeoParquet.

    Parameters
    ----------
    keys
        Of the edition, over those of the catalogue.
    read
        Reads the table and the geometry column of these names.
    table
        None = the one that the catalogue names for the edition, or for its layer.

    Raises
    ------
    InputError
        If no table is named, it cannot be read, or it is to be in force without an approval.
    """
    layer, edition = split_name(name)
    text = _text(root)
    held = held_entry(text, layer, edition) or {}
    main = held_entry(text, layer, None) or {}
    named = held.get("postgis") or main.get("postgis") or {}
    chosen = table or named.get("table")
    if chosen is None:
        raise _problem(
            name,
            "postgis: {table: …}, --table",
            zh="目录没有写明数据库表",
            en="the catalogue names no table of a database",
        )
    geometry = named.get("geometry") if table is None else None
    raw = read(chosen, geometry)
    write_zones(raw, folder / _ZONES)
    said = {"table": chosen, **({"geometry": geometry} if geometry else {})}
    kept = {key: value for key, value in held.items() if key not in {"sha256", "rows"}}
    if raw.crs is None and "crs" in main:
        kept.setdefault("crs", main["crs"])
    entry = {**kept, **keys, "edition": edition, "path": _ZONES, "postgis": said}
    if "valid_from" not in entry or not isinstance(entry["valid_from"], date):
        raise _problem(name, "--valid-from", zh="须写明生效日期", en="say on which day the edition begins")
    if not held:  # of one that the catalogue has already, the catalogue says whether it is in force
        _check_approval(entry, keys)
    return Prepared(folder=folder, entry=entry, note="; ".join(filter(None, (f"postgis {chosen}", note))))


def _check_approval(entry: Mapping[str, Any], keys: Mapping[str, Any]) -> None:
    """What is to be in force has been approved; what breaks the gate's thresholds is approved anew."""
    if entry.get("status", EditionStatus.IN_FORCE.value) != EditionStatus.IN_FORCE.value:
        return
    broken = (entry.get("imported") or {}).get("broken") or ()
    if broken and "approval_doc" not in keys:
        raise _problem(
            "; ".join(map(str, broken)),
            "--approval-doc",
            zh="该版本超出导入阈值，须经批准才能生效",
            en="the edition exceeds thresholds of the import gate: it needs an approval to be in force",
        )
    if not entry.get("approval_doc"):
        raise _problem(
            "in_force",
            "--approval-doc, --status draft",
            zh="有效版本须有批准文号；没有批准的请作为草案",
            en="an edition in force needs the number of its approval; without one it is a draft",
        )


def _text(root: Path) -> str:
    faults = Faults()
    _, text = catalogue_text(root, None, faults)
    if text is None:
        raise InputError(faults.tuple())
    return text


def _problem(given: str, allowed: str, *, zh: str, en: str) -> InputError:
    return InputError(Problem(where="edition", given=given, allowed=allowed, hint=Text(zh, en)))
