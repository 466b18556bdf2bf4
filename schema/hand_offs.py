"""Hand-offs of buying groups as clients see them, and as groups are found by them."""

from datetime import datetime
from enum import Enum

import strawberry

from execution.fields import stored
from execution.sources import Sourced


@strawberry.enum(description="How far a hand-off to sales has come.")
class HandOffState(Enum):
    HANDED_OVER = strawberry.enum_value(
        "handed_over", description="It waits for the word of sales."
    )
    ACCEPTED = strawberry.enum_value("accepted", description="Sales took it: it is qualified.")
    RETURNED = strawberry.enum_value(
        "returned", description="Sales gave it back for a reason; it can be handed over anew."
    )


@strawberry.type(description="The hand-off of a buying group to sales.")
class HandOff(Sourced):
    state: HandOffState = stored(shown=HandOffState, description="How far it has come.")
    owner: str = stored(description="To whom of sales it went.")
    handed_over_at: datetime = stored("at", description="When it was handed over.")
    handed_over_by: str = stored("by", description="By whom.")
    decided_at: datetime | None = stored(
        description="When sales last accepted or returned it; null while it waits."
    )
    decided_by: str | None = stored(description="Who did so; null while it waits.")
    reason: str | None = stored(description="Why it was returned; null unless it was.")


@strawberry.input(
    description="What came of the last hand-off of a group. A group that was never handed over "
    "has none."
)
class HandOffFilter:
    states: list[HandOffState] | None = strawberry.field(
        default=None, description="It has come so far."
    )
    owners: list[str] | None = strawberry.field(
        default=None, description="It went to one of these people of sales, as it was given."
    )
    is_set: bool | None = strawberry.field(
        default=None,
        description="True: there was a hand-off; false: there was none, and nothing else counts.",
    )
