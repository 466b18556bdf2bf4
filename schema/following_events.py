"""Following events: batches of them as they come, each with the position to go on from."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import strawberry

import resolvers.event_streams
from domain.event_kinds import TYPES, EventKind
from execution import filter_limits
from execution.error_codes import ErrorCode
from execution.fields import embedded, stored
from execution.refusals import CodedError, bad_request
from execution.sources import Sourced
from resolvers.event_streams import CursorExpired, CursorUnknown
from schema.events import Event, EventType
from schema.info import Info
from schema.scalars import Position
from store.event_tails import AT_ONCE, Batch
from store.wanted_events import Wanted, wanted


@strawberry.type(
    description="Events that have come, and how far they reach. A subscription's first batch is "
    "empty and says where it begins; later ones without events only move the position."
)
class EventBatch(Sourced):
    position: Position = stored(
        description="Up to here all that was asked for has been told: what to give as `after` when "
        "subscribing again."
    )
    events: list[Event] = embedded(
        "events",
        at_most=AT_ONCE,
        description=f"In the order of their positions, {AT_ONCE} at most; none twice in one "
        "subscription. After subscribing again from an earlier position, `id` tells which are "
        "known.",
    )


@strawberry.input(description="Which events of groups are told: all that is given holds.")
class BuyingGroupEventFilter:
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types, which must be about groups."
    )
    buying_groups: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these groups."
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About groups of one of these accounts."
    )
    solution_interests: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About groups of one of these solution interests."
    )
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these people in a group."
    )
    stages: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About a group that entered or left one of these stages."
    )


@strawberry.input(description="Which events of people are told: all that is given holds.")
class PersonEventFilter:
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types, which must be about people."
    )
    people: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these people."
    )
    buying_groups: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About somebody in one of these groups."
    )


@strawberry.input(description="Which events of components are told: all that is given holds.")
class ComponentEventFilter:
    types: list[EventType] | None = strawberry.field(
        default=None, description="Of one of these types, which must be about components."
    )
    subjects: list[strawberry.ID] | None = strawberry.field(
        default=None, description="About one of these components."
    )


async def buying_group_events(
    info: Info, filter: BuyingGroupEventFilter | None = None, after: Position | None = None
) -> AsyncGenerator[EventBatch, None]:
    asked = filter or BuyingGroupEventFilter()
    return await _batches(
        info,
        after,
        filter,
        wanted(
            ("type", _types(EventKind.BUYING_GROUP, asked.types)),
            ("buying_group_id", asked.buying_groups),
            ("account_id", asked.accounts),
            ("solution_interest_id", asked.solution_interests),
            ("person_id", asked.people),
            (("before.stage_id", "after.stage_id"), asked.stages),
        ),
    )


async def person_events(
    info: Info, filter: PersonEventFilter | None = None, after: Position | None = None
) -> AsyncGenerator[EventBatch, None]:
    asked = filter or PersonEventFilter()
    return await _batches(
        info,
        after,
        filter,
        wanted(
            ("type", _types(EventKind.PERSON, asked.types)),
            ("person_id", asked.people),
            ("buying_group_id", asked.buying_groups),
        ),
    )


async def component_events(
    info: Info, filter: ComponentEventFilter | None = None, after: Position | None = None
) -> AsyncGenerator[EventBatch, None]:
    asked = filter or ComponentEventFilter()
    return await _batches(
        info,
        after,
        filter,
        wanted(
            ("type", _types(EventKind.COMPONENT, asked.types)),
            ("subject_id", asked.subjects),
        ),
    )


def _types(kind: EventKind, asked: list[EventType] | None) -> list[str]:
    known = TYPES[kind]
    for place, type in enumerate(asked or ()):
        if type not in known:
            raise bad_request(f"filter.types[{place}]", f"is no event of a {kind.value}.")
    return [type.value for type in (known if asked is None else asked)]


async def _batches(
    info: Info, after: Position | None, filter: object, asked: Wanted
) -> AsyncGenerator[EventBatch, None]:
    """The batches from a position on; refused when the filter or the position cannot be used."""
    if refusal := filter_limits.check(filter):
        raise refusal
    match await resolvers.event_streams.beginning(info.context, after):
        case CursorUnknown(position):
            message = f"The tenant has no event at the position {position}."
            raise CodedError(ErrorCode.BAD_CURSOR, message, field="after")
        case CursorExpired(position, age):
            message = (
                f"What follows the position {position} is older than {age.days} days; "
                "read it from `events`."
            )
            raise CodedError(ErrorCode.CURSOR_EXPIRED, message, field="after")
        case int(position):
            return _following(info, position, asked)


async def _following(info: Info, position: int, asked: Wanted) -> AsyncGenerator[EventBatch, None]:
    yield _shown(Batch((), position))
    batches = resolvers.event_streams.follow(info.context, position, asked)
    async with aclosing(batches) as following:
        async for batch in following:
            if batch.events or batch.position > position:
                position = batch.position
                yield _shown(batch)


def _shown(batch: Batch) -> EventBatch:
    # The same words want the same events, so the first and the end tell which these are.
    mark = (batch.position, batch.events[0]["position"] if batch.events else None)
    return EventBatch.of({"position": batch.position, "events": batch.events, "mark": mark})
