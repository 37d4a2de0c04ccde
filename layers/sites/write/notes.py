"""What every export says of itself: that data are synthetic, the disclaimer, date, bundle and its digest."""

from geo.answer import DISCLAIMER, ENGINE, SYNTHETIC_BANNER
from geo.measure import AREA_METHOD
from layers.sites.run import RunInfo

Note = tuple[str, str]
"""A name and what is to be said."""


def notes(run: RunInfo, lang: str) -> tuple[Note, ...]:
    """The notes of a run, the gravest first."""
    told = [
        ("disclaimer", DISCLAIMER.get(lang)),
        ("date", run.on.isoformat()),
        ("bundle", f"{run.bundle.id} {run.bundle.digest}"),
        ("engine", f"fenqu {ENGINE}"),
        ("measured", AREA_METHOD),
    ]
    if run.synthetic:
        told.insert(0, ("synthetic", SYNTHETIC_BANNER.get(lang)))
    if run.remedies:
        told.append(("remedies", ", ".join(run.remedies)))
    return (*told, *(("remark", remark.get(lang)) for remark in run.remarks))


def note_lines(run: RunInfo, lang: str) -> tuple[str, ...]:
    """The same as lines of text."""
    return tuple(" ".join(f"{name}: {text}".split()) for name, text in notes(run, lang))
