"""Shapefiles as they are delivered: names cut at ten bytes, no encoding named, the wrong driver id."""

import zipfile

import geopandas as gpd
import pytest

from layers.bundle import load_bundle
from layers.shapefile import Letters, letters_of
from tests.builders import CRS, layer, make_bundle, square

LDID = 29
NAMES = ["零一", "甲乙丙"]


def _write(folder, *, encoding="UTF-8", cpg=True, ldid=None, **columns):
    """Two zones; columns with Chinese names are cut at ten bytes, as GDAL cuts them."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {f"OWN{n}": cells for n, cells in enumerate(columns.values())}
    data = {"zone_id": ["P1", "P2"], "zone_class": ["core"] * 2, "name": NAMES, **own}
    frame = gpd.GeoDataFrame(data, geometry=[square(0, 0), square(200, 0)], crs=CRS)
    frame.to_file(folder / "park.shp", driver="ESRI Shapefile", encoding=encoding)
    table = bytearray((folder / "park.dbf").read_bytes())
    for n, name in enumerate(columns):
        at = table.index(f"OWN{n}".encode())
        table[at : at + 11] = name.encode(encoding)[:10].ljust(11, b"\0")
    if ldid is not None:
        table[LDID] = ldid
    (folder / "park.dbf").write_bytes(table)
    if not cpg:
        (folder / "park.cpg").unlink()
    return folder / "park.shp"


def _edition(folder, path="data/park.shp", **keys):
    entry = layer("park", classes=["core"], path=path, **keys)
    entry["_files"].pop(path)
    return load_bundle(make_bundle(folder, [entry])).layers["park"].editions[0]


def _words(edition):
    return [remark.zh for remark in edition.remarks]


@pytest.mark.parametrize("packed", [False, True])
def test_a_name_cut_within_a_character_is_no_damage(tmp_path, packed):
    path = _write(tmp_path / "data", 管控单元=["x", "y"], 管控单位=["u", "v"])
    name = "data/park.shp"
    if packed:
        name = "data/park.zip"
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part in path.parent.glob("park.*"):
                if part.suffix != ".zip":
                    archive.write(part, part.name)
    edition = _edition(tmp_path, name)
    assert edition.faults == ()
    assert list(edition.zones["name"]) == NAMES
    assert list(edition.zones["管控单"]) == ["x", "y"]
    assert "v" in {value for column in edition.zones.columns for value in edition.zones[column].astype(str)}
    assert any("截断为 10 字节" in words and "管控单" in words for words in _words(edition))


@pytest.mark.parametrize(
    ("encoding", "ldid", "told"),
    [("GBK", 0x57, "按 GB18030 读取"), ("GBK", 0, "按 GB18030 读取"), ("UTF-8", 0x57, "按 UTF-8 读取")],
)
def test_an_encoding_that_is_not_named_is_found_and_told(tmp_path, encoding, ldid, told):
    _write(tmp_path / "data", encoding=encoding, cpg=False, ldid=ldid, 单元=["a", "b"])
    edition = _edition(tmp_path)
    assert list(edition.zones["name"]) == NAMES
    assert list(edition.zones["单元"]) == ["a", "b"]
    assert any(f"未注明编码，{told}" in words for words in _words(edition))


def test_what_names_its_encoding_is_read_without_a_word(tmp_path):
    _write(tmp_path / "gb", encoding="GBK", cpg=True)
    _write(tmp_path / "ldid", encoding="GBK", cpg=False, ldid=0x4D)
    for folder in ("gb", "ldid"):
        edition = _edition(tmp_path, f"{folder}/park.shp")
        assert list(edition.zones["name"]) == NAMES
        assert not any("编码" in words for words in _words(edition))


def test_the_encoding_key_goes_before_all(tmp_path):
    _write(tmp_path / "data", encoding="BIG5", cpg=False, ldid=0)
    edition = _edition(tmp_path, encoding="big5")
    assert list(edition.zones["name"]) == NAMES
    assert not any("编码" in words for words in _words(edition))


def test_a_file_that_is_not_in_the_encoding_it_names_is_refused(tmp_path):
    _write(tmp_path / "data", encoding="GBK")
    (tmp_path / "data/park.cpg").write_text("UTF-8", encoding="ascii")
    (fault,) = _edition(tmp_path).faults
    assert "UnicodeDecodeError" in fault.given


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("65001", "utf-8"),
        ("936", "gb18030"),
        ("GBK\n", "gb18030"),
        ("ANSI 1252", "cp1252"),
        ("88591", "iso8859-1"),
        ("ISO-8859-1", "iso8859-1"),
        ("950", "cp950"),
    ],
)
def test_encodings_as_cpg_files_write_them(tmp_path, said, codec):
    path = _write(tmp_path)
    (tmp_path / "park.cpg").write_text(said, encoding="ascii")
    letters = letters_of(path, "park")
    assert letters is not None
    assert letters.codec == codec


def test_gdal_has_the_word_where_nothing_is_to_be_decoded(tmp_path):
    plain = _write(tmp_path / "plain")
    (tmp_path / "plain/park.dbf").write_bytes(plain.with_suffix(".dbf").read_bytes()[:160] + b"\r  plain")
    assert letters_of(plain, "park") is None
    assert letters_of(tmp_path / "none.gpkg", "park") is None
    odd = _write(tmp_path / "odd")
    for word in (
        "no such encoding",
        "rot13",
        "zlib",
        "unicode_escape",
        "utf-16",
        "\0",
        "../../x",
        "punycode",
    ):
        (tmp_path / "odd/park.cpg").write_text(word, encoding="ascii")
        letters = letters_of(odd, "park")
        assert letters is not None
        assert letters.codec == "utf-8"
        assert "编码不认识" in letters.remarks[0].zh
        assert letters_of(odd, "park", "no such encoding") is None


def test_neither_encoding_is_told_as_such(tmp_path):
    path = _write(tmp_path, cpg=False, ldid=0x57)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("零一".encode(), b"M\xfcrit\xff"))
    letters = letters_of(path, "park")
    assert letters is not None
    assert "文字可能有误" in letters.remarks[0].zh
    assert letters.cell("Müritz") == "Müritz"


def test_two_names_cut_to_one_stay_two():
    raw = ["项目类别".encode()[:10].decode("latin1"), "项目类型".encode()[:10].decode("latin1"), "\xe5", "n"]
    names, remarks = Letters(codec="utf-8").names(raw)
    assert names == ("项目类", "项目类_", "column_3", "n")
    assert len(remarks) == 1
