import pytest

from domain.identifiers import TenantId
from schema.build import QuorumSchema
from schema.mutation import Mutation
from schema.query import Query
from schema.serving import execute
from store.driver import Database
from tests.contexts import Clock, a_context

ACCOUNTS = "query Q($first: Int) { accounts(first: $first) { totalCount } }"
BOTH = pytest.mark.parametrize(
    "is_compiled", [pytest.param(True, id="compiled"), pytest.param(False, id="ordinary")]
)


def a_schema(*, is_compiled: bool) -> QuorumSchema:
    return QuorumSchema(30, is_compiled=is_compiled, query=Query, mutation=Mutation)


@BOTH
async def test_a_known_text_is_refused_and_answered_as_before(
    database: Database, tenant: TenantId, is_compiled: bool
) -> None:
    schema = a_schema(is_compiled=is_compiled)
    good, bad, large = {"first": 5}, {"first": "five"}, {"first": 1_000}
    first = await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, bad)
    assert schema.plans.known(ACCOUNTS, None) is None
    refused = [first, await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, large)]
    answered = await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, good)
    assert schema.plans.known(ACCOUNTS, None) is not None

    assert [
        await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, each)
        for each in (bad, large)
    ] == refused
    assert await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, good) == answered
    assert answered.body == {"data": {"accounts": {"totalCount": 0}}}


@BOTH
async def test_a_text_that_is_not_valid_is_never_kept(
    database: Database, tenant: TenantId, is_compiled: bool
) -> None:
    schema = a_schema(is_compiled=is_compiled)

    first = await execute(schema, a_context(database, tenant, Clock()), "{ nothing }")

    assert schema.plans.known("{ nothing }", None) is None
    assert await execute(schema, a_context(database, tenant, Clock()), "{ nothing }") == first


@BOTH
async def test_of_several_operations_a_known_text_has_to_name_one(
    database: Database, tenant: TenantId, is_compiled: bool
) -> None:
    schema = a_schema(is_compiled=is_compiled)
    both = "query A { __typename } query B { __typename }"

    assert (
        await execute(schema, a_context(database, tenant, Clock()), both, None, "A")
    ).was_executed
    assert schema.plans.known(both, "A") is not None
    assert not (await execute(schema, a_context(database, tenant, Clock()), both)).was_executed
