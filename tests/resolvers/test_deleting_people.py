import asyncio
from datetime import date
from typing import Final

import pytest

from domain.activities import PersonByEmail, Report
from domain.identifiers import BuyingGroupId, PersonId, TenantId
from domain.membership import Method
from domain.people import PersonItem
from execution.context import Context
from jobs.kinds import run_job
from resolvers import groups, people, scoring
from resolvers.activities import record_activities
from resolvers.deleting_people import delete_person
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, CommandsDone, assign_members, remove_members
from resolvers.outcomes import NotFound
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.killing import Kill, Killed, late, points
from tests.resolvers.test_deleting_groups import a_job
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

POINTS: Final = 12
WRITES = {
    "groups": ("change",),
    "activities": ("detach",),
    "deletions": ("delete", "finish"),
    "scoring": ("score_groups",),
}


async def a_world(ctx: Context) -> tuple[list[str], dict[str, str]]:
    """Two groups of an account: Ada is in both, and was removed from the second by hand."""
    [account] = (await some_accounts(ctx, "Acme")).values()
    known = await some_people(ctx, account, {"ada": "Chief", "bo": "Engineer"})
    made = [
        await a_buying_group(ctx, account, await an_interest(ctx, name=name))
        for name in ("Security", "Cloud")
    ]
    ada = PersonId(known["ada"])
    await assign_members(ctx, made[0], [Assignment(ada, "Champion")])
    await remove_members(ctx, made[1], [ada])
    await record(ctx, acts(ada, "Click Link", date(2026, 5, 4), 3))
    return list(made), known


async def group_of(ctx: Context, id: str) -> Document:
    document = await ctx.stores.groups.one(id)
    assert document is not None
    return document


async def assert_gone(ctx: Context, made: list[str], person: str) -> None:
    """Nobody knows the person any more, and each group fits those who are left."""
    assert await ctx.stores.people.one(person) is None
    for id in made:
        group = await group_of(ctx, id)
        assert person not in group["member_ids"] + group["removed_ids"]
        assert [m["claims"] for m in group["members"] if m["person_id"] == person] in ([{}], [])
        assert group["member_count"] == 1
        assert group["completeness"] == {"exact": 25.0}
        assert "score_due" not in group
    activities = ctx.stores.database["activities"]
    assert await activities.count_documents({"person_id": person}) == 0
    assert await activities.count_documents({"tenant": ctx.viewer.tenant}) == 3
    days = ctx.stores.database["activity_days"].find({"person_id": person})
    assert [day["counts"] async for day in days if day["counts"]] == []
    assert not await ctx.stores.deletions.is_unfinished(person)
    assert await delete_person(ctx, person) == NotFound("person", person)


async def events_of(ctx: Context, person: str, type: str) -> list[Document]:
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "person_id": person, "type": type}, sort=[("position", 1)]
    )
    return [event async for event in found]


async def test_a_deleted_person_is_out_of_every_group_and_their_acts_wait(home: Context) -> None:
    made, known = await a_world(home)
    ada = known["ada"]

    assert await delete_person(home, ada) == ada

    await assert_gone(home, made, ada)
    changes = (await events_of(home, ada, "MEMBERSHIP_CHANGED"))[-2:]
    assert {event["buying_group_id"] for event in changes} == set(made)
    for event in changes:
        assert "method" not in event
        assert set(event["before"]["claims"]) == {"manual", "system"}
        assert event["after"] == {"role_id": None, "claims": {}}
    [last] = await events_of(home, ada, "PERSON_DELETED")
    assert last["subject_id"] == ada
    assert await home.stores.deletions.among([ada]) == {ada}


async def test_whoever_has_the_address_next_gets_the_acts_and_another_id(home: Context) -> None:
    made, known = await a_world(home)
    at = home.now()
    by_address = Report("web", "1", "Click Link", PersonByEmail("ADA@example.com"), at, {})
    await record_activities(home, [by_address])
    await delete_person(home, known["ada"])

    outcomes = await people.upsert_people(home, [PersonItem(fields={"email": "ada@example.com"})])

    assert isinstance(outcomes, list)
    [person] = await home.stores.people.found({"folded.email": "ada@example.com"})
    assert person["_id"] != known["ada"]
    assert person["relations"] == []
    acts_of = {"tenant": home.viewer.tenant, "person_id": person["_id"]}
    assert await home.stores.database["activities"].count_documents(acts_of) == 1
    for id in made:
        assert person["_id"] not in (await group_of(home, id))["member_ids"]


async def test_a_repeated_deletion_and_one_of_anothers_person_find_nothing(
    home: Context, clock: Clock
) -> None:
    made, known = await a_world(home)
    stranger = a_context(home.stores.database, TenantId("somebody-else"), clock)
    before = await group_of(home, made[0])

    assert await delete_person(stranger, known["ada"]) == NotFound("person", known["ada"])

    assert await group_of(home, made[0]) == before
    assert await home.stores.people.one(known["ada"]) is not None


async def test_the_points_are_all_at_which_a_deletion_can_be_killed(
    home: Context, clock: Clock
) -> None:
    _, known = await a_world(home)
    kill = Kill(POINTS)
    watched = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), WRITES)

    assert await delete_person(watched, known["ada"]) == known["ada"]
    assert kill.left == 0


@pytest.mark.parametrize("at", points(POINTS, apart=6))
async def test_a_killed_deletion_is_finished_by_the_next(
    home: Context, clock: Clock, at: int
) -> None:
    made, known = await a_world(home)
    ada = known["ada"]
    kill = Kill(at)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), WRITES)
    with pytest.raises(Killed):
        await delete_person(dying, ada)
    assert kill.has_killed

    finished = await delete_person(home, ada)

    assert finished in (ada, NotFound("person", ada))
    await scoring.score_due_groups(home)
    await assert_gone(home, made, ada)
    assert len(await events_of(home, ada, "PERSON_DELETED")) == 1
    leaves = [
        event
        for event in await events_of(home, ada, "MEMBERSHIP_CHANGED")
        if event["after"]["claims"] == {}
    ]
    assert sorted(event["buying_group_id"] for event in leaves) == sorted(made)


@pytest.mark.parametrize("turn", range(0, 6, 3))
async def test_whatever_races_the_deletion_no_group_holds_the_person(
    home: Context, clock: Clock, turn: int
) -> None:
    made, known = await a_world(home)
    ada = PersonId(known["ada"])
    [account] = await home.stores.accounts.all()
    third = await an_interest(home, name="Third")
    job = await a_job(home, await an_interest(home, name="Fourth"))

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    async def delete() -> object:
        await asyncio.sleep(0.004 * turn)
        return await delete_person(other(), ada)

    *_, deleted = await asyncio.gather(
        *(assign_members(other(), id, [Assignment(ada, "Champion")]) for id in made * 3),
        remove_members(other(), made[0], [ada], Method.JOURNEY),
        record_activities(other(), acts(ada, "Click Link", date(2026, 5, 4), 2)),
        groups.create_buying_group(other(), account["_id"], third),
        run_job(other(), job, "worker"),
        maintain_groups(other(), [group["_id"] for group in await home.stores.groups.all()]),
        delete(),
    )

    assert deleted == ada
    assert await home.stores.people.one(ada) is None
    held = {"$or": [{"member_ids": ada}, {"removed_ids": ada}]}
    assert await home.stores.groups.count_found(held) == 0
    assert await home.stores.groups.count() == 4
    assert await home.stores.database["activities"].count_documents({"person_id": ada}) == 0
    [again] = [await assign_members(home, made[0], [Assignment(ada, "Champion")])]
    assert isinstance(again, CommandsDone)
    assert type(again.outcomes[0].result).__name__ == "PersonUnknown"


@pytest.mark.parametrize("said", ["by hand", "made", "by a job", "maintained"])
async def test_what_is_said_of_a_person_who_is_gone_by_then_is_taken_back(
    home: Context, clock: Clock, said: str
) -> None:
    made, known = await a_world(home)
    ada = PersonId(known["ada"])
    [account] = await home.stores.accounts.all()
    third = await an_interest(home, name="Third")
    job = await a_job(home, third)
    other = a_context(home.stores.database, home.viewer.tenant, clock)

    async def delete() -> None:
        assert await delete_person(home, ada) == ada

    methods = {"made": "make", "by a job": "insert_many", "maintained": "change_all"}
    method = methods.get(said, "change")
    slow = late(other, "groups", method, delete)

    match said:
        case "by hand":
            await assign_members(slow, made[1], [Assignment(ada, "Champion")])
        case "made":
            await groups.create_buying_group(slow, account["_id"], third)
        case "by a job":
            await run_job(slow, job, "worker")
        case _:
            newcomer = {"cy": "Engineer"}
            await some_people(home, account["_id"], newcomer)
            await maintain_groups(slow, [BuyingGroupId(each) for each in made])

    assert await home.stores.people.one(ada) is None
    held = {"$or": [{"member_ids": ada}, {"removed_ids": ada}]}
    assert await home.stores.groups.count_found(held) == 0
    assert await home.stores.groups.count_found({"score_due": {"$exists": True}}) == 0


async def test_acts_of_a_person_who_is_gone_by_then_wait(home: Context, clock: Clock) -> None:
    _, known = await a_world(home)
    ada = PersonId(known["ada"])
    other = a_context(home.stores.database, home.viewer.tenant, clock)

    async def delete() -> None:
        assert await delete_person(home, ada) == ada

    slow = late(other, "activities", "record", delete)

    await record_activities(slow, acts(ada, "Click Link", date(2026, 5, 4), 2))

    stored = home.stores.database["activities"].find({"tenant": home.viewer.tenant})
    assert [activity["person_id"] async for activity in stored] == [None] * 5
