"""Histories: a group as it was, what changed between two moments, and what happened, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain import history
from domain.events import Event
from domain.history import Difference, PastGroup
from domain.history_summaries import Names, summary
from execution.context import Context, Right
from resolvers.outcomes import Invalid
from store.driver import Document
from store.event_documents import from_document

SUMMARY_NEEDS: Final = (
    "event_id",
    "type",
    "at",
    "actor",
    "subject_id",
    "method",
    "person_id",
    "before",
    "after",
)


@dataclass(frozen=True, slots=True)
class Then:
    """A group as it was at a moment, and what it was called and made for."""

    id: str
    moment: datetime
    name: str | None
    account: str | None
    solution_interest: str | None
    group: PastGroup


@dataclass(frozen=True, slots=True)
class Changed:
    """A group at two moments, None where there was none, and who came and went in between."""

    before: Then | None
    after: Then | None
    difference: Difference


async def past_group(ctx: Context, id: str, moment: datetime) -> Then | None:
    """The group as it was; None when there was none of that id at that moment."""
    ctx.viewer.require(Right.READ)
    events = await ctx.stores.group_events.until(id, moment)
    return await _then(ctx, id, moment, events)


async def group_difference(
    ctx: Context, id: str, since: datetime, until: datetime
) -> Changed | Invalid:
    """What changed in a group between two moments, the first of which must not be the later."""
    ctx.viewer.require(Right.READ)
    if since > until:
        return Invalid("to", "must not be before `from`")
    events = await ctx.stores.group_events.until(id, until)
    before = await _then(ctx, id, since, history.until(events, since))
    after = await _then(ctx, id, until, events)
    changed = history.difference(before.group if before else None, after.group if after else None)
    return Changed(before, after, changed)


async def summaries(ctx: Context, events: Sequence[Document]) -> list[str]:
    """What each event tells, in a sentence with the names that people and roles have now."""
    ctx.viewer.require(Right.READ)
    people = {event["person_id"] for event in events if event.get("person_id")}
    found = await ctx.stores.people.by_ids(people, {"name": 1})
    asked = {role for event in events for role in _roles(event)}
    roles = await ctx.stores.roles.by_ids(asked, {"name": 1})
    names = Names(_names(found), _names(roles))
    return [summary(from_document(dict(event)), names) for event in events]


async def _then(ctx: Context, id: str, moment: datetime, events: Sequence[Event]) -> Then | None:
    group = history.fold(events)
    if group is None:
        return None
    last = events[-1]
    name = group.name or await _name(ctx, id, moment)
    return Then(id, moment, name, last.account_id, last.solution_interest_id, group)


async def _name(ctx: Context, id: str, moment: datetime) -> str | None:
    """The name of a group that had not been given another by then; None once nobody knows."""
    renaming = await ctx.stores.group_events.next_renaming(id, moment)
    if renaming is not None:
        told: Mapping[str, Any] = renaming.personal or {}
        return str(told["before"]["name"])
    document = await ctx.stores.groups.one(id, {"name": 1})
    return document["name"] if document else None


def _roles(event: Document) -> set[str]:
    parts = [event.get(part) or {} for part in ("before", "after")]
    return {part["role_id"] for part in parts if part.get("role_id")}


def _names(documents: Mapping[str, Document]) -> dict[str, str]:
    return {id: document["name"] for id, document in documents.items()}
