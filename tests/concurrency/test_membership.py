"""Any calls, by any number of people in two processes at once, have a sequential history."""

import asyncio
import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.membership import Method
from execution.context import Context
from store.stores import Stores
from tests.concurrency import arena
from tests.concurrency.arena import IN_TEMPLATE, ROLES, Arena
from tests.concurrency.calls import Call, Kind, Record, attempt
from tests.concurrency.judgement import judge, settle

CASES = int(os.environ.get("QUORUM_CONCURRENCY_CASES", "10"))
CASES_OF_A_STAGE = 15
_numbers = itertools.count(1)
PROCESSES = 2
GROUPS = 2
PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Planned:
    """A call before it is known on what: places among the groups, people and roles.

    The caller waits for some turns of the loop before it, and perhaps too short after it.
    """

    kind: Kind
    group: int
    method: Method
    said: Sequence[tuple[int, str]]
    required: int
    pause: int
    patience: float | None


def planned() -> st.SearchStrategy[Planned]:
    said = st.tuples(st.integers(0, PEOPLE + 1), st.sampled_from([*IN_TEMPLATE, *ROLES]))
    return st.builds(
        Planned,
        st.sampled_from([*Kind, Kind.ASSIGN, Kind.REMOVE, Kind.RELEASE, Kind.ASSIGN]),
        st.sampled_from([0, 0, *range(GROUPS)]),
        st.sampled_from(Method),
        st.lists(said, min_size=1, max_size=4),
        st.integers(1, 4),
        st.integers(0, 30),
        st.sampled_from([None, None, None, None, 0.0, 0.002, 0.01]),
    )


callers = st.lists(
    st.tuples(st.integers(0, PROCESSES - 1), st.lists(planned(), min_size=1, max_size=4)),
    min_size=2,
    max_size=6,
)


def call_of(arena: Arena, planned: Planned, id: str) -> Call:
    people = [*arena.people_of(planned.group), *arena.outsiders]
    said = tuple((people[place], role) for place, role in planned.said)
    group = arena.groups[planned.group]
    return Call(id, planned.kind, group, planned.method, said, planned.required)


async def acted(
    stores: Stores, arena: Arena, caller: str, plans: Sequence[Planned]
) -> list[Record]:
    """The calls of one caller, one after the other."""
    records = []
    for place, plan in enumerate(plans):
        for _ in range(plan.pause):
            await asyncio.sleep(0)
        call = call_of(arena, plan, f"{caller}-{place}")
        record = Record(call, time.monotonic_ns())
        record.answer = await attempt(stores, arena, call, plan.patience)
        record.returned = time.monotonic_ns() if record.answer else None
        records.append(record)
    return records


@dataclass(slots=True)
class Stage:
    """Where the cases play, one after the other: what one leaves behind the next begins with."""

    ctx: Context
    arena: Arena
    records: list[Record] = field(default_factory=list)
    cases: int = 0


@pytest.fixture
async def stages(home: Context) -> list[Stage]:
    """The stages there have been, of which the last one is used."""
    return []


async def last_of(stages: list[Stage], ctx: Context) -> Stage:
    if not stages or stages[-1].cases == CASES_OF_A_STAGE:
        name = f"world-{next(_numbers)}"
        stages.append(Stage(ctx, await arena.build(ctx, name, GROUPS, PEOPLE)))
    stages[-1].cases += 1
    return stages[-1]


@settings(
    max_examples=CASES,
    deadline=None,
    derandomize="QUORUM_CONCURRENCY_CASES" not in os.environ,
    phases=[Phase.generate],  # nothing to shrink: the schedule is another the next time
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(plans=callers)
async def test_whatever_is_asked_at_once_has_a_sequential_history(
    home: Context, stages: list[Stage], plans: list[tuple[int, list[Planned]]]
) -> None:
    stage = await last_of(stages, home)
    database, tenant = home.stores.database, home.viewer.tenant
    processes = [Stores(database, tenant) for _ in range(PROCESSES)]

    done = await asyncio.gather(
        *(
            acted(processes[process], stage.arena, f"{len(stages)}-{stage.cases}-{number}", calls)
            for number, (process, calls) in enumerate(plans)
        )
    )
    await settle(home)

    stage.records += itertools.chain(*done)
    judgement = await judge(home, stage.arena, stage.records)
    assert judgement.violations == []
    assert judgement.late == 0
