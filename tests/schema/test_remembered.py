from graphql import parse

from domain.identifiers import TenantId
from schema.build import QuorumSchema
from schema.mutation import Mutation
from schema.query import Query
from schema.remembered import Remembered
from schema.serving import execute
from store.driver import Database
from tests.contexts import Clock, a_context

ACCOUNTS = "query Q($first: Int) { accounts(first: $first) { totalCount } }"


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    remembered = Remembered(longest=10, most_text=12)
    for text in ("{ a }", "{ b }"):
        remembered.keep(text, parse(text))
    assert remembered.document("{ a }") is not None

    remembered.keep("{ c }", parse("{ c }"))

    kept = {text: remembered.document(text) is not None for text in ("{ a }", "{ b }", "{ c }")}
    assert kept == {"{ a }": True, "{ b }": False, "{ c }": True}


def test_a_long_text_is_not_remembered() -> None:
    remembered = Remembered(longest=5, most_text=100)
    remembered.keep("{ ab }", parse("{ ab }"))

    assert remembered.document("{ ab }") is None


async def test_a_remembered_text_is_refused_and_answered_as_before(
    database: Database, tenant: TenantId
) -> None:
    schema = QuorumSchema(30, query=Query, mutation=Mutation)
    good, bad, large = {"first": 5}, {"first": "five"}, {"first": 1_000}
    first = await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, bad)
    assert schema.remembered.document(ACCOUNTS) is None
    refused = [first, await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, large)]
    answered = await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, good)
    assert schema.remembered.document(ACCOUNTS) is not None

    assert [
        await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, each)
        for each in (bad, large)
    ] == refused
    assert await execute(schema, a_context(database, tenant, Clock()), ACCOUNTS, good) == answered
    assert answered.body == {"data": {"accounts": {"totalCount": 0}}}


async def test_a_text_that_is_not_valid_is_never_remembered(
    database: Database, tenant: TenantId
) -> None:
    schema = QuorumSchema(30, query=Query, mutation=Mutation)

    first = await execute(schema, a_context(database, tenant, Clock()), "{ nothing }")

    assert schema.remembered.document("{ nothing }") is None
    assert await execute(schema, a_context(database, tenant, Clock()), "{ nothing }") == first


async def test_of_several_operations_a_remembered_text_has_to_name_one(
    database: Database, tenant: TenantId
) -> None:
    schema = QuorumSchema(30, query=Query, mutation=Mutation)
    both = "query A { __typename } query B { __typename }"

    assert (
        await execute(schema, a_context(database, tenant, Clock()), both, None, "A")
    ).was_executed
    assert schema.remembered.document(both) is not None
    assert not (await execute(schema, a_context(database, tenant, Clock()), both)).was_executed
