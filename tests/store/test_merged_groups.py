from datetime import UTC, datetime

from domain.events import Event, EventType
from domain.identifiers import EventId
from execution.context import Context
from store.deletions import BEING_DELETED, Deletion
from store.driver import Document
from store.merged_groups import Taken, TakenOver
from store.records import Change, Missing

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def a_world(ctx: Context) -> tuple[str, str, dict[str, str]]:
    """Two groups, and what the second refers to."""
    ids = [f"{kind}_{ctx.viewer.tenant}" for kind in ("bg_1", "bg_2", "acc", "si")]
    merged, group, account, interest = ids
    await ctx.stores.groups.collection.insert_many(
        [{"_id": id, "tenant": ctx.viewer.tenant, "version": 4, "outbox": []} for id in ids[:2]]
    )
    await ctx.stores.accounts.insert({"_id": account})
    await ctx.stores.solution_interests.insert({"_id": interest})
    return merged, group, {"accounts": account, "solution_interests": interest}


def an_event(ctx: Context, type: EventType, subject: str) -> Event:
    return Event(EventId(ctx.new_id("evt")), type, NOON, "sam", subject)


async def test_one_group_takes_over_and_the_other_leaves_a_mark(ctx: Context) -> None:
    merged, group, refers_to = await a_world(ctx)
    seen: list[int] = []

    def decide(gone: Document, other: Document | None, version: int) -> Taken:
        assert other is not None
        seen.extend([gone["version"], other["version"], version])
        updated = an_event(ctx, EventType.BUYING_GROUP_UPDATED, group)
        ended = an_event(ctx, EventType.BUYING_GROUP_DELETED, merged)
        return Taken(Deletion(ended), change=Change({"status": "hot"}, (updated,)))

    answer = await ctx.stores.merged_groups.take_over(merged, group, refers_to, decide)

    assert answer == TakenOver()
    assert seen == [4, 4, 0]
    stored = await ctx.stores.groups.one(group)
    assert stored is not None
    assert (stored["status"], stored["version"], stored["outbox"]) == ("hot", 5, [])
    assert await ctx.stores.groups.one(merged) is None
    assert await ctx.stores.deletions.among([merged, group]) == {merged}
    told = ctx.stores.database["events"].find({"tenant": ctx.viewer.tenant})
    assert {event["type"] async for event in told} == {
        "BUYING_GROUP_UPDATED",
        "BUYING_GROUP_DELETED",
    }


async def test_one_that_is_made_goes_on_from_the_version_of_a_deleted_one(ctx: Context) -> None:
    merged, group, refers_to = await a_world(ctx)
    ended = an_event(ctx, EventType.BUYING_GROUP_DELETED, group)
    await ctx.stores.deletions.delete(ctx.stores.groups, group, lambda *_: Deletion(ended))

    def decide(gone: Document, other: Document | None, version: int) -> Taken:
        assert other is None
        gone_event = an_event(ctx, EventType.BUYING_GROUP_DELETED, merged)
        made = an_event(ctx, EventType.BUYING_GROUP_CREATED, group)
        return Taken(Deletion(gone_event), new=({"_id": group}, [made]), version=version + 1)

    assert await ctx.stores.merged_groups.take_over(merged, group, refers_to, decide) == TakenOver()

    stored = await ctx.stores.groups.one(group)
    assert stored is not None
    assert stored["version"] == 5
    assert await ctx.stores.deletions.among([merged, group]) == {merged}


async def test_nothing_happens_when_what_it_refers_to_is_going(ctx: Context) -> None:
    merged, group, refers_to = await a_world(ctx)
    account = refers_to["accounts"]
    await ctx.stores.accounts.collection.update_one(
        {"_id": account}, {"$set": {BEING_DELETED: NOON}}
    )
    untouched = await ctx.stores.groups.one(merged)

    def decide(gone: Document, other: Document | None, version: int) -> str:
        return "no"

    take_over = ctx.stores.merged_groups.take_over
    assert await take_over(merged, group, refers_to, decide) == Missing(account)
    assert await take_over("bg_no", group, refers_to, decide) == Missing("bg_no")
    assert await take_over(merged, group, {}, decide) == "no"

    assert await ctx.stores.groups.one(merged) == untouched
