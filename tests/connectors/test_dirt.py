"""Dirty files: every row is stored as it stands, or listed with its line, fault and text."""

import csv
import gzip
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import mapping_files, reading, tables
from connectors.importing import ImportReport, import_file, rejects_beside
from connectors.lines import Lines
from connectors.mappings import FileMapping, MappingFault
from connectors.passes import FileChanged, Progress
from connectors.rows import BadRow, Row
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.tenants import create_tenant
from store.driver import Database
from tests.contexts import Clock, a_context

HEAD = "id,name,employees\n"
LONG = "the row is longer than 1,048,576 characters"
RAGGED = "the row has {}, the header 3"


@dataclass(frozen=True)
class Dirt:
    """A file, what is said of how it is written, and what comes of it.

    Of each account stored its name and employees; of each reject line, field, reason and row.
    """

    content: str | bytes
    stored: Mapping[str, tuple[str, int | None]]
    rejects: list[tuple[int, str, str, str]] = field(default_factory=list)
    states: str = ""
    form: str = "csv"


def lines(*rows: str, end: str = "\n") -> str:
    return end.join([HEAD.strip(), *rows, ""])


A_AND_B = {"a": ("Acme", 1), "b": ("Bolt", 2)}
GOOD = lines("a,Acme,1", "b,Bolt,2")
ACME, ZOE = "a,Acme,1", "z,Zoë,3"
ACME_STORED = {"a": ("Acme", 1)}

TABLE = [
    pytest.param(Dirt(GOOD, A_AND_B), id="a clean file"),
    pytest.param(
        Dirt(GOOD.encode("utf-8-sig"), A_AND_B), id="a byte order mark is no part of the header"
    ),
    pytest.param(
        Dirt(GOOD.encode("utf-16"), A_AND_B, states='encoding = "utf-16"'),
        id="UTF-16 with a byte order mark",
    ),
    pytest.param(
        Dirt(
            b"\xfe\xff" + lines(ACME, ZOE).encode("utf-16-be"),
            {**ACME_STORED, "z": ("Zoë", 3)},
            states='encoding = "utf-16"',
        ),
        id="UTF-16 with the big end first",
    ),
    pytest.param(
        Dirt(
            lines(ACME, "m,Müller €,2").encode("cp1252"),
            {**ACME_STORED, "m": ("Müller €", 2)},
            states='encoding = "cp1252"',
        ),
        id="Windows bytes in the encoding that is stated",
    ),
    pytest.param(
        Dirt(
            lines(ZOE).encode() + b"m,M\xfcller,2\n" + b"a,Acme,1\n",
            {"z": ("Zoë", 3), **ACME_STORED},
            [(3, "", "byte 4 of line 3: 0xFC is not utf-8", "m,M\\udcfcller,2")],
        ),
        id="one row of Latin-1 in a file of UTF-8",
    ),
    pytest.param(
        Dirt(
            lines("a,Ac\0me,1", "b,Bolt,2"),
            {"b": ("Bolt", 2)},
            [(2, "name", "contains the character NUL", "a,Ac\0me,1")],
        ),
        id="a NUL in a cell",
    ),
    pytest.param(
        Dirt(
            lines('a,"Acme,1', "b,Bolt,2"),
            {"b": ("Bolt", 2)},
            [(2, "", "a quote is opened and never closed", 'a,"Acme,1')],
        ),
        id="a quote that is never closed",
    ),
    pytest.param(
        Dirt(
            lines('a,"Acme,1', "b,Bolt,2", 'c,"Cog",3', "d,Dot,4"),
            {"d": ("Dot", 4)},
            [
                (
                    2,
                    "",
                    "the row is not CSV: ',' expected after '\"'",
                    'a,"Acme,1\nb,Bolt,2\nc,"Cog",3',
                )
            ],
        ),
        id="a quote that the next quote closes takes the rows between along",
    ),
    pytest.param(Dirt(lines('a,3" pipes,1'), {"a": ('3" pipes', 1)}), id="a quote amid a cell"),
    pytest.param(
        Dirt(lines('a,"say ""so""",1'), {"a": ('say "so"', 1)}), id="doubled quotes in a cell"
    ),
    pytest.param(
        Dirt(
            lines("s", "a,Acme,1", "l,Long,1,x"),
            ACME_STORED,
            [
                (2, "", RAGGED.format("1 cell"), "s"),
                (4, "", RAGGED.format("4 cells"), "l,Long,1,x"),
            ],
        ),
        id="ragged rows, short and long",
    ),
    pytest.param(Dirt(HEAD, {}), id="a header and no row"),
    pytest.param(
        Dirt(lines("a,Acme,1", "", "   ", "b,Bolt,2", "", ""), A_AND_B), id="blank lines between"
    ),
    pytest.param(Dirt(lines("a,Acme,1", "b,Bolt,2", end="\r"), A_AND_B), id="old Mac line ends"),
    pytest.param(
        Dirt("id,name,employees\r\na,Acme,1\rb,Bolt,2\nc,Cog,3", {**A_AND_B, "c": ("Cog", 3)}),
        id="mixed line ends, none at the end",
    ),
    pytest.param(
        Dirt(lines('a,"Ac\r\nme\nInc",1'), {"a": ("Ac\r\nme\nInc", 1)}), id="line ends in a cell"
    ),
    pytest.param(
        Dirt(
            lines(f"a,{'x' * 10_000_000},1", "b,Bolt,2"),
            {"b": ("Bolt", 2)},
            [(2, "", LONG, f"a,{'x' * 9_998}...")],
        ),
        id="a cell of 10 MB",
    ),
    pytest.param(
        Dirt(
            lines('a,"' + "xxxxxxxxx\n" * 120_000 + '",1', "b,Bolt,2"),
            {"b": ("Bolt", 2)},
            [(2, "", LONG, ('a,"' + "xxxxxxxxx\n" * 1_000)[:10_000] + "...")],
        ),
        id="a quoted cell of 1 MB in 120,000 lines",
    ),
    pytest.param(
        Dirt(
            lines("a," + "," * 1_000_000, "b,Bolt,2"),
            {"b": ("Bolt", 2)},
            [(2, "", RAGGED.format("1,000,002 cells"), "a," + "," * 9_998 + "...")],
        ),
        id="a row of a million cells",
    ),
    pytest.param(
        Dirt(
            lines("a,Acme,1", "b,Bolt,2") + "\x1a",
            A_AND_B,
            [(4, "", RAGGED.format("1 cell"), "\x1a")],
        ),
        id="an end-of-file character of DOS",
    ),
    pytest.param(
        Dirt(lines("a,Ac\x07me\x7f,1"), {"a": ("Ac\x07me\x7f", 1)}),
        id="control characters are kept as they stand",
    ),
    pytest.param(
        Dirt(
            lines("a,Acme,99999999999999999999", "b,Bolt,2", "c,Cog,1e400", "d,Dot,-1"),
            {"b": ("Bolt", 2)},
            [
                (2, "employees", "must be from 0 to 2147483647", "a,Acme,99999999999999999999"),
                (4, "employees", "must be from 0 to 2147483647", "c,Cog,1e400"),
                (5, "employees", "must be from 0 to 2147483647", "d,Dot,-1"),
            ],
        ),
        id="numbers beyond what is kept",
    ),
    pytest.param(
        Dirt(
            lines("a,Acme,1.5", "b,Bolt,1e-400", 'c,Cog,"1,000"', "d,Dot,٣"),
            {},
            [
                (2, "employees", "'1.5' is not a whole number", "a,Acme,1.5"),
                (3, "employees", "'1e-400' is not a whole number", "b,Bolt,1e-400"),
                (4, "employees", "'1,000' is not a whole number", 'c,Cog,"1,000"'),
                (5, "employees", "'٣' is not a whole number", "d,Dot,٣"),
            ],
        ),
        id="numbers written in other ways",
    ),
    pytest.param(
        Dirt(
            lines("a,Acme,1", "a,Acme & Co,x", "a,Bolt,2"),
            {"a": ("Bolt", 2)},
            [(3, "employees", "'x' is not a whole number", "a,Acme & Co,x")],
        ),
        id="of rows that contradict each other the last sound one holds",
    ),
    pytest.param(
        Dirt(
            lines(",Acme,1", " ,Bolt,2", "c,,3"),
            {},
            [
                (2, "keys.crm", "is required and cannot be empty", ",Acme,1"),
                (3, "keys.crm", "is required and cannot be empty", " ,Bolt,2"),
                (4, "name", "is required and cannot be empty", "c,,3"),
            ],
        ),
        id="rows without what names them",
    ),
    pytest.param(
        Dirt(
            '{"id": "a", "name": "Acme", "employees": 1}\n'
            '["b"]\n"c"\n{"id": "d", \n'
            '{"id": "e", "id": "f", "name": "Eel"}\n'
            '{"id": "g", "name": "Gum", "employees": NaN}\n',
            ACME_STORED,
            [
                (2, "", "the row is no JSON object", '["b"]'),
                (3, "", "the row is no JSON object", '"c"'),
                (
                    4,
                    "",
                    "the row is not JSON: Expecting property name enclosed in double quotes:"
                    " line 2 column 1 (char 13)",
                    '{"id": "d", ',
                ),
                (
                    5,
                    "",
                    "the row is not JSON: the name 'id' stands twice in one object",
                    '{"id": "e", "id": "f", "name": "Eel"}',
                ),
                (
                    6,
                    "",
                    "the row is not JSON: NaN is no JSON value",
                    '{"id": "g", "name": "Gum", "employees": NaN}',
                ),
            ],
            form="jsonl",
        ),
        id="lines that are no JSON objects",
    ),
    pytest.param(
        Dirt(
            '{"id": "a", "name": "\\ud800"}\n{"id": "\\udfff", "name": "Bolt"}\n'
            '{"id": "c", "name": "\\ud83d\\ude00", "employees": 3}\n',
            {"c": ("😀", 3)},
            [
                (1, "name", "contains half a surrogate pair", '{"id": "a", "name": "\\ud800"}'),
                (
                    2,
                    "keys.crm",
                    "contains half a surrogate pair",
                    '{"id": "\\udfff", "name": "Bolt"}',
                ),
            ],
            form="jsonl",
        ),
        id="halves of surrogate pairs",
    ),
    pytest.param(
        Dirt(
            '{"id": "a", "name": "Acme", "employees": ' + "9" * 5_000 + "}\n"
            '{"id": "b", "name": "Bolt", "employees": 2}\n' + '{"a":' * 100_000 + "\n",
            {"b": ("Bolt", 2)},
            [
                (
                    1,
                    "",
                    "the row is not JSON: Exceeds the limit (4300 digits) for integer string"
                    " conversion: value has 5000 digits; use sys.set_int_max_str_digits() to"
                    " increase the limit",
                    '{"id": "a", "name": "Acme", "employees": ' + "9" * 5_000 + "}",
                ),
                (3, "", "the row is nested too deeply", '{"a":' * 2_000 + "..."),
            ],
            form="jsonl",
        ),
        id="a number of 5,000 digits and 100,000 objects in each other",
    ),
]

REFUSED = [
    pytest.param("", "The file cannot be read: it has no header line.", id="an empty file"),
    pytest.param(
        "\ufeff", "The file cannot be read: it has no header line.", id="a byte order mark alone"
    ),
    pytest.param(
        "id,name,name,employees\na,Acme,Bolt,1\n",
        "The file has more than one column 'name'.",
        id="a column that stands twice",
    ),
    pytest.param(
        "id,employees\na,1\n",
        "The file has no column 'name'. Its columns are 'id', 'employees'.",
        id="a column that is missing",
    ),
    pytest.param(
        GOOD.encode("utf-16"),
        "The file is in another encoding: byte 1 of line 1: 0xFF is not utf-8. "
        'It begins as UTF-16 or UTF-32 does: state encoding = "utf-16".',
        id="UTF-16 that nobody stated",
    ),
    pytest.param(
        GOOD.encode("utf-16-be"),
        "The file is in another encoding: byte 1 of line 1: 0x00 is not utf-8. "
        'State its encoding in the mapping file, such as encoding = "cp1252".',
        id="UTF-16 without a byte order mark",
    ),
    pytest.param(
        lines("m,Müller,1").encode("latin-1"),
        "The file is in another encoding: byte 4 of line 2: 0xFC is not utf-8. "
        'State its encoding in the mapping file, such as encoding = "cp1252".',
        id="Latin-1 that nobody stated",
    ),
    pytest.param(
        gzip.compress(GOOD.encode()),
        "The file cannot be read: it is compressed by gzip; unpack it first.",
        id="a compressed file",
    ),
    pytest.param(
        gzip.compress(GOOD.encode())[:20],
        "The file cannot be read: it is compressed by gzip; unpack it first.",
        id="half of a compressed file",
    ),
    pytest.param(
        b"PK\x03\x04\x14\0",
        "The file cannot be read: it is a zip archive or a workbook; export the table as CSV.",
        id="a workbook",
    ),
    pytest.param(
        f'id,name,"employees{"x" * 2_000_000}\na,Acme,1\n',
        f"The file cannot be read: its header is not CSV, {LONG}.",
        id="a header of 2 MB",
    ),
]


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    context = a_context(database, tenant, Clock())
    await create_tenant(context, "Test", "UTC")
    return context


def a_mapping(states: str = "") -> FileMapping:
    mapping = mapping_files.read(
        dedent(f"""
            kind = "accounts"
            {states}
            [fields]
            keys.crm = "id"
            name = "name"
            employees = "employees"
        """).encode()
    )
    assert not isinstance(mapping, MappingFault), mapping.message
    return mapping


async def stored(ctx: Context) -> dict[str, tuple[str, int | None]]:
    accounts = await ctx.stores.accounts.all()
    return {each["keys"]["crm"]: (each["name"], each["employees"]) for each in accounts}


def entries(report: ImportReport) -> list[tuple[int, str, str, str]]:
    if report.rejects is None:
        return []
    csv.field_size_limit(100_000_000)
    with report.rejects.open(encoding="utf-8", newline="") as file:
        return [
            (int(row["line"]), row["field"], row["reason"], row["row"])
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("dirt", TABLE)
async def test_dirt_is_stored_as_it_stands_or_listed(
    ctx: Context, tmp_path: Path, dirt: Dirt
) -> None:
    path = tmp_path / f"file.{dirt.form}"
    content = dirt.content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    report = await import_file(ctx, a_mapping(dirt.states), path)

    assert isinstance(report, ImportReport), report.message
    assert await stored(ctx) == dirt.stored
    assert entries(report) == dirt.rejects


@pytest.mark.parametrize(("content", "reason"), REFUSED)
async def test_a_file_that_is_no_table_is_refused_as_a_whole(
    ctx: Context, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    refused = await import_file(ctx, a_mapping(), path)

    assert not isinstance(refused, ImportReport)
    assert refused.message == reason
    assert await stored(ctx) == {}
    assert not rejects_beside(path).exists()


async def test_rejects_can_be_mended_and_imported(ctx: Context, tmp_path: Path) -> None:
    path, mended = tmp_path / "file.csv", tmp_path / "mended.csv"
    path.write_text(lines("a,Acme,one", 'b,"Bolt\nInc",2,', "c,Cog,3"))

    report = await import_file(ctx, a_mapping(), path)
    assert isinstance(report, ImportReport)
    rows = dict.fromkeys(row for _, _, _, row in entries(report))
    mended.write_text(lines(*rows).replace("one", "1").replace("2,", "2"))
    again = await import_file(ctx, a_mapping(), mended)

    assert isinstance(again, ImportReport)
    assert (again.created, again.rejected) == (2, 0)
    assert await stored(ctx) == {"a": ("Acme", 1), "b": ("Bolt\nInc", 2), "c": ("Cog", 3)}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.write_text(HEAD), id="cut"),
        pytest.param(lambda path: path.write_text(path.read_text() + "z,Zed,9\n"), id="grown"),
        pytest.param(lambda path: path.write_bytes(b"\xff" * 100), id="another one"),
        pytest.param(lambda path: path.unlink(), id="gone"),
    ],
)
async def test_a_file_that_changes_while_it_is_read_ends_the_import_in_a_sentence(
    ctx: Context,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], object],
) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 1)
    path = tmp_path / "file.csv"
    path.write_text(lines("a,Acme,1", "b,Bolt,2", *(f"n{n},N,{n}" for n in range(50))))

    def meanwhile(_: Progress) -> None:
        change(path)

    report = await import_file(ctx, a_mapping(), path, progress=meanwhile)

    assert report == FileChanged()
    kept = await stored(ctx)
    assert (kept["a"], "n49" in kept) == (("Acme", 1), False)


SOUND = lines("a,Acme,1", 'b,"Bolt ""&"" Co",2', 'c,"Cog\nInc",3', "z,Zoë,4", "d,Dot,5").encode()
DIRT = st.one_of(
    st.binary(min_size=1, max_size=4),
    st.sampled_from([b'"', b"\n", b"\r", b",", b"\0", b"\xff", b"\xef\xbb\xbf", b"\n\n", b'"\n"']),
)


@settings(
    max_examples=int(os.environ.get("QUORUM_DIRT_CASES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(dirt=st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 3), DIRT), max_size=6))
async def test_every_line_of_a_damaged_file_is_accounted_for(
    ctx: Context, tmp_path: Path, dirt: list[tuple[int, int, bytes]]
) -> None:
    path = tmp_path / "file.csv"
    content = SOUND
    for place, length, put in dirt:
        content = content[:place] + put + content[place + length :]
    path.write_bytes(content)

    report = await import_file(ctx, a_mapping(), path)

    if isinstance(report, ImportReport):
        rows = list(tables.rows(path, a_mapping()))
        with Lines(path, "utf-8") as read:
            texts = {line.number: line.text for line in read}
        left = set(texts) - {number for row in rows for number in span_of(row, texts)}
        assert report.created + report.updated + report.unchanged + report.rejected == len(rows)
        assert report.rejected == len({line for line, _, _, _ in entries(report)})
        assert all(not texts[number].strip() for number in left if number > header_of(path))
    else:
        assert report.message.endswith(".")


def span_of(row: Row | BadRow, texts: dict[int, str]) -> range:
    """The lines on which the row stands; they hold exactly its text."""
    end = row.line + 1
    while len("".join(texts[n] for n in range(row.line, end)).rstrip("\r\n")) < len(row.raw):
        end += 1
    assert "".join(texts[n] for n in range(row.line, end)).rstrip("\r\n") == row.raw
    return range(row.line, end)


def header_of(path: Path) -> int:
    """The last line of the header."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return reader.line_num
