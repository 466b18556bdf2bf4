"""Calls: what somebody asks of buying groups, and what they were told, as lines of a log."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from random import Random
from typing import Any

from domain.identifiers import BuyingGroupId, PersonId
from domain.membership import Decision, Method
from execution.context import Context, Right, Viewer
from resolvers import groups, maintenance, members_required, membership
from resolvers.members_required import MembersRequired
from resolvers.membership import Assignment, CommandResult, CommandsDone
from resolvers.outcomes import Conflict
from resolvers.repeating import PersonOutcome
from server.contexts import new_id, now
from store.stores import Stores
from tests.concurrency.arena import IN_TEMPLATE, NOT_IN_TEMPLATE, Arena


class Kind(Enum):
    """What is asked for."""

    ASSIGN = "assign"
    CHANGE = "change"
    REMOVE = "remove"
    RELEASE = "release"
    MAINTAIN = "maintain"
    REQUIRE = "require"
    STATUS = "status"


COMMANDS = (Kind.ASSIGN, Kind.CHANGE, Kind.REMOVE, Kind.RELEASE)
OFTEN = (Kind.ASSIGN,) * 5 + COMMANDS * 3 + (Kind.MAINTAIN, Kind.REQUIRE, Kind.STATUS)
METHODS = (Method.MANUAL, Method.JOURNEY, Method.SYSTEM)


@dataclass(frozen=True, slots=True)
class Call:
    """One call; its id is the name of its actor too, so that its events and claims show it.

    `said` pairs people with roles; roles matter to assignments only. `required` is for REQUIRE.
    """

    id: str
    kind: Kind
    group: BuyingGroupId
    method: Method
    said: tuple[tuple[PersonId, str], ...]
    required: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller was told: the outcome about each person, at a version of the group.

    `claims` is how many claims a maintenance says it wrote; `seen` how many of their own events
    the caller found at once.
    """

    version: int | None = None
    outcomes: tuple[str, ...] = ()
    is_conflict: bool = False
    claims: int = 0
    error: str | None = None
    seen: int | None = None


@dataclass(slots=True)
class Record:
    """A call from beginning to end, in nanoseconds; one without an answer may have been done."""

    call: Call
    called: int
    answer: Answer | None = None
    returned: int | None = None


def random_call(random: Random, arena: Arena, id: str) -> Call:
    """Any call on one of the arena's groups, the first of them more often than others."""
    number = 0 if random.random() < arena.heat else random.randrange(len(arena.groups))
    people = [*arena.people_of(number), *arena.outsiders]
    roles = [*IN_TEMPLATE * 10, NOT_IN_TEMPLATE]
    many = random.choice((1, 1, 1, 2, 3, 5))
    said = tuple((random.choice(people), random.choice(roles)) for _ in range(many))
    kind = random.choice(OFTEN)
    method = random.choice(METHODS)
    return Call(id, kind, arena.groups[number], method, said, random.randint(1, 4))


async def perform(stores: Stores, arena: Arena, call: Call) -> Answer:
    """Do what is asked for and tell what came of it."""
    ctx = Context(Viewer(stores.tenant, call.id, frozenset({Right.ADMIN})), now, stores, new_id)
    people = [person for person, _ in call.said]
    assignments = [Assignment(person, role) for person, role in call.said]
    match call.kind:
        case Kind.ASSIGN:
            return _told(await membership.assign_members(ctx, call.group, assignments, call.method))
        case Kind.CHANGE:
            return _told(
                await membership.change_member_roles(ctx, call.group, assignments, call.method)
            )
        case Kind.REMOVE:
            return _told(await membership.remove_members(ctx, call.group, people, call.method))
        case Kind.RELEASE:
            return _told(await membership.release_members(ctx, call.group, people, call.method))
        case Kind.MAINTAIN:
            done = await maintenance.maintain_groups(ctx, [call.group])
            return Answer(claims=done.claims)
        case Kind.REQUIRE:
            role = call.said[0][1] if call.said[0][1] in IN_TEMPLATE else IN_TEMPLATE[0]
            return _stored(
                await members_required.change_members_required(
                    ctx, arena.template, role, call.required
                )
            )
        case Kind.STATUS:
            return _stored(await groups.update_status(ctx, call.group, call.id))


async def attempt(
    stores: Stores, arena: Arena, call: Call, patience: float | None = None
) -> Answer | None:
    """The same by somebody who may leave before the answer: then there is None."""
    try:
        async with asyncio.timeout(patience):
            return await perform(stores, arena, call)
    except TimeoutError:
        return None
    except Exception as error:
        return Answer(error=f"{type(error).__name__}: {error}")


def _told(result: CommandResult) -> Answer:
    match result:
        case CommandsDone(_, version, outcomes):
            return Answer(version, tuple(told(each) for each in outcomes))
        case Conflict():
            return Answer(is_conflict=True)
        case other:
            return Answer(error=repr(other))


def _stored(answer: object) -> Answer:
    if isinstance(answer, Conflict):
        return Answer(is_conflict=True)
    return Answer() if isinstance(answer, str | MembersRequired) else Answer(error=repr(answer))


def told(outcome: PersonOutcome) -> str:
    """An outcome as one word, with whoever overruled it."""
    match outcome.result:
        case Decision(result, _, None):
            return result.value
        case Decision(result, _, by) if by is not None:
            return f"{result.value} by {by.method.value} of {by.actor}"
        case refusal:
            return type(refusal).__name__


def begun_line(record: Record) -> str:
    """The line a process logs before it calls."""
    call = asdict(record.call)
    call |= {"kind": record.call.kind.value, "method": record.call.method.value}
    return json.dumps({"called": record.called, "call": call}) + "\n"


def ended_line(record: Record) -> str:
    """The line a process logs when it was answered."""
    answer = asdict(record.answer) if record.answer else None
    ended = {"id": record.call.id, "returned": record.returned, "answer": answer}
    return json.dumps(ended) + "\n"


def read_log(lines: Sequence[str]) -> list[Record]:
    """The calls of a log; the last line of a process that was killed may be cut."""
    records: dict[str, Record] = {}
    for line in lines:
        if not line.endswith("\n"):
            continue
        entry = json.loads(line)
        if "call" in entry:
            call = _call(entry["call"])
            records[call.id] = Record(call, entry["called"])
        elif entry["answer"] is not None:
            record = records[entry["id"]]
            answer = {**entry["answer"], "outcomes": tuple(entry["answer"]["outcomes"])}
            record.answer, record.returned = Answer(**answer), entry["returned"]
    return list(records.values())


def _call(document: Mapping[str, Any]) -> Call:
    return Call(
        document["id"],
        Kind(document["kind"]),
        BuyingGroupId(document["group"]),
        Method(document["method"]),
        tuple((PersonId(person), role) for person, role in document["said"]),
        document["required"],
    )
