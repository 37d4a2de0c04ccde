"""What the gate found, as plain values: the one body that JSON and the page are made of."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from geo.answer import ENGINE, SYNTHETIC_BANNER
from geo.model import Text
from layers.gate.evidence import Evidence
from layers.gate.judge import Judged
from layers.gate.merge import Merge
from layers.gate.note import Note
from layers.gate.order import Order
from layers.gate.supply import Supplied

__all__ = ["DECISION_TEXT", "Found", "body"]

DECISION_TEXT: dict[str, Text] = {
    "accepted": Text("接受入库", "accepted"),
    "quarantined": Text("隔离待核", "quarantined"),
}
"""What becomes of an edition; what cannot be read at all is refused and has no report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything there is to tell of one import.

    Attributes
    ----------
    notes
        Zone by zone.
    evidence
        Which column was taken for which of ours, and what it holds.
    judged
        None where zones are at fault: then there is no finished edition to look at.
    merge
        Where one district alone was delivered, what became of the zones in force.
    decision
        ``accepted`` or ``quarantined``.
    approval_doc
        The number under which thresholds were broken knowingly; None where none was asked for.
    """

    order: Order
    title: Text
    supplied: Supplied
    crs: str
    rows: int
    zones: int
    repaired: int
    notes: tuple[Note, ...]
    remarks: tuple[Text, ...]
    evidence: tuple[Evidence, ...]
    judged: Judged | None
    merge: Merge | None
    decision: str
    approval_doc: str | None
    bundle: str
    digest: str


def body(found: Found) -> dict[str, Any]:
    """The report as plain values (m² 2, shares 6 decimals, texts in both languages)."""
    order, judged = found.order, found.judged
    faults = sum(note.fault for note in found.notes)
    return {
        "decision": found.decision,
        "decision_text": _both(DECISION_TEXT[found.decision]),
        "synthetic": order.synthetic,
        "banner": _both(SYNTHETIC_BANNER) if order.synthetic else None,
        "layer": {"id": order.layer, "title": _both(found.title)},
        "edition": _edition(order),
        "supplied": {
            "name": found.supplied.name,
            "sha256": found.supplied.sha256,
            "rows": found.rows,
            "crs": found.crs,
        },
        "classes": {code: _both(title) for code, title in order.classes.items()},
        "zones": found.zones,
        "merge": None if found.merge is None else found.merge.body(),
        "repaired": found.repaired,
        "columns": [one.body() for one in found.evidence],
        "remarks": [_both(remark) for remark in found.remarks],
        "faults": faults,
        "checks": dict(Counter(note.check for note in found.notes)),
        "notes": [note.body() for note in found.notes],
        "approval_doc": found.approval_doc,
        **_judged(judged),
        "bundle": {"id": found.bundle, "digest": found.digest},
        "engine": ENGINE,
    }


def _judged(judged: Judged | None) -> dict[str, Any]:
    """The part that needs a finished edition."""
    if judged is None:
        empty = dict.fromkeys(("against", "limits", "within", "between", "diff"))
        return {**empty, "breaks": [], "alarms": []}
    return {
        "against": None if judged.against is None else judged.against.edition,
        "limits": asdict(judged.limits),
        "breaks": [one.body() for one in judged.breaks],
        "alarms": [one.body() for one in judged.alarms],
        "within": judged.within.body(),
        "between": judged.between.body(),
        "diff": None if judged.diff is None else judged.diff.body(),
    }


def _edition(order: Order) -> dict[str, Any]:
    return {
        "edition": order.edition,
        "status": order.status.value,
        "valid_from": order.valid_from.isoformat(),
        "valid_to": None if order.valid_to is None else order.valid_to.isoformat(),
        "approval_doc": order.approval_doc,
        "accuracy_m": order.accuracy_m,
        "authority": _both(order.authority),
        "source": order.source,
        "licence": order.licence,
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
