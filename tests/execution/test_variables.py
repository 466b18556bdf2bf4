from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse
from graphql.execution.values import VariableValues

from execution.variables import Variables, key_of

SCHEMA = build_schema(
    """
    input Thing { size: Int! }
    type Query {
      q(id: ID, text: String, size: Int, part: Float, yes: Boolean, thing: Thing, ids: [ID!]): Int
    }
    """
)


def variables(declared: str) -> tuple[Variables, OperationDefinitionNode]:
    document = parse(f"query Q({declared}) {{ q }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Variables(SCHEMA, document, operation, "Q"), operation


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        pytest.param("$id: ID!", {"id": "a"}, id="an id"),
        pytest.param("$id: ID!", {"id": 7}, id="a number as an id"),
        pytest.param("$text: String", {"text": None}, id="a null"),
        pytest.param("$text: String", {"text": "\u00fcber"}, id="a text beyond ASCII"),
        pytest.param("$text: String", {}, id="nothing given"),
        pytest.param('$text: String = "x"', {}, id="a default"),
        pytest.param('$text: String = "x"', {"text": None}, id="a null in place of a default"),
        pytest.param("$size: Int!", {"size": 2**31 - 1}, id="the largest whole number"),
        pytest.param("$size: Int!", {"size": 2.0}, id="a whole number with a point"),
        pytest.param("$part: Float!", {"part": 1}, id="a whole number as a part"),
        pytest.param("$yes: Boolean!", {"yes": True}, id="a truth value"),
        pytest.param("$id: ID!, $size: Int", {"id": "a", "size": 1}, id="several"),
        pytest.param("$id: ID!", {"id": "a", "other": 1}, id="one that is not declared"),
        pytest.param("$thing: Thing!", {"thing": {"size": 1}}, id="an input"),
        pytest.param("$ids: [ID!]", {"ids": "a"}, id="one for a list"),
    ],
)
def test_values_are_those_that_graphql_finds(declared: str, given: dict[str, Any]) -> None:
    own, operation = variables(declared)
    expected = get_variable_values(SCHEMA, operation.variable_definitions or (), given)
    assert isinstance(expected, VariableValues)

    found = own.of(given)

    assert isinstance(found, VariableValues)
    assert found.coerced == expected.coerced
    assert {name: each.value for name, each in found.sources.items()} == {
        name: each.value for name, each in expected.sources.items()
    }


@pytest.mark.parametrize(
    ("declared", "given", "message"),
    [
        pytest.param("$size: Int!", {"size": 2**31}, "size", id="too large"),
        pytest.param("$size: Int!", {"size": True}, "size", id="a truth value as a number"),
        pytest.param("$part: Float!", {"part": float("inf")}, "part", id="no finite number"),
        pytest.param("$text: String!", {"text": "\ud800"}, "variables", id="half a pair"),
        pytest.param("$text: String!", {"text": None}, "text", id="a null"),
        pytest.param("$text: String!", {}, "text", id="nothing"),
        pytest.param("$id: ID!", {"id": ["a"]}, "id", id="a list"),
        pytest.param("$thing: Thing!", {"thing": {"size": "x"}}, "thing.size", id="in an input"),
    ],
)
def test_what_does_not_fit_is_told_by_its_path(
    declared: str, given: dict[str, Any], message: str
) -> None:
    own, _ = variables(declared)

    found = own.of(given)

    assert isinstance(found, list)
    assert [error.message.startswith(message) for error in found] == [True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([1], [True], id="a truth value is no number"),
        pytest.param([1], [1.0], id="a part is no whole number"),
        pytest.param([["a"]], ["a"], id="a list of one is not that one"),
        pytest.param([["a"], ["b"]], [["a", "b"]], id="two lists are not one"),
        pytest.param([{"a": 1}], [{"b": 1}], id="names tell apart"),
        pytest.param([{"a": None}], [{}], id="null is not nothing"),
        pytest.param([{"a": {"b": 1}, "c": 2}], [{"a": {"b": 1, "c": 2}}], id="depth tells apart"),
    ],
)
def test_what_differs_has_another_key(one: list[object], other: list[object]) -> None:
    assert key_of(one) is not None
    assert key_of(one) != key_of(other)


def test_what_is_alike_has_one_key() -> None:
    given = [{"ids": ["a", "b"], "search": None}, 3]

    assert key_of(given) == key_of([{"ids": ["a", "b"], "search": None}, 3])


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([list(range(100))], id="many values"),
        pytest.param(["a" * 201], id="a long text"),
        pytest.param([{1, 2}], id="what no key can hold"),
    ],
)
def test_what_is_too_much_has_no_key(given: list[object]) -> None:
    assert key_of(given) is None
