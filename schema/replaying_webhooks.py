"""Webhooks are tried out, and what was told is told again."""

from datetime import datetime
from typing import Annotated

import strawberry

import resolvers.webhook_deliveries
from execution.fields import one, stored
from execution.sources import Sourced
from resolvers.webhook_deliveries import Replayed, ReplayUnderWay, Stretch
from schema.errors import InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.scalars import Position
from schema.webhooks import WebhookDelivery, WebhookEndpoint


@strawberry.type(description="An earlier replay to the endpoint has not come to its end.")
class WebhookReplayUnderWay(UserError):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="The endpoint to try out.")
class SendTestWebhookInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="The delivery to make once more.")
class ReplayWebhookDeliveryInput(Repeatable):
    webhook_delivery_id: strawberry.ID = strawberry.field(description="The delivery.")


@strawberry.input(
    description="Which part of the history an endpoint is to be told once more: all that is given "
    "holds; without any, all of it."
)
class ReplayWebhookEventsInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    after_position: Position | None = strawberry.field(
        default=None, description="Beyond this position."
    )
    until_position: Position | None = strawberry.field(
        default=None, description="Up to this position, which is part of it."
    )
    since: datetime | None = strawberry.field(
        default=None, description="From the first event at this moment or later."
    )
    before: datetime | None = strawberry.field(
        default=None, description="Up to the last event before this moment."
    )


@strawberry.type(
    description="The test is sent in a moment, once, whether the endpoint is active or not."
)
class SendTestWebhookSuccess(Sourced):
    webhook_delivery: WebhookDelivery = one(
        "webhook_delivery_id", description="Shows what came of it, once it has an attempt."
    )


@strawberry.type(
    description="The delivery begins with a first attempt again, under the same id; while its "
    "endpoint is not active it waits."
)
class ReplayWebhookDeliverySuccess(Sourced):
    webhook_delivery: WebhookDelivery = one("webhook_delivery_id", description="The delivery.")


@strawberry.type(
    description="What fits the endpoint's filter in a part of the history is delivered again, each "
    "event under the id of before; what still waited goes on waiting."
)
class ReplayWebhookEventsSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")
    after_position: Position = stored(description="The events beyond this position,")
    until_position: Position = stored(description="up to this one.")


SendTestWebhookResult = Annotated[
    SendTestWebhookSuccess | NotFound | InvalidInput, strawberry.union("SendTestWebhookResult")
]
ReplayWebhookDeliveryResult = Annotated[
    ReplayWebhookDeliverySuccess | NotFound | InvalidInput,
    strawberry.union("ReplayWebhookDeliveryResult"),
]
ReplayWebhookEventsResult = Annotated[
    ReplayWebhookEventsSuccess | WebhookReplayUnderWay | NotFound | InvalidInput,
    strawberry.union("ReplayWebhookEventsResult"),
]


async def send_test_webhook(info: Info, input: SendTestWebhookInput) -> SendTestWebhookResult:
    """Try an endpoint out."""
    made = await resolvers.webhook_deliveries.send_test_webhook(
        info.context, input.webhook_endpoint_id
    )
    if isinstance(made, str):
        return SendTestWebhookSuccess.of({"webhook_delivery_id": made})
    return refusal_of(made)


async def replay_webhook_delivery(
    info: Info, input: ReplayWebhookDeliveryInput
) -> ReplayWebhookDeliveryResult:
    """Make one delivery once more."""
    made = await resolvers.webhook_deliveries.replay_webhook_delivery(
        info.context, input.webhook_delivery_id
    )
    if isinstance(made, str):
        return ReplayWebhookDeliverySuccess.of({"webhook_delivery_id": made})
    return refusal_of(made)


async def replay_webhook_events(
    info: Info, input: ReplayWebhookEventsInput
) -> ReplayWebhookEventsResult:
    """Tell a part of the history once more."""
    stretch = Stretch(input.after_position, input.until_position, input.since, input.before)
    made = await resolvers.webhook_deliveries.replay_webhook_events(
        info.context, input.webhook_endpoint_id, stretch
    )
    match made:
        case Replayed(id, after, until):
            return ReplayWebhookEventsSuccess.of(
                {"webhook_endpoint_id": id, "after_position": after, "until_position": until}
            )
        case ReplayUnderWay(id):
            return WebhookReplayUnderWay(
                message="An earlier replay goes on; wait until it has come to its end.",
                webhook_endpoint_id=strawberry.ID(id),
            )
        case _:
            return refusal_of(made)
