"""The main path, end to end, on either driver: data, components, group, command, score, read."""

from collections.abc import AsyncIterator

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import scoring
from resolvers.tenants import create_tenant
from store.driver import Database, Driver, close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

READ = """
query ($id: ID!) {
  buyingGroup(id: $id) {
    name completeness { score } engagement { score }
    members { totalCount nodes { person { name } role { name } method } }
    removedMembers { nodes { person { name } } }
  }
  events { totalCount nodes { position } }
}
"""


@pytest.fixture(params=Driver, ids=lambda driver: driver.value)
async def either(
    mongodb_uri: str, database: Database, tenant: TenantId, request: pytest.FixtureRequest
) -> AsyncIterator[Context]:
    client = open_client(mongodb_uri, request.param)
    yield a_context(open_database(client, database.name), tenant, Clock())
    await close(client)


async def test_from_account_data_to_a_group_that_is_read(either: Context) -> None:
    await create_tenant(either, "Home", "Europe/Berlin")
    ids = await some_accounts(either, "Acme")
    people = await some_people(either, ids["Acme"], {"ada": "Chief", "bo": "Engineer"})
    group = await a_buying_group(either, ids["Acme"], await an_interest(either))
    act = {
        "sourceId": "1",
        "type": "Visited website",
        "person": {"email": "ADA@example.com"},
        "at": "2026-05-04T08:00:00Z",
    }
    recorded = await mutate(
        either, "recordActivities", "... on RecordActivitiesSuccess { stored }", items=[act]
    )
    removed = await mutate(
        either,
        "removeMembers",
        "... on RemoveMembersSuccess { outcomes { status } }",
        buyingGroupId=group,
        personIds=[people["bo"]],
    )
    await scoring.run_scoring(either)

    answer = await operate(either, READ, id=group)

    assert (recorded["stored"], removed["outcomes"]) == (1, [{"status": "APPLIED"}])
    assert answer["buyingGroup"] == {
        "name": "Security for Acme",
        "completeness": {"score": 50},
        "engagement": {"score": 100},
        "members": {
            "totalCount": 1,
            "nodes": [
                {"person": {"name": "ada"}, "role": {"name": "Decision Maker"}, "method": "SYSTEM"}
            ],
        },
        "removedMembers": {"nodes": [{"person": {"name": "bo"}}]},
    }
    positions = [event["position"] for event in answer["events"]["nodes"]]
    assert positions == list(range(1, len(positions) + 1))
