"""Activities in bulk: what people did, as its sources tell it."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, cast

import strawberry
from strawberry.scalars import JSON

import domain.activities
import domain.upserting
import resolvers.activities
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference, Report
from domain.fields import Refused
from domain.identifiers import PersonId
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.activities import Recorded, RecordedActivities, Refusal
from schema.activities import Activity
from schema.activity_types import ActivityExclusion
from schema.errors import InvalidInput, UserError
from schema.info import Info
from schema.repeating import Repeatable
from schema.upserting import OutsideKeyInput, TooManyItems, UnknownRecord, outside_key, too_many

_stored = stored  # a field of that name would hide it from the fields below


@strawberry.input(one_of=True, description="Who did it. Exactly one member is given.")
class ActivityPersonInput:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A person of the tenant."
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whoever has this work e-mail address, now or later.",
    )
    key: OutsideKeyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Whoever another system knows by this id."
    )


@strawberry.input(description="One act of one person, as its source tells it.")
class ActivityItemInput:
    source_id: str = strawberry.field(
        description="Its id at the source, at most 255 characters. Told again it changes nothing; "
        "told with another content the later update stands, whichever comes in first."
    )
    type: str = strawberry.field(
        description="An activity type by name or alias; one that is unknown counts once it is made."
    )
    person: ActivityPersonInput = strawberry.field(description="Who did it.")
    at: datetime = strawberry.field(
        description="When it happened: from 1970 to one day in the future."
    )
    source: str = strawberry.field(
        default=domain.activities.DEFAULT_SOURCE,
        description="The system that tells it, at most 255 characters.",
    )
    attributes: JSON | None = strawberry.field(
        default=None,
        description="What else is known: a JSON object of at most 8,192 bytes, 8 levels deep; null "
        "when there is nothing.",
    )
    source_updated_at: datetime | None = strawberry.field(
        default=None, description="When the source last changed it; null when it does not say."
    )
    excluded_as: ActivityExclusion | None = strawberry.field(
        default=None,
        description="Whose act the source found it to be, which is left out of every score; null "
        "when it does not say. Of two reports that are as old, one that says BOT stands before "
        "one that says SELF, and that before one that says nothing.",
    )


@strawberry.input(description="What people did.")
class RecordActivitiesInput(Repeatable):
    items: list[ActivityItemInput] = strawberry.field(
        description=f"Up to {domain.upserting.MOST_ITEMS:,} activities."
    )


@strawberry.enum(description="What came of an activity.")
class ActivityStatus(Enum):
    """The outcomes of the domain, and REFUSED."""

    STORED = strawberry.enum_value("stored", description="It is new.")
    UPDATED = strawberry.enum_value(
        "updated", description="It has taken the place of what the source told before."
    )
    UNCHANGED = strawberry.enum_value(
        "unchanged", description="It was known already, or a later update of it is."
    )
    REFUSED = strawberry.enum_value(
        "refused", description="It cannot be stored; the error says why."
    )


@strawberry.type(description="What came of one activity.")
class ActivityOutcome(Sourced):
    index: int = stored(description="The activity's place in the input, from 0.")
    status: ActivityStatus = stored(shown=ActivityStatus, description="What came of it.")
    activity: Activity | None = one(
        "activity_id", description="The activity as it is stored; null when refused."
    )
    is_person_unmatched: bool = stored(
        description="Whether it waits for its person: it counts once they are known."
    )
    is_type_unknown: bool = stored(
        description="Whether its type is unknown: it counts once a type has that spelling."
    )
    error: UserError | None = stored(description="Why it was refused; null otherwise.")


@strawberry.type(description="A type that nobody knows.")
class UnknownTypeCount(Sourced):
    type: str = stored(description="The type as it was told first.")
    count: int = stored(description="How many of the activities have it.")


@strawberry.type(description="Every activity was looked at, each for itself.")
class RecordActivitiesSuccess(Sourced):
    stored: int = _stored(description="How many are new.")
    updated: int = _stored(description="How many took the place of what was told before.")
    unchanged: int = _stored(description="How many were known already.")
    refused: int = _stored(description="How many were refused.")
    unmatched_people: int = _stored(description="How many wait for their person.")
    unknown_types: list[UnknownTypeCount] = embedded(
        "unknown_types", at_most="input", description="The types that nobody knows."
    )
    outcomes: list[ActivityOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each activity, in order."
    )


RecordActivitiesResult = Annotated[
    RecordActivitiesSuccess | TooManyItems | InvalidInput,
    strawberry.union("RecordActivitiesResult"),
]


async def record_activities(info: Info, input: RecordActivitiesInput) -> RecordActivitiesResult:
    """Store what people did."""
    reports = [_report(item) for item in input.items]
    done = await resolvers.activities.record_activities(info.context, reports)
    match done:
        case domain.upserting.TooManyItems():
            return too_many(done)
        case RecordedActivities():
            return RecordActivitiesSuccess.of(_document(done))


def _report(item: ActivityItemInput) -> Report:
    return Report(
        item.source,
        item.source_id,
        item.type,
        person_reference(item.person),
        item.at,
        # The domain refuses any other JSON.
        cast(Mapping[str, object], {} if item.attributes is None else item.attributes),
        item.source_updated_at,
        item.excluded_as,
    )


def person_reference(given: ActivityPersonInput) -> PersonReference:
    """Whom an item names."""
    if given.key:
        return PersonByKey(outside_key(given.key))
    if isinstance(given.email, str):
        return PersonByEmail(given.email)
    return PersonById(PersonId(str(given.id)))


def _document(done: RecordedActivities) -> Document:
    return {
        **{outcome.value: done.count(outcome) for outcome in domain.activities.Outcome},
        "refused": done.refused,
        "unmatched_people": done.unmatched_people,
        "unknown_types": [
            {"type": type, "count": count} for type, count in done.unknown_types.items()
        ],
        "outcomes": [
            {"index": place, **_outcome(outcome)} for place, outcome in enumerate(done.outcomes)
        ],
    }


def _outcome(outcome: Recorded | Refusal) -> Document:
    if isinstance(outcome, Recorded):
        return {
            "status": outcome.outcome.value,
            "activity_id": outcome.id,
            "is_person_unmatched": outcome.is_person_unmatched,
            "is_type_unknown": outcome.is_type_unknown,
            "error": None,
        }
    return {
        "status": ActivityStatus.REFUSED.value,
        "activity_id": None,
        "is_person_unmatched": False,
        "is_type_unknown": False,
        "error": refusal_shown(outcome),
    }


def refusal_shown(refusal: Refusal) -> UserError:
    """Why an item was refused, as clients see it."""
    match refusal:
        case Refused(field, reason):
            return InvalidInput(message=f"{field} {reason}.", field=field, reason=reason)
        case domain.upserting.UnknownRecord(field, noun, named):
            message = f"{field}: there is no {noun} {named}."
            return UnknownRecord(message=message, field=field, named=named)
