"""Endpoints are told: everything, in order for each group, and once as long as nobody dies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.events import EventType
from domain.identifiers import BuyingGroupId, WebhookDeliveryId, WebhookEndpointId
from domain.webhook_endpoints import WebhookFilter, WebhookFormat
from execution.context import Context
from jobs import webhook_telling
from jobs.webhook_deliverer import due_endpoints, purge
from jobs.webhook_sending import Sender
from jobs.webhook_telling import Telling, tell
from resolvers import stamps, webhook_deliveries, webhook_endpoints
from resolvers.webhook_deliveries import Replayed, ReplayUnderWay, Stretch
from resolvers.webhook_endpoints import EndpointChange, WithSecret, WrittenEndpoint
from store.driver import Document
from store.event_documents import to_document
from tests.contexts import Clock, a_context
from tests.killing import Kill, Killed
from tests.webhook_receiver import Receiver, a_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
async def telling() -> AsyncIterator[Telling]:
    sender = Sender(allow_private=True, seconds=2.0)
    yield Telling("worker", sender, lambda: 0.0)
    await sender.close()


async def an_endpoint(
    ctx: Context, receiver: Receiver, name: str = "Sales", **more: Any
) -> WebhookEndpointId:
    ctx.allow_private_webhooks = True
    filter = WebhookFilter(types=frozenset({EventType.BUYING_GROUP_UPDATED}))
    written = WrittenEndpoint(name, receiver.url, **{"filter": filter, **more})
    made = await webhook_endpoints.create_webhook_endpoint(ctx, written)
    assert isinstance(made, WithSecret), made
    return made.id


async def happen(
    ctx: Context, *groups: str, type: EventType = EventType.BUYING_GROUP_UPDATED
) -> None:
    """An event of each of these groups, in this order."""
    events = [
        to_document(
            stamps.event(
                ctx,
                type,
                group,
                buying_group_id=BuyingGroupId(group),
                after={"status": f"{number}"},
            )
        )
        for number, group in enumerate(groups)
    ]
    await ctx.stores.relay._append(events)


async def stored(ctx: Context, endpoint: str) -> Document:
    document = await ctx.stores.webhook_endpoints.one(endpoint)
    assert document is not None
    return document


async def deliveries(ctx: Context, endpoint: str) -> list[Document]:
    cursor = ctx.stores.webhook_deliveries.collection.find(
        {"endpoint_id": endpoint}, sort=[("position", 1)]
    )
    return [document async for document in cursor]


def said(receiver: Receiver, group: str) -> list[str]:
    """What has come in about a group, in order."""
    messages = [each.message for each in receiver.got]
    return [m["data"]["after"]["status"] for m in messages if m["data"]["buyingGroupId"] == group]


async def test_events_that_fit_are_told_once_and_logged(
    ctx: Context, receiver: Receiver, telling: Telling
) -> None:
    await happen(ctx, "bg_0")
    endpoint = await an_endpoint(ctx, receiver)
    await happen(ctx, "bg_1", "bg_2", "bg_1")
    await happen(ctx, "bg_1", type=EventType.BUYING_GROUP_READY)

    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)

    assert (said(receiver, "bg_1"), said(receiver, "bg_2")) == (["0", "2"], ["1"])
    logged = await deliveries(ctx, endpoint)
    assert sorted(receiver.ids) == sorted(each["_id"] for each in logged)
    assert {each["state"] for each in logged} == {"delivered"}
    assert [a["status"] for each in logged for a in each["attempts"]] == [200, 200, 200]
    assert await due_endpoints(ctx, "worker") == []
    assert (await stored(ctx, endpoint))["lease"] is None


async def test_later_events_of_a_group_wait_while_one_is_tried_again_and_others_go_on(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answer = lambda got: (
        (500 if got.message["data"]["position"] == first else 200),
        {},
    )
    first = (await stored(ctx, endpoint))["position"] + 2
    await happen(ctx, "bg_1", "bg_1", "bg_2", "bg_2")

    assert await tell(ctx, endpoint, telling)
    assert (said(receiver, "bg_1"), said(receiver, "bg_2")) == (["0"], ["2", "3"])
    assert await due_endpoints(ctx, "worker") == []
    failed, behind = (await deliveries(ctx, endpoint))[0:2]
    assert (failed["failed"], failed["due_at"]) == (1, clock() + timedelta(seconds=5))
    assert (behind["attempt_count"], behind["state"]) == (0, "pending")

    clock.forward(timedelta(seconds=4))
    assert await due_endpoints(ctx, "worker") == []
    clock.forward(timedelta(seconds=1))
    receiver.answers()
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)

    assert said(receiver, "bg_1") == ["0", "0", "1"]
    assert receiver.ids.count(failed["_id"]) == 2
    stamps_sent = [g.headers["webhook-timestamp"] for g in receiver.got if g.id == failed["_id"]]
    assert int(stamps_sent[1]) - int(stamps_sent[0]) == 5


async def test_the_tenth_failure_disables_with_an_event_and_resuming_skips_nothing(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answers(then=500)
    await happen(ctx, "bg_1", "bg_1")

    for _ in range(10):
        assert await tell(ctx, endpoint, telling)
        assert len(await disablings(ctx, endpoint)) == 0 or len(receiver.got) == 10
        clock.forward(timedelta(hours=25))

    assert len(receiver.got) == 10
    found = await stored(ctx, endpoint)
    assert (found["status"], found["disabled"]["reason"]) == ("disabled", "attempts_exhausted")
    (told,) = await disablings(ctx, endpoint)
    assert told["after"] == {"status": "disabled", "reason": "attempts_exhausted"}
    assert [each["state"] for each in await deliveries(ctx, endpoint)] == ["failed", "pending"]
    assert await due_endpoints(ctx, "worker") == []

    receiver.answers()
    await webhook_endpoints.resume_webhook_endpoint(ctx, endpoint)
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)

    assert said(receiver, "bg_1")[10:] == ["0", "1"]
    assert (await stored(ctx, endpoint))["disabled"] is None


async def test_an_answer_of_410_disables_at_once_and_what_failed_can_be_skipped(
    ctx: Context, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answers(410)
    await happen(ctx, "bg_1", "bg_1")

    assert await tell(ctx, endpoint, telling)
    assert (await stored(ctx, endpoint))["disabled"]["reason"] == "gone"
    assert said(receiver, "bg_1") == ["0"]

    await webhook_endpoints.resume_webhook_endpoint(ctx, endpoint, skip_failed=True)
    assert await tell(ctx, endpoint, telling)
    assert said(receiver, "bg_1") == ["0", "1"]
    assert [e["state"] for e in await deliveries(ctx, endpoint)] == ["skipped", "delivered"]


async def test_too_many_that_wait_disable_the_endpoint(
    ctx: Context, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answers(then=500)
    await happen(ctx, *["bg_1"] * 4)

    assert await tell(ctx, endpoint, replace(telling, waiting_limit=4))
    assert (await stored(ctx, endpoint))["status"] == "active"
    await happen(ctx, "bg_1")
    assert await tell(ctx, endpoint, replace(telling, waiting_limit=4))

    found = await stored(ctx, endpoint)
    assert found["disabled"]["reason"] == "too_many_waiting"
    assert len(receiver.got) == 1


async def test_a_receiver_that_asks_to_wait_is_left_alone_until_then(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answer = lambda _: (429, {"Retry-After": "90"})
    await happen(ctx, "bg_1", "bg_2")

    assert await tell(ctx, endpoint, replace(telling, at_once=1))
    assert len(receiver.got) == 1
    receiver.answers()
    clock.forward(timedelta(seconds=89))
    assert await due_endpoints(ctx, "worker") == []
    clock.forward(timedelta(seconds=1))
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)

    assert (said(receiver, "bg_1"), said(receiver, "bg_2")) == (["0", "0"], ["1"])


async def test_who_asks_for_a_delivery_or_names_another_receiver_need_not_wait_for_it(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    receiver.answer = lambda _: (429, {"Retry-After": "9000"})
    await happen(ctx, "bg_1")
    assert await tell(ctx, endpoint, telling)
    assert (await stored(ctx, endpoint))["slow_until"] == clock() + timedelta(seconds=9000)
    clock.forward(timedelta(minutes=1))
    assert await due_endpoints(ctx, "worker") == []

    test = await webhook_deliveries.send_test_webhook(ctx, endpoint)
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)
    assert receiver.ids[1:] == [test]
    assert await due_endpoints(ctx, "worker") == []

    elsewhere = EndpointChange(url=f"{receiver.url}/new")
    assert await webhook_endpoints.update_webhook_endpoint(ctx, endpoint, elsewhere) == endpoint
    await happen(ctx, "bg_2")
    assert await due_endpoints(ctx, "worker") == [endpoint]


async def test_several_workers_skip_nothing_and_send_nothing_twice(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    groups = [f"bg_{number % 7}" for number in range(60)]

    async def work(name: str) -> None:
        own = a_context(ctx.stores.database, ctx.viewer.tenant, clock)
        while len(receiver.got) < len(groups):
            await tell(own, endpoint, replace(telling, worker=name))
            await asyncio.sleep(0)

    async def change() -> None:
        for start in range(0, len(groups), 6):
            await happen(ctx, *groups[start : start + 6])

    async with asyncio.timeout(20):
        await asyncio.gather(change(), work("one"), work("two"))

    assert len(set(receiver.ids)) == len(receiver.ids) == len(groups)
    for group in set(groups):
        positions = [
            got.message["data"]["position"]
            for got in receiver.got
            if got.message["data"]["buyingGroupId"] == group
        ]
        assert positions == sorted(positions)


@pytest.mark.parametrize("at", [1, 5, 7, 8, 9, 11, 13])
async def test_a_worker_that_dies_anywhere_loses_nothing_and_doubles_keep_their_id(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling, at: int
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    await happen(ctx, "bg_1", "bg_2", "bg_1")
    dying = a_context(ctx.stores.database, ctx.viewer.tenant, clock)
    kill = Kill(at)
    calls: dict[str, tuple[str, ...]] = {
        "webhook_endpoints": ("lease", "move_on", "give_back"),
        "webhook_deliveries": ("pending", "add", "note"),
    }

    with pytest.raises(Killed):
        await tell(kill.watch(dying, calls), endpoint, telling)
    assert await due_endpoints(ctx, "another") == []
    clock.forward(webhook_telling.LEASE)
    for id in await due_endpoints(ctx, "another"):
        assert await tell(ctx, id, replace(telling, worker="another"))

    logged = await deliveries(ctx, endpoint)
    assert [each["state"] for each in logged] == ["delivered"] * 3
    assert set(receiver.ids) == {each["_id"] for each in logged}
    assert list(dict.fromkeys(said(receiver, "bg_1"))) == ["0", "2"]


async def test_a_stretch_of_history_and_single_deliveries_are_told_again_under_their_ids(
    ctx: Context, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    await happen(ctx, "bg_1", "bg_2", "bg_3")
    assert await tell(ctx, endpoint, telling)
    told = [each["_id"] for each in await deliveries(ctx, endpoint)]
    last = (await stored(ctx, endpoint))["position"]

    part = Stretch(after_position=last - 2)
    replayed = await webhook_deliveries.replay_webhook_events(ctx, endpoint, part)
    again = await webhook_deliveries.replay_webhook_events(ctx, endpoint, part)
    assert (replayed, again) == (Replayed(endpoint, last - 2, last), ReplayUnderWay(endpoint))
    receiver.got.clear()
    assert await tell(ctx, endpoint, telling)
    assert receiver.ids == told[1:]

    assert await webhook_deliveries.replay_webhook_delivery(ctx, told[0]) == told[0]
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)
    assert receiver.ids == [*told[1:], told[0]]
    assert [each["attempt_count"] for each in await deliveries(ctx, endpoint)] == [2, 2, 2]

    await webhook_deliveries.replay_webhook_events(ctx, endpoint, Stretch(since=ctx.now()))
    await ctx.stores.webhook_deliveries.forget(endpoint)
    receiver.got.clear()
    assert await tell(ctx, endpoint, telling)
    assert sorted(receiver.ids) == sorted(told)


async def test_a_test_is_sent_once_even_to_an_endpoint_that_is_paused(
    ctx: Context, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver, format=WebhookFormat.CLOUD_EVENT)
    await happen(ctx, "bg_1")
    await webhook_endpoints.pause_webhook_endpoint(ctx, endpoint)
    receiver.answers(500)

    test = await webhook_deliveries.send_test_webhook(ctx, endpoint)
    assert await due_endpoints(ctx, "worker") == [endpoint]
    assert await tell(ctx, endpoint, telling)

    (got,) = receiver.got
    assert (got.id, got.message["type"]) == (test, "WEBHOOK_TEST")
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    log = await ctx.stores.webhook_deliveries.one(WebhookDeliveryId(got.id))
    assert log is not None
    assert (log["state"], log["attempt_count"]) == ("failed", 1)
    assert (await stored(ctx, endpoint))["status"] == "paused"

    await webhook_endpoints.resume_webhook_endpoint(ctx, endpoint)
    assert await tell(ctx, endpoint, telling)
    assert receiver.types == ["WEBHOOK_TEST", "BUYING_GROUP_UPDATED"]


async def test_messages_are_signed_with_every_secret_in_force_and_large_ones_are_thin(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    large = {"status": "x" * 30_000}
    event = stamps.event(ctx, EventType.BUYING_GROUP_UPDATED, "bg_1", after=large)
    await ctx.stores.relay._append([to_document(event)])
    await webhook_endpoints.rotate_webhook_secret(ctx, endpoint, 1)
    assert await tell(ctx, endpoint, telling)
    clock.forward(timedelta(hours=1))
    await happen(ctx, "bg_1")
    assert await tell(ctx, endpoint, telling)

    signatures = [len(got.headers["webhook-signature"].split(" ")) for got in receiver.got]
    assert signatures == [2, 1]
    thin, whole = (got.message["data"] for got in receiver.got)
    assert (thin["isThin"], "after" in thin, whole["isThin"]) == (True, False, False)
    assert max(len(got.body) for got in receiver.got) < 20_000


async def test_the_log_is_kept_for_days_and_what_belongs_to_nobody_goes(
    ctx: Context, clock: Clock, receiver: Receiver, telling: Telling
) -> None:
    endpoint = await an_endpoint(ctx, receiver)
    await happen(ctx, "bg_1")
    assert await tell(ctx, endpoint, telling)
    clock.forward(timedelta(days=30))
    receiver.answers(500)
    await happen(ctx, "bg_1")
    assert await tell(ctx, endpoint, telling)

    assert await purge(ctx, 30) == 0
    clock.forward(timedelta(seconds=1))
    assert await purge(ctx, 30) == 1
    (left,) = await deliveries(ctx, endpoint)
    assert left["state"] == "pending"

    await ctx.stores.webhook_endpoints.collection.delete_one({"_id": endpoint})
    assert await purge(ctx, 30) == 0
    clock.forward(timedelta(hours=1))
    assert await purge(ctx, 30) == 1


async def disablings(ctx: Context, endpoint: str) -> list[Document]:
    cursor = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "type": "WEBHOOK_ENDPOINT_DISABLED", "subject_id": endpoint}
    )
    return [document async for document in cursor]
