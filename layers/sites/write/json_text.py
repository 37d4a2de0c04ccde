"""JSON and GeoJSON, one line a row: pieces are lines, joined by commas at the end."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import shapely

from geo.model import Text
from layers.sites.answered import Answered
from layers.sites.read.chunks import listed
from layers.sites.run import RunInfo, Tally
from layers.sites.write.bodies import json_value
from layers.sites.write.results import Layout

CRS_MEMBER = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """A list of the same bodies as HTTP, each with its ``site_id``, ``status`` and the row's own columns."""

    layout: Layout

    def piece(self, answered: Answered) -> bytes:
        """The lines of a chunk."""
        return b",\n".join(answered.bodies)

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the list."""
        del run
        foot = b"\n]\n" if tally.rows else b"]\n"
        _write_listed(out, b"[\n" if tally.rows else b"[", pieces, foot)
        return ()


@dataclass(frozen=True, slots=True)
class GeoJsonFormat:
    """A FeatureCollection in EPSG:4490: the site, the input's columns, the result columns."""

    layout: Layout

    def piece(self, answered: Answered) -> bytes:
        """The features of a chunk."""
        ours = {name: answered.cells.column(column).to_pylist() for column, name in self.layout.names.items()}
        original = dict(zip(self.layout.unique_headers(), map(listed, answered.original), strict=True))
        shapes = [] if answered.shapes is None else shapely.from_wkb(answered.shapes.to_pylist())
        features = []
        for row, shape in enumerate(shapes):
            feature = {
                "type": "Feature",
                "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
                "properties": {
                    **{name: json_value(column[row]) for name, column in original.items()},
                    **{name: column[row] for name, column in ours.items()},
                },
            }
            features.append(json.dumps(feature, ensure_ascii=False))
        return ",\n".join(features).encode()

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the collection."""
        del run, tally
        head = f'{{"type": "FeatureCollection", "crs": {json.dumps(CRS_MEMBER)}, "features": [\n'
        _write_listed(out, head.encode(), pieces, b"\n]}\n")
        return ()


def _write_listed(out: Path, head: bytes, pieces: Iterable[bytes], foot: bytes) -> None:
    with out.open("wb") as stream:
        stream.write(head)
        separator = b""
        for piece in pieces:
            stream.write(separator)
            stream.write(piece)
            separator = b",\n"
        stream.write(foot)
