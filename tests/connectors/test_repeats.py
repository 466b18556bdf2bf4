"""Repeats: which rows of a file a later row of the same record leaves nothing to say."""

from pathlib import Path
from textwrap import dedent

import pytest

from connectors import mapping_files
from connectors.mappings import FileMapping
from connectors.repeats import Repeat, Seen, find

MAPPING = """
    kind = "people"
    [fields]
    keys.crm = "id"
    email = "email"
    job_title = "title"
    account.keys.crm = "account"
    account.relation = "relation"
"""


def a_mapping() -> FileMapping:
    mapping = mapping_files.read(dedent(MAPPING).encode())
    assert isinstance(mapping, FileMapping)
    return mapping


def found(tmp_path: Path, rows: str) -> tuple[dict[int, Repeat], dict[int, int]]:
    path = tmp_path / "people.csv"
    path.write_text(f"id,email,title,account,relation\n{rows}")
    repeats = find(path, a_mapping())
    return repeats.rows, repeats.relations


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param("1,a@x.example,,A,\n2,b@x.example,,A,\n", ({}, {}), id="two people"),
        pytest.param(
            "1,a@x.example,,A,\n1,b@x.example,CEO,B,\n1,c@x.example,,A,\n",
            ({0: Repeat(1, "keys.crm"), 1: Repeat(2, "keys.crm")}, {0: 2}),
            id="one outside key",
        ),
        pytest.param(
            "1,ada@x.example,,A,\n2,ADA@x.example,,A,\n",
            ({0: Repeat(1, "email")}, {0: 1}),
            id="one e-mail address, in two spellings",
        ),
        pytest.param(
            "1,a@x.example,,,\n,a@x.example,,,\n", ({}, {}), id="a key that the later row lacks"
        ),
        pytest.param(
            ",a@x.example,,,\n1,a@x.example,,,\n",
            ({0: Repeat(1, "email")}, {}),
            id="a key that only the later row has",
        ),
        pytest.param(
            "1,a@x.example,,,\n1\n", ({}, {}), id="a row that cannot be read repeats nothing"
        ),
    ],
)
def test_rows_that_a_later_one_repeats(
    tmp_path: Path, rows: str, expected: tuple[dict[int, Repeat], dict[int, int]]
) -> None:
    assert found(tmp_path, rows) == expected


def test_no_name_that_was_met_is_forgotten_and_few_others_seem_known() -> None:
    seen = Seen(size=100_000)
    names = [hash(f"name {number}") & (1 << 64) - 1 for number in range(10_000)]

    seemed_known = sum(map(seen.add, names[:5_000]))

    assert seemed_known < 50
    assert all(map(seen.add, names[:5_000]))
    assert sum(map(seen.add, names[5_000:])) < 50
