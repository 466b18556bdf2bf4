"""The operations made at random are valid, and have everything an operation may have."""

import pytest
from graphql import parse, validate

from schema.build import build_schema
from tests.equality.operations import Operation, an_operation
from tests.equality.values import Vocabulary

SEEDS = 400
KINDS = ("acc", "per", "bg", "si", "rt", "role", "sm", "wm", "at", "job", "sig", "opp", "act")
WORDS = Vocabulary({kind: [f"{kind}_1", f"{kind}_2"] for kind in KINDS}, ["Acme", "Straße"])


@pytest.fixture(scope="module")
def operations() -> list[Operation]:
    schema = build_schema()._schema
    return [an_operation(schema, seed, WORDS) for seed in range(SEEDS)]


def test_the_same_seed_makes_the_same_operation(operations: list[Operation]) -> None:
    again = an_operation(build_schema()._schema, 7, WORDS)

    assert again == operations[7]
    assert operations[8].text != operations[7].text


def test_nearly_all_are_valid(operations: list[Operation]) -> None:
    schema = build_schema()._schema
    some = operations[:60]

    valid = [each for each in some if not validate(schema, parse(each.text))]

    assert len(valid) >= 57


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("fragment F", id="named fragments"),
        pytest.param("... {", id="inline fragments without a type"),
        pytest.param("... on Node", id="fragments on an interface"),
        pytest.param("... on BuyingGroup ", id="fragments on a type"),
        pytest.param("@skip(if: $", id="skip by a variable"),
        pytest.param("@include(if: true)", id="include by a literal"),
        pytest.param("None: ", id="aliases that are words of Python"),
        pytest.param("__typename", id="type names"),
        pytest.param("query B", id="several operations"),
        pytest.param("after: $", id="cursors"),
        pytest.param("filter: {", id="filters as literals"),
        pytest.param("filter: $", id="filters as variables"),
        pytest.param(": [$", id="variables in lists"),
        pytest.param("orderBy: { field: $", id="variables in inputs"),
        pytest.param("Int = ", id="variables with defaults"),
        pytest.param("contactOverlap", id="fields that are computed"),
    ],
)
def test_there_are(part: str, operations: list[Operation]) -> None:
    assert [each for each in operations if part in each.text] != []


def test_every_field_of_the_root_occurs(operations: list[Operation]) -> None:
    query = build_schema()._schema.query_type
    assert query is not None

    text = " ".join(each.text for each in operations)

    assert [name for name in query.fields if f" {name}" not in text] == []
