import pytest

from domain.identifiers import TenantId
from resolvers.tenants import create_tenant
from schema.build import build_schema
from schema.serving import execute
from server.examples import EXAMPLES
from server.graphiql import Example
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.held import hold


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
async def test_each_example_is_a_query_of_this_schema(
    database: Database, tenant: TenantId, example: Example
) -> None:
    context = a_context(database, tenant, Clock())
    await create_tenant(context, tenant, "UTC")

    answer = await execute(build_schema(), context, example.query, dict(example.variables))

    await hold(context, example.query, dict(example.variables), None, answer.body)
    assert "errors" not in answer.body
    assert answer.was_executed
