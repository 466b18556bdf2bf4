"""The judgement of a run: every object, every group and the history, against what clients know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from domain.buying_groups import Member
from domain.identifiers import PersonId
from execution.context import Context
from store.driver import Document
from store.groups import to_group
from tests.chaos.clients import Sent, was_refused
from tests.chaos.commands import Aspect, Thing
from tests.chaos.folds import fold_faults
from tests.chaos.followers import Followers
from tests.chaos.histories import first_state, stored, writes_of
from tests.chaos.linearizability import Operation, Written, checked
from tests.chaos.rules import RULES, of_members
from tests.chaos.world import World
from tests.concurrency import end_state, judgement
from tests.concurrency.calls import Record
from tests.concurrency.history import CHANGED, Step, plain, written_in
from tests.concurrency.judgement import events_of, position_faults, template_revisions


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found wrong, in how many objects and events."""

    violations: Sequence[str]
    objects: int
    events: int


async def judge(ctx: Context, world: World, sent: Sequence[Sent], followers: Followers) -> Judged:
    """Judge a tenant at rest, whose groups have caught up and whose outboxes are empty."""
    events = await events_of(ctx)
    violations = list(position_faults(events, ctx.viewer.tenant))
    violations += await judgement.left_in_outboxes(ctx)
    violations += followers.faults(events)
    by_thing: dict[Thing, dict[str, Sent]] = {}
    for each in sent:
        by_thing.setdefault(each.command.thing, {})[each.command.id] = each
    held = await stored(ctx, world)
    writes = writes_of(events, held)
    for thing in by_thing.keys() | writes.keys():
        if thing.aspect is not Aspect.MEMBERS:
            theirs = _operations(by_thing.get(thing, {}))
            found = checked(
                first_state(world, thing), theirs, writes.get(thing, ()), RULES[thing.aspect]
            )
            violations += [f"{thing}: {fault}" for fault in found.faults]
            if found.states[-1] != (last := held.state_of(thing)):
                violations.append(f"{thing} is {last}, not {found.states[-1]}")
    violations += await _group_faults(ctx, world, by_thing, events)
    return Judged(violations, len(by_thing), len(events))


async def _group_faults(
    ctx: Context, world: World, by_thing: Mapping[Thing, Mapping[str, Sent]], events: Sequence[Any]
) -> list[str]:
    """Where a group is not what its events add up to, or they are no history of the commands."""
    of_group: dict[str, list[Document]] = {}
    for event in events:
        of_group.setdefault(event.get("buying_group_id") or event["subject_id"], []).append(event)
    template = await ctx.stores.role_templates.template(world.arena.template)
    assert template is not None
    of_template = [event for event in events if event["subject_id"] == template.id]
    known = template_revisions(template.roles, of_template)
    faults: list[str] = []
    documents = {group["_id"]: group for group in await ctx.stores.groups.all()}
    for id, document in documents.items():
        followed = await ctx.stores.role_templates.template(document["role_template_id"])
        assert followed is not None
        found = list(fold_faults(document, of_group.get(id, []), followed))
        faults += [f"{id}: {fault}" for fault in found]
    for group in world.arena.groups:
        document, told = documents[group], of_group[group]
        theirs = by_thing.get(Thing(Aspect.MEMBERS, group), {})
        steps, found = _members(world, document, told, theirs)
        found += end_state.claim_faults(document, told, steps)
        found += end_state.derived_faults(document, known)
        found += end_state.completeness_faults(document, told, steps, known)
        faults += [f"{group}: {fault}" for fault in found]
    return faults


def _members(
    world: World, document: Document, events: Sequence[Document], sent: Mapping[str, Sent]
) -> tuple[list[Step], list[str]]:
    """The steps by which the members of a group have changed, and what cannot be of them."""
    changes = [event for event in events if event["type"] == CHANGED]
    runs = [
        (actor, [written_in(event) for event in run])
        for actor, run in groupby(changes, lambda event: event["actor"])
    ]
    state = replace(to_group(document), version=1, members=())
    if runs and runs[0][0] not in sent:
        _, placed = runs.pop(0)
        members = tuple(Member(person, plain(claims)) for person, _, claims in placed)
        state = replace(state, members=members)
    versions = {actor: _version(actor, run) for actor, run in runs}
    operations = {
        id: replace(each, asked=(each.asked, versions.get(id)))
        for id, each in _operations(sent).items()
    }
    writes = [Written(actor, run) for actor, run in runs]
    found = checked(state, operations, writes, of_members(world.arena))
    numbers = [version for actor, _ in runs if (version := versions[actor]) is not None]
    faults = list(found.faults)
    if numbers != sorted(set(numbers)):
        faults.append("versions do not rise")
    steps = [Step(None, 1, state)]
    known = [actor for actor, _ in runs if actor in operations]
    for actor, after in zip(known, found.states[1:], strict=True):
        record = Record(sent[actor].command.asked, sent[actor].invoked)
        steps.append(Step(record, versions[actor], after))
    return steps, faults


def _version(actor: str, run: Sequence[tuple[PersonId, Any, Any]]) -> int | None:
    """The version at which an actor wrote; None when no claim tells."""
    own = {c.version for _, _, said in run for c in said.values() if c.actor == actor}
    return max(own, default=None)


def _operations(sent: Mapping[str, Sent]) -> dict[str, Operation[Any, Any]]:
    """The commands; those that were refused as a whole must not have done anything."""
    return {
        id: Operation(each.command.asked, each.invoked, _answer(each), each.returned)
        for id, each in sent.items()
        if not was_refused(each)
    }


def _answer(sent: Sent) -> Any:
    """What a caller was told. Activities have ids of their own, and no other key: done again, one
    is found to be there, which says that it was stored."""
    is_again = sent.command.thing.aspect is Aspect.ACTIVITY and sent.attempts > 1
    return "STORED" if is_again and sent.answer == "UNCHANGED" else sent.answer
