from collections.abc import Sequence

import pytest

from domain.events import Event, EventType
from domain.identifiers import EventId, TenantId
from domain.identities import Identity
from execution.context import Context
from resolvers import stamps
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.records import Missing
from tests.contexts import Clock, a_context

NAME = Identity("role.name", "boss")


def an_event(ctx: Context, type: EventType) -> Event:
    return stamps.event(ctx, type, "role_boss")


async def a_role(ctx: Context) -> EventId:
    """A role whose event still waits in its outbox: the id of the event."""
    created = an_event(ctx, EventType.ROLE_CREATED)
    document = ctx.stores.roles._new({"_id": "role_boss", "name": "Boss"}, [created])
    await ctx.stores.roles.collection.insert_one(document)
    await ctx.stores.identities.claim(*NAME, "role_boss")
    return created.id


@pytest.fixture(autouse=True)
async def emptied(ctx: Context) -> None:
    for store in (ctx.stores.roles, ctx.stores.deletions):
        await store.collection.delete_many({"_id": "role_boss"})


async def test_the_mark_takes_over_what_waits_and_frees_the_name(ctx: Context) -> None:
    created = await a_role(ctx)
    deleted = an_event(ctx, EventType.ROLE_DELETED)

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        return Deletion(deleted, [NAME], is_unfinished=True)

    answer = await ctx.stores.deletions.delete(ctx.stores.roles, "role_boss", decide)

    assert isinstance(answer, Deleted)
    assert answer.document["name"] == "Boss"
    assert await ctx.stores.roles.one("role_boss") is None
    assert await ctx.stores.identities.claim(*NAME, "role_other") == "role_other"
    events = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant}, sort=[("position", 1)]
    )
    assert [event["event_id"] async for event in events] == [created, deleted.id]
    mark = await ctx.stores.deletions.one("role_boss")
    assert mark is not None
    assert (mark["collection"], mark["last_version"], mark["outbox"]) == ("roles", 1, [])
    assert await ctx.stores.deletions.is_unfinished("role_boss")
    await ctx.stores.deletions.finish("role_boss")
    assert not await ctx.stores.deletions.is_unfinished("role_boss")


async def test_a_refused_deletion_changes_nothing(ctx: Context) -> None:
    await a_role(ctx)
    before = await ctx.stores.roles.one("role_boss")
    use = Use("roles", {"name": {"$in": ["Boss", "Other"]}})
    await ctx.stores.roles.insert({"_id": f"role_{ctx.viewer.tenant}", "name": "Other"})

    def decide(document: Document, uses: Sequence[int]) -> str:
        return f"used {uses}"

    answer = await ctx.stores.deletions.delete(ctx.stores.roles, "role_boss", decide, [use])

    assert answer == "used [1]"
    assert await ctx.stores.roles.one("role_boss") == before
    assert await ctx.stores.deletions.among(["role_boss"]) == set()
    assert await ctx.stores.identities.claim(*NAME, "role_other") == "role_boss"


async def test_what_another_tenant_has_is_missing(ctx: Context, clock: Clock) -> None:
    await a_role(ctx)
    stranger = a_context(ctx.stores.database, TenantId("somebody-else"), clock)

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        raise AssertionError("there is nothing to decide about")

    stores = stranger.stores
    assert await stores.deletions.delete(stores.roles, "role_boss", decide) == Missing("role_boss")
    begun = await stores.deletions.begin(
        stores.roles, "role_boss", clock(), Use("roles", {}), lambda count: None
    )

    assert begun == Missing("role_boss")
    assert await ctx.stores.roles.one("role_boss") is not None
