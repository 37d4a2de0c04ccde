"""The service on the small bundle, with a draft that moves the red line east."""

from dataclasses import replace
from datetime import date

import shapely

from geo.model import EditionStatus
from server import create_app
from server.settings import Settings
from tests.server.small import edition, small_bundle

_bundle = small_bundle()
_red = _bundle.layers["eco_redline"]
_draft = edition(
    ("R2", "redline", "东移", shapely.box(105.12, 32.12, 105.18, 32.18)),
    edition="2027 稿",
    status=EditionStatus.DRAFT,
    valid_from=date(2027, 1, 1),
    sha256="1" * 64,
)
_layers = {**_bundle.layers, "eco_redline": replace(_red, editions=(_draft, *_red.editions))}
app = create_app(Settings(), replace(_bundle, layers=_layers))
