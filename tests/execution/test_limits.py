import time
from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, parse

from execution.limits import FIELDS, Checked, check, check_variables

SCHEMA = build_schema(
    """
    interface Named { name: String }
    type Thing implements Named {
      name: String
      parent: Thing
      things(first: Int! = 25): Things
    }
    type Things { nodes: [Thing] edges: [Edge] totalCount: Int }
    type Edge { node: Thing }
    type Query {
      thing: Thing
      things(first: Int! = 25): Things
      nodes(ids: [ID!]!): [Named]
    }
    """
)


def refusal(query: str, variables: dict[str, Any] | None = None) -> str | None:
    found = check(SCHEMA, parse(query), variables)
    return found.message if found else None


def nested(depth: int) -> str:
    return "{ thing " + "{ parent " * depth + "{ name }" + " }" * depth + " }"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        pytest.param("{ thing { name } }", None, id="a small query"),
        pytest.param(nested(18), None, id="20 fields deep"),
        pytest.param(get_introspection_query(input_value_deprecation=True), None, id="GraphiQL's"),
        pytest.param(
            "{ things(first: 100) { nodes { things(first: 100) { nodes { name } } } } }",
            None,
            id="a page of pages",
        ),
        pytest.param(
            "{ " + " ".join(f"a{n}: thing {{ name }}" for n in range(50)) + " }",
            None,
            id="50 roots",
        ),
        pytest.param("{ ...A } fragment A on Query { ...A thing { name } }", None, id="a cycle"),
        pytest.param("{ ...Missing nothing { name } }", None, id="unknown names"),
        pytest.param("{ things(first: 99999999999) { nodes { name } } }", None, id="a long number"),
    ],
)
def test_what_one_request_may_ask_for(query: str, variables: dict[str, Any] | None) -> None:
    assert refusal(query, variables) is None


DEEP_PAGES = (
    "query Q($n: Int! = 25) { things(first: $n) { nodes { things(first: $n) { nodes { "
    "things(first: $n) { edges { node { name } } } } } } } }"
)


@pytest.mark.parametrize(
    ("query", "variables", "message"),
    [
        pytest.param(nested(19), None, "A request may be 20 fields deep, not 21.", id="too deep"),
        pytest.param(
            "{ thing { ...A } } fragment A on Thing { parent { ...B } } "
            "fragment B on Thing " + nested(18).replace("thing", "parent"),
            None,
            "A request may be 20 fields deep, not 22.",
            id="too deep through fragments",
        ),
        pytest.param(
            "{ " + " ".join(f"a{n}: thing {{ name }}" for n in range(51)) + " }",
            None,
            "A request may have 50 fields at its root.",
            id="too many roots",
        ),
        pytest.param(
            "{ thing { " + "name " * FIELDS + "} }",
            None,
            "A request may name 1000 fields.",
            id="too many fields",
        ),
        pytest.param(
            DEEP_PAGES,
            {"n": 100},
            "The answer could hold 3020201 values; 250000 are allowed. "
            "Ask for smaller pages (first) or fewer lists within lists.",
            id="too many rows, by a variable",
        ),
        pytest.param(
            DEEP_PAGES.replace("= 25", "= 100"),
            None,
            "The answer could hold 3020201 values; 250000 are allowed. "
            "Ask for smaller pages (first) or fewer lists within lists.",
            id="too many rows, by a variable's default",
        ),
        pytest.param(
            "query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on Thing { things(first: 100) "
            "{ nodes { things(first: 100) { nodes { name } } } } } } }",
            {"ids": ["a"] * 20},
            "The answer could hold 404021 values; 250000 are allowed. "
            "Ask for smaller pages (first) or fewer lists within lists.",
            id="too many rows, by ids",
        ),
    ],
)
def test_more_than_one_request_may_ask_for(
    query: str, variables: dict[str, Any] | None, message: str
) -> None:
    assert refusal(query, variables) == message


def test_fragments_that_double_each_other_are_counted_without_being_spelled_out() -> None:
    depth = 18
    fragments = [
        f"fragment F{n} on Thing {{ a: parent {{ ...F{n + 1} }} b: parent {{ ...F{n + 1} }} }}"
        for n in range(depth)
    ]
    query = f"{{ thing {{ ...F0 }} }} {' '.join(fragments)} fragment F{depth} on Thing {{ name }}"
    began = time.perf_counter()

    message = refusal(query)

    assert message is not None
    assert message.startswith("The answer could hold 786431 values")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({"a": [{"b": "Müller"}]}, None, id="ordinary ones"),
        pytest.param({"a": "half \ud800"}, "BAD_REQUEST", id="half a character"),
        pytest.param({"a": [{"\udfff": 1}]}, "BAD_REQUEST", id="half a character in a name"),
    ],
)
def test_variables_are(variables: dict[str, Any] | None, code: str | None) -> None:
    found = check_variables(variables)

    assert ((found.extensions or {}).get("code") if found else None) == code


def test_variables_nested_without_end_are_refused() -> None:
    value: object = 1
    for _ in range(5_000):
        value = [value]

    found = check_variables({"a": value})

    assert found is not None
    assert found.extensions == {"code": "TOO_COMPLEX", "limit": 100}


@pytest.mark.parametrize("figure", [float("inf"), float("-inf"), float("nan")])
def test_a_variable_holds_finite_figures_only(figure: float) -> None:
    found = check_variables({"input": {"items": [{"amount": 1.5}, {"amount": figure}]}})

    assert found is not None
    assert found.message == "input.items[1].amount must be a finite number."
    assert found.extensions == {"code": "BAD_REQUEST", "field": "input.items[1].amount"}


def test_what_is_remembered_of_a_document_depends_on_the_sizes_asked_for() -> None:
    page = "things(first: $first) { nodes { things(first: $first) { nodes { name } } } }"
    more = f"more: things(first: $first) {{ nodes {{ {page} }} }}"
    query = f"query ($first: Int!) {{ {page} {more} }}"
    checked = Checked(SCHEMA, parse(query))

    for first in (1, 100, 1, 30, 100, 10_000):
        found = checked.check({"first": first})
        assert (found.message if found else None) == refusal(query, {"first": first})
    assert checked.check({"first": 100}) is not None
    assert checked.check({"first": 1}) is None
