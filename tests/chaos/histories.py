"""Histories: what the events of a tenant tell of each object, and what is stored of it now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from execution.context import Context
from store.driver import Document
from tests.chaos.commands import Aspect, Thing
from tests.chaos.linearizability import Written
from tests.chaos.world import BUILDER, World

Writes = Mapping[Thing, Sequence[Written[Any]]]


@dataclass(frozen=True, slots=True)
class Stored:
    """The documents that commands were about."""

    groups: Mapping[str, Document]
    people: Mapping[str, Document]
    accounts: Mapping[str, Document]
    activities: Mapping[str, Document]
    required: Mapping[str, int]

    def state_of(self, thing: Thing) -> Any:
        """An object in the words of its rule."""
        match thing.aspect:
            case Aspect.STATUS:
                return self.groups[thing.id]["status"]
            case Aspect.STAGE:
                stage = self.groups[thing.id]["stage"]
                return stage["name"] if stage else None
            case Aspect.PHONE:
                return self.people[thing.id].get("phone")
            case Aspect.INDUSTRY:
                return self.accounts[thing.id].get("industry")
            case Aspect.REQUIRED:
                return self.required[thing.id]
            case Aspect.GROUP:
                return thing.id in self.groups
            case Aspect.PERSON:
                return any(each["email"] == thing.id for each in self.people.values())
            case Aspect.ACTIVITY:
                return thing.id in self.activities
            case _:
                raise ValueError(thing)


async def stored(ctx: Context, world: World) -> Stored:
    """What the tenant holds now."""
    template = await ctx.stores.role_templates.template(world.arena.template)
    assert template is not None
    found = ctx.stores.database["activities"].find({"tenant": ctx.viewer.tenant})
    return Stored(
        {each["_id"]: each for each in await ctx.stores.groups.all()},
        {each["_id"]: each for each in await ctx.stores.people.all()},
        {each["_id"]: each for each in await ctx.stores.accounts.all()},
        {each["source_id"]: each async for each in found},
        {role.role: role.members_required for role in template.roles},
    )


def first_state(world: World, thing: Thing) -> Any:
    """An object as the world was built."""
    match thing.aspect:
        case Aspect.REQUIRED:
            return world.first_required[thing.id]
        case Aspect.GROUP | Aspect.PERSON | Aspect.ACTIVITY:
            return False
        case _:
            return None


def writes_of(events: Sequence[Document], held: Stored) -> Writes:
    """What events tell of each object, in their order; an activity tells of itself."""
    found: dict[Thing, list[Written[Any]]] = {}
    for event in events:
        for thing, what in () if event["actor"] == BUILDER else _told(event):
            found.setdefault(thing, []).append(Written(event["actor"], what))
    for id in held.activities:
        found[Thing(Aspect.ACTIVITY, id)] = [Written(id, "store")]
    return found


def _told(event: Any) -> Iterator[tuple[Thing, Any]]:
    subject, before, after = event["subject_id"], event.get("before"), event.get("after")
    personal = event.get("personal") or {}
    match event["type"]:
        case "BUYING_GROUP_UPDATED" if "status" in (after or {}):
            yield Thing(Aspect.STATUS, subject), (before["status"], after["status"])
        case "BUYING_GROUP_MOVED":
            yield Thing(Aspect.STAGE, subject), (before["name"], after["name"])
        case "PERSON_UPDATED" if "phone" in after["changed"]:
            values = personal["before"].get("phone"), personal["after"].get("phone")
            yield Thing(Aspect.PHONE, subject), values
        case "ACCOUNT_UPDATED" if "industry" in after["changed"]:
            values = before.get("industry"), after.get("industry")
            yield Thing(Aspect.INDUSTRY, subject), values
        case "PERSON_CREATED":
            yield Thing(Aspect.PERSON, personal["after"]["email"]), "create"
        case "BUYING_GROUP_CREATED":
            yield Thing(Aspect.GROUP, subject), "create"
        case "BUYING_GROUP_DELETED":
            yield Thing(Aspect.GROUP, subject), "delete"
        case "MEMBERS_REQUIRED_CHANGED":
            values = before["members_required"], after["members_required"]
            yield Thing(Aspect.REQUIRED, after["role_id"]), values
        case _:
            return
