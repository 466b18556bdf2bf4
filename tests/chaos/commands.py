"""Commands: what clients ask of a server, as GraphQL, and what they make of its answers.

Each is about one object, of which the rule is known (`tests/chaos/rules.py`); its id is the name of
its actor as well and its idempotency key, so that events show what has done what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any, Final

from domain.membership import Method
from tests.chaos.world import STAGES, World
from tests.concurrency.calls import Call, Kind, random_call

STATUSES: Final = (None, "Cold", "Warm", "Hot")
INDUSTRIES: Final = ("Steel", "Paper", "Glass", "Wool")
PHONES: Final = ("1", "2", "3", "4")
MEMBERSHIP: Final = (Kind.ASSIGN, Kind.CHANGE, Kind.REMOVE, Kind.RELEASE)


class Aspect(Enum):
    """Of what a command is about."""

    MEMBERS = "members of a group"
    STATUS = "status of a group"
    STAGE = "stage of a group"
    PHONE = "phone of a person"
    INDUSTRY = "industry of an account"
    PERSON = "person there may be"
    GROUP = "group there may be"
    REQUIRED = "members required of a role"
    ACTIVITY = "activity there may be"


@dataclass(frozen=True, slots=True)
class Thing:
    """An object: an aspect of a document."""

    aspect: Aspect
    id: str


@dataclass(frozen=True, slots=True)
class Command:
    """What is asked: `asked` in the words of the object's rule, the rest in those of GraphQL."""

    id: str
    thing: Thing
    asked: Any
    mutation: str
    input: Mapping[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """What is sent, the same each time."""
        return {
            "query": _OPERATIONS[self.mutation],
            "variables": {"input": {**self.input, "idempotencyKey": self.id}},
        }

    @property
    def is_kept_with_the_change(self) -> bool:
        """Whether its answer is stored by the very write that does it."""
        return self.thing.aspect is Aspect.MEMBERS


_ERRORS: Final = """... on UserError { message } ... on InvalidInput { field reason }"""
_OUTCOMES: Final = """outcomes { status overruledBy { method actor } error { __typename } }"""
_SUCCESSES: Final = {
    "assignMembers": _OUTCOMES,
    "changeMemberRoles": _OUTCOMES,
    "removeMembers": _OUTCOMES,
    "releaseMembers": _OUTCOMES,
    "updateBuyingGroupStatus": "__typename",
    "moveBuyingGroupStage": "status",
    "upsertPeople": "outcomes { status error { __typename message } }",
    "upsertAccounts": "outcomes { status error { __typename message } }",
    "createBuyingGroup": "__typename",
    "deleteBuyingGroup": "__typename",
    "changeMembersRequired": "__typename",
    "recordActivities": "outcomes { status error { __typename message } }",
}


def _operation(mutation: str, selection: str) -> str:
    title = mutation[0].upper() + mutation[1:]
    refused = "... on StageTransitionNotAllowed { currentStage }"
    return (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ __typename "
        f"... on {title}Success {{ {selection} }} {_ERRORS} "
        f"{refused if mutation == 'moveBuyingGroupStage' else ''} }} }}"
    )


_OPERATIONS: Final = {name: _operation(name, shown) for name, shown in _SUCCESSES.items()}
_MEMBERS: Final = {
    Kind.ASSIGN: "assignMembers",
    Kind.CHANGE: "changeMemberRoles",
    Kind.REMOVE: "removeMembers",
    Kind.RELEASE: "releaseMembers",
}


def random_command(random: Random, world: World, id: str) -> Command:
    """Any command on the world; more than half of them are about members."""
    if random.random() < 0.6:
        return _about_members(random, world, id)
    aspect = random.choice([each for each in Aspect if each is not Aspect.MEMBERS])
    given: dict[str, Any]
    item: dict[str, Any]
    match aspect:
        case Aspect.STATUS:
            group, status = random.choice(world.arena.groups), random.choice(STATUSES)
            given = {"buyingGroupId": group, "status": status}
            return Command(id, Thing(aspect, group), status, "updateBuyingGroupStatus", given)
        case Aspect.STAGE:
            group, stage = random.choice(world.arena.groups), random.choice(STAGES)
            given = {"buyingGroupId": group, "stage": stage, "method": random.choice(_METHODS)}
            return Command(id, Thing(aspect, group), stage, "moveBuyingGroupStage", given)
        case Aspect.PHONE:
            person, phone = random.choice(world.people), random.choice(PHONES)
            item = {"id": person, "phone": phone}
            return Command(id, Thing(aspect, person), phone, "upsertPeople", {"items": [item]})
        case Aspect.INDUSTRY:
            account, industry = random.choice(world.accounts), random.choice(INDUSTRIES)
            item = {"id": account, "industry": industry}
            return Command(
                id, Thing(aspect, account), industry, "upsertAccounts", {"items": [item]}
            )
        case Aspect.PERSON:
            account = random.choice(world.accounts)
            item = {
                "keys": [{"system": "crm", "id": id}],
                "email": f"{id}@new.example.com",
                "relations": [{"account": {"id": account}}],
            }
            key = f"{id}@new.example.com"
            return Command(id, Thing(aspect, key), "create", "upsertPeople", {"items": [item]})
        case Aspect.GROUP:
            account, group = random.choice(world.yard)
            if random.random() < 0.5:
                given = {"accountId": account, "solutionInterestId": world.interest}
                return Command(id, Thing(aspect, group), "create", "createBuyingGroup", given)
            given = {"buyingGroupId": group}
            return Command(id, Thing(aspect, group), "delete", "deleteBuyingGroup", given)
        case Aspect.REQUIRED:
            role, name = random.choice(world.required)
            count = random.randint(1, 3)
            given = {"roleTemplateId": world.arena.template, "role": name, "membersRequired": count}
            return Command(id, Thing(aspect, role), count, "changeMembersRequired", given)
        case Aspect.ACTIVITY:
            person, type = random.choice(world.people), random.choice(_TYPES)
            item = {
                "sourceId": id,
                "type": type,
                "person": {"id": person},
                "at": world.noon.isoformat(),
            }
            return Command(id, Thing(aspect, id), "store", "recordActivities", {"items": [item]})
        case _:
            raise ValueError(aspect)


_METHODS: Final = [method.name for method in Method]
_TYPES: Final = ("Visit Webpage", "Click Email", "Fill Out Form")


def _about_members(random: Random, world: World, id: str) -> Command:
    call = random_call(random, world.arena, id)
    while call.kind not in MEMBERSHIP:
        call = random_call(random, world.arena, id)
    return membership_command(call)


def membership_command(call: Call) -> Command:
    """A call of the concurrency tests as a client sends it."""
    given: dict[str, Any] = {"buyingGroupId": call.group, "method": call.method.name}
    if call.kind in (Kind.ASSIGN, Kind.CHANGE):
        given["members"] = [{"personId": person, "role": role} for person, role in call.said]
    else:
        given["personIds"] = [person for person, _ in call.said]
    thing = Thing(Aspect.MEMBERS, call.group)
    return Command(call.id, thing, call, _MEMBERS[call.kind], given)


def answer_of(command: Command, told: Mapping[str, Any]) -> Any:
    """What was told, in the words of the object's rule."""
    name = told["__typename"]
    if not name.endswith("Success"):
        stage = told.get("currentStage", "")
        return (name, stage) if name == "StageTransitionNotAllowed" else name
    if command.thing.aspect is Aspect.MEMBERS:
        return tuple(_person_outcome(each) for each in told["outcomes"])
    if "outcomes" in told:
        (outcome,) = told["outcomes"]
        error = outcome["error"]
        return error["__typename"] if error else outcome["status"]
    return told.get("status", "done")


def _person_outcome(outcome: Mapping[str, Any]) -> str:
    if outcome["error"]:
        return str(outcome["error"]["__typename"])
    word = str(outcome["status"]).lower()
    by = outcome["overruledBy"]
    return f"{word} by {by['method'].lower()} of {by['actor']}" if by else word
