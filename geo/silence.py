"""Why a layer's silence does not acquit on a date, whatever it covers."""

from datetime import date

from geo.model import Bundle, Edition, EditionStatus, Layer, Reason


def silence(
    bundle: Bundle, layer_id: str, layer: Layer | None, edition: Edition | None, on: date
) -> Reason | None:
    """The first reason why the layer's silence does not acquit."""
    if layer_id in bundle.out_of_scope:
        return Reason.OUT_OF_SCOPE
    if layer is None:
        return Reason.NOT_PUBLISHED if layer_id in bundle.unpublished else Reason.LAYER_MISSING
    return Reason.NO_EDITION if edition is None else _of_edition(edition, on)


def _of_edition(edition: Edition, on: date) -> Reason | None:
    if edition.faults or edition.zones is None:
        return Reason.FAILED
    if edition.status is EditionStatus.PROVISIONAL:
        return Reason.NO_EDITION
    if edition.stale_after is not None and on >= edition.stale_after:
        return Reason.STALE
    return None
