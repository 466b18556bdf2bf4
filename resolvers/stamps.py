"""Who did what when: the marks every document and event of a change carries."""

from collections.abc import Mapping
from typing import Final

from domain.events import Event, EventType
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    EventId,
    PersonId,
    SolutionInterestId,
)
from execution.context import Context

_FOLLOWING: Final = frozenset({EventType.ENGAGEMENT_CHANGED, EventType.COMPLETENESS_CHANGED})
"""What comes with changes, and before them: a command is not done by it."""


def created(ctx: Context) -> dict[str, object]:
    """The marks of a new document."""
    return {"created_at": ctx.now(), "created_by": ctx.viewer.actor, **updated(ctx)}


def updated(ctx: Context) -> dict[str, object]:
    """The marks of a changed document."""
    return {"updated_at": ctx.now(), "updated_by": ctx.viewer.actor}


def event(
    ctx: Context,
    type: EventType,
    subject_id: str,
    *,
    method: str | None = None,
    account_id: AccountId | None = None,
    person_id: PersonId | None = None,
    buying_group_id: BuyingGroupId | None = None,
    solution_interest_id: SolutionInterestId | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> Event:
    """An event of the viewer, now, with a new id."""
    return Event(
        EventId(ctx.new_id("evt")),
        type,
        ctx.now(),
        ctx.viewer.actor,
        subject_id,
        method,
        account_id,
        person_id,
        buying_group_id,
        solution_interest_id,
        before,
        after,
        personal,
        None if type in _FOLLOWING else ctx.command,
    )
