"""Tables into a layer of a GDAL file: one group of rows in memory at a time, and no clock in the file."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from layers import gdal

CRS = "EPSG:4490"


def write_layer(
    path: Path,
    layer: str,
    groups: Iterable[pa.Table],
    schema: pa.Schema,
    *,
    driver: str,
    on: date,
    geometry: str | None = None,
    geometry_type: str | None = None,
    encoding: str | None = None,
    options: Mapping[str, str] | None = None,
) -> None:
    """Write a layer, also without a row; other layers of the file stay.

    Parameters
    ----------
    on
        Date that the file bears: that of the run.
    geometry
        Field that holds the shapes (WKB, EPSG:4490); None = a table.
    """
    failed: list[OSError] = []
    gdal.set_gdal_config_options({"OGR_CURRENT_DATE": f"{on.isoformat()}T00:00:00.000Z"})
    try:
        gdal.write_arrow(
            pa.RecordBatchReader.from_batches(schema, _batches(groups, failed)),
            path,
            layer=layer,
            driver=driver,
            geometry_name=geometry,
            geometry_type=geometry_type,
            crs=CRS if geometry else None,
            encoding=encoding,
            layer_options=dict(options or {}),
        )
    except (RuntimeError, gdal.DataSourceError, gdal.DataLayerError):
        if failed:  # a piece that could not be read, not the file that could not be written
            raise failed[0] from None
        raise
    finally:
        gdal.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _batches(groups: Iterable[pa.Table], failed: list[OSError]) -> Iterator[pa.RecordBatch]:
    try:
        for group in groups:
            yield from group.combine_chunks().to_batches()
    except OSError as error:
        failed.append(error)
        raise
