import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final

import pytest

from domain.activities import PersonByEmail, Report
from domain.buying_groups import PersonUnknown
from domain.events import EventType
from domain.identifiers import BuyingGroupId, PersonId, TenantId
from domain.identities import OutsideKey
from domain.membership import Decision, Method
from domain.people import PersonItem
from domain.upserting import Applied, Status, UnknownRecord
from execution.context import Context, NotPermitted, Right
from resolvers import people, scoring
from resolvers.activities import record_activities
from resolvers.deleting_people import delete_person
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, CommandsDone, assign_members, remove_members
from resolvers.merging_people import merge_people
from resolvers.outcomes import Invalid, NotFound
from store.driver import Document
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.killing import Kill, Killed, points
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

CASES: Final = int(os.environ.get("QUORUM_MERGE_CASES", "2"))
"""How many schedules of what races a merge are tried."""
TODAY = date(2026, 5, 4)
POINTS: Final = 16
CALLS = {
    "merges": ("in_turn", "finish"),
    "groups": ("change",),
    "activities": ("reassign",),
    "deletions": ("delete",),
    "people": ("forward",),
    "scoring": ("score_groups",),
}


async def a_world(ctx: Context) -> tuple[list[BuyingGroupId], dict[str, str]]:
    """Two groups. By hand Ada is the champion of one, and was removed from the other after Eva."""
    [account] = (await some_accounts(ctx, "Acme")).values()
    ids = await some_people(ctx, account, {"ada": "Chief", "eva": "Chief", "bo": "Engineer"})
    items = [
        PersonItem(id=ids["ada"], keys=[OutsideKey("crm", "A")], fields={"unsubscribed": True}),
        PersonItem(id=ids["eva"], keys=[OutsideKey("crm", "E")], fields={"phone": "1"}),
    ]
    await people.upsert_people(ctx, items)
    made = [
        await a_buying_group(ctx, account, await an_interest(ctx, name=name))
        for name in ("Security", "Cloud")
    ]
    ada, eva = PersonId(ids["ada"]), PersonId(ids["eva"])
    await assign_members(ctx, made[0], [Assignment(ada, "Champion")])
    await assign_members(ctx, made[1], [Assignment(eva, "Champion")])
    await remove_members(ctx, made[1], [ada])
    await record(ctx, acts(ada, "Click Link", TODAY, 3), acts(eva, "Click Link", TODAY, 2))
    return made, ids


async def person_of(ctx: Context, id: str) -> Document:
    document = await ctx.stores.people.one(id)
    assert document is not None
    return document


async def roles_said(ctx: Context, group: str) -> dict[str, dict[str, str | None]]:
    """What each method says of everybody of whom something is said."""
    document = await ctx.stores.groups.one(group)
    assert document is not None
    return {
        member["person_id"]: {
            method: claim["role_id"] for method, claim in member["claims"].items()
        }
        for member in document["members"]
        if member["claims"]
    }


async def events_of(ctx: Context, **found: Any) -> list[Document]:
    await ctx.stores.relay.sweep()
    query = {"tenant": ctx.viewer.tenant, **found}
    cursor = ctx.stores.database["events"].find(query, sort=[("position", 1)])
    return [event async for event in cursor]


async def role(ctx: Context, name: str) -> str:
    [found] = await ctx.stores.roles.found({"name": name}, {"_id": 1})
    return str(found["_id"])


async def assert_merged(ctx: Context, made: list[BuyingGroupId], ids: dict[str, str]) -> None:
    """Ada is nobody any more: Eva is who she was."""
    ada, eva = ids["ada"], ids["eva"]
    assert await ctx.stores.people.one(ada) is None
    survivor = await person_of(ctx, eva)
    assert (survivor["unsubscribed"], survivor["phone"]) == (True, "1")
    assert survivor["keys"] == {"crm": "E"}
    assert survivor["former_keys"] == [{"system": "crm", "id": "A"}]
    assert survivor["former_emails"] == ["ada@example.com"]
    champion, decider = await role(ctx, "Champion"), await role(ctx, "Decision Maker")
    assert (await roles_said(ctx, made[0]))[eva] == {"manual": champion, "system": decider}
    assert (await roles_said(ctx, made[1]))[eva] == {"manual": None, "system": decider}
    for group in made:
        document = await ctx.stores.groups.one(group)
        assert document is not None
        assert ada not in document["member_ids"] + document["removed_ids"]
        assert document["completeness"] == {"exact": 25.0}  # nobody decides, one of two uses
        assert document["member_count"] == (2 if group == made[0] else 1)
    activities = ctx.stores.database["activities"]
    assert await activities.count_documents({"person_id": ada}) == 0
    assert await activities.count_documents({"person_id": eva}) == 5
    await scoring.run_scoring(ctx)
    days = ctx.stores.database["activity_days"]
    counts = {day["person_id"]: day["counts"] async for day in days.find({"day": str(TODAY)})}
    assert counts[eva] == [{"type": "click link", "count": 5}]
    note = await ctx.stores.merges.of(ada)
    assert note is not None
    assert (note.survivor, note.is_unfinished) == (eva, False)


async def test_two_people_are_one_everywhere(home: Context) -> None:
    made, ids = await a_world(home)

    assert await merge_people(home, ids["eva"], ids["ada"]) == ids["eva"]

    await assert_merged(home, made, ids)


async def test_events_tell_of_the_merge_and_of_every_claim_before_and_after(home: Context) -> None:
    made, ids = await a_world(home)
    ada, eva = ids["ada"], ids["eva"]
    await merge_people(home, eva, ada)

    [merged] = await events_of(home, type="PERSON_MERGED")
    assert (merged["subject_id"], merged["person_id"]) == (eva, eva)
    assert merged["before"] == {"unsubscribed": False}
    assert merged["after"] == {
        "merged_id": ada,
        "changed": ["unsubscribed"],
        "unsubscribed": True,
    }
    [deleted] = await events_of(home, type="PERSON_DELETED")
    assert (deleted["subject_id"], deleted["after"]) == (ada, {"merged_into": eva})
    changes = await events_of(home, type="MEMBERSHIP_CHANGED", buying_group_id=made[0])
    last_of = {event["person_id"]: event for event in changes}
    assert last_of[ada]["after"] == {"role_id": None, "claims": {}}
    assert set(last_of[eva]["after"]["claims"]) == {"manual", "system"}
    assert "method" not in last_of[eva]


async def test_keys_and_address_of_the_other_one_find_the_survivor(home: Context) -> None:
    _, ids = await a_world(home)
    await merge_people(home, ids["eva"], ids["ada"])

    by_key = PersonItem(
        keys=[OutsideKey("crm", "A")], fields={"email": "ada@example.com", "job_title": "Boss"}
    )
    by_address = PersonItem(fields={"email": "ADA@example.com", "phone": "2"})
    outcomes = await people.upsert_people(home, [by_key, by_address])

    assert outcomes == [Applied(Status.UPDATED, ids["eva"])] * 2
    survivor = await person_of(home, ids["eva"])
    assert (survivor["job_title"], survivor["phone"]) == ("Boss", "2")
    assert (survivor["email"], survivor["keys"]) == ("eva@example.com", {"crm": "E"})
    named = Report("web", "late", "Click Link", PersonByEmail("ada@example.com"), home.now(), {})
    await record_activities(home, [named])
    activities = home.stores.database["activities"]
    assert await activities.count_documents({"person_id": ids["eva"]}) == 6
    assert await people.upsert_people(home, [PersonItem(id=ids["ada"])]) == [
        UnknownRecord("id", "person", ids["ada"])
    ]


async def test_again_is_the_same_and_what_cannot_be_is_refused(home: Context, clock: Clock) -> None:
    _, ids = await a_world(home)
    ada, eva, bo = ids["ada"], ids["eva"], ids["bo"]
    stranger = a_context(home.stores.database, TenantId("somebody-else"), clock)
    reader = a_context(home.stores.database, home.viewer.tenant, clock, rights=[Right.EDIT_GROUPS])

    assert await merge_people(home, eva, eva) == Invalid(
        "mergedId", "must name another person than the survivor"
    )
    assert await merge_people(home, eva, "per_nobody") == NotFound("person", "per_nobody")
    assert await merge_people(home, "per_nobody", ada) == NotFound("person", "per_nobody")
    assert await merge_people(stranger, eva, ada) == NotFound("person", eva)
    with pytest.raises(NotPermitted):
        await merge_people(reader, eva, ada)
    assert (await person_of(home, ada))["version"] == 2

    await merge_people(home, eva, ada)
    before = len(await events_of(home))
    assert await merge_people(home, eva, ada) == eva
    assert len(await events_of(home)) == before
    assert await merge_people(home, bo, ada) == NotFound("person", ada)
    assert await merge_people(home, ada, bo) == NotFound("person", ada)
    assert await merge_people(home, bo, eva) == bo
    assert await merge_people(home, eva, ada) == bo


async def test_the_points_are_all_at_which_a_merge_can_be_killed(
    home: Context, clock: Clock
) -> None:
    _, ids = await a_world(home)
    kill = Kill(POINTS)
    watched = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)

    assert await merge_people(watched, ids["eva"], ids["ada"]) == ids["eva"]
    assert kill.left == 0


@pytest.mark.parametrize("at", points(POINTS, apart=7))
async def test_a_killed_merge_is_finished_by_the_same_command(
    home: Context, clock: Clock, at: int
) -> None:
    made, ids = await a_world(home)
    kill = Kill(at)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await merge_people(dying, ids["eva"], ids["ada"])
    assert kill.has_killed

    assert await merge_people(home, ids["eva"], ids["ada"]) == ids["eva"]

    await assert_merged(home, made, ids)
    assert len(await events_of(home, type=EventType.PERSON_MERGED.value)) == 1
    assert len(await events_of(home, type=EventType.PERSON_DELETED.value)) == 1
    moved = await events_of(home, type="MEMBERSHIP_CHANGED", person_id=ids["ada"])
    assert len([event for event in moved if event["after"]["claims"] == {}]) == 2


async def test_a_merge_of_the_survivor_finishes_one_into_it_that_was_broken_off(
    home: Context, clock: Clock
) -> None:
    made, ids = await a_world(home)
    ada, eva, bo = (ids[name] for name in ("ada", "eva", "bo"))
    kill = Kill(4)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await merge_people(dying, eva, ada)
    assert await home.stores.merges.unfinished_into(eva) == [ada]

    assert await merge_people(home, bo, eva) == bo

    assert [person["_id"] for person in await home.stores.people.all()] == [bo]
    for group in made:
        assert set(await roles_said(home, group)) == {bo}
    assert await home.stores.merges.unfinished_into(eva) == []
    activities = home.stores.database["activities"]
    assert await activities.count_documents({"person_id": bo}) == 5
    survivor = await person_of(home, bo)
    assert survivor["former_emails"] == ["ada@example.com", "eva@example.com"]


async def test_who_was_merged_into_one_who_is_deleted_is_gone_too(
    home: Context, clock: Clock
) -> None:
    made, ids = await a_world(home)
    ada, eva = ids["ada"], ids["eva"]
    kill = Kill(2)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), CALLS)
    with pytest.raises(Killed):
        await merge_people(dying, eva, ada)
    assert await delete_person(home, eva) == eva

    assert await merge_people(home, eva, ada) == NotFound("person", eva)

    assert await home.stores.people.one(ada) is None
    for group in made:
        assert set(await roles_said(home, group)) == {ids["bo"]}


def before(store: object, method: str, meanwhile: Callable[[], Awaitable[object]]) -> None:
    """Have something else happen right before the first call of a store's method."""
    call, is_first = getattr(store, method), True

    async def late(*arguments: Any, **named: Any) -> Any:
        nonlocal is_first
        if is_first:
            is_first = False
            await meanwhile()
        return await call(*arguments, **named)

    setattr(store, method, late)


@pytest.mark.parametrize("who", ["a user", "maintenance", "whoever makes a group"])
async def test_what_was_decided_before_the_merge_and_said_after_it_is_said_of_the_survivor(
    home: Context, clock: Clock, who: str
) -> None:
    made, ids = await a_world(home)
    ada, eva = PersonId(ids["ada"]), PersonId(ids["eva"])
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    [account] = await home.stores.accounts.all()
    third = await an_interest(home, name="Third")

    async def merge() -> None:
        assert await merge_people(home, eva, ada) == eva

    if who == "a user":
        before(slow.stores.groups, "change", merge)
        await assign_members(slow, made[0], [Assignment(ada, "Practitioner")])
    elif who == "maintenance":
        await people.upsert_people(home, [PersonItem(id=ada, fields={"job_title": "Engineer"})])
        before(slow.stores.groups, "change_all", merge)
        await maintain_groups(slow, made)
    else:
        before(slow.stores.groups, "make", merge)
        made.append(await a_buying_group(slow, account["_id"], third))

    assert await home.stores.people.one(ada) is None
    for group in made:
        assert set(await roles_said(home, group)) == {eva, ids["bo"]}
    if who == "a user":
        said = await roles_said(home, made[0])
        assert said[eva]["manual"] == await role(home, "Practitioner")


async def test_acts_recorded_of_the_other_one_during_the_merge_are_the_survivors(
    home: Context, clock: Clock
) -> None:
    _, ids = await a_world(home)
    ada, eva = PersonId(ids["ada"]), PersonId(ids["eva"])
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    before(slow.stores.activities, "record", lambda: merge_people(home, eva, ada))

    await record(slow, acts(ada, "Click Link", TODAY, 4))

    activities = home.stores.database["activities"]
    assert await activities.count_documents({"person_id": ada}) == 0
    assert await activities.count_documents({"person_id": eva}) == 9


async def on_schedule(seed: int, *racing: Awaitable[Any]) -> list[Any]:
    """What each of these ends in, when each begins at a moment that the seed decides."""
    dice = random.Random(seed)

    async def soon(pause: float, one: Awaitable[Any]) -> Any:
        await asyncio.sleep(pause)
        return await one

    return await asyncio.gather(*(soon(dice.uniform(0, 0.08), one) for one in racing))


@pytest.mark.parametrize("seed", range(CASES))
async def test_whatever_races_a_merge_ends_with_the_survivor(
    home: Context, clock: Clock, seed: int
) -> None:
    made, ids = await a_world(home)
    ada, eva = PersonId(ids["ada"]), PersonId(ids["eva"])

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    items = [PersonItem(keys=[OutsideKey("crm", "A")], fields={"job_title": "Chief of all"})]
    named = [
        Report("web", f"r{n}", "Click Link", PersonByEmail("ada@example.com"), home.now(), {})
        for n in range(5)
    ]
    merged, *outcomes = await on_schedule(
        seed,
        merge_people(other(), eva, ada),
        assign_members(other(), made[0], [Assignment(ada, "Practitioner")], Method.JOURNEY),
        assign_members(other(), made[1], [Assignment(ada, "Practitioner")], Method.JOURNEY),
        people.upsert_people(other(), items),
        record_activities(other(), named),
        record(other(), acts(eva, "Click Link", TODAY, 2)),
        maintain_groups(other(), list(made)),
    )

    assert merged == eva
    told = [each for each in outcomes if isinstance(each, CommandsDone)]
    assert await home.stores.people.one(ada) is None
    assert set(await home.stores.merges.survivors([ada])) == {ada}
    practitioner = await role(home, "Practitioner")
    for group in made:
        said = await roles_said(home, group)
        assert ada not in said
        [done] = [each for each in told if each.group == group]
        [outcome] = done.outcomes
        was_accepted = isinstance(outcome.result, Decision)
        assert was_accepted or outcome.result == PersonUnknown(ada)
        assert (said[eva].get("journey") == practitioner) == was_accepted
    activities = home.stores.database["activities"]
    assert await activities.count_documents({"person_id": ada}) == 0
    assert await activities.count_documents({"person_id": eva}) == 12
    assert await home.stores.people.count() == 2
