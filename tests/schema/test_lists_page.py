"""The page about lists says of each what the schema lets it be asked for."""

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "lists.md").read_text()
TABLE = PAGE.partition("## What each list knows")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| `(\w+)` \| (yes)? ?\| (.*?) ?\| (.*?) \|$", TABLE, re.MULTILINE)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def test_every_list_that_is_filtered_has_a_row(schema: GraphQLSchema) -> None:
    assert schema.query_type is not None
    filtered = {
        name
        for name, field in schema.query_type.fields.items()
        if "filter" in field.args and "after" in field.args
    }

    assert {name for name, *_ in ROWS} == filtered


@pytest.mark.parametrize(
    ("name", "searched", "filters", "orders"), [pytest.param(*row, id=row[0]) for row in ROWS]
)
def test_a_row_names_the_filters_and_orders_there_are(
    schema: GraphQLSchema, name: str, searched: str, filters: str, orders: str
) -> None:
    assert schema.query_type is not None
    arguments = schema.query_type.fields[name].args
    asked = get_named_type(arguments["filter"].type)
    order = get_named_type(arguments["orderBy"].type)
    assert isinstance(asked, GraphQLInputObjectType)
    assert isinstance(order, GraphQLInputObjectType)
    ordered = get_named_type(order.fields["field"].type)
    assert isinstance(ordered, GraphQLEnumType)

    search = {"search"} if searched else set()
    assert set(re.findall(r"`(\w+)`", filters)) | search == set(asked.fields)
    assert set(re.findall(r"[A-Z_]{2,}", orders)) == set(ordered.values)
