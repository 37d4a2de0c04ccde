"""Results as a GeoPackage: layers ``sites``, and with them ``hits`` and ``overlaps``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from geo.model import Text
from layers.sites.run import RunInfo, Tally
from layers.sites.write.arrow import check_columns
from layers.sites.write.exchange import HIT_LINES, NAMES, PIECES, SITES, Exchange, free, grouped, tables
from layers.sites.write.gdal_layers import write_layer
from layers.sites.write.met import HITS, OVERLAPS
from layers.sites.write.notes import note_lines

GPKG_COLUMNS = 1_990
"""Columns that a SQLite table holds, geometry and key aside."""

GROUP_ROWS = 4_096
"""Rows handed over together: what lies where in the file does not depend on how the work was cut."""


@dataclass(frozen=True, slots=True)
class GpkgFormat(Exchange):
    """A GeoPackage in EPSG:4490; what it says of itself is each layer's description."""

    def check(self) -> None:
        """Refuse more columns than a table holds.

        Raises
        ------
        InputError
            Where there are.
        """
        check_columns(self.layout, "gpkg", GPKG_COLUMNS)

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the layers, also without a row; they bear the date of the run, not that of the clock."""
        del tally
        out.unlink(missing_ok=True)
        self._write(out, SITES, pieces, self.schema(), run)
        if self.met:
            self._write(out, HIT_LINES, pieces, HITS, run)
            self._write(out, PIECES, pieces, OVERLAPS, run)
        return self.kept_back(pieces, run)

    def _write(self, out: Path, which: int, pieces: Iterable[bytes], schema: pa.Schema, run: RunInfo) -> None:
        shaped = pa.types.is_binary(schema.field(-1).type)
        geometry = schema.names[-1] if shaped else None
        parts = (table.select(range(len(schema))) for table in tables(pieces, which))
        options = {
            "FID": free("fid", [name.casefold() for name in schema.names]),
            "DESCRIPTION": "\n".join(note_lines(run, self.layout.lang)),
        }
        write_layer(
            out,
            NAMES[which],
            grouped(parts, GROUP_ROWS, schema.empty_table()),
            schema,
            driver="GPKG",
            on=run.on,
            geometry=geometry,
            geometry_type="Unknown" if shaped else None,
            options=options | ({"GEOMETRY_NAME": geometry} if geometry else {}),
        )
