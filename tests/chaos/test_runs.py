"""The fault suite in small: one server, paused for a moment while clients act."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from store.driver import Client, Database, open_database
from tests.chaos.faults import Struck
from tests.chaos.fleet import fleet
from tests.chaos.runs import Size, run
from tests.chaos.world import WorldSize

SMALL = Size(0.5, seed=1, lanes=4, world=WorldSize(groups=2, people=4, yard=1), patience=0)


@pytest.fixture
async def lone(client: Client) -> AsyncIterator[Database]:
    """A database of its own: the server does no work of other tests."""
    database = open_database(client, "quorum_chaos")
    yield database
    await client.drop_database(database.name)


async def test_a_server_that_pauses_while_clients_act_leaves_a_history_without_faults(
    lone: Database, mongodb_uri: str, tmp_path: Path
) -> None:
    settings = {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": lone.name}
    async with fleet(tmp_path, 1, settings) as servers:

        async def paused(until: float, random: Random, struck: Struck) -> None:
            servers.servers[0].running.pause()
            struck.count("pauses")
            await asyncio.sleep(0.1)
            servers.servers[0].running.resume()

        found = await run("small", lone, servers, paused, SMALL)

    assert found.violations == []
    assert found.struck.others == {"pauses": 1}
    assert found.acknowledged == found.commands > 0
