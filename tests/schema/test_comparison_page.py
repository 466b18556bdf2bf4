"""What the page of comparison names is in the schema."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "comparison.md").read_text()
ROWS = re.findall(r"^\| (?!---|feature).*\|$", PAGE, re.MULTILINE)
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([\w.]+)`", row.split("|")[4])})


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_of_the_comparison_exists(schema: GraphQLSchema, name: str) -> None:
    type_name, _, field = name.rpartition(".")
    types = [schema.type_map[type_name]] if type_name else [schema.query_type, schema.mutation_type]

    assert any(isinstance(each, GraphQLObjectType) and field in each.fields for each in types)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.split("|")[1].strip()) for row in ROWS])
def test_a_row_says_how_far_quorum_is_and_by_what(row: str) -> None:
    _, feature, other, quorum, by, _ = (cell.strip() for cell in row.split("|"))

    assert feature
    assert other
    assert re.match(r"(yes|partly|not yet|no)\b", quorum)
    assert by or quorum.startswith("no")
