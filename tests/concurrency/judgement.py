"""The judgement: everything that is wrong with a tenant after many have acted on it at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domain.identifiers import TenantId
from domain.role_templates import TemplateRole
from execution.context import Context
from resolvers import members_required
from store.driver import Document
from store.relay import OUTBOXES, event_key
from tests.concurrency.arena import Arena
from tests.concurrency.calls import Record
from tests.concurrency.end_state import claim_faults, completeness_faults, derived_faults
from tests.concurrency.history import CHANGED, History, maintained

REQUIRED = "MEMBERS_REQUIRED_CHANGED"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found; `late` counts answers whose caller did not see their own event at once."""

    violations: list[str]
    events: int
    late: int


async def settle(ctx: Context) -> None:
    """What the worker does within moments: move what was left in outboxes, catch up."""
    while await members_required.recompute_behind(ctx):
        continue
    await ctx.stores.relay.sweep()


async def judge(ctx: Context, arena: Arena, records: Sequence[Record]) -> Judgement:
    """Judge every group of the arena, and the events of the tenant; all must be settled."""
    events = await events_of(ctx)
    violations = list(position_faults(events, ctx.viewer.tenant))
    violations += await left_in_outboxes(ctx)
    by_id = {record.call.id: record for record in records}
    violations += maintained(by_id, events)
    violations += _errors(records)
    template = await ctx.stores.role_templates.template(arena.template)
    assert template is not None
    revisions = template_revisions(
        template.roles, [e for e in events if e["subject_id"] == template.id]
    )
    documents = await ctx.stores.groups.by_ids(arena.groups)
    for group in arena.groups:
        of_group = [event for event in events if event.get("buying_group_id") == group]
        calls = {id: record for id, record in by_id.items() if record.call.group == group}
        history = History(arena, calls)
        history.tell(documents[group], of_group)
        faults = list(history.faults)
        faults += claim_faults(documents[group], of_group, history.steps)
        faults += derived_faults(documents[group], revisions)
        faults += completeness_faults(documents[group], of_group, history.steps, revisions)
        violations += [f"{group}: {fault}" for fault in faults]
    return Judgement(violations, len(events), _late(records, events))


async def events_of(ctx: Context) -> list[Document]:
    """Every event of the tenant by position."""
    found = {"tenant": ctx.viewer.tenant}
    cursor = ctx.stores.database["events"].find(found, sort=[("position", 1)], batch_size=10_000)
    return [event async for event in cursor]


def position_faults(events: Sequence[Document], tenant: TenantId) -> Iterator[str]:
    """Where positions leave a gap or an event is there twice."""
    for position, event in enumerate(events, start=1):
        if event["position"] != position or event["_id"] != event_key(tenant, position):
            yield f"position {position} is held by {event['_id']} at {event['position']}"
            break
    counted = Counter(event["event_id"] for event in events)
    yield from (f"{id} is there {times} times" for id, times in counted.items() if times > 1)


async def left_in_outboxes(ctx: Context) -> list[str]:
    left = {"tenant": ctx.viewer.tenant, "outbox.0": {"$exists": True}}
    counts = {name: await ctx.stores.database[name].count_documents(left) for name in OUTBOXES}
    return [f"{count} outboxes of {name} hold events" for name, count in counts.items() if count]


def _errors(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        if record.answer and record.answer.error:
            yield f"{record.call} ended in {record.answer.error}"


def template_revisions(
    roles: Sequence[TemplateRole], events: Sequence[Document]
) -> list[Sequence[TemplateRole]]:
    """The template's roles revision by revision: the last ones, and back by what changed."""
    found: list[Sequence[TemplateRole]] = [roles]
    for event in reversed([event for event in events if event["type"] == REQUIRED]):
        before = event["before"]
        found.append(
            [
                replace(role, members_required=before["members_required"])
                if role.role == before["role_id"]
                else role
                for role in found[-1]
            ]
        )
    return found[::-1]


def _late(records: Sequence[Record], events: Sequence[Document]) -> int:
    wrote = Counter(event["actor"] for event in events if event["type"] == CHANGED)
    return sum(
        record.answer.seen is not None and record.answer.seen < wrote[record.call.id]
        for record in records
        if record.answer
    )
