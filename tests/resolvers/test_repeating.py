"""Membership commands that carry an idempotency key."""

import asyncio
from datetime import timedelta

import pytest

from domain import idempotency
from domain.identifiers import PersonId
from domain.membership import Method
from execution.context import Context
from resolvers.membership import (
    Assignment,
    CommandsDone,
    assign_members,
    change_member_roles,
    release_members,
    remove_members,
)
from resolvers.outcomes import Invalid
from store.driver import close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.recorder import Recorder
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

REUSED = Invalid("idempotencyKey", "has been used for a command that asked for something else")


async def a_group_and_ada(ctx: Context, account: str = "Acme") -> tuple[str, PersonId]:
    ids = await some_accounts(ctx, account)
    people = await some_people(ctx, ids[account], {f"ada-{account}": "Clerk"})
    interest = await an_interest(ctx, name=f"Interest of {account}")
    group = await a_buying_group(ctx, ids[account], interest)
    return group, PersonId(people[f"ada-{account}"])


async def events_of(ctx: Context, group: str) -> list[str]:
    found = ctx.stores.groups.collection.database["events"].find(
        {"tenant": ctx.viewer.tenant, "subject_id": group}, sort=[("position", 1)]
    )
    return [event["type"] async for event in found]


def told(done: object) -> list[object]:
    assert isinstance(done, CommandsDone), done
    return [(each.person, getattr(each.result, "outcome", each.result)) for each in done.outcomes]


async def test_a_repeat_has_the_first_answer_and_does_nothing(home: Context) -> None:
    group, ada = await a_group_and_ada(home)
    asked = [Assignment(ada, "Champion"), Assignment(PersonId("per_none"), "Champion")]
    first = await assign_members(home, group, asked, key="k")
    await remove_members(home, group, [ada])
    before = await home.stores.groups.one(group)
    events = await events_of(home, group)

    again = await assign_members(home, group, asked, key="k")

    assert told(again) == told(first)
    assert await home.stores.groups.one(group) == before
    assert await events_of(home, group) == events


async def test_an_answer_that_changed_nothing_is_kept_as_well(home: Context) -> None:
    group, ada = await a_group_and_ada(home)
    first = await remove_members(home, group, [ada], key="k")
    await assign_members(home, group, [Assignment(ada, "Champion")])

    again = await remove_members(home, group, [ada], key="k")

    assert told(again) == told(first)
    stored = await home.stores.groups.one(group)
    assert stored is not None
    assert stored["member_ids"] == [ada]


async def test_who_overruled_is_told_again(home: Context) -> None:
    group, ada = await a_group_and_ada(home)
    await assign_members(home, group, [Assignment(ada, "Champion")])
    first = await remove_members(home, group, [ada], Method.SYSTEM, key="k")
    await release_members(home, group, [ada])

    again = await remove_members(home, group, [ada], Method.SYSTEM, key="k")

    assert isinstance(first, CommandsDone)
    assert isinstance(again, CommandsDone)
    first_by, again_by = first.outcomes[0].result, again.outcomes[0].result
    assert getattr(again_by, "overruled_by", None) == getattr(first_by, "overruled_by", None)
    assert getattr(again_by, "overruled_by", None) is not None


@pytest.mark.parametrize("role", ["Influencer", "Nobody's role"])
async def test_the_same_key_with_other_input_is_refused(home: Context, role: str) -> None:
    group, ada = await a_group_and_ada(home)
    await assign_members(home, group, [Assignment(ada, "Champion")], key="k")
    before = await home.stores.groups.one(group)

    assert await assign_members(home, group, [Assignment(ada, role)], key="k") == REUSED

    assert await home.stores.groups.one(group) == before


async def test_a_key_that_another_group_knows_is_refused(home: Context) -> None:
    group, ada = await a_group_and_ada(home)
    other, bo = await a_group_and_ada(home, "Bolt")
    await assign_members(home, group, [Assignment(ada, "Champion")], key="k")

    assert await assign_members(home, other, [Assignment(bo, "Champion")], key="k") == REUSED


async def test_other_commands_and_other_actors_have_keys_of_their_own(
    home: Context, clock: Clock
) -> None:
    group, ada = await a_group_and_ada(home)
    asked = [Assignment(ada, "Champion")]
    database = home.stores.groups.collection.database
    kim = a_context(database, home.viewer.tenant, clock, actor="kim")

    first = await assign_members(home, group, asked, key="k")
    theirs = await assign_members(kim, group, asked, key="k")
    changed = await change_member_roles(home, group, asked, key="k")

    outcomes = [told(each)[0] for each in (first, theirs, changed)]
    applied, unchanged = "APPLIED", "UNCHANGED"
    assert [getattr(o[1], "name", None) for o in outcomes if isinstance(o, tuple)] == [
        applied,
        unchanged,
        unchanged,
    ]


async def test_after_a_day_the_key_is_new_and_the_answer_gone(home: Context, clock: Clock) -> None:
    group, ada = await a_group_and_ada(home)
    asked = [Assignment(ada, "Champion")]
    await assign_members(home, group, asked, key="k")
    await remove_members(home, group, [ada])
    clock.forward(timedelta(hours=24))

    await assign_members(home, group, asked, key="k")

    stored = await home.stores.groups.one(group)
    assert stored is not None
    assert stored["member_ids"] == [ada]
    assert [kept["at"] for kept in stored["answers"]] == [clock.at]


async def test_the_same_command_sent_at_once_is_done_once(home: Context, clock: Clock) -> None:
    group, ada = await a_group_and_ada(home)
    database = home.stores.groups.collection.database
    others = [a_context(database, home.viewer.tenant, clock) for _ in range(3)]
    asked = [Assignment(ada, "Champion")]

    answers = await asyncio.gather(
        *(assign_members(ctx, group, asked, key="k") for ctx in (home, *others) for _ in range(4))
    )

    assert [told(each) for each in answers] == [told(answers[0])] * 16
    assert (await events_of(home, group)).count("MEMBERSHIP_CHANGED") == 1
    assert "APPLIED" in str(told(answers[0]))


async def test_a_group_keeps_so_many_answers_and_then_says_so(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_KEPT", 2)
    group, ada = await a_group_and_ada(home)
    for key in ("k1", "k2"):
        await remove_members(home, group, [ada], key=key)

    full = await remove_members(home, group, [ada], key="k3")
    known = await remove_members(home, group, [ada], key="k1")

    reason = "the group keeps 2 answers already, each for a day"
    assert full == Invalid("idempotencyKey", reason)
    assert isinstance(known, CommandsDone)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "must not be blank"),
        ("x" * 256, "must have at most 255 characters, not 256"),
        ("a\x00b", "must not contain the character NUL"),
    ],
)
async def test_a_key_is_a_text_that_can_be_stored(home: Context, key: str, reason: str) -> None:
    group, ada = await a_group_and_ada(home)

    refused = await remove_members(home, group, [ada], key=key)

    assert refused == Invalid("idempotencyKey", reason)


async def test_a_key_is_looked_for_among_kept_answers_only(
    mongodb_uri: str, home: Context, clock: Clock
) -> None:
    database = home.stores.groups.collection.database
    ids = await some_accounts(home, *(f"A{number}" for number in range(30)))
    interest = await an_interest(home)
    groups = [await a_buying_group(home, account, interest) for account in ids.values()]
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    watched = a_context(open_database(client, database.name), home.viewer.tenant, clock)

    await remove_members(watched, groups[0], [PersonId("per_none")], key="k")

    await close(client)
    (find,) = [sent for sent in recorder.sent if "answers.key" in sent.get("filter", {})]
    command = {key: find[key] for key in ("find", "filter", "limit") if key in find}
    plan = await database.command("explain", command, verbosity="executionStats")
    assert plan["executionStats"]["totalKeysExamined"] == 1
