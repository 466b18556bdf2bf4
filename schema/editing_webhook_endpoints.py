"""Webhook endpoints are created, changed, paused, resumed and deleted; their secrets rotated."""

from typing import Annotated, Final

import strawberry

import resolvers.webhook_endpoints
from domain.identifiers import AccountId, SolutionInterestId
from domain.webhook_endpoints import MOST_VALUES, WebhookFilter, WebhookFormat
from domain.webhook_signatures import LONGEST_OVERLAP
from execution.fields import computed, one, stored
from execution.sources import Sourced
from resolvers.unsaid import Unsaid
from resolvers.webhook_endpoints import EndpointChange, WithSecret, WrittenEndpoint
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, refusal_of
from schema.events import EventType
from schema.info import Info
from schema.repeating import Repeatable
from schema.scalars import Position
from schema.unsaid import null_in, said, said_in_full
from schema.webhooks import WebhookEndpoint

_HOURS = int(LONGEST_OVERLAP.total_seconds() // 3_600)


@strawberry.input(
    description="Which events an endpoint is told of: all that is given holds; of all without."
)
class WebhookEventFilterInput:
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types."
    )
    solution_interests: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"About one of these solution interests, {MOST_VALUES} at most.",
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"About one of these accounts, {MOST_VALUES} at most."
    )


_URL: Final = (
    "Where messages go: https, without user, password or `#`; nothing in a private network or on "
    "the server's own machine, unless the server's settings allow that."
)


@strawberry.input(description="An endpoint to be told of events.")
class CreateWebhookEndpointInput(Repeatable):
    name: str = strawberry.field(description="Unique in the tenant; at most 255 characters.")
    url: str = strawberry.field(description=_URL)
    format: WebhookFormat = strawberry.field(
        default=WebhookFormat.STANDARD, description="How events are written."
    )
    filter: WebhookEventFilterInput | None = strawberry.field(
        default=None, description="Which events it is told of; of all without."
    )
    after_position: Position | None = strawberry.field(
        default=None,
        description="Tell it of the history beyond this position as well; 0: of all of it. Without "
        "it, of what happens from now on.",
    )


@strawberry.input(description="What is to change of an endpoint; what is left out stays.")
class UpdateWebhookEndpointInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Unique in the tenant; at most 255 characters; not null.",
    )
    url: str | None = strawberry.field(default=strawberry.UNSET, description=f"{_URL} Not null.")
    format: WebhookFormat | None = strawberry.field(
        default=strawberry.UNSET, description="How events are written; not null."
    )
    filter: WebhookEventFilterInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="Which events it is told of: all of the filter. Null: of all events.",
    )


@strawberry.input(description="The endpoint to pause.")
class PauseWebhookEndpointInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.input(description="The endpoint to resume.")
class ResumeWebhookEndpointInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    skip_failed: bool = strawberry.field(
        default=False,
        description="Skip what was given up, instead of beginning with it anew.",
    )


@strawberry.input(description="The endpoint that is to sign with a fresh secret.")
class RotateWebhookSecretInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    overlap_hours: int = strawberry.field(
        default=24,
        description=f"For how many hours the secrets there are sign as well, 0 to {_HOURS}.",
    )


@strawberry.input(description="The endpoint to delete.")
class DeleteWebhookEndpointInput(Repeatable):
    webhook_endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


def _secret() -> str | None:
    text: str | None = computed(
        resolvers.webhook_endpoints.shown_secrets,
        needs=("webhook_endpoint_id", "secret_id"),
        description="The secret, for the receiver. It is shown in this answer alone, and when the "
        "same command is repeated with its idempotency key; null once it is no more in force.",
    )
    return text


@strawberry.type(description="The endpoint is there, and is told from now on.")
class CreateWebhookEndpointSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")
    secret: str | None = _secret()


@strawberry.type(description="The endpoint is what was asked for.")
class UpdateWebhookEndpointSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")


@strawberry.type(
    description="The endpoint is told nothing for now; what happens is kept for it. An attempt "
    "under way is still made."
)
class PauseWebhookEndpointSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")


@strawberry.type(description="The endpoint is told again, from where it was left.")
class ResumeWebhookEndpointSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")


@strawberry.type(description="Messages are signed with the fresh secret.")
class RotateWebhookSecretSuccess(Sourced):
    webhook_endpoint: WebhookEndpoint = one("webhook_endpoint_id", description="The endpoint.")
    secret: str | None = _secret()


@strawberry.type(description="The endpoint is gone, with what waited for it and its log.")
class DeleteWebhookEndpointSuccess(Sourced):
    webhook_endpoint_id: strawberry.ID = stored(description="The id it had.")


CreateWebhookEndpointResult = Annotated[
    CreateWebhookEndpointSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreateWebhookEndpointResult"),
]
UpdateWebhookEndpointResult = Annotated[
    UpdateWebhookEndpointSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("UpdateWebhookEndpointResult"),
]
PauseWebhookEndpointResult = Annotated[
    PauseWebhookEndpointSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("PauseWebhookEndpointResult"),
]
ResumeWebhookEndpointResult = Annotated[
    ResumeWebhookEndpointSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("ResumeWebhookEndpointResult"),
]
RotateWebhookSecretResult = Annotated[
    RotateWebhookSecretSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("RotateWebhookSecretResult"),
]
DeleteWebhookEndpointResult = Annotated[
    DeleteWebhookEndpointSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteWebhookEndpointResult"),
]


async def create_webhook_endpoint(
    info: Info, input: CreateWebhookEndpointInput
) -> CreateWebhookEndpointResult:
    """Add an endpoint."""
    made = await resolvers.webhook_endpoints.create_webhook_endpoint(
        info.context,
        WrittenEndpoint(input.name, input.url, input.format, _filter(input.filter)),
        input.after_position,
    )
    if isinstance(made, WithSecret):
        return CreateWebhookEndpointSuccess.of(_with_secret(made))
    return refusal_of(made)


async def update_webhook_endpoint(
    info: Info, input: UpdateWebhookEndpointInput
) -> UpdateWebhookEndpointResult:
    """Change an endpoint."""
    if fault := null_in(input, "name", "url", "format"):
        return refusal_of(fault)
    filter = said(input.filter)
    change = EndpointChange(
        said_in_full(input.name),
        said_in_full(input.url),
        said_in_full(input.format),
        filter if isinstance(filter, Unsaid) else _filter(filter),
    )
    made = await resolvers.webhook_endpoints.update_webhook_endpoint(
        info.context, input.webhook_endpoint_id, change
    )
    if isinstance(made, str):
        return UpdateWebhookEndpointSuccess.of({"webhook_endpoint_id": made})
    return refusal_of(made)


async def pause_webhook_endpoint(
    info: Info, input: PauseWebhookEndpointInput
) -> PauseWebhookEndpointResult:
    """Pause an endpoint."""
    made = await resolvers.webhook_endpoints.pause_webhook_endpoint(
        info.context, input.webhook_endpoint_id
    )
    if isinstance(made, str):
        return PauseWebhookEndpointSuccess.of({"webhook_endpoint_id": made})
    return refusal_of(made)


async def resume_webhook_endpoint(
    info: Info, input: ResumeWebhookEndpointInput
) -> ResumeWebhookEndpointResult:
    """Resume an endpoint."""
    made = await resolvers.webhook_endpoints.resume_webhook_endpoint(
        info.context, input.webhook_endpoint_id, skip_failed=input.skip_failed
    )
    if isinstance(made, str):
        return ResumeWebhookEndpointSuccess.of({"webhook_endpoint_id": made})
    return refusal_of(made)


async def rotate_webhook_secret(
    info: Info, input: RotateWebhookSecretInput
) -> RotateWebhookSecretResult:
    """Give an endpoint a fresh secret."""
    made = await resolvers.webhook_endpoints.rotate_webhook_secret(
        info.context, input.webhook_endpoint_id, input.overlap_hours
    )
    if isinstance(made, WithSecret):
        return RotateWebhookSecretSuccess.of(_with_secret(made))
    return refusal_of(made)


async def delete_webhook_endpoint(
    info: Info, input: DeleteWebhookEndpointInput
) -> DeleteWebhookEndpointResult:
    """Delete an endpoint."""
    gone = await resolvers.webhook_endpoints.delete_webhook_endpoint(
        info.context, input.webhook_endpoint_id
    )
    if isinstance(gone, str):
        return DeleteWebhookEndpointSuccess.of({"webhook_endpoint_id": gone})
    return refusal_of(gone)


def _with_secret(made: WithSecret) -> dict[str, str]:
    # The text of the secret stays out of it: this is kept for when the command is repeated.
    return {"webhook_endpoint_id": made.id, "secret_id": made.secret_id}


def _filter(given: WebhookEventFilterInput | None) -> WebhookFilter:
    asked = given or WebhookEventFilterInput()
    interests, accounts = asked.solution_interests, asked.accounts
    return WebhookFilter(
        None if asked.types is None else frozenset(asked.types),
        None if interests is None else frozenset(map(SolutionInterestId, interests)),
        None if accounts is None else frozenset(map(AccountId, accounts)),
    )
