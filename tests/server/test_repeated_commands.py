"""A command whose answer was lost with the server is repeated under its idempotency key."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.identifiers import PersonId, TenantId
from resolvers.membership import remove_members
from store.driver import Client, Database, open_database
from tests.contexts import Clock, a_context
from tests.server.quorum_process import Quorum
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

ATTEMPTS = 20
ASSIGN = """mutation ($group: ID!, $person: ID!, $key: String!) {
  assignMembers(input: {buyingGroupId: $group, idempotencyKey: $key,
    members: [{personId: $person, role: "Champion"}]
  }) { ... on AssignMembersSuccess { outcomes { status } } ... on UserError { message } } }"""
APPLIED = {"data": {"assignMembers": {"outcomes": [{"status": "APPLIED"}]}}}


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


async def kill_between_write_and_answer(
    quorum: Quorum, process: subprocess.Popen[str], database: Database, sent: dict[str, Any]
) -> Any:
    """Send a command and kill the server the moment its claim is stored; the answer, if any."""
    body = {"query": ASSIGN, "variables": sent}
    headers = {"X-Quorum-Tenant": sent["tenant"]}
    stored = {"_id": sent["group"], "member_ids": sent["person"]}
    async with httpx.AsyncClient(timeout=60) as client:
        asking = asyncio.create_task(
            client.post(f"{quorum.address}/graphql", json=body, headers=headers)
        )
        groups = database["buying_groups"]
        while not asking.done() and await groups.find_one(stored, {"_id": 1}) is None:
            continue
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.communicate)
        try:
            return (await asking).json()
        except httpx.TransportError:
            return None


async def test_a_command_is_done_once_though_the_server_died_before_it_answered(
    quorum: Quorum, client: Client, mongodb_uri: str, clock: Clock
) -> None:
    database = open_database(client, "quorum_repeating")
    settings = {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": database.name}
    process = await asyncio.to_thread(quorum.serve, **settings)
    made = await asyncio.to_thread(quorum.run, "tenant", "create", "repeating", **settings)
    assert made.returncode == 0, made.stderr
    ctx = a_context(database, TenantId("repeating"), clock)
    acme = (await some_accounts(ctx, "Acme"))["Acme"]
    people = await some_people(ctx, acme, {f"p{number}": "Clerk" for number in range(ATTEMPTS)})
    group = await a_buying_group(ctx, acme, await an_interest(ctx))

    for person in people.values():
        sent = {
            "group": group,
            "person": person,
            "key": f"to {person}",
            "tenant": ctx.viewer.tenant,
        }
        answer = await kill_between_write_and_answer(quorum, process, database, sent)
        process = await asyncio.to_thread(quorum.serve, **settings)
        if answer is None:
            break
    else:
        raise AssertionError("the server always answered before it could be killed")
    # What happened since then is not undone by the repeat.
    await remove_members(ctx, group, [PersonId(person)])

    headers = {"X-Quorum-Tenant": ctx.viewer.tenant}
    del sent["tenant"]
    again = await asyncio.to_thread(quorum.ask, ASSIGN, headers, **sent)
    anew = await asyncio.to_thread(quorum.ask, ASSIGN, headers, **{**sent, "person": "per_none"})
    quorum.end(process)

    changes = {"tenant": ctx.viewer.tenant, "type": "MEMBERSHIP_CHANGED", "person_id": person}
    assert again == APPLIED
    assert "has been used" in anew["data"]["assignMembers"]["message"]
    assert await database["events"].count_documents(changes) == 2
    stored = await ctx.stores.groups.one(group)
    assert stored is not None
    assert person not in stored["member_ids"]
