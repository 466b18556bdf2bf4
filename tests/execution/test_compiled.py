from typing import Any

import pytest
from graphql import parse

from domain.identifiers import TenantId
from execution.compiled import LONGEST, Plans
from schema.build import build_schema
from store.driver import Database
from tests.contexts import Clock, a_context

SCHEMA = build_schema()


def keep(plans: Plans, text: str, name: str | None = None) -> None:
    plans.keep(text, name, parse(text))


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    plans = Plans(SCHEMA, most_bytes=10_500)
    for text in ("{ roles { totalCount } }", "{ nodes(ids: []) { id } }"):
        keep(plans, text)
    assert plans.find("{ roles { totalCount } }", None) is not None

    keep(plans, "{ people { totalCount } }")

    texts = ("{ roles { totalCount } }", "{ nodes(ids: []) { id } }", "{ people { totalCount } }")
    kept = [plans.known(text, None) is not None for text in texts]
    assert kept == [True, False, True]


def test_a_long_text_is_not_kept() -> None:
    plans = Plans(SCHEMA)
    text = "{ " + " " * LONGEST + "roles { totalCount } }"
    keep(plans, text)

    assert plans.known(text, None) is None


def test_operations_of_one_text_are_kept_apart() -> None:
    plans = Plans(SCHEMA)
    both = "query A { __typename } query B { roles { totalCount } }"
    keep(plans, both, "A")

    assert plans.known(both, "A") is not None
    assert plans.known(both, "B") is None


@pytest.mark.parametrize(
    ("text", "is_planned"),
    [
        pytest.param("{ roles { nodes { name } } }", True, id="a query"),
        pytest.param("{ __typename }", True, id="a type's name alone"),
        pytest.param(
            'mutation { deleteRole(input: {id: "role_1"}) { __typename } }', True, id="a mutation"
        ),
        pytest.param("{ __schema { queryType { name } } }", False, id="about the schema"),
        pytest.param(
            '{ __typename __type(name: "Role") { name } }', False, id="about a type of it"
        ),
        pytest.param("subscription { buyingGroupEvents { position } }", False, id="a subscription"),
    ],
)
async def test_which_operations_have_plans(
    database: Database, tenant: TenantId, text: str, is_planned: bool
) -> None:
    plans = Plans(SCHEMA)
    compiled = plans.keep(text, None, parse(text))
    if compiled.is_planned and "__" in text:
        await plans.execute(compiled, a_context(database, tenant, Clock()), None)

    assert compiled.is_planned is is_planned


async def test_there_is_a_plan_for_each_way_an_operation_branches(
    database: Database, tenant: TenantId
) -> None:
    text = """query ($all: Boolean!, $none: Boolean! = true) {
      __typename @include(if: $all) also: __typename @skip(if: $none) }"""
    plans = Plans(SCHEMA)
    compiled = plans.keep(text, None, parse(text))

    async def data(**variables: Any) -> Any:
        result = await plans.execute(compiled, a_context(database, tenant, Clock()), variables)
        assert result is not None
        return result.data

    assert await data(all=True) == {"__typename": "Query"}
    assert await data(all=False) == {}
    assert await data(all=True, none=False) == {"__typename": "Query", "also": "Query"}
    assert await data(all=True) == {"__typename": "Query"}
    assert len(compiled.plans) == 3


async def test_arguments_are_taken_anew_for_other_values(database: Database) -> None:
    context = a_context(database, TenantId("t1"), Clock())
    text = "query Q($first: Int!) { roles(first: $first) { nodes { name } } }"

    few = await SCHEMA.execute(text, {"first": 1}, context)
    many = await SCHEMA.execute(text, {"first": 500}, context)
    again = await SCHEMA.execute(text, {"first": 1}, context)

    assert few.errors is None
    assert [error.message for error in many.errors or ()] == ["first must be 1 to 100, not 500."]
    assert again.errors is None
