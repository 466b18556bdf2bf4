"""Webhook endpoints: made, changed, paused, resumed, disabled, deleted; their secrets rotated."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.events import EventType
from domain.identifiers import AccountId, SolutionInterestId, WebhookEndpointId
from domain.webhook_addresses import check_url
from domain.webhook_endpoints import (
    EVERYTHING,
    MOST_ENDPOINTS,
    MOST_VALUES,
    DisabledReason,
    EndpointStatus,
    WebhookFilter,
    WebhookFormat,
)
from domain.webhook_signatures import LONGEST_OVERLAP, SECRET_BYTES, Secret, rotated, secret_text
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.joint_writes import Gone, Renaming, Whole
from store.reading import Query
from store.records import Change, Changed, Missing, Records
from store.records import Conflict as Raced
from store.unique_names import Taken
from store.webhook_endpoints import (
    filter_document,
    is_active,
    secret_document,
    secrets_of,
    telling_paths,
)

KIND: Final = naming.Kind("whe", "webhook_endpoint", EventType.WEBHOOK_ENDPOINT_CREATED)
_WHAT: Final = "webhook endpoint"
_Answer = Changed | Missing | Taken | Gone | Raced | WebhookEndpointId


@dataclass(frozen=True, slots=True)
class WrittenEndpoint:
    """An endpoint as it is to be: its name, where it is, which events in which form."""

    name: str
    url: str
    format: WebhookFormat = WebhookFormat.STANDARD
    filter: WebhookFilter = EVERYTHING


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What is to change of an endpoint."""

    name: str | Unsaid = Unsaid.STAYS
    url: str | Unsaid = Unsaid.STAYS
    format: WebhookFormat | Unsaid = Unsaid.STAYS
    filter: WebhookFilter | Unsaid = Unsaid.STAYS


@dataclass(frozen=True, slots=True)
class WithSecret:
    """An endpoint, and which of its secrets is new."""

    id: WebhookEndpointId
    secret_id: str


def seen(ctx: Context) -> Query:
    """All endpoints, for those who may know where they are."""
    ctx.viewer.require(Right.ADMIN)
    return {}


async def create_webhook_endpoint(
    ctx: Context, written: WrittenEndpoint, after_position: int | None = None
) -> WithSecret | Invalid | NameTaken | Conflict:
    """Add an endpoint, told of what happens from now on, or of what lies behind a position."""
    ctx.viewer.require(Right.ADMIN)
    last = await ctx.stores.event_log.last()
    if fault := await _fault(ctx, written):
        return fault
    if after_position is not None and after_position > last:
        return Invalid("afterPosition", f"the history ends at {last}")
    secret = _new_secret(ctx)

    def check(endpoints: Whole) -> Invalid | None:
        if len(endpoints) < MOST_ENDPOINTS:
            return None
        return Invalid("name", f"a tenant has at most {MOST_ENDPOINTS} webhook endpoints")

    fields = {
        **_said(written),
        "status": EndpointStatus.ACTIVE.value,
        "disabled": None,
        "secrets": [secret_document(secret)],
        **telling_paths(last if after_position is None else after_position),
    }
    made: str | Invalid | NameTaken | Gone | Raced = await naming.create_jointly(
        ctx, ctx.stores.webhook_endpoints, KIND, written.name, lambda _: fields, check=check
    )
    match made:
        case str():
            return WithSecret(WebhookEndpointId(made), secret.id)
        case Raced() | Gone():
            return Conflict(_WHAT, written.name)
        case _:
            return made


async def update_webhook_endpoint(
    ctx: Context, id: str, change: EndpointChange
) -> WebhookEndpointId | Invalid | NameTaken | NotFound | Conflict:
    """Change what an endpoint is; what waits for it goes where it is then."""
    ctx.viewer.require(Right.ADMIN)
    if fault := await _fault(ctx, change):
        return fault

    def decide(document: Document, _: Whole) -> Change | WebhookEndpointId:
        before = {key: document[key] for key in ("name", "url", "format", "filter")}
        after = _changed_to(before, change)
        if before == after:
            return WebhookEndpointId(id)
        # Where it is may hold a password: the event tells of the rest alone.
        event = stamps.event(
            ctx,
            EventType.WEBHOOK_ENDPOINT_UPDATED,
            id,
            before={key: before[key] for key in ("format", "filter")},
            after={key: after[key] for key in ("format", "filter")},
        )
        # How long a receiver is left alone is no matter of the one at another place.
        fresh = {} if before["url"] == after["url"] else {"slow_until": None}
        named = naming.name_paths(after["name"])
        paths = {**after, **named, **fresh, **stamps.updated(ctx)}
        return Change(paths, (event,))

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], settled(change.name, document["name"]))

    answer: _Answer = await joint_writes.change(
        ctx.stores.webhook_endpoints, id, decide, renaming=renaming
    )
    match answer:
        case Missing():
            return NotFound(_WHAT, id)
        case Raced() | Gone():
            return Conflict(_WHAT, id)
        case Taken(owner):
            return NameTaken(str(change.name), owner)
        case Changed() | str():
            return WebhookEndpointId(id)


async def pause_webhook_endpoint(ctx: Context, id: str) -> WebhookEndpointId | NotFound | Conflict:
    """Tell an endpoint nothing for now; what happens meanwhile, it is told afterwards."""
    ctx.viewer.require(Right.ADMIN)
    return await _set_status(
        ctx, id, EndpointStatus.PAUSED, EventType.WEBHOOK_ENDPOINT_PAUSED, {"disabled": None}
    )


async def resume_webhook_endpoint(
    ctx: Context, id: str, *, skip_failed: bool = False
) -> WebhookEndpointId | NotFound | Conflict:
    """Go on telling an endpoint where it was left; what waits begins with its first attempt.

    So does what was given up, unless it is to be skipped.
    """
    ctx.viewer.require(Right.ADMIN)
    endpoint = await ctx.stores.webhook_endpoints.one(id, {"status": 1})
    if endpoint is None:
        return NotFound(_WHAT, id)
    if is_active(endpoint):
        return WebhookEndpointId(id)
    if skip_failed:
        await ctx.stores.webhook_deliveries.skip_failed(id)
    await ctx.stores.webhook_deliveries.begin_all_again(id, ctx.now())
    paths = {"disabled": None, "due_at": ctx.now(), "slow_until": None}
    return await _set_status(
        ctx, id, EndpointStatus.ACTIVE, EventType.WEBHOOK_ENDPOINT_RESUMED, paths
    )


async def disable_webhook_endpoint(
    ctx: Context, id: str, reason: DisabledReason
) -> WebhookEndpointId | NotFound | Conflict:
    """Tell an endpoint no more, until somebody resumes it; the event says why."""
    ctx.viewer.require(Right.ADMIN)
    said = {"disabled": {"reason": reason.value, "at": ctx.now()}}
    return await _set_status(
        ctx,
        id,
        EndpointStatus.DISABLED,
        EventType.WEBHOOK_ENDPOINT_DISABLED,
        said,
        reason=reason.value,
    )


async def rotate_webhook_secret(
    ctx: Context, id: str, overlap_hours: int = 24
) -> WithSecret | Invalid | NotFound | Conflict:
    """Give an endpoint a fresh secret; the one of before signs beside it for so many hours."""
    ctx.viewer.require(Right.ADMIN)
    overlap = timedelta(hours=overlap_hours)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        hours = LONGEST_OVERLAP // timedelta(hours=1)
        return Invalid("overlapHours", f"must be 0 to {hours}, not {overlap_hours}")
    secret = _new_secret(ctx)

    def decide(document: Document) -> Change:
        now = ctx.now()
        event = stamps.event(ctx, EventType.WEBHOOK_SECRET_ROTATED, id)
        kept = rotated(secrets_of(document), secret, now, overlap)
        paths = {"secrets": list(map(secret_document, kept)), "due_at": now}
        return Change({**paths, **stamps.updated(ctx)}, (event,))

    changed = _changed(id, await ctx.stores.webhook_endpoints.change(id, decide))
    return WithSecret(changed, secret.id) if isinstance(changed, str) else changed


async def delete_webhook_endpoint(ctx: Context, id: str) -> WebhookEndpointId | NotFound | Conflict:
    """Delete an endpoint with what waits for it and its log."""
    ctx.viewer.require(Right.ADMIN)

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        event = stamps.event(ctx, EventType.WEBHOOK_ENDPOINT_DELETED, id)
        return Deletion(event, [naming.named(KIND, document["name"])])

    gone: Deleted | Missing | Raced = await ctx.stores.deletions.delete(
        ctx.stores.webhook_endpoints, id, decide
    )
    match gone:
        case Deleted():
            await ctx.stores.webhook_deliveries.forget(id)
            return WebhookEndpointId(id)
        case Missing():
            return NotFound(_WHAT, id)
        case Raced():
            return Conflict(_WHAT, id)


async def shown_secrets(ctx: Context, made: Sequence[Document]) -> list[str | None]:
    """The secrets that commands have just made, by endpoint and secret; None: replaced since."""
    ctx.viewer.require(Right.ADMIN)
    found = await ctx.stores.webhook_endpoints.by_ids(
        [each["webhook_endpoint_id"] for each in made], {"secrets": 1}
    )
    known = {
        (id, secret.id): secret.text
        for id, document in found.items()
        for secret in secrets_of(document)
    }
    return [known.get((each["webhook_endpoint_id"], each["secret_id"])) for each in made]


async def _set_status(
    ctx: Context,
    id: str,
    status: EndpointStatus,
    type: EventType,
    paths: Document,
    reason: str | None = None,
) -> WebhookEndpointId | NotFound | Conflict:
    def decide(document: Document) -> Change | WebhookEndpointId:
        if document["status"] == status.value:
            return WebhookEndpointId(id)
        after = {"status": status.value, **({"reason": reason} if reason else {})}
        event = stamps.event(ctx, type, id, before={"status": document["status"]}, after=after)
        return Change({"status": status.value, **paths, **stamps.updated(ctx)}, (event,))

    return _changed(id, await ctx.stores.webhook_endpoints.change(id, decide))


def _changed(
    id: str, answer: Changed | Missing | Raced | WebhookEndpointId
) -> WebhookEndpointId | NotFound | Conflict:
    match answer:
        case Missing():
            return NotFound(_WHAT, id)
        case Raced():
            return Conflict(_WHAT, id)
        case Changed() | str():
            return WebhookEndpointId(id)


def _said(written: WrittenEndpoint) -> Document:
    return {
        "url": written.url,
        "format": written.format.value,
        "filter": filter_document(written.filter),
    }


def _changed_to(before: Document, change: EndpointChange) -> Document:
    format, filter = change.format, change.filter
    return {
        "name": settled(change.name, before["name"]),
        "url": settled(change.url, before["url"]),
        "format": before["format"] if isinstance(format, Unsaid) else format.value,
        "filter": before["filter"] if isinstance(filter, Unsaid) else filter_document(filter),
    }


def _new_secret(ctx: Context) -> Secret:
    text = secret_text(secrets.token_bytes(SECRET_BYTES))
    return Secret(ctx.new_id("whs"), text, ctx.now())


async def _fault(ctx: Context, given: WrittenEndpoint | EndpointChange) -> Invalid | None:
    if fault := naming.check_said(given.name, None):
        return fault
    if isinstance(given.url, str) and (
        reason := check_url(given.url, allow_private=ctx.allow_private_webhooks)
    ):
        return Invalid("url", reason)
    filter = given.filter
    if isinstance(filter, Unsaid):
        return None
    if filter.types is not None and not filter.types:
        return Invalid("filter.types", "must name at least one type, or be left out")
    return await _unknown(
        ctx.stores.solution_interests,
        "filter.solutionInterests",
        filter.solution_interests,
        "solution interest",
    ) or await _unknown(ctx.stores.accounts, "filter.accounts", filter.accounts, "account")


async def _unknown(
    records: Records,
    field: str,
    ids: frozenset[SolutionInterestId] | frozenset[AccountId] | None,
    what: str,
) -> Invalid | None:
    if ids is None:
        return None
    if not 1 <= len(ids) <= MOST_VALUES:
        return Invalid(field, f"must name 1 to {MOST_VALUES}, or be left out")
    found = await records.by_ids(ids, {"_id": 1})
    missing = sorted(set(ids) - set(found))
    return Invalid(field, f"there is no {what} {missing[0]}") if missing else None
