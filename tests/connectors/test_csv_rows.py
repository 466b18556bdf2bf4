"""CSV rows: taken apart strictly, with the line each starts on; bad ones stay single."""

import csv
from pathlib import Path

import pytest

from connectors import csv_rows
from connectors.fields import Kind
from connectors.lines import LONGEST
from connectors.mappings import FileMapping
from connectors.rows import BadRow, Row

TOO_LONG = "the row is longer than 1,048,576 characters"


def rows_of(tmp_path: Path, content: str | bytes, delimiter: str = ",") -> list[Row | BadRow]:
    path = tmp_path / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    mapping = FileMapping(Kind.ACCOUNTS, (), delimiter=delimiter)
    return list(csv_rows.rows(path, mapping))


def read(found: list[Row | BadRow]) -> list[tuple[int, list[object] | str]]:
    """Rows in short: the line with the cells, or with the reason."""
    return [
        (row.line, list(row.cells.values()) if isinstance(row, Row) else row.reason)
        for row in found
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a,b\n1,2\n3,4", [(2, ["1", "2"]), (3, ["3", "4"])], id="plain rows"),
        pytest.param("a,b\r\n1,2\r\n", [(2, ["1", "2"])], id="Windows line ends"),
        pytest.param('a,b\n"1\n1",2\n3,4\n', [(2, ["1\n1", "2"]), (4, ["3", "4"])], id="two lines"),
        pytest.param('a,b\n"say ""so""",2\n', [(2, ['say "so"', "2"])], id="doubled quotes"),
        pytest.param('a,b\n5" pipe,2\n', [(2, ['5" pipe', "2"])], id="a quote inside a cell"),
        pytest.param("a,b\n\n1,2\n  \n", [(3, ["1", "2"])], id="blank lines are passed over"),
        pytest.param("a,b\n,\n", [(2, ["", ""])], id="empty cells are a row"),
        pytest.param('"a\nb",c\n1,2\n', [(3, ["1", "2"])], id="a header of two lines"),
        pytest.param("a,b\n", [], id="a header alone"),
        pytest.param(
            "a,b\n1\n1,2,3\n4,5\n",
            [
                (2, "the row has 1 cell, the header 2"),
                (3, "the row has 3 cells, the header 2"),
                (4, ["4", "5"]),
            ],
            id="ragged rows",
        ),
        pytest.param(
            'a,b\n"1"x,2\n3,4\n',
            [(2, "the row is not CSV: ',' expected after '\"'"), (3, ["3", "4"])],
            id="text behind a closed quote",
        ),
        pytest.param(
            'a,b\n1,"2\n3,4\n5,6\n',
            [(2, csv_rows.NEVER_CLOSED), (3, ["3", "4"]), (4, ["5", "6"])],
            id="a quote that is never closed costs its own line only",
        ),
    ],
)
def test_rows(tmp_path: Path, content: str, expected: list[tuple[int, object]]) -> None:
    assert read(rows_of(tmp_path, content)) == expected


def test_a_quote_that_is_never_closed_costs_its_own_line_in_a_long_file_too(
    tmp_path: Path,
) -> None:
    long = "x" * (LONGEST // 100)

    found = rows_of(tmp_path, 'a,b\n1,"2\n' + f"3,{long}\n" * 200)

    assert read(found[:2]) == [(2, csv_rows.NEVER_CLOSED), (3, ["3", long])]
    assert len(found) == 201


def test_a_quote_takes_the_lines_along_up_to_the_next_one(tmp_path: Path) -> None:
    found = rows_of(tmp_path, 'a,b\n1,"2\n3,4\n5,"6"\n7,8\n')

    assert read(found) == [(2, "the row is not CSV: ',' expected after '\"'"), (5, ["7", "8"])]


def test_a_row_keeps_its_text_as_it_stands(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, 'a,b\n"1\r\n1", 2\r\n')

    assert row.raw == '"1\r\n1", 2'


def test_another_delimiter(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "a;b\n1,5;2\n", ";")

    assert isinstance(row, Row)
    assert row.cells == {"a": "1,5", "b": "2"}


def test_column_names_lose_the_blanks_around_them(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "\ufeff a , b\n1,2\n")

    assert isinstance(row, Row)
    assert row.cells == {"a": "1", "b": "2"}


def test_an_undecodable_row_stays_single(tmp_path: Path) -> None:
    found = rows_of(tmp_path, b"a,b\nM\xfcller,2\n" + "Zoë,3\n".encode())

    assert read(found) == [(2, "byte 2 of line 2: 0xFC is not utf-8"), (3, ["Zoë", "3"])]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("x" * (10 * LONGEST), id="on one line"),
        pytest.param('"' + "x,y\n" * (LONGEST // 2) + '"', id="on many lines"),
        pytest.param('"' + "x" * LONGEST + "\nmore\n" + '"', id="a quoted one with a cut line"),
    ],
)
def test_a_giant_cell_costs_its_own_row_only(tmp_path: Path, cell: str) -> None:
    found = rows_of(tmp_path, f"a,b\n1,{cell}\n3,4\n")

    assert read(found)[:1] == [(2, TOO_LONG)]
    assert read(found)[-1][1] == ["3", "4"]


def test_a_header_that_is_no_csv_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(csv.Error):
        rows_of(tmp_path, '"a"b,c\n1,2\n')
