import os

import pytest

from bench import webhooks
from bench.ground import context
from jobs.webhook_sending import Sender
from jobs.webhook_telling import Telling
from resolvers.tenants import create_tenant
from store.driver import Client, open_database
from tests.webhook_receiver import a_receiver


async def test_deliveries_and_their_delay_are_measured(
    client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS_TO_SETTLE", 0.0)
    ctx = context(open_database(client, "quorum_bench_of_webhooks"))
    ctx.allow_private_webhooks = True
    await create_tenant(ctx, "Bench", "UTC")
    sender = Sender(allow_private=True)
    telling = Telling("bench", sender, lambda: 0.0)

    async with a_receiver() as receiver:
        await webhooks.told_in_all(ctx, telling, receiver.url, os.getpid(), 20)
        await webhooks.delayed(ctx, telling, receiver.url, 1)
    await sender.close()
    await client.drop_database("quorum_bench_of_webhooks")

    assert len(set(receiver.ids)) >= 21
    printed = capsys.readouterr().out
    assert "deliveries/s" in printed
    assert "99th percentile" in printed
