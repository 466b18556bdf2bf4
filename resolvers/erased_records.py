"""Erased records: nothing that names a person who was erased is kept anywhere.

It follows an erasure that was permitted, and asks for no right of its own. What is done again
finds nothing left to do, so whoever stored something about the person meanwhile does it again.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final

from domain import erasing
from domain.erasing import Traces
from domain.identifiers import BuyingGroupId, PersonId
from domain.identities import Identity
from execution.context import Context
from store.driver import Document
from store.records import Change, Conflict

NOTE: Final = "erasing"
"""Where the mark of the erased keeps what they were known by, until nothing else does."""
_GROUPS_AT_ONCE: Final = 50


def note_of(document: Document) -> dict[str, object]:
    """What the mark of a person has to keep, for as long as it takes, to find all of it."""
    traces = erasing.of_record(document)
    identities = [list(identity) for identity in sorted(traces.identities)]
    return {"identities": identities, "texts": sorted(traces.texts)}


async def among(ctx: Context, people: Iterable[str]) -> dict[str, PersonId]:
    """Those of the ids that were of people erased, or merged into such, each with whom."""
    wanted = set(people)
    survivors = await ctx.stores.merges.survivors(wanted)
    erased = await ctx.stores.deletions.erased({survivors.get(id, id) for id in wanted})
    known = {id: PersonId(survivors.get(id, id)) for id in wanted}
    return {id: person for id, person in known.items() if person in erased}


async def scrub_late(ctx: Context, people: Iterable[str]) -> None:
    """Erase once more what was stored about people while they were erased."""
    for person in sorted(set((await among(ctx, people)).values())):
        await scrub(ctx, person)


async def scrub(ctx: Context, person: PersonId) -> bool:
    """Take away whatever names an erased person; False when that has to be done again."""
    stores = ctx.stores
    people = [person, *map(PersonId, await stores.merges.merged_into(person))]
    await stores.relay.sweep()
    if await stores.erasures.waits(people):
        return False
    traces = await _traces(ctx, people)
    forgotten = await stores.interest_signals.forget({"person_id": {"$in": people}})
    await stores.activities.erase(people, traces.identities)
    await stores.erasures.free_identities(people)
    redact = partial(erasing.redacted, texts=traces.texts)
    groups = await stores.erasures.groups_of(people)
    redacted = await _redact_groups(ctx, people, traces, groups)
    if traces.texts:
        await stores.erasures.redact_answers(redact)
        await stores.erasures.redact_reasons(groups, redact)
    if not (forgotten and redacted) or await stores.erasures.waits(people):
        return False
    await stores.erasures.scrub_history(people)
    await stores.deletions.forget(person, NOTE)
    return True


async def _traces(ctx: Context, people: Collection[PersonId]) -> Traces:
    """By what they were known, as far as that is kept anywhere."""
    marks = await ctx.stores.deletions.by_ids(people, {NOTE: 1})
    traces = erasing.of_history(await ctx.stores.erasures.told(people))
    for note in (mark[NOTE] for mark in marks.values() if NOTE in mark):
        identities = frozenset(Identity(*each) for each in note["identities"])
        traces |= Traces(identities, frozenset(note["texts"]))
    return traces


async def _redact_groups(
    ctx: Context, people: Collection[PersonId], traces: Traces, groups: Collection[str]
) -> bool:
    """Whether no group names them, in what it was told of others or in an answer it keeps."""
    about = {*groups, *await ctx.stores.erasures.answering_groups(people)}
    known = sorted(await ctx.stores.groups.by_ids(about, {"_id": 1}))
    decide = partial(_redacted_group, set(people), traces.texts)
    for start in range(0, len(known), _GROUPS_AT_ONCE):
        part = map(BuyingGroupId, known[start : start + _GROUPS_AT_ONCE])
        answers = await asyncio.gather(*(ctx.stores.groups.change(id, decide) for id in part))
        if any(isinstance(answer, Conflict) for answer in answers):
            return False
    return True


def _redacted_group(
    people: Collection[str], texts: frozenset[str], document: Document
) -> Change | None:
    paths: dict[str, object] = {}
    for place, member in enumerate(document["members"]):
        shown = erasing.redacted(member, texts)
        if shown != member:
            paths[f"members.{place}"] = shown
    answers = document.get("answers", [])
    shown = erasing.redacted([_without_reason(each, people) for each in answers], texts)
    if shown != answers:
        paths["answers"] = shown
    return Change(paths) if paths else None


def _without_reason(kept: Mapping[str, Any], people: Collection[str]) -> dict[str, Any]:
    """An answer without the reason of what was said about one of these people."""
    outcomes = [dict(each) for each in kept["answer"]]
    for outcome in outcomes:
        if outcome["person_id"] in people and outcome.get("overruled_by"):
            claims = outcome["overruled_by"]
            outcome["overruled_by"] = {m: {**c, "reason": None} for m, c in claims.items()}
    return {**kept, "answer": outcomes}
