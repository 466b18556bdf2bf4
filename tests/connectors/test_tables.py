"""Tables: what makes a whole file unusable, and the rows of one that is."""

from pathlib import Path

import pytest

from connectors.fields import Kind, Sort
from connectors.json_lines import ONE_ARRAY, SPREAD
from connectors.lines import Undecodable
from connectors.mappings import Field, FileMapping, Reading
from connectors.rows import Absent, BadRow, Row
from connectors.tables import (
    MissingColumns,
    NoTable,
    RepeatedColumns,
    TableFault,
    WrongEncoding,
    check,
    rows,
)

MAPPING = FileMapping(
    Kind.ACCOUNTS,
    (Field("name", Reading(Sort.TEXT), "account"), Field("phone", Reading(Sort.TEXT), "tel")),
)
HEADER = b"account,tel\n"


def a_file(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(HEADER + b"Acme,1\n", None, id="a usable file"),
        pytest.param(b"tel,x,account\n", None, id="columns in another order, and more of them"),
        pytest.param(b"", NoTable("it has no header line"), id="an empty file"),
        pytest.param(
            b'"a"b,tel\n', NoTable("its header is not CSV, ',' expected after '\"'"), id="no CSV"
        ),
        pytest.param(
            b"name,phone\n", MissingColumns(("account", "tel"), ("name", "phone")), id="missing"
        ),
        pytest.param(b"tel,account,tel\n", RepeatedColumns(("tel",)), id="a column twice"),
        pytest.param(
            HEADER + b"Acme,1\nM\xfcller,2\n",
            WrongEncoding(Undecodable(3, 2, 0xFC, "utf-8")),
            id="Latin-1 instead of UTF-8",
        ),
        pytest.param(
            HEADER + b"M\xfcller,2\n" + "Zoë,1\n".encode(), None, id="one damaged row in UTF-8"
        ),
        pytest.param(
            b"account,t\xe9l\n" + "Zoë,1\n".encode(),
            WrongEncoding(Undecodable(1, 10, 0xE9, "utf-8")),
            id="a damaged header",
        ),
        pytest.param(
            "account,tel\n".encode("utf-16"),
            WrongEncoding(Undecodable(1, 1, 0xFF, "utf-8"), "utf-16"),
            id="UTF-16 instead of UTF-8",
        ),
        pytest.param(
            "account,tel\n".encode("utf-16-le"),
            WrongEncoding(Undecodable(1, 2, 0, "utf-8")),
            id="UTF-16 without a mark",
        ),
    ],
)
def test_a_file_is_checked_as_a_whole(
    tmp_path: Path, content: bytes, fault: TableFault | None
) -> None:
    assert check(a_file(tmp_path, content), MAPPING) == fault


def test_utf_8_instead_of_utf_16_is_a_wrong_encoding(tmp_path: Path) -> None:
    mapping = FileMapping(Kind.ACCOUNTS, MAPPING.fields, encoding="utf-16")

    fault = check(a_file(tmp_path, HEADER + b"x"), mapping)

    assert fault == WrongEncoding(Undecodable(1, 1, None, "utf-16"))


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    assert check(tmp_path, MAPPING) == NoTable("Is a directory")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param(
            WrongEncoding(Undecodable(3, 2, 0xFC, "utf-8")),
            "The file is in another encoding: byte 2 of line 3: 0xFC is not utf-8. "
            'State its encoding in the mapping file, such as encoding = "cp1252".',
            id="wrong encoding",
        ),
        pytest.param(
            MissingColumns(("account", "tel"), ("name",)),
            "The file has no column 'account', 'tel'. Its columns are 'name'.",
            id="missing columns",
        ),
        pytest.param(
            RepeatedColumns(("tel",)), "The file has more than one column 'tel'.", id="repeated"
        ),
        pytest.param(NoTable("it is empty"), "The file cannot be read: it is empty.", id="none"),
    ],
)
def test_a_fault_says_in_one_message_what_is_wrong(fault: TableFault, message: str) -> None:
    assert fault.message == message


def test_the_name_of_a_file_tells_json_lines_from_csv(tmp_path: Path) -> None:
    path = a_file(tmp_path, b'{"account": "Acme"}\n', "accounts.jsonl")

    assert check(path, MAPPING) is None
    assert list(rows(path, MAPPING)) == [Row(1, {"account": "Acme"}, '{"account": "Acme"}', 20)]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(b'\n {"account": "Acme"}\n', None, id="an object a line"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b'[{"account": "Acme"}]', NoTable(ONE_ARRAY), id="an array on one line"),
        pytest.param(b"\xef\xbb\xbf[\n  {\n", NoTable(ONE_ARRAY), id="an array over several lines"),
        pytest.param(b'{\r\n  "account": "Acme"\r\n}\r\n', NoTable(SPREAD), id="a spread object"),
    ],
)
def test_json_that_is_not_one_object_a_line_is_told_by_its_beginning(
    tmp_path: Path, content: bytes, fault: TableFault | None
) -> None:
    assert check(a_file(tmp_path, content, "accounts.json"), MAPPING) == fault


def test_the_mapping_may_say_the_format(tmp_path: Path) -> None:
    mapping = FileMapping(Kind.ACCOUNTS, MAPPING.fields, "jsonl")
    path = a_file(tmp_path, b'{"account": "Acme"}\n', "export.txt")

    assert [row.line for row in rows(path, mapping)] == [1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param('{"a": }', "the row is not JSON: Expecting value", id="no JSON"),
        pytest.param('{"a": NaN}', "the row is not JSON: NaN is no JSON value", id="NaN"),
        pytest.param("[1]", "the row is no JSON object", id="an array"),
        pytest.param("[" * 100_000, "the row is nested too deeply", id="nested too deeply"),
    ],
)
def test_a_bad_json_line_stays_single(tmp_path: Path, line: str, reason: str) -> None:
    path = a_file(tmp_path, f"\n{line}\n{{}}\n".encode(), "file.jsonl")

    bad, good = rows(path, MAPPING)

    assert isinstance(bad, BadRow)
    assert (bad.line, bad.raw) == (2, line)
    assert bad.reason.startswith(reason)
    assert (good.line, isinstance(good, Row)) == (3, True)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        pytest.param("name", "Acme", id="a name at the top"),
        pytest.param("company.address.city", "Wien", id="a path into objects"),
        pytest.param("company.size", Absent.ABSENT, id="a path that ends nowhere"),
        pytest.param("name.first", Absent.ABSENT, id="a path through a text"),
        pytest.param("a.b", 1, id="a name with a dot in it"),
        pytest.param("none", None, id="an explicit null"),
    ],
)
def test_json_cells_are_found_by_path(column: str, cell: object) -> None:
    cells = {
        "name": "Acme",
        "company": {"address": {"city": "Wien"}},
        "a.b": 1,
        "none": None,
    }

    assert Row(1, cells, "", 0).cell(column) == cell
