"""Nothing names a person who was erased, in any collection and in no export."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain.activities import PersonByEmail, Report
from domain.folding import fold
from domain.identifiers import PersonId
from domain.identities import OutsideKey
from domain.membership import Method
from domain.people import PersonItem
from execution.context import Context
from resolvers import people, scoring
from resolvers.activities import record_activities
from resolvers.deleting_people import delete_person
from resolvers.erasing_people import erase_person
from resolvers.finishing import ABANDONED, finish_broken_off
from resolvers.maintenance import maintain_groups
from resolvers.membership import Assignment, assign_members, remove_members
from resolvers.merging_people import merge_people
from resolvers.outcomes import Conflict, NotFound
from store.driver import Document
from store.exporting import exported
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts
from tests.killing import Kill, Killed, late, points
from tests.schema.operations import mutate
from tests.worlds import a_buying_group, a_live_stage_model, an_interest, some_accounts, some_people

NAMING: Final = ("ada@", "lovelace", "countess", "+44 1", "crm-77", "told in trust")
WRITES: Final = {
    "people": ("change",),
    "groups": ("change",),
    "deletions": ("delete", "forget"),
    "relay": ("sweep",),
    "interest_signals": ("forget",),
    "activities": ("erase",),
    "erasures": ("free_identities", "redact_answers", "redact_reasons", "scrub_history"),
}

Ids = dict[str, str]


async def a_world(ctx: Context) -> Ids:
    """A group that Ada is in, in which is told of her by everybody and everywhere."""
    [account] = (await some_accounts(ctx, "Acme")).values()
    ids = {"account": account} | await some_people(ctx, account, {"ada": "Countess", "bo": "Chief"})
    ada = ids["ada"]
    fields = {"last_name": "Lovelace", "phone": "+44 1", "email": "ada@new.example"}
    item = PersonItem(id=ada, keys=[OutsideKey("crm", "crm-77")], fields=fields)
    await people.upsert_people(ctx, [item])
    interest = await an_interest(ctx, stage_model=await a_live_stage_model(ctx))
    ids |= {"interest": interest, "group": await a_buying_group(ctx, account, interest)}
    await _said_of_her(ctx, ids)
    await _done_by_her(ctx, ids)
    await scoring.score_due_groups(ctx)
    return ids


async def _said_of_her(ctx: Context, ids: Ids) -> None:
    group = ids["group"]
    commands: list[tuple[str, dict[str, Any]]] = [
        (
            "assignMembers",
            {
                "members": [{"personId": ids["ada"], "role": "Champion"}],
                "reason": "told in trust",
            },
        ),
        ("removeMembers", {"personIds": [ids["ada"]], "method": "JOURNEY", "reason": "no"}),
        ("removeMembers", {"personIds": [ids["bo"]], "reason": "ask ADA  Lovelace instead"}),
    ]
    for place, (name, given) in enumerate(commands):
        key = f"key {place}"
        done = await mutate(ctx, name, "", buyingGroupId=group, idempotencyKey=key, **given)
        assert done["__typename"].endswith("Success"), done
    await mutate(
        ctx, "moveBuyingGroupStage", "", buyingGroupId=group, stage="New", reason="ada@new.example"
    )
    await people.upsert_people(ctx, [PersonItem(fields={"email": "cy@example.com"})])


async def _done_by_her(ctx: Context, ids: Ids) -> None:
    day = ctx.now()
    await record_activities(ctx, acts(PersonId(ids["ada"]), "Click Link", day.date(), 3))
    reports = [
        Report("web", email, "Click Link", PersonByEmail(email), day, {"from": email})
        for email in ("ada@new.example", "ada@example.com", "bo@example.com", "who@example.com")
    ]
    await record_activities(ctx, reports)
    signal = {"source": "FORM", "solutionInterest": ids["interest"], "strength": "HIGH"}
    signals = [
        {**signal, "sourceId": f"form of {email}", "person": {"email": email}, "at": f"{day}"}
        for email in ("ada@new.example", "ada@example.com")
    ]
    await mutate(ctx, "recordInterestSignals", "", items=signals, idempotencyKey="k")


async def naming_her(ctx: Context) -> dict[str, list[str]]:
    """The collections and exports in which something names Ada, with what."""
    found: dict[str, list[str]] = {}
    lines = [line async for line in exported(ctx.stores.database, ctx.viewer.tenant, ctx.now())]
    texts = {"export": fold(b"".join(lines).decode())}
    for name in await ctx.stores.database.list_collection_names():
        texts[name] = fold(str([each async for each in _all(ctx, name)]))
    for name, text in texts.items():
        if names := [each for each in NAMING if each in text]:
            found[name] = names
    return found


def _all(ctx: Context, name: str) -> Any:
    return ctx.stores.database[name].find({"tenant": ctx.viewer.tenant})


async def history_of(ctx: Context, person: str) -> list[Document]:
    about = {"tenant": ctx.viewer.tenant, "person_id": person}
    events = ctx.stores.database["events"].find(about, sort=[("position", 1)])
    return [event async for event in events]


async def assert_erased(ctx: Context, ids: Ids) -> None:
    """Nobody is named any more, and what is left fits those who are left."""
    assert await naming_her(ctx) == {}
    group = await ctx.stores.groups.one(ids["group"])
    assert group is not None
    assert group["member_ids"] == []
    assert group["removed_ids"] == [ids["bo"]]
    assert group["completeness"] == {"exact": 0.0}
    counts = {name: len([_ async for _ in _all(ctx, name)]) for name in ("activities", "people")}
    assert counts == {"activities": 2, "people": 2}
    assert [each async for each in _all(ctx, "interest_signals")] == []
    days = [day["person_id"] async for day in _all(ctx, "activity_days")]
    assert set(days) == {ids["bo"]}
    types = [event["type"] for event in await history_of(ctx, ids["ada"])]
    assert types.count("PERSON_ERASED") == 1


async def test_what_names_an_erased_person_is_nowhere_but_that_there_was_one(
    home: Context,
) -> None:
    ids = await a_world(home)
    before = await history_of(home, ids["ada"])
    named = await naming_her(home)

    assert await erase_person(home, ids["ada"]) == ids["ada"]

    assert {"events", "people", "activities", "buying_groups", "identities"} <= named.keys()
    assert {"interest_signals", "idempotency_keys", "export"} <= named.keys()
    await assert_erased(home, ids)
    after = await history_of(home, ids["ada"])
    assert [(e["position"], e["event_id"], e["type"], e["at"]) for e in after[: len(before)]] == [
        (e["position"], e["event_id"], e["type"], e["at"]) for e in before
    ]
    assert all(event["erased"] for event in after if event["type"] != "PERSON_ERASED")
    first = after[0]
    assert first["type"] == "PERSON_CREATED"
    assert {"before", "after", "personal"}.isdisjoint(first)
    [last] = [event for event in after if event["type"] == "PERSON_ERASED"]
    assert last["subject_id"] == ids["ada"]
    assert {"before", "after", "personal", "erased"}.isdisjoint(last)


async def test_an_erased_person_cannot_be_erased_wrongly_and_again_without_harm(
    home: Context,
) -> None:
    ids = await a_world(home)

    for unknown in ("per_unknown", ids["account"]):
        assert await erase_person(home, unknown) == NotFound("person", unknown)
    assert await erase_person(home, ids["ada"]) == ids["ada"]
    assert await erase_person(home, ids["ada"]) == ids["ada"]

    assert await delete_person(home, ids["ada"]) == NotFound("person", ids["ada"])
    await assert_erased(home, ids)


async def test_whoever_has_the_address_afterwards_is_somebody_new(home: Context) -> None:
    ids = await a_world(home)
    await erase_person(home, ids["ada"])

    await people.upsert_people(home, [PersonItem(fields={"email": "ada@new.example"})])

    [person] = await home.stores.people.found({"folded.email": "ada@new.example"})
    assert person["_id"] != ids["ada"]
    mine = {"tenant": home.viewer.tenant, "person_id": person["_id"]}
    assert await home.stores.database["activities"].count_documents(mine) == 0


async def test_who_was_deleted_before_can_be_erased(home: Context) -> None:
    ids = await a_world(home)
    await delete_person(home, ids["ada"])
    assert {"events", "activities"} <= (await naming_her(home)).keys()

    assert await erase_person(home, ids["ada"]) == ids["ada"]

    await assert_erased(home, ids)


async def test_with_a_person_goes_whoever_was_merged_into_them(home: Context) -> None:
    ids = await a_world(home)
    await merge_people(home, ids["bo"], ids["ada"])

    assert await erase_person(home, ids["ada"]) == NotFound("person", ids["ada"])
    assert "people" in await naming_her(home)
    assert await erase_person(home, ids["bo"]) == ids["bo"]

    assert await naming_her(home) == {}
    assert all(event["erased"] for event in await history_of(home, ids["ada"]))


async def test_a_merge_and_a_deletion_leave_somebody_alone_who_is_being_erased(
    home: Context, clock: Clock
) -> None:
    ids = await a_world(home)
    dying = a_context(home.stores.database, home.viewer.tenant, clock)
    Kill(2).watch(dying, {"people": ("change",), "deletions": ("delete",)})
    with pytest.raises(Killed):
        await erase_person(dying, ids["ada"])

    assert await merge_people(home, ids["bo"], ids["ada"]) == NotFound("person", ids["ada"])
    assert await merge_people(home, ids["ada"], ids["bo"]) == NotFound("person", ids["ada"])
    assert await delete_person(home, ids["ada"]) == Conflict("person", ids["ada"])


@pytest.mark.parametrize("at", points(28, apart=5))
async def test_a_killed_erasure_is_finished_by_a_worker(
    home: Context, clock: Clock, at: int
) -> None:
    ids = await a_world(home)
    kill = Kill(at)
    dying = kill.watch(a_context(home.stores.database, home.viewer.tenant, clock), WRITES)
    with pytest.raises(Killed):
        await erase_person(dying, ids["ada"])
    if at == 0:
        return  # nothing was asked for yet

    clock.forward(ABANDONED)
    await finish_broken_off(home)
    clock.forward(ABANDONED)
    await finish_broken_off(home)

    await assert_erased(home, ids)
    assert await home.stores.deletions.unfinished(home.now()) == {}


async def test_an_erasure_is_looked_at_once_more_when_nobody_can_be_at_work_on_it(
    home: Context, clock: Clock
) -> None:
    ids = await a_world(home)
    await erase_person(home, ids["ada"])
    clock.forward(ABANDONED - timedelta(seconds=1))
    assert await finish_broken_off(home) == 0
    left = {"person_id": ids["ada"], "personal": {"reason": "told in trust"}}
    own = {"_id": "late", "tenant": home.viewer.tenant, "subject_id": ids["group"]}
    await home.stores.database["events"].insert_one(own | left)

    clock.forward(timedelta(seconds=1))
    assert await finish_broken_off(home) == 1

    await home.stores.database["events"].delete_one({"_id": "late", "personal": None})
    await assert_erased(home, ids)
    assert await finish_broken_off(home) == 0


@pytest.mark.parametrize("turn", [0, 3])
async def test_whatever_races_the_erasure_brings_nothing_back(
    home: Context, clock: Clock, turn: int
) -> None:
    ids = await a_world(home)
    ada, group = PersonId(ids["ada"]), ids["group"]

    def other() -> Context:
        return a_context(home.stores.database, home.viewer.tenant, clock)

    async def erase() -> object:
        await asyncio.sleep(0.004 * turn)
        return await erase_person(other(), ada)

    told = PersonItem(id=ada, fields={"last_name": "Lovelace"})
    assigned = [Assignment(ada, "Champion")]
    *_, erased = await asyncio.gather(
        *(assign_members(other(), group, assigned, reason="told in trust") for _ in range(3)),
        remove_members(other(), group, [ada], Method.JOURNEY, reason="told in trust"),
        record_activities(other(), acts(ada, "Click Link", date(2026, 5, 4), 2)),
        people.upsert_people(other(), [told]),
        maintain_groups(other(), [each["_id"] for each in await home.stores.groups.all()]),
        erase(),
    )

    assert erased == ada
    assert await naming_her(home) == {}
    held = {"$or": [{"member_ids": ada}, {"removed_ids": ada}]}
    assert await home.stores.groups.count_found(held) == 0


@pytest.mark.parametrize("said", ["of a member", "of an act"])
async def test_what_is_told_of_somebody_who_is_erased_by_then_is_taken_back(
    home: Context, clock: Clock, said: str
) -> None:
    ids = await a_world(home)
    ada = PersonId(ids["ada"])
    other = a_context(home.stores.database, home.viewer.tenant, clock)

    async def erase() -> None:
        assert await erase_person(home, ada) == ada

    if said == "of a member":
        slow = late(other, "groups", "change", erase)
        assigned = [Assignment(ada, "Decision Maker")]
        await assign_members(slow, ids["group"], assigned, reason="told in trust")
    else:
        slow = late(other, "activities", "record", erase)
        address = PersonByEmail("ada@new.example")
        await record_activities(
            slow, [Report("web", "late", "Click Link", address, home.now(), {})]
        )

    await assert_erased(home, ids)
