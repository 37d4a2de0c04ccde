"""What a site may be in a request: GeoJSON, or a place as people type it."""

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_PLACE = 120
"""Characters of a place as text."""


def _object_or_text(value: object) -> object:
    """One fault for what is neither, instead of one for each that it might have been."""
    if isinstance(value, dict) or (isinstance(value, str) and len(value) <= LONGEST_PLACE):
        return value
    raise PydanticCustomError("site_type", "neither GeoJSON nor a place")


GeoJson = Annotated[
    dict[str, Any] | str,
    PlainValidator(_object_or_text),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "object",
                    "description": "GeoJSON geometry (Point, LineString, Polygon or a Multi form) or "
                    "Feature; longitude first, or x then y of the CRS named in `crs`.",
                    "required": ["type"],
                    "properties": {"type": {"type": "string"}},
                    "examples": [{"type": "Point", "coordinates": [105.8425, 32.6441]}],
                },
                {
                    "type": "string",
                    "maxLength": LONGEST_PLACE,
                    "description": "A place as typed: decimal or degrees, minutes and seconds, or northing "
                    "and easting, in either order where the digits tell it.",
                    "examples": ["105°50′33″E, 32°38′38.8″N", "X=3613532.9 Y=35579068.6"],
                },
            ]
        }
    ),
]
