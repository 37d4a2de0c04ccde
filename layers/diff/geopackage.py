"""A comparison as a GeoPackage: zones that changed, ground gained and lost, what lies between layers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from layers.diff.run import Compared, Comparison
from layers.sites.write.gdal_layers import write_layer

__all__ = ["write_geopackage"]

_SHAPE = "geom"
_TEXT, _NUMBER = pa.string(), pa.float64()
_NAMED = [("layer", _TEXT), ("old_edition", _TEXT), ("new_edition", _TEXT), ("synthetic", _TEXT)]
_ZONES = pa.schema(
    [
        *_NAMED,
        *((name, _TEXT) for name in ("kind", "zone_id", "old_id", "name", "old_class", "new_class")),
        *((name, _NUMBER) for name in ("old_m2", "new_m2", "gained_m2", "lost_m2")),
        *((name, _NUMBER) for name in ("old_m", "new_m", "gained_m", "lost_m", "shift_m", "bearing_deg")),
        ("attributes", _TEXT),
        (_SHAPE, pa.binary()),
    ]
)
_GROUND = pa.schema(
    [
        *_NAMED,
        *((name, _TEXT) for name in ("kind", "zone_id", "old_id", "old_class", "new_class")),
        *((name, _NUMBER) for name in ("area_m2", "length_m")),
        (_SHAPE, pa.binary()),
    ]
)
_NET = pa.schema(
    [
        *_NAMED,
        *((name, _TEXT) for name in ("kind", "old_class", "new_class")),
        ("area_m2", _NUMBER),
        (_SHAPE, pa.binary()),
    ]
)
_BETWEEN = pa.schema(
    [
        *_NAMED,
        *((name, _TEXT) for name in ("question", "title_zh", "title_en", "zone", "other_zone")),
        ("area_m2", _NUMBER),
        (_SHAPE, pa.binary()),
    ]
)

Row = dict[str, Any]


def write_geopackage(compared: Compared, path: Path) -> None:
    """Write the layers ``zones``, ``gained``, ``lost``, ``ground`` and ``between``, each also without a row.

    ``gained`` and ``lost`` are told zone by zone; ``ground`` is what the layer gained and lost, or
    what changed its class.
    """
    path.unlink(missing_ok=True)
    about = "\n".join(
        (f"{compared.old} → {compared.new}", *(SYNTHETIC_BANNER.zh,) * compared.synthetic, DISCLAIMER.zh)
    )
    for name, rows, schema in (
        ("zones", _zones(compared), _ZONES),
        ("gained", _ground(compared, "gained"), _GROUND),
        ("lost", _ground(compared, "lost"), _GROUND),
        ("ground", _net(compared), _NET),
        ("between", _between(compared), _BETWEEN),
    ):
        write_layer(
            path,
            name,
            [pa.Table.from_pylist(list(rows), schema=schema)],
            schema,
            driver="GPKG",
            on=compared.on,
            geometry=_SHAPE,
            geometry_type="Unknown",
            options={"GEOMETRY_NAME": _SHAPE, "DESCRIPTION": about},
        )


def _named(one: Comparison) -> Row:
    return {
        "layer": one.layer,
        "old_edition": one.diff.old_edition,
        "new_edition": one.diff.new_edition,
        "synthetic": "yes" if one.diff.synthetic else "no",
    }


def _zones(compared: Compared) -> Iterator[Row]:
    for one in compared.comparisons:
        for zone in one.diff.zones:
            shape = {"attributes": ";".join(zone.attributes), _SHAPE: shapely.to_wkb(zone.shape)}
            yield _named(one) | zone.body() | shape


def _ground(compared: Compared, which: str) -> Iterator[Row]:
    for one in compared.comparisons:
        for zone in one.diff.zones:
            shape = getattr(zone, which)
            if not shape.is_empty:
                told = zone.body()
                size = {"area_m2": told[f"{which}_m2"], "length_m": told[f"{which}_m"]}
                yield _named(one) | told | size | {_SHAPE: shapely.to_wkb(shape)}


def _net(compared: Compared) -> Iterator[Row]:
    for one in compared.comparisons:
        for moved in one.diff.transfers:
            kind = "gained" if moved.old_class is None else "lost" if moved.new_class is None else "class"
            yield _named(one) | moved.body() | {"kind": kind, _SHAPE: shapely.to_wkb(moved.geometry)}


def _between(compared: Compared) -> Iterator[Row]:
    for one in compared.comparisons:
        for answer in one.between.answers:
            asked = answer.question
            told = {"question": asked.id, "title_zh": asked.title.zh, "title_en": asked.title.en}
            told |= {"synthetic": "yes" if answer.synthetic else "no"}
            for piece in answer.pieces:
                yield _named(one) | told | piece.body() | {_SHAPE: shapely.to_wkb(piece.geometry)}
