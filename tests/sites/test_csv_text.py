"""A CSV cut into texts and opened again is the CSV read in one go, wherever it is cut."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import csv_records, csv_texts
from layers.sites.read.tables import read_csv
from layers.sites.write.csv_text import csv_lines

LETTERS = st.text(alphabet='ab,;"\n\r \t\x00\u2028\ufeff分1', max_size=60)


def as_one(text: str, width: int) -> list:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    return list(csv_records(reader, width))


def in_texts(text: str, width: int, rows: int, mean: float) -> list:
    stream = io.StringIO(text, newline="")
    texts = csv_texts(stream, rows=rows, mean_characters=mean, delimiter=",", width=width)
    out, following = [], 1
    for one in texts:
        block = one.open()
        assert one.first == block.first == following
        assert one.rows == block.count == len(block.records())
        following += one.rows
        out += block.records()
    return out


@given(text=LETTERS, width=st.integers(1, 4), rows=st.integers(1, 5), mean=st.floats(0.5, 12))
@example(text='a,"b\n\n', width=2, rows=1, mean=2.0)
@example(text="a,b\r\n\r\n\r\nc,d\r\n", width=2, rows=1, mean=1.0)
@example(text="a,b\r\rc,d\r", width=2, rows=1, mean=1.0)
@example(text="\n\na,b\n\n\nc,d", width=2, rows=1, mean=1.0)
@example(text='a,b\n"x"y,c\nd,e\n', width=2, rows=1, mean=2.0)
@example(text='5" pipe,b\nc,d\n', width=2, rows=1, mean=2.0)
@example(text="\ufeffa,b\nc,d\n", width=2, rows=5, mean=9.0)
@example(text="a\nb,c,d\n,,,\n", width=2, rows=5, mean=9.0)
def test_cut_and_opened_again(text: str, width: int, rows: int, mean: float) -> None:
    assert in_texts(text, width, rows, mean) == as_one(text, width)


def test_plain_text_is_split_by_columns_and_odd_text_is_not() -> None:
    (plain,) = csv_texts(io.StringIO("a,b\n1, 2 \n"), rows=9, mean_characters=9, delimiter=",", width=2)
    assert isinstance(plain.open().columns[0], pa.Array)
    assert plain.open().records([1])[0].values == ("1", " 2 ")
    (quoted,) = csv_texts(io.StringIO('a,"b"\n'), rows=9, mean_characters=9, delimiter=",", width=2)
    assert quoted.open().kept is not None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("rows", [1, 2, 100])
def test_texts_of_a_file_hold_all_of_it(encoding: str, rows: int) -> None:
    lines = ["经度;纬度;备注", *(f"105.{n};32.5;第{n}处" for n in range(20))]
    data = "\r\n".join(lines).encode(encoding)
    source = read_csv(io.BytesIO(data), name="t")
    found = [record.values for payload in source.packed(rows) for record in payload.open().records()]
    assert found == [tuple(line.split(";")) for line in lines[1:]]
    assert source.total == 20
    source.close()


CELLS = st.one_of(
    st.none(),
    st.text(alphabet='ab,"\n\r 分', max_size=6),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
)


@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_lines_by_columns_are_those_of_the_csv_module(rows: list[tuple]) -> None:
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    found = csv_lines(columns).decode()
    expected = [[cell_text(cell) for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(found, newline=""), strict=True)) == expected


@given(values=st.lists(st.one_of(st.none(), st.floats()), max_size=6))
def test_numbers_by_columns_are_those_by_cells(values: list) -> None:
    column = pa.array(values, type=pa.float64())
    found = csv_lines([column, column]).decode().splitlines()
    assert found == [",".join([cell_text(value)] * 2) for value in values]
