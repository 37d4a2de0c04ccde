"""The road of an import: taken in, looked at, then accepted, quarantined or refused."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geo.compare.districts import districts_of
from geo.errors import BundleError, InputError, Problem
from geo.model import Bundle, Edition, EditionStatus, Text
from layers.bundle import load_bundle
from layers.catalogue import CatalogueSpec, LayerSpec, read_catalogue
from layers.editions import Prepared, State, accept, put_aside
from layers.gate.checks import check_areas
from layers.gate.codes import check_codes
from layers.gate.evidence import Evidence, look
from layers.gate.finish import Around, entry_of, read_back, write_files
from layers.gate.judge import Judged, in_force_before, judge
from layers.gate.limits import Limits, limits_of
from layers.gate.merge import Merge, Part, check_kept, merged, merged_order, part_of
from layers.gate.order import Order, read_order
from layers.gate.page import page
from layers.gate.propose import Proposal, propose
from layers.gate.report import Found, body
from layers.gate.supply import Supplied
from layers.gate.take import Taken, take
from layers.pointer import pointed_at
from layers.rulebook import SHIPPED, rulebook_sources
from layers.schema import Schema, read_schema
from layers.strictyaml import Faults

__all__ = ["Gate", "Outcome", "Permission", "import_file", "open_gate", "proposal"]

_ORDER, _JSON, _HTML = "order.yaml", "report.json", "report.html"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gate:
    """A bundle at whose gate files are delivered; ``state`` is the number in force, 0 where there is none."""

    root: Path
    state: int
    bundle: Bundle
    catalogue: CatalogueSpec
    schema: Schema

    @property
    def held(self) -> dict[str, LayerSpec]:
        """The layers as the catalogue has them."""
        return {layer.id: layer for layer in self.catalogue.layers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What the person at the gate allows.

    Attributes
    ----------
    repair
        A named repair, beside what the order says.
    beyond_limits
        Accept against thresholds, under ``approval_doc``.
    dry
        A folder for the report: nothing is accepted or quarantined.
    district
        GB/T 2260 code (or prefix) of the only district that is delivered; None = the whole layer.
    """

    repair: str | None = None
    beyond_limits: bool = False
    approval_doc: str | None = None
    dry: Path | None = None
    district: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    found
        Everything there is to tell.
    place
        The folder that holds the report.
    state
        The bundle's new state, where the edition was accepted.
    """

    found: Found
    place: Path
    state: State | None = None


def open_gate(root: Path) -> Gate:
    """Load a bundle with its catalogue and schema.

    Raises
    ------
    BundleError
        If it does not load.
    """
    state = pointed_at(root) or 0  # before it is read: whatever comes in later is noticed
    bundle = load_bundle(root)
    faults = Faults()
    catalogue = read_catalogue(root, faults)
    if catalogue is None or len(faults):
        raise BundleError(faults)
    own = catalogue.rulebook not in {"builtin", "none"}
    source = rulebook_sources(root / catalogue.rulebook if own else SHIPPED).schema
    schema, _ = read_schema(source.path, source.name, Faults())
    return Gate(root=root, state=state, bundle=bundle, catalogue=catalogue, schema=schema)


def proposal(gate: Gate, supplied: Supplied, layer: str | None) -> Proposal:
    """An order proposed for a file; see `layers.gate.propose`."""
    return propose(supplied, gate.schema, gate.held, gate.bundle.jurisdictions, layer=layer)


def import_file(
    gate: Gate,
    supplied: Supplied,
    order_path: Path,
    permission: Permission,
    *,
    at: str | None = None,
    by: str | None = None,
) -> Outcome:
    """Import a file by an order.

    Raises
    ------
    FenquError
        Where it is refused: the order does not fit, or the store says no. Nothing was changed then.
    """
    order = _settled(read_order(order_path), permission)
    _check_order(gate, supplied, order)
    around, part = _around(gate, order), None
    if permission.district is not None:
        part = part_of(permission.district, order, around.districts, around.current)
        order = merged_order(order, part, around.spec.classes if around.spec is not None else {})
        around = replace(around, outline=part.outline)
    held = gate.held.get(order.layer)
    work = _Work(
        gate=gate,
        supplied=supplied,
        order=replace(order, title=_title(gate, order)),
        beside=order_path.parent,
        taken=take(supplied, order, gate.schema),
        around=around,
        part=part,
        limits=limits_of(gate.catalogue.gate, held.gate if held is not None else {}),
    )
    with tempfile.TemporaryDirectory(prefix="gate-") as room:
        folder = Path(room)
        done = _finished(work, folder)
        found = _found(work, done, permission)
        shutil.copyfile(order_path, folder / _ORDER)
        _write_report(folder, found)
        return _placed(gate, found, done.entry, folder, permission, at=at, by=by)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Work:
    """One import under way; ``beside`` is the folder that paths of the order start from."""

    gate: Gate
    supplied: Supplied
    order: Order
    beside: Path
    taken: Taken
    around: Around
    part: Part | None
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Finished:
    """What came of it; without ``judged`` zones are at fault."""

    taken: Taken
    merge: Merge | None = None
    judged: Judged | None = None
    entry: dict[str, Any] = field(default_factory=dict)


def _settled(order: Order, permission: Permission) -> Order:
    """The order with what the person at the gate says."""
    said, doc = order.approval_doc, permission.approval_doc
    if said is not None and doc is not None and said != doc:
        zh, en = "与导入单所写的批准文号不同", "not the approval number of the order"
        raise InputError(Problem(where="--approval-doc", given=doc, allowed=said, hint=Text(zh, en)))
    return replace(order, repair=permission.repair or order.repair, approval_doc=doc or said)


def _check_order(gate: Gate, supplied: Supplied, order: Order) -> None:
    faults = Faults()
    layer = gate.held.get(order.layer)
    if layer is not None and layer.kind != "vector":
        zh, en = "栅格图层请直接修改目录", "a raster layer is changed in the catalogue"
        faults.add(order.where, given=layer.kind, allowed="vector", zh=zh, en=en)
    held = () if layer is None else layer.editions
    if any(one.edition == order.edition and one.status is EditionStatus.IN_FORCE for one in held):
        zh, en = (
            "已有同名的有效版本，请另取名称",
            "an edition in force has this name: give the new one another",
        )
        faults.add(f"{order.where} edition", given=order.edition, allowed="a new name", zh=zh, en=en)
    if order.supplied_sha256 not in {None, supplied.sha256}:
        zh = "导入单是为另一个文件建议的：核对后更新或删去 supplied_sha256"
        en = "the order was made for another file: check it, then renew or remove supplied_sha256"
        given = f"{supplied.name} {supplied.sha256}"
        faults.add(
            f"{order.where} supplied_sha256", given=given, allowed=str(order.supplied_sha256), zh=zh, en=en
        )
    if order.status is EditionStatus.IN_FORCE and order.approval_doc is None:
        zh, en = "in_force 须有批准文号", "in_force needs the number of its approval"
        faults.add(f"{order.where} approval_doc", given=None, allowed="approval_doc: …", zh=zh, en=en)
    if len(faults):
        raise InputError(faults)


def _around(gate: Gate, order: Order) -> Around:
    layer = gate.bundle.layers.get(order.layer)
    current = in_force_before(layer, order.edition, order.valid_from)
    specs = gate.held[order.layer].editions if order.layer in gate.held else ()
    spec = next((one for one in specs if current is not None and one.edition == current.edition), None)
    return Around(
        root=gate.root, districts=districts_of(gate.bundle, order.valid_from), spec=spec, current=current
    )


def _own_checks(work: _Work) -> dict[str, int]:
    """The gate's own checks of good zones: how many break each of the thresholds on such checks."""
    zones, notes = work.taken.zones, work.taken.notes
    declared_share, jurisdictions = work.limits.declared_share, work.gate.bundle.jurisdictions
    return {
        "declared_zones_share": check_areas(zones, work.order.area_unit_m2, declared_share, notes),
        "odd_codes_share": check_codes(zones, work.order.layer, jurisdictions, work.around.districts, notes),
    }


def _finished(work: _Work, folder: Path) -> _Finished:
    """The finished edition looked at, and its entry."""
    gate, order, taken = work.gate, work.order, work.taken
    odd, merge = _own_checks(work), None
    if work.part is not None:
        taken, merge = merged(taken, work.part, order)
    if taken.notes.faults:
        return _Finished(taken=taken, merge=merge)
    write_files(folder, taken, order, work.beside, work.around)
    entry = entry_of(order, work.supplied, taken, folder, new_layer=order.layer not in gate.held)
    if merge is not None:
        entry["imported"] |= {"district": merge.part.code, "into": merge.part.base.edition}
    words = {*gate.bundle.rulebook.activities, *gate.bundle.rulebook.groups}
    edition = read_back(folder, entry, order.layer, gate.schema, words)
    _note_faults(edition, taken)
    if taken.notes.faults:
        return _Finished(taken=taken, merge=merge)
    if merge is not None:
        check_kept(edition, merge)
    against, districts = work.around.current, work.around.districts
    judged = judge(gate.bundle, order.layer, edition, against, districts, work.limits, odd, merge)
    if judged.breaks:
        entry["imported"]["broken"] = [one.record for one in judged.breaks]
    return _Finished(taken=taken, merge=merge, judged=judged, entry=entry)


def _title(gate: Gate, order: Order) -> Text:
    fallback = Text(order.layer, order.layer)
    return order.title or gate.bundle.layer_titles.get(order.layer, fallback)


def _note_faults(edition: Edition, taken: Taken) -> None:
    """Whatever the service itself would find wrong with the finished files."""
    for problem in edition.faults:
        taken.notes.add(
            "load",
            -1,
            given=f"{problem.where}: {problem.given}",
            allowed=problem.allowed,
            zh=problem.hint.zh,
            en=problem.hint.en,
            fault=True,
        )


def _found(work: _Work, done: _Finished, permission: Permission) -> Found:
    gate, order, taken, judged = work.gate, work.order, done.taken, done.judged
    return Found(
        order=order,
        title=_title(gate, order),
        supplied=work.supplied,
        crs=taken.crs.name,
        rows=taken.rows,
        zones=len(taken.zones),
        repaired=taken.repaired,
        notes=taken.notes.tuple(),
        remarks=taken.remarks,
        evidence=_columns(work.supplied, order),
        judged=judged,
        merge=done.merge,
        decision=_decision(order, judged, permission),
        approval_doc=permission.approval_doc if permission.beyond_limits else None,
        bundle=gate.bundle.id,
        digest=gate.bundle.digest,
    )


def _decision(order: Order, judged: Judged | None, permission: Permission) -> str:
    """A draft speaks only when named, so thresholds are told and do not bind it."""
    if judged is None:
        return "quarantined"
    allowed = permission.beyond_limits and permission.approval_doc is not None
    free = order.status is EditionStatus.DRAFT or allowed or not judged.breaks
    return "accepted" if free else "quarantined"


def _columns(supplied: Supplied, order: Order) -> tuple[Evidence, ...]:
    """Which column each field was read from."""
    seen = {column.name: column for column in look(supplied.raw.frame)}
    found = []
    for ours, column in order.fields.items():
        theirs = column.name or ("row_number" if column.row_number else f"“{column.constant}”")
        why = Text("导入单", "as ordered")
        found.append(Evidence(ours=ours, theirs=theirs, why=why, seen=seen.get(column.name or "")))
    return tuple(found)


def _write_report(folder: Path, found: Found) -> None:
    told = body(found)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / _JSON).write_text(f"{text}\n", encoding="utf-8")
    (folder / _HTML).write_text(page(told, found.judged), encoding="utf-8")


def _placed(
    gate: Gate,
    found: Found,
    entry: dict[str, Any],
    folder: Path,
    permission: Permission,
    *,
    at: str | None,
    by: str | None,
) -> Outcome:
    """Put the edition where it belongs."""
    layer, edition = found.order.layer, found.order.edition
    if permission.dry is not None:
        shutil.copytree(folder, permission.dry, dirs_exist_ok=True)
        return Outcome(found=found, place=permission.dry)
    if found.decision == "quarantined":
        return Outcome(found=found, place=put_aside(gate.root, layer, edition, folder))
    note = f"{found.supplied.name} {found.supplied.sha256[:12]}"
    prepared = Prepared(folder=folder, entry=entry, note=note, seen=gate.state)
    state = accept(gate.root, layer, prepared, at=at, by=by)
    report = next(path for path in state.files if path.endswith(f"/{_HTML}") and f"/{layer}/" in path)
    return Outcome(found=found, place=(gate.root / report).parent, state=state)
