"""Activities are recorded in bulk: what sources report people to have done."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, cast

import strawberry
from strawberry.scalars import JSON

import domain.activities
import resolvers.activities
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference, Report
from domain.fields import Refused
from domain.identifiers import PersonId
from domain.identities import OutsideKey
from domain.upserting import TooManyItems
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.activities import Recorded, RecordedActivities
from schema.activities import Activity
from schema.errors import InvalidInput
from schema.info import Info

_stored = stored  # a field of that name would hide it from the fields below it


@strawberry.input(description="The id a person has in another system.")
class ActivityPersonKeyInput:
    system: str = strawberry.field(
        description="The system, as people are imported from it: letters, digits, _ and -."
    )
    id: str = strawberry.field(description="The person's id there.")


@strawberry.input(one_of=True, description="Who did it. Exactly one member is given.")
class ActivityPersonInput:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A person of the tenant."
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whoever has this work e-mail address, now or later.",
    )
    key: ActivityPersonKeyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Whoever another system knows by this id."
    )


@strawberry.input(description="One act of one person, as its source tells it.")
class ActivityInput:
    source_id: str = strawberry.field(
        description="Its id at the source. Reported again it changes nothing; with another "
        "content the later update stands, whichever comes in first."
    )
    type: str = strawberry.field(
        description="An activity type by name or alias; one that is unknown counts once it is made."
    )
    person: ActivityPersonInput = strawberry.field(description="Who did it.")
    at: datetime = strawberry.field(
        description="When it happened: from 1970 to one day in the future."
    )
    source: str = strawberry.field(
        default=domain.activities.DEFAULT_SOURCE, description="The system that reports it."
    )
    attributes: JSON = strawberry.field(
        default_factory=dict, description="What else is known: a JSON object of at most 8 kB."
    )
    source_updated_at: datetime | None = strawberry.field(
        default=None, description="When the source last changed it; null when it does not say."
    )


@strawberry.input(description="What people did.")
class RecordActivitiesInput:
    activities: list[ActivityInput] = strawberry.field(description="At most 1,000 activities.")


@strawberry.enum(description="What became of a reported activity.")
class ActivityOutcomeStatus(Enum):
    """The outcomes of the domain, and REFUSED for what cannot be stored."""

    STORED = strawberry.enum_value("stored", description="It is new.")
    UPDATED = strawberry.enum_value(
        "updated", description="It has taken the place of an earlier report of the same source id."
    )
    UNCHANGED = strawberry.enum_value(
        "unchanged", description="It was known already, or a later update of it is."
    )
    REFUSED = strawberry.enum_value(
        "refused", description="It cannot be stored; the error says why."
    )


@strawberry.type(description="What became of one reported activity.")
class ActivityOutcome(Sourced):
    status: ActivityOutcomeStatus = stored(
        shown=ActivityOutcomeStatus, description="What became of it."
    )
    activity: Activity | None = one(
        "activity_id", description="The activity as it is stored; null when it was refused."
    )
    is_person_unmatched: bool = stored(
        description="Whether it waits for its person: it counts once they are known."
    )
    is_type_unknown: bool = stored(
        description="Whether its type is unknown: it counts once a type has that spelling."
    )
    error: InvalidInput | None = stored(
        description="Why it was refused, when the status is REFUSED."
    )


@strawberry.type(description="A type that nobody knows, and how often it was reported.")
class UnknownTypeCount(Sourced):
    type: str = stored(description="The type as it was reported first.")
    count: int = stored(description="How many of the activities have it.")


@strawberry.type(description="How many of the activities came to what.")
class ActivityTotals(Sourced):
    stored: int = _stored(description="How many are new.")
    updated: int = _stored(description="How many took the place of an earlier report.")
    unchanged: int = _stored(description="How many were known already.")
    refused: int = _stored(description="How many cannot be stored.")
    unmatched_people: int = _stored(description="How many wait for their person.")
    unknown_types: list[UnknownTypeCount] = embedded(
        "unknown_types", description="The types that nobody knows."
    )


@strawberry.type(description="The activities were taken, each for itself.")
class RecordActivitiesSuccess(Sourced):
    outcomes: list[ActivityOutcome] = embedded(
        "outcomes", description="One outcome for each activity, in their order."
    )
    totals: ActivityTotals = embedded("totals", description="How many came to what.")


RecordActivitiesResult = Annotated[
    RecordActivitiesSuccess | InvalidInput,
    strawberry.union("RecordActivitiesResult"),
]


async def record_activities(info: Info, input: RecordActivitiesInput) -> RecordActivitiesResult:
    """Store what people did."""
    reports = [_report(activity) for activity in input.activities]
    done = await resolvers.activities.record_activities(info.context, reports)
    match done:
        case TooManyItems(count, most):
            reason = f"has {count} entries; at most {most} are taken at once"
            return _invalid(Refused("activities", reason))
        case RecordedActivities():
            return RecordActivitiesSuccess.of(_document(done))


def _report(given: ActivityInput) -> Report:
    return Report(
        given.source,
        given.source_id,
        given.type,
        _person(given.person),
        given.at,
        cast(Mapping[str, object], given.attributes),  # the domain refuses any other JSON
        given.source_updated_at,
    )


def _person(given: ActivityPersonInput) -> PersonReference:
    if given.id:
        return PersonById(PersonId(given.id))
    if given.key:
        return PersonByKey(OutsideKey(given.key.system, given.key.id))
    return PersonByEmail(given.email or "")


def _document(done: RecordedActivities) -> Document:
    return {
        "outcomes": [_outcome(each) for each in done.outcomes],
        "totals": {
            **{outcome.value: done.count(outcome) for outcome in domain.activities.Outcome},
            "refused": done.refused,
            "unmatched_people": done.unmatched_people,
            "unknown_types": [
                {"type": type, "count": count} for type, count in done.unknown_types.items()
            ],
        },
    }


def _outcome(outcome: Recorded | Refused) -> Document:
    if isinstance(outcome, Recorded):
        return {
            "status": outcome.outcome.value,
            "activity_id": outcome.id,
            "is_person_unmatched": outcome.is_person_unmatched,
            "is_type_unknown": outcome.is_type_unknown,
            "error": None,
        }
    return {
        "status": ActivityOutcomeStatus.REFUSED.value,
        "activity_id": None,
        "is_person_unmatched": False,
        "is_type_unknown": False,
        "error": _invalid(outcome),
    }


def _invalid(refused: Refused) -> InvalidInput:
    message = f"{refused.field} {refused.reason}."
    return InvalidInput(message=message, field=refused.field, reason=refused.reason)
