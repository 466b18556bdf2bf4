"""Several mutations in one operation: one after the other, until one of them has no answer."""

from execution.context import Context
from schema.build import build_schema
from store.reading import Query
from tests.schema.operations import operate

NAMED: Query = {"name": {"$in": ["Auditor", "Sponsor"]}}
BOTH = """
mutation ($first: Int!) {
  one: createRole(input: {name: "Auditor"}) {
    ... on CreateRoleSuccess { role { roleTemplates(first: $first) { nodes { id } } } }
  }
  two: createRole(input: {name: "Sponsor"}) { __typename }
}
"""


async def test_each_is_done_after_the_one_before_it(home: Context) -> None:
    answer = await operate(home, BOTH, first=1)

    assert answer == {
        "one": {"role": {"roleTemplates": {"nodes": []}}},
        "two": {"__typename": "CreateRoleSuccess"},
    }
    assert await home.stores.reader.count("roles", NAMED) == 2


async def test_none_is_begun_once_one_before_it_has_no_answer(home: Context) -> None:
    result = await build_schema().execute(BOTH, variable_values={"first": 0}, context_value=home)

    assert result.data is None
    (error,) = result.errors or []
    assert error.path == ["one", "role", "roleTemplates"]
    assert await home.stores.reader.count("roles", NAMED) == 1
