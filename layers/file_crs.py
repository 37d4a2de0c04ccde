"""The CRS of a file: what it names, what the catalogue declares, and whether the two agree."""

from geo.crs import Crs, agree, crs_from_wkt, parse_crs
from geo.errors import InputError
from geo.model import Text
from layers.strictyaml import Faults

__all__ = ["settle_crs"]


def settle_crs(
    named: str | None, declared: str | None, where: str, faults: Faults
) -> tuple[Crs | None, tuple[Text, ...]]:
    """The CRS of a file: what it names and what is declared must agree; one of them must be there.

    Returns
    -------
    The CRS (None is a fault noted) and remarks on what was taken for what.
    """
    told = parse_crs(declared) if declared is not None else None
    if named is None:
        if told is None:
            faults.add(
                where,
                given=None,
                allowed="EPSG:n",
                zh="文件未写明坐标系，须在 crs 中声明",
                en="the file names no CRS: declare it with crs",
            )
        return told, ()
    try:
        found = crs_from_wkt(named, where=where)
    except InputError as error:
        faults.extend(error.problems)
        return None, ()
    if told is not None and not agree(told, found):
        faults.add(
            where,
            given=told.name,
            allowed=f"{found.name}, as the file says",
            zh="声明的坐标系与文件不一致",
            en="the declared CRS disagrees with the file",
        )
        return None, ()
    name = (told or found).name
    if found.name == "EPSG:4326":
        return found, (
            Text(
                f"文件坐标系 {found.name}，按 EPSG:4490 使用（相差分米以内）",
                f"{found.name} taken as EPSG:4490 (decimetres at most)",
            ),
        )
    return parse_crs(name), ()
