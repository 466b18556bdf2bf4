"""Webhooks as administrators see them: endpoints, and the log of what they were told."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

import strawberry

import resolvers.webhook_deliveries
import resolvers.webhook_endpoints
from domain.webhook_endpoints import (
    MOST_VALUES,
    DeliveryState,
    DisabledReason,
    EndpointStatus,
    WebhookFormat,
)
from domain.webhook_schedule import AttemptError
from domain.webhook_signatures import MOST_SECRETS
from execution.connections import Connection
from execution.context import Context, Right
from execution.fields import computed, each, embedded, one, stored
from execution.lists import Direction, Listed, Listing, many
from execution.selections import Selection
from execution.sources import Sourced
from schema.accounts import Account
from schema.events import Event, EventType
from schema.info import Info
from schema.node import Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.scalars import Position
from schema.searching import search_of
from schema.solution_interests import SolutionInterest
from store import filters
from store.reading import Order, Query
from store.webhook_deliveries import MOST_ATTEMPTS_KEPT

strawberry.enum(
    WebhookFormat,
    name="WebhookFormat",
    description="How an event is written: as the Standard Webhooks specification has it, or as a "
    "structured CloudEvent 1.0. Both are signed alike.",
)
strawberry.enum(
    EndpointStatus,
    name="WebhookEndpointStatus",
    description="Whether an endpoint is told: it is active, paused by somebody, or was disabled.",
)
strawberry.enum(
    DisabledReason,
    name="WebhookDisabledReason",
    description="Why an endpoint was disabled: it answered 410, its last attempt failed, or too "
    "many deliveries waited behind failed ones.",
)
strawberry.enum(
    DeliveryState,
    name="WebhookDeliveryState",
    description="What came of a delivery: it waits or is tried again, was made, was given up, or "
    "was given up and then skipped.",
)
strawberry.enum(
    AttemptError,
    name="WebhookAttemptError",
    description="Why an attempt had no answer: the name leads where webhooks may not go, or "
    "nowhere; no connection, no valid certificate, no answer in time, or none in HTTP.",
)


@strawberry.input(description="Which webhook endpoints are listed: all that is given holds.")
class WebhookEndpointFilter:
    search: str | None = search_of("name")
    statuses: list[EndpointStatus] | None = strawberry.field(
        default=None, description="Of one of these."
    )


async def _where_endpoints(context: Context, asked: WebhookEndpointFilter) -> Query:
    statuses = None if asked.statuses is None else [each.value for each in asked.statuses]
    return filters.every(filters.searched(asked.search), filters.any_of("status", statuses))


@strawberry.input(description="Which webhook deliveries are listed: all that is given holds.")
class WebhookDeliveryFilter:
    webhook_endpoints: list[strawberry.ID] | None = strawberry.field(
        default=None, description="To one of these endpoints."
    )
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these ids, which receivers know as `webhook-id`."
    )
    events: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of one of these events."
    )
    states: list[DeliveryState] | None = strawberry.field(
        default=None, description="In one of these states."
    )
    is_test: bool | None = strawberry.field(default=None, description="Tests alone, or none.")
    since: datetime | None = strawberry.field(
        default=None, description="Begun at this moment or later."
    )
    before: datetime | None = strawberry.field(
        default=None, description="Begun before this moment."
    )


async def _where_deliveries(context: Context, asked: WebhookDeliveryFilter) -> Query:
    states = None if asked.states is None else [each.value for each in asked.states]
    return filters.every(
        filters.any_of("endpoint_id", asked.webhook_endpoints),
        filters.any_of("_id", asked.ids),
        filters.any_of("event_id", asked.events),
        filters.any_of("state", states),
        filters.is_one("is_test", asked.is_test),
        filters.span("created_at", at_least=asked.since, less_than=asked.before),
    )


@strawberry.enum(description="What webhook deliveries are ordered by.")
class WebhookDeliveryOrderField(Enum):
    CREATED = "created_at"


@strawberry.input(description="In which order webhook deliveries are listed.")
class WebhookDeliveryOrder:
    field: WebhookDeliveryOrderField = strawberry.field(
        default=WebhookDeliveryOrderField.CREATED, description="What counts."
    )
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Which end comes first; DESC: the latest."
    )


@strawberry.type(description="One attempt to deliver.")
class WebhookAttempt(Sourced):
    at: datetime = stored(description="When it was made.")
    milliseconds: int = stored(description="How long it took.")
    status: int | None = stored(description="The status of the answer; null without one.")
    error: AttemptError | None = stored(
        shown=AttemptError, description="Why there was no answer; null with one."
    )


@strawberry.type(description="The delivery of one event, or of a test, to one endpoint.")
class WebhookDelivery(Listed):
    collection: ClassVar[str] = "webhook_deliveries"
    listing: ClassVar[Listing] = Listing(
        default=Order("created_at", is_descending=True),
        orders=orders(WebhookDeliveryOrderField),
        order_by=WebhookDeliveryOrder,
        filter=WebhookDeliveryFilter,
        where=_where_deliveries,
        seen=resolvers.webhook_deliveries.seen,
    )

    id: strawberry.ID = stored(
        "_id", description="The id, which the receiver gets as `webhook-id` at every attempt."
    )
    state: DeliveryState = stored(shown=DeliveryState, description="What came of it.")
    webhook_endpoint: "WebhookEndpoint" = one("endpoint_id", description="To whom it goes.")
    is_test: bool = stored(description="Whether it is a test, which is about no event.")
    event_id: strawberry.ID | None = stored(description="The event's id; null for a test.")
    event: Event | None = one(
        "event_id", foreign="event_id", description="The event; null for a test."
    )
    attempts: list[WebhookAttempt] = embedded(
        "attempts",
        at_most=MOST_ATTEMPTS_KEPT,
        description=f"The last {MOST_ATTEMPTS_KEPT} attempts, the oldest first.",
    )
    attempt_count: int = stored(description="How many attempts there were, replays included.")
    next_attempt_at: datetime | None = stored(
        "due_at",
        description="Not before this moment comes the next attempt; null when there is none. What "
        "is earlier about the same group has to be delivered first.",
    )
    created_at: datetime = stored(description="When the event came up for delivery.")
    settled_at: datetime | None = stored(
        description="When it was delivered or given up; null before."
    )


@strawberry.type(description="Which events an endpoint is told of: all that is stated holds.")
class WebhookEventFilter(Sourced):
    types: list[EventType] | None = stored(
        shown=lambda types: [EventType(each) for each in types],
        description="Of one of these types; null: of any.",
    )
    solution_interests: list[SolutionInterest] | None = each(
        "solution_interest_ids",
        at_most=MOST_VALUES,
        description="About one of these solution interests; null: about any, or none.",
    )
    accounts: list[Account] | None = each(
        "account_ids",
        at_most=MOST_VALUES,
        description="About one of these accounts; null: about any, or none.",
    )


@strawberry.type(description="A secret that messages are signed with; its text is shown once.")
class WebhookSecret(Sourced):
    id: strawberry.ID = stored("secret_id", description="Tells it from the endpoint's others.")
    created_at: datetime = stored(description="When it was made.")
    expires_at: datetime | None = stored(
        description="Until when it signs; null: until it is rotated."
    )


@strawberry.type(description="Somebody's URL that is told of events.")
class WebhookEndpoint(Stamped, Listed):
    collection: ClassVar[str] = "webhook_endpoints"
    listing: ClassVar[Listing] = Listing(
        default=Order("folded.name"),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=WebhookEndpointFilter,
        where=_where_endpoints,
        seen=resolvers.webhook_endpoints.seen,
    )

    id: strawberry.ID = stored("_id", description="The id.")
    name: str = stored(description="Its name; the tenant has it once.")
    url: str = stored(description="Where messages go.")
    format: WebhookFormat = stored(shown=WebhookFormat, description="How events are written.")
    filter: WebhookEventFilter = embedded("filter", description="Which events it is told of.")
    status: EndpointStatus = stored(shown=EndpointStatus, description="Whether it is told.")
    disabled_reason: DisabledReason | None = stored(
        "disabled.reason", shown=DisabledReason, description="Why it is disabled; else null."
    )
    disabled_at: datetime | None = stored(
        "disabled.at", description="Since when it is disabled; else null."
    )
    left_alone_until: datetime | None = stored(
        "slow_until",
        description="Until when nothing is sent, because it had too much to do, did not answer or "
        "asked to wait; null, or past, when it is not left alone.",
    )
    secrets: list[WebhookSecret] = embedded(
        "secrets",
        at_most=MOST_SECRETS,
        description="What its messages are signed with, the newest last. Exports hold no secrets: "
        "restored, it has none, and is told nothing until it is given one.",
    )
    position: Position = stored(
        description="Up to where the history has become deliveries, made or waiting."
    )
    pending_deliveries: int = computed(
        resolvers.webhook_deliveries.count_pending,
        needs=("_id",),
        description="How many deliveries wait for their first or for another attempt.",
    )
    deliveries: Connection[WebhookDelivery] = many(
        "endpoint_id", description="The log of its deliveries, the latest first."
    )


async def webhook_endpoint(info: Info, id: strawberry.ID) -> WebhookEndpoint | None:
    """The endpoint of an id."""
    info.context.viewer.require(Right.ADMIN)
    fields = Selection.of(info).paths(WebhookEndpoint)
    return await info.context.loaders.one(WebhookEndpoint).load((id, fields))
