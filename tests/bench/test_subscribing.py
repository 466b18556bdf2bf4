import os

import pytest

from bench import subscribing
from bench.ground import Ground
from bench.membership import fill
from bench.subscribing import Served
from domain.identifiers import TenantId
from store.driver import Client, open_database
from tests.server.live_server import live


async def test_subscribers_are_measured(
    client: Client, tenant: TenantId, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(client, "quorum_bench_of_subscribers")
    async with live(database, tenant) as server:
        made = Ground("", None, database, server.ctx)
        await fill(server.ctx, subscribing.GROUPS, [])
        address = server.address.removesuffix("/graphql")
        served = Served(made, address, server.port, os.getpid())

        await subscribing.idle(served, 3)
        await subscribing.throughput(served, 3, 10)
        await subscribing.delay(served, 3, 0.1)

    printed = capsys.readouterr().out
    assert "3 idle sockets" in printed
    assert "events/s" in printed
    assert "p99" in printed
    assert "events that did not arrive                                            0" in printed
