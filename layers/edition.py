"""One edition: its files read, checked and brought to longitude/latitude."""

from collections.abc import Callable, Collection

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs
from geo.model import Edition, Text, ZoneTable
from geo.site import OLD_DATUM_ACCURACY_M
from layers.catalogue import EditionSpec, LayerSpec
from layers.clauses import read_clauses
from layers.columns import columns_of
from layers.file_crs import settle_crs
from layers.own_code import own_code
from layers.raster import RasterZones, raster_zones
from layers.readers import Files
from layers.schema import Schema
from layers.shapes import Mask, coverage_of, sieve, zone_table
from layers.strictyaml import Faults
from layers.validate import check_columns

__all__ = ["read_edition"]


def read_edition(
    layer: LayerSpec, spec: EditionSpec, schema: Schema, files: Files, words: Collection[str]
) -> Edition:
    """Read an edition; whatever is wrong with its data stands in ``faults``.

    Parameters
    ----------
    words
        Activities and groups that clauses of an entry list may name.
    """
    faults = Faults()
    where = f"{layer.id} {spec.edition}"
    sha256 = files.sha256(spec.path, f"{where} {spec.path}", faults) if spec.path else ""
    _check_sha(spec.sha256, sha256, f"{where} {spec.path}", faults)
    zones: ZoneTable | None = None
    coverage: Geometry | None = None
    remarks: tuple[Text, ...] = ()
    cell_m: float | None = None
    if not spec.path:
        _not_read_yet(spec, where, faults)
        coverage = _coverage(spec, None, files, where, Faults())
    elif layer.kind == "raster":
        found = raster_zones(layer, spec, schema, files, where, faults)
        if found is not None:
            zones, remarks, cell_m = found.zones, found.remarks, found.cell_m
            _check_rows(spec, len(zones), f"{where} {spec.path}", faults)
            _check_datum(spec, found.crs, f"{where} {spec.path}", faults)
            coverage = _said(spec, found, files, where, faults)
    else:
        zones, crs, remarks = _zones(layer, spec, schema, files, sha256, where, faults)
        coverage = _coverage(spec, crs, files, where, faults)
    lists = None
    if spec.clauses is not None:
        lists = read_clauses(
            spec.clauses, spec.clauses_sha256, files, zones, words, spec.classes, where, faults
        )
        remarks = (*remarks, *(lists.remarks if lists is not None else ()))
    remarks = (*remarks, *_imported(spec))
    return Edition(
        edition=spec.edition,
        status=spec.status,
        valid_from=spec.valid_from,
        valid_to=spec.valid_to,
        stale_after=spec.stale_after,
        accuracy_m=max(spec.accuracy_m, cell_m or 0.0),
        zones=zones,
        coverage=coverage,
        sha256=sha256,
        authority=spec.authority,
        source=spec.source,
        licence=spec.licence,
        synthetic=spec.synthetic,
        approval_doc=spec.approval_doc,
        remarks=remarks,
        faults=faults.tuple(),
        cell_m=cell_m,
        clauses=None if lists is None else lists.clauses,
    )


def _imported(spec: EditionSpec) -> tuple[Text, ...]:
    """What every answer must say of an edition that was accepted against thresholds."""
    if spec.imported is None or not spec.imported["broken"]:
        return ()
    broken, doc = "; ".join(spec.imported["broken"]), spec.approval_doc
    zh, en = f"本版本超出入库阈值（{broken}）", f"this edition exceeds import thresholds ({broken})"
    return (
        Text(zh, en) if doc is None else Text(f"{zh}，凭批准文号 {doc} 采用", f"{en}; accepted under {doc}"),
    )


def _not_read_yet(spec: EditionSpec, where: str, faults: Faults) -> None:
    """A table of a database is no edition before it was read into a file with a hash."""
    faults.add(
        where,
        given="" if spec.postgis is None else spec.postgis.table,
        allowed="path: …",
        zh="数据库表尚未读入：请先运行 python -m scripts.editions read",
        en="the table has not been read from its database yet: run python -m scripts.editions read",
    )


def _check_sha(expected: str | None, sha256: str, at: str, faults: Faults) -> None:
    if expected is not None and sha256 and sha256 != expected:
        faults.add(
            at,
            given=sha256,
            allowed=expected,
            zh="文件的 SHA-256 与目录所列不符",
            en="the file's SHA-256 is not the one in the catalogue",
        )


def _check_datum(spec: EditionSpec, crs: Crs, at: str, faults: Faults) -> None:
    if crs.old_datum and spec.accuracy_m < OLD_DATUM_ACCURACY_M:
        faults.add(
            at,
            given=f"{crs.name}, {spec.accuracy_m:g} m",
            allowed=f"accuracy_m ≥ {OLD_DATUM_ACCURACY_M:g}",
            zh="西安80/北京54 数据没有公开转换参数，精度不得小于 100 米",
            en="no public parameters lead from Xi'an 80 or Beijing 54: state an accuracy of 100 m or worse",
        )


def _zones(
    layer: LayerSpec,
    spec: EditionSpec,
    schema: Schema,
    files: Files,
    sha256: str,
    where: str,
    faults: Faults,
) -> tuple[ZoneTable | None, Crs | None, tuple[Text, ...]]:
    """The good zones, the CRS they came in, and remarks."""
    at = f"{where} {spec.path}"
    raw = files.read(spec.path, spec.table, at, faults, encoding=spec.encoding)
    if raw is None:
        return None, None, ()
    _check_rows(spec, raw.sheet.rows, at, faults)
    crs, remarks = settle_crs(raw.crs, spec.crs, raw.shapes, at, faults)
    if crs is None:
        return None, None, raw.remarks
    _check_datum(spec, crs, at, faults)
    standard = schema.layers.get(layer.id)
    attributes = schema.attributes_of(layer.id)
    # A table without rows may have no columns either; what it lacks is told by min_rows.
    about_columns = faults if raw.sheet.rows else Faults()
    columns, column_remarks = columns_of(
        raw.sheet, raw.fid_column, spec.fields, attributes, standard, at, about_columns
    )
    check_columns(columns, spec.classes, at, faults)
    kinds = standard.geometry if standard is not None else ()
    made_of = f"{sha256} {own_code().hex()}" if raw.plain and sha256 else ""

    def known(look: Callable[[], Mask]) -> Mask:
        if not made_of:
            return look()
        kept = files.keep(f"valid-in-{made_of}", lambda: {"valid": look()})["valid"]
        return kept if len(kept) == len(raw.shapes) else look()

    found = sieve(raw.shapes, crs, kinds, columns["zone_id"], at, faults, known)
    return zone_table(columns, found, made_of), crs, (*raw.remarks, *remarks, *column_remarks, *found.remarks)


def _check_rows(spec: EditionSpec, rows: int, at: str, faults: Faults) -> None:
    if spec.rows is not None and rows != spec.rows:
        faults.add(
            at,
            given=rows,
            allowed=f"rows: {spec.rows}",
            zh="行数与目录所列不符",
            en="not the rows the catalogue lists",
        )
    if rows < spec.min_rows:
        faults.add(
            at,
            given=rows,
            allowed=f"min_rows: {spec.min_rows}",
            zh="行数不足（空表不等于没有分区；确实为空请写 min_rows: 0）",
            en="too few rows: an empty table is not an empty map (min_rows: 0 if it is lawful)",
        )


def _coverage(
    spec: EditionSpec, crs: Crs | None, files: Files, where: str, faults: Faults
) -> Geometry | None:
    """Where silence means "no zone"; a file that names no CRS follows its layer's."""
    if spec.coverage is None:
        return None
    at = f"{where} {spec.coverage}"
    _check_sha(spec.coverage_sha256, files.sha256(spec.coverage, at, faults), at, faults)
    raw = files.read(spec.coverage, spec.coverage_table, at, faults)
    if raw is None:
        return None

    def united(faults: Faults) -> Geometry | None:
        own = crs
        if raw.crs is not None:
            own, _ = settle_crs(raw.crs, None, raw.shapes, at, faults)
        return None if own is None else coverage_of(raw.shapes, own, at, faults)

    key = (
        "coverage",
        spec.coverage,
        spec.coverage_table,
        None if crs is None or raw.crs is not None else crs.name,
    )
    return files.kept(key, united, at, faults)


def _said(spec: EditionSpec, found: RasterZones, files: Files, where: str, faults: Faults) -> Geometry | None:
    """Where a raster's silence means "no zone": its cells with data, in the coverage where one is given."""
    if spec.coverage is None:
        return found.said
    given = _coverage(spec, found.crs, files, where, faults)
    return None if given is None else shapely.intersection(given, found.said)
