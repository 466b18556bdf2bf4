"""Merged records: what a merge stores in the survivor, and in the record that goes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.events import EventType
from domain.fields import Value, put, stored
from domain.merging import Merged
from domain.upserting import Draft, Rules, Step
from execution.context import Context
from resolvers.drafts import Writer
from store.deletions import BEING_DELETED
from store.driver import Document
from store.records import Change
from store.upserted import Saving


async def successors(ctx: Context, gone: Iterable[str]) -> dict[str, str]:
    """Who of these was merged into another, and who that is now; not where that one is deleted."""
    survivors = await ctx.stores.merges.survivors(gone)
    deleted = await ctx.stores.deletions.among(survivors.values())
    return {id: survivor for id, survivor in survivors.items() if survivor not in deleted}


def survivor_changed(
    ctx: Context,
    rules: Rules[Any],
    type: EventType,
    survivor: Document,
    merged: str,
    result: Merged,
    further: Mapping[str, Value] | None = None,
) -> Saving:
    """The survivor with what it takes over, and the event of the merge; its document is altered.

    `further` are values beyond those of the result, such as its place in a hierarchy.
    """
    values = {**result.values, **(further or {})}
    before = {path: stored(survivor, path) for path in values}
    for path, value in values.items():
        put(survivor, path, value)
    former = {"former_keys": result.former_keys}
    if rules.noun == "person":
        former["former_emails"] = result.former_emails  # type: ignore[assignment]
    survivor.update(former)
    draft = Draft(survivor, survivor["version"], frozenset(), frozenset())
    draft.values.update(values)
    draft.steps.append(Step(0, False, before, values))
    id, version, change = Writer(ctx, rules, type, type).change(draft)
    (event,) = change.events
    event = replace(event, after={"merged_id": merged, **(event.after or {})})
    return id, version, replace(change, set={**change.set, **former}, events=(event,))


def marked(ctx: Context, merged: Document, survivor: str) -> Saving:
    """The record that goes, marked as merged: from now on nothing is said about it any more.

    No group is made for it either. The event is the survivor's.
    """
    change = Change({"merged_into": survivor, BEING_DELETED: ctx.now()})
    return merged["_id"], merged["version"], change
