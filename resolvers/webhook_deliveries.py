"""Webhook deliveries: tests, replays of one and of a stretch of history, and how many wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.identifiers import WebhookDeliveryId, WebhookEndpointId
from execution.context import Context, Right
from resolvers.outcomes import Invalid, NotFound
from store.driver import Document
from store.reading import Query


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the history: beyond and up to a position, since and before a moment, or all."""

    after_position: int | None = None
    until_position: int | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """The events beyond one position and up to another are delivered once more."""

    id: WebhookEndpointId
    after_position: int
    until_position: int


@dataclass(frozen=True, slots=True)
class ReplayUnderWay:
    """An earlier replay has not come to its end."""

    id: WebhookEndpointId


def seen(ctx: Context) -> Query:
    """All deliveries, for those who may know of them."""
    ctx.viewer.require(Right.ADMIN)
    return {}


async def send_test_webhook(ctx: Context, id: str) -> WebhookDeliveryId | NotFound:
    """Have an endpoint sent a message that is about no event; once, whether it is told or not."""
    ctx.viewer.require(Right.ADMIN)
    if await ctx.stores.webhook_endpoints.one(id, {"_id": 1}) is None:
        return NotFound("webhook endpoint", id)
    test = WebhookDeliveryId(ctx.new_id("whd"))
    await ctx.stores.webhook_deliveries.add_test(test, WebhookEndpointId(id), ctx.now())
    await ctx.stores.webhook_endpoints.ask(id, ctx.now())
    return test


async def replay_webhook_delivery(ctx: Context, id: str) -> WebhookDeliveryId | NotFound:
    """Have one delivery made once more, under the same id; one that waits is tried at once."""
    ctx.viewer.require(Right.ADMIN)
    delivery = await ctx.stores.webhook_deliveries.one(id)
    if delivery is None:
        return NotFound("webhook delivery", id)
    await ctx.stores.webhook_deliveries.begin_again(id, ctx.now())
    await ctx.stores.webhook_endpoints.ask(delivery["endpoint_id"], ctx.now())
    return WebhookDeliveryId(id)


async def replay_webhook_events(
    ctx: Context, id: str, stretch: Stretch
) -> Replayed | ReplayUnderWay | Invalid | NotFound:
    """Have all events of a stretch that fit the endpoint's filter delivered, again or at last.

    What the endpoint has not come to yet it is told anyway.
    """
    ctx.viewer.require(Right.ADMIN)
    endpoint = await ctx.stores.webhook_endpoints.one(id, {"position": 1})
    if endpoint is None:
        return NotFound("webhook endpoint", id)
    events = ctx.stores.webhook_events
    after, until = stretch.after_position or 0, int(endpoint["position"])
    if stretch.until_position is not None:
        until = min(until, stretch.until_position)
    if stretch.since is not None:
        after = max(after, await events.position_before(stretch.since, until))
    if stretch.before is not None:
        until = min(until, await events.position_until(stretch.before))
    if after >= until:
        reached = endpoint["position"]
        return Invalid("untilPosition", f"no event lies there up to {reached}, where telling is")
    if not await ctx.stores.webhook_endpoints.replay(id, after, until, ctx.now()):
        return ReplayUnderWay(WebhookEndpointId(id))
    return Replayed(WebhookEndpointId(id), after, until)


async def count_pending(ctx: Context, endpoints: Sequence[Document]) -> list[int]:
    """How many deliveries to each endpoint are still to be made."""
    ctx.viewer.require(Right.ADMIN)
    ids = [endpoint["_id"] for endpoint in endpoints]
    counts = await ctx.stores.webhook_deliveries.count_pending(ids)
    return [counts[id] for id in ids]
