import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.accounts import AccountItem
from domain.conditions import ALWAYS
from domain.identifiers import JobId, PersonId, TenantId
from execution.context import Context, NotPermitted, Right, Viewer
from jobs.kinds import run_job
from resolvers import accounts, audiences, groups, jobs, scoring
from resolvers.audiences import AudienceAccounts
from resolvers.deleting_components import delete_solution_interest
from resolvers.deleting_groups import delete_buying_group
from resolvers.groups import GroupExists
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, CommandsDone, assign_members
from resolvers.outcomes import Conflict, Invalid, NotFound
from store import transactions
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.rivals import in_the_way
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


async def events_of(ctx: Context, group: str) -> list[Document]:
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "buying_group_id": group}, sort=[("position", 1)]
    )
    return [event async for event in found]


async def positions(ctx: Context) -> list[int]:
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant}, sort=[("position", 1)]
    )
    return [event["position"] async for event in found]


async def a_world(ctx: Context) -> tuple[str, str, dict[str, str]]:
    """An account and a solution interest, and the account's people."""
    [account] = (await some_accounts(ctx, "Acme")).values()
    people = await some_people(ctx, account, {"ada": "Chief", "bo": "Engineer"})
    return account, await an_interest(ctx), people


async def a_job(ctx: Context, interest: str, name: str = "Everybody") -> JobId:
    audience = await audiences.create_account_audience(ctx, name, None, AudienceAccounts(ALWAYS))
    assert isinstance(audience, str)
    job = await jobs.start_creation_job(ctx, interest, audience)
    assert isinstance(job, str)
    return job


async def test_a_deleted_group_is_gone_and_ends_with_an_event(home: Context) -> None:
    account, interest, people = await a_world(home)
    group = await a_buying_group(home, account, interest)

    assert await delete_buying_group(home, group, "sold elsewhere") == group

    assert await home.stores.groups.one(group) is None
    *before, last = await events_of(home, group)
    assert [event["type"] for event in before[:3]] == [
        "BUYING_GROUP_CREATED",
        "MEMBERSHIP_CHANGED",
        "MEMBERSHIP_CHANGED",
    ]
    assert last["type"] == "BUYING_GROUP_DELETED"
    assert (last["account_id"], last["solution_interest_id"]) == (account, interest)
    assert set(last["before"]["member_ids"]) == set(people.values())
    assert last["before"]["completeness"] == {"exact": 75.0}
    assert last["personal"] == {"reason": "sold elsewhere"}


async def test_events_that_still_waited_come_before_the_deletion(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, interest, _ = await a_world(home)

    async def nowhere(*_: object) -> None:
        """A relay that never has its turn."""

    with monkeypatch.context() as patched:
        patched.setattr(home.stores.relay, "forward", nowhere)
        group = await a_buying_group(home, account, interest)
        await groups.update_status(home, group, "late")
        assert await delete_buying_group(home, group) == group
    assert await events_of(home, group) == []

    await home.stores.relay.sweep()

    assert [event["type"] for event in await events_of(home, group)] == [
        "BUYING_GROUP_CREATED",
        "MEMBERSHIP_CHANGED",
        "MEMBERSHIP_CHANGED",
        "BUYING_GROUP_UPDATED",
        "BUYING_GROUP_DELETED",
    ]
    found = await positions(home)
    assert found == list(range(1, len(found) + 1))


async def test_no_job_makes_a_deleted_group_again(home: Context) -> None:
    account, interest, _ = await a_world(home)
    [other] = (await some_accounts(home, "Bolt")).values()
    group = await a_buying_group(home, account, interest)
    await delete_buying_group(home, group)

    assert await run_job(home, await a_job(home, interest), "worker")

    [made] = await home.stores.groups.all()
    assert made["account_id"] == other
    [job] = await home.stores.jobs.all()
    assert (job["status"], job["progress"]["done"], job["progress"]["groups_created"]) == (
        "done",
        2,
        1,
    )


async def test_by_command_it_is_made_again_and_nothing_said_comes_back(home: Context) -> None:
    account, interest, people = await a_world(home)
    await some_people(home, account, {"cy": "Clerk"})
    group = await a_buying_group(home, account, interest)
    await assign_members(home, group, [Assignment(PersonId(people["bo"]), "Champion")])
    await groups.update_status(home, group, "hot")
    await delete_buying_group(home, group)

    assert await groups.create_buying_group(home, account, interest) == group

    again = await home.stores.groups.one(group)
    assert again is not None
    assert (again["status"], again["version"]) == (None, 4)
    claims = {m["person_id"]: m["claims"] for m in again["members"]}
    assert set(claims) == set(people.values())
    assert all(set(each) == {"system"} for each in claims.values())
    assert {each["system"]["version"] for each in claims.values()} == {4}
    assert again["engagement"]["version"] == 4
    assert "score_due" not in again
    assert await home.stores.deletions.one(group) is None
    types = [event["type"] for event in await events_of(home, group)]
    assert types.count("BUYING_GROUP_CREATED") == 2
    assert types.index("BUYING_GROUP_DELETED") < len(types) - 3
    assert await groups.create_buying_group(home, account, interest) == GroupExists(group)


async def test_what_was_decided_about_the_deleted_group_is_not_stored_in_the_new_one(
    home: Context, clock: Clock
) -> None:
    account, interest, people = await a_world(home)
    group = await a_buying_group(home, account, interest)
    bo = PersonId(people["bo"])
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    load, is_late = slow.stores.groups.one, True

    async def late(*given: Any) -> Document | None:
        """What was loaded just before the group was deleted and made again."""
        nonlocal is_late
        document = await load(*given)
        if is_late and given[1] is None:
            is_late = False
            await delete_buying_group(home, group)
            await groups.create_buying_group(home, account, interest)
        return document

    setattr(slow.stores.groups, "one", late)  # noqa: B010

    done = await assign_members(slow, group, [Assignment(bo, "Champion")])

    assert isinstance(done, CommandsDone)
    assert done.version == 3
    stored = await home.stores.groups.one(group)
    assert stored is not None
    claims = {m["person_id"]: m["claims"] for m in stored["members"]}
    assert {method: c["version"] for method, c in claims[bo].items()} == {"system": 2, "manual": 3}


async def test_a_repeated_deletion_and_one_of_anothers_group_find_nothing(
    home: Context, clock: Clock
) -> None:
    account, interest, _ = await a_world(home)
    group = await a_buying_group(home, account, interest)
    stranger = a_context(home.stores.database, TenantId("somebody-else"), clock)

    assert await delete_buying_group(stranger, group) == NotFound("buying group", group)
    assert await delete_buying_group(home, group) == group
    assert await delete_buying_group(home, group) == NotFound("buying group", group)
    assert await stranger.stores.deletions.count() == 0


async def test_a_reason_is_bounded_and_nothing_is_deleted_without_the_right(home: Context) -> None:
    account, interest, _ = await a_world(home)
    group = await a_buying_group(home, account, interest)
    reader = replace(home, viewer=Viewer(home.viewer.tenant, "ed", frozenset({Right.EDIT_DATA})))

    assert await delete_buying_group(home, group, "x" * 501) == Invalid(
        "reason", "must have at most 500 characters, not 501"
    )
    with pytest.raises(NotPermitted):
        await delete_buying_group(reader, group)

    assert await home.stores.groups.one(group) is not None


@pytest.mark.parametrize("turn", range(0, 4, 2))
async def test_nothing_that_races_a_deletion_brings_the_group_back(
    home: Context, clock: Clock, turn: int
) -> None:
    account, interest, people = await a_world(home)
    group = await a_buying_group(home, account, interest)
    first, second = [await a_job(home, interest, name) for name in ("one", "two")]
    bo = PersonId(people["bo"])

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    renamed = AccountItem(id=account, fields={"name": f"Acme {turn}"})
    commands = [assign_members(other(), group, [Assignment(bo, "Champion")]) for _ in range(6)]
    outcomes = await asyncio.gather(
        *commands[: turn + 1],
        run_job(other(), first, "one"),
        accounts.upsert_accounts(other(), [renamed]),
        delete_buying_group(other(), group),
        maintain_groups(other(), [group]),
        scoring.run_scoring(other()),
        run_job(other(), second, "two"),
        *commands[turn + 1 :],
    )

    assert await home.stores.groups.count() == 0
    assert await home.stores.deletions.among([group]) == {group}
    for outcome in (each for each in outcomes if isinstance(each, CommandsDone | NotFound)):
        assert isinstance(outcome, CommandsDone) or outcome == NotFound("buying group", group)
    assert [job["status"] for job in await home.stores.jobs.all()] == ["done", "done"]
    assert await assign_members(home, group, [Assignment(bo, "Champion")]) == NotFound(
        "buying group", group
    )
    await home.stores.relay.sweep()
    assert (await events_of(home, group))[-1]["type"] == "BUYING_GROUP_DELETED"
    found = await positions(home)
    assert found == list(range(1, len(found) + 1))


async def test_deleting_and_making_at_once_is_some_order_of_both(
    home: Context, clock: Clock
) -> None:
    account, interest, _ = await a_world(home)
    group = await a_buying_group(home, account, interest)
    others = [a_context(home.stores.database, home.viewer.tenant, clock) for _ in range(8)]

    outcomes = await asyncio.gather(
        *(delete_buying_group(each, group) for each in others),
        *(groups.create_buying_group(each, account, interest) for each in others),
    )

    stored = await home.stores.groups.one(group)
    marked = await home.stores.deletions.among([group])
    assert (stored is None) == bool(marked)
    types = [event["type"] for event in await events_of(home, group)]
    made, deleted = types.count("BUYING_GROUP_CREATED"), types.count("BUYING_GROUP_DELETED")
    assert made - deleted == (stored is not None)
    assert outcomes[:8].count(group) == deleted
    assert outcomes[8:].count(group) == made - 1


async def test_while_others_are_in_the_way_nothing_is_deleted_or_made(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "_DEADLINE_SECONDS", 0.1)
    account, interest, _ = await a_world(home)
    [other] = (await some_accounts(home, "Bolt")).values()
    group = await a_buying_group(home, account, interest)
    database = home.stores.database
    before = await home.stores.groups.one(group)
    seen = await positions(home)

    async with in_the_way(database, buying_groups=group, solution_interests=interest):
        refused = await delete_buying_group(home, group)
        unmade = await groups.create_buying_group(home, other, interest)
        in_use = await delete_solution_interest(home, interest)

    assert refused == Conflict("buying group", group)
    assert isinstance(unmade, Conflict)
    assert in_use == Conflict("solution interest", interest)
    assert await home.stores.groups.one(group) == before
    assert await home.stores.groups.count() == 1
    assert await home.stores.deletions.count() == 0
    assert await positions(home) == seen
