"""A file of sites read for a person to choose from: where each came to lie, or why it was refused."""

from datetime import date
from itertools import islice
from typing import Any

import orjson
import shapely

from geo.answer import advice_json
from geo.crs import check_crs_name
from geo.errors import UnreadableError
from geo.measure import area_m2, length_m
from geo.model import DEFAULT_ACCURACY_M, Bundle, Site
from layers.sites.cells.rows import Defaults, Row
from layers.sites.cells.values import cell_text
from layers.sites.doctor.clinic import doctor_for
from layers.sites.doctor.remedies import read_remedies
from layers.sites.doctor.whole_file import advice_of_file, signs_of_sites
from layers.sites.faults import fault
from server.batch_files import file_reader, suffix_of
from server.batch_input import BODY, Terms
from server.errors import TooLargeError
from server.schemas import SitesQuery
from server.settings import Settings
from server.texts import both
from server.upload import Upload


def read_sites(
    upload: Upload, query: SitesQuery, bundle: Bundle, *, settings: Settings, today: date
) -> dict[str, Any]:
    """Every row of a file, with its shape in EPSG:4490.

    Raises
    ------
    UnsupportedTypeError
        If its name is that of no format taken.
    InputError
        If it is refused as a whole.
    TooLargeError
        If there are more rows, or more vertices, than one project may have.
    """
    suffix = suffix_of(query.name)
    if upload.size == 0:
        raise UnreadableError(fault(BODY, "(empty)", suffix, zh="文件为空", en="the file is empty"))
    if query.crs is not None:
        check_crs_name(query.crs)
    given = () if query.remedies is None else (query.remedies,)
    remedies = read_remedies(given, where="remedies")
    defaults = Defaults(on=today, crs=query.crs, remedies=remedies)
    terms = Terms(bundle=bundle, settings=settings, defaults=defaults)
    reader = file_reader(upload, terms, suffix, query.layer, name=query.name)
    most = settings.max_parts
    items = [reader.item(number, raw) for number, raw in enumerate(islice(reader.raw(), most + 1), start=1)]
    if len(items) > most:
        told = {"zh": "行数过多，请用批量检查", "en": "too many rows: use the batch check"}
        raise TooLargeError(fault(f"{BODY} (rows)", f"> {most}", f"≤ {most}", **told))
    rows = [item.row for item in items]
    vertices = sum(
        int(shapely.get_num_coordinates(row.site.geometry)) for row in rows if row.site is not None
    )
    if vertices > settings.max_vertices:
        told = {"zh": "请拆分或简化", "en": "split or simplify it"}
        limit = f"≤ {settings.max_vertices}"
        raise TooLargeError(fault(f"{BODY} (vertices)", vertices, limit, **told))
    signs = signs_of_sites(
        (row.site for row in rows if row.site is not None), remedies, doctor_for(bundle, remedies)
    )
    advice = (*reader.advice, *advice_of_file(signs))
    return {
        "sites": [_told(row, reader.headers) for row in rows],
        "advice": [advice_json(one) for one in advice],
    }


def _told(row: Row, headers: tuple[str, ...]) -> dict[str, Any]:
    """One row: its cells, and its site or why there is none."""
    cells = {name: cell_text(cell) for name, cell in zip(headers, row.original, strict=True)}
    advice = row.advice if row.site is None else row.site.advice
    return {
        "row": row.number,
        "site_id": row.site_id,
        "status": "refused" if row.problems else "ok",
        "cells": cells,
        "site": None if row.site is None or row.problems else _placed(row.site),
        "advice": [advice_json(one) for one in advice],
        "problems": [
            {"where": p.where, "given": p.given, "allowed": p.allowed, "hint": both(p.hint)}
            for p in row.problems
        ],
    }


def _placed(site: Site) -> dict[str, Any]:
    """The site as a check can be asked of it again: in EPSG:4490, or in degrees of no known datum."""
    return {
        "geometry": orjson.loads(shapely.to_geojson(site.geometry)),
        "crs": "EPSG:4490" if site.datum_known else site.crs,
        "given_crs": site.crs,
        "accuracy_m": None if site.accuracy_m == DEFAULT_ACCURACY_M else site.accuracy_m,
        "area_m2": round(float(area_m2(site.geometry)), 2),
        "length_m": round(float(length_m(site.geometry)), 3),
        "remarks": [both(remark) for remark in site.remarks],
    }
