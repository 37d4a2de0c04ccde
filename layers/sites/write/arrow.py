"""Results as Parquet; pieces are Arrow, written in groups of one size whatever the chunks."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import InputError
from geo.model import Text
from layers.sites.answered import Answered
from layers.sites.faults import fault
from layers.sites.read.geoparquet import geo_metadata
from layers.sites.run import RunInfo, Tally
from layers.sites.write.exchange import arrow_schema, free, grouped, packed
from layers.sites.write.results import Layout

GROUP_ROWS = 65_536
"""Rows written together: the file's inner groups do not depend on how the work was cut."""


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Parquet with the types of the input; GeoParquet in EPSG:4490 where that brought geometries."""

    layout: Layout

    def schema(self) -> pa.Schema:
        """Fields of the file."""
        schema = arrow_schema(self.layout, self.layout.unique_headers())
        if not self.layout.features:
            return schema
        column = free("geometry", schema.names)
        return schema.append(pa.field(column, pa.binary())).with_metadata(geo_metadata(column))

    def piece(self, answered: Answered) -> bytes:
        """The rows of a chunk."""
        columns = [*answered.original, *(answered.cells.column(column) for column in self.layout.names)]
        shapes = [] if answered.shapes is None else [answered.shapes]
        return packed([*columns, *shapes][: len(self.schema())], self.schema())

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the file."""
        del run, tally
        parts = (pa.ipc.open_stream(piece).read_all() for piece in pieces)
        with pq.ParquetWriter(out, self.schema()) as writer:
            for table in grouped(parts, GROUP_ROWS):
                writer.write_table(table, row_group_size=GROUP_ROWS)
        return ()


def check_columns(layout: Layout, suffix: str, most: int) -> None:
    """Refuse more columns than a kind of file holds."""
    columns = len(layout.headers) + len(layout.names)
    if columns > most:
        raise too_large(suffix, f"{columns} columns", f"{most} columns")


def too_large(suffix: str, given: str, allowed: str, instead: str = "csv|parquet") -> InputError:
    """The error for more rows or columns than a kind of file holds."""
    return InputError(
        fault(
            f"-o …{suffix}",
            given,
            allowed,
            zh=f"超过 {suffix} 文件的容量，请输出为 {instead.replace('|', ' 或 ')}",
            en=f"more than a file of type {suffix} holds: write {instead.replace('|', ' or ')}",
        )
    )
