"""The judgement finds what it looks for: a history that is true, and then is tampered with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.membership import Method
from execution.context import Context
from tests.concurrency import arena
from tests.concurrency.arena import Arena
from tests.concurrency.calls import Answer, Call, Kind, Record, perform
from tests.concurrency.judgement import judge, settle

Records = dict[str, Record]


async def a_history(home: Context) -> tuple[Arena, Records]:
    """Somebody joins by hand, a journey is overruled, and it is told so again."""
    ground = await arena.build(home, "Judged", 1, 4)
    (group,), clerk = ground.groups, ground.people_of(0)[3]
    asked = {
        "by-hand": (Kind.ASSIGN, Method.MANUAL, "Champion"),
        "journey": (Kind.REMOVE, Method.JOURNEY, "Champion"),
        "again": (Kind.REMOVE, Method.JOURNEY, "Champion"),
    }
    records: Records = {}
    for time, (id, (kind, method, role)) in enumerate(asked.items(), start=1):
        call = Call(id, kind, group, method, ((clerk, role),))
        answer = await perform(home.stores, ground, call)
        records[id] = Record(call, time * 10, answer, time * 10 + 5)
    await settle(home)
    return ground, records


def _told(id: str, **fields: Any) -> Callable[[Records], None]:
    def tamper(records: Records) -> None:
        answer = records[id].answer
        assert answer is not None
        records[id].answer = replace(answer, **fields)

    return tamper


def _answered_late(records: Records) -> None:
    records["by-hand"].called, records["by-hand"].returned = 100, 110


def _forgotten(records: Records) -> None:
    del records["journey"]


def _invented(records: Records) -> None:
    call = replace(records["by-hand"].call, id="invented", kind=Kind.RELEASE)
    records["invented"] = Record(call, 100, Answer(9, ("applied",)), 105)


async def test_a_true_history_has_no_violation(home: Context) -> None:
    ground, records = await a_history(home)

    judgement = await judge(home, ground, list(records.values()))

    assert judgement.violations == []
    assert records["again"].answer == Answer(3, ("overruled by manual of by-hand",))


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(_told("by-hand", outcomes=("unchanged",)), id="another outcome was told"),
        pytest.param(_told("by-hand", version=7), id="another version was told"),
        pytest.param(_told("by-hand", is_conflict=True), id="a conflict was told and it was done"),
        pytest.param(_told("again", outcomes=("applied",)), id="no order gives what was told"),
        pytest.param(_told("again", version=1), id="it was so only at a later version"),
        pytest.param(_answered_late, id="one called later comes first"),
        pytest.param(_forgotten, id="nobody called what was done"),
        pytest.param(_invented, id="what was told to be done left no event"),
    ],
)
async def test_a_history_that_cannot_be_is_found(
    home: Context, tamper: Callable[[Records], None]
) -> None:
    ground, records = await a_history(home)

    tamper(records)

    assert (await judge(home, ground, list(records.values()))).violations


async def test_an_event_that_is_lost_or_doubled_is_found(home: Context) -> None:
    ground, records = await a_history(home)
    events = home.stores.database["events"]
    last = await events.find_one({"tenant": home.viewer.tenant}, sort=[("position", -1)])
    assert last is not None

    await events.delete_one({"_id": last["_id"]})
    lost = await judge(home, ground, list(records.values()))
    for position in (last["position"], last["position"] + 1):
        key = f"{home.viewer.tenant}:{position:016d}"
        await events.insert_one({**last, "_id": key, "position": position})
    doubled = await judge(home, ground, list(records.values()))

    assert lost.violations
    assert any("2 times" in violation for violation in doubled.violations)
