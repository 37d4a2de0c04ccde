"""What holds for a whole run, told once: date, bundle, editions, scope, banner, counts (``OUT.run.json``)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from geo.answer import DISCLAIMER, ENGINE, SYNTHETIC_BANNER, measured
from geo.drafts import Named, draft_bodies
from geo.model import SEVERITY, VERDICT_TEXT, Bundle, Edition, Text
from layers.sites.doctor.signs import Signs, record, signs_of
from layers.sites.screen import Result, told_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """What is known before the first row.

    Attributes
    ----------
    command
        The arguments, as given.
    on
        Date that holds for rows which name none.
    remarks
        What was taken for granted in reading the input.
    remedies
        Names of the doctor's remedies asked for.
    drafts
        Drafts named beside what is in force.
    """

    bundle: Bundle
    command: tuple[str, ...]
    on: date
    remarks: tuple[Text, ...] = ()
    remedies: tuple[str, ...] = ()
    drafts: Named = ()

    @property
    def synthetic(self) -> bool:
        """Whether any edition of the bundle is made for demonstration."""
        return any(e.synthetic for layer in self.bundle.layers.values() for e in layer.editions)


@dataclass(slots=True)
class Tally:
    """Counts, kept while the rows go by.

    Attributes
    ----------
    remarks
        What the output could not hold, known when it was put together.
    """

    rows: int = 0
    refused: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    signs: Signs = field(default_factory=Counter)
    remarks: tuple[Text, ...] = ()

    def add(self, results: Sequence[Result]) -> None:
        """Count more results."""
        self.rows += len(results)
        self.signs.update(signs_of(map(told_of, results)))
        for result in results:
            if result.report is None:
                self.refused += 1
            else:
                self.verdicts[result.report.verdict.value] += 1

    def merge(self, other: "Tally") -> None:
        """Add the counts of another."""
        self.rows += other.rows
        self.refused += other.refused
        self.verdicts.update(other.verdicts)
        self.signs.update(other.signs)

    def words(self, lang: str) -> str:
        """One line for people, worst verdict first."""
        counted = [(VERDICT_TEXT[v].get(lang), self.verdicts[v.value]) for v in reversed(SEVERITY)]
        if lang == "zh":
            parts = [f"{text} {n}" for text, n in counted if n]
            return "，".join([f"共 {self.rows} 行", *parts, f"退回 {self.refused}"])
        parts = [f"{text}: {n}" for text, n in counted if n]
        return ", ".join([f"{self.rows} rows", *parts, f"refused: {self.refused}"])


def run_record(info: RunInfo, tally: Tally) -> dict[str, object]:
    """The content of ``OUT.run.json``."""
    bundle = info.bundle
    return {
        "command": list(info.command),
        "on": info.on.isoformat(),
        "bundle": {"id": bundle.id, "title": _both(bundle.title), "digest": bundle.digest},
        "engine": ENGINE,
        "synthetic": info.synthetic,
        "banner": _both(SYNTHETIC_BANNER) if info.synthetic else None,
        "disclaimer": _both(DISCLAIMER),
        "rows": tally.rows,
        "refused": tally.refused,
        "doctor": record(tally.signs, info.remedies, tally.rows),
        "verdicts": {v.value: tally.verdicts[v.value] for v in SEVERITY},
        "out_of_scope": [
            {"layer": o.layer, "title": _both(o.title), "reason": _both(o.reason), "ask": _both(o.ask)}
            for o in bundle.out_of_scope.values()
        ],
        "layers": [
            {
                "id": layer.id,
                "title": _both(layer.title),
                "in_force": None if (now := layer.edition_on(info.on)) is None else now.edition,
                "editions": [_edition(edition) for edition in layer.editions],
            }
            for layer in bundle.layers.values()
        ],
        **({"drafts": draft_bodies(bundle, info.drafts)} if info.drafts else {}),
        "measured": measured(),
        "remarks": [_both(remark) for remark in (*info.remarks, *tally.remarks)],
    }


def _edition(edition: Edition) -> dict[str, object]:
    return {
        "edition": edition.edition,
        "status": edition.status.value,
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": None if edition.valid_to is None else edition.valid_to.isoformat(),
        "stale_after": None if edition.stale_after is None else edition.stale_after.isoformat(),
        "sha256": edition.sha256,
        "accuracy_m": edition.accuracy_m,
        "synthetic": edition.synthetic,
        "authority": _both(edition.authority),
        "source": edition.source,
        "licence": edition.licence,
        "faults": [fault.line() for fault in edition.faults],
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
