import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.activity_types import EngagementType
from domain.decay import Decay, DecayKind
from domain.identifiers import TenantId
from domain.weighting_drafts import ModelChange
from execution.context import Context, NotPermitted, Right
from resolvers import scoring, tenants, weighting_models
from resolvers.activity_types import (
    NewActivityType,
    add_activity_type_aliases,
    create_activity_type,
)
from resolvers.weighting_drafts import (
    activate_weighting_model,
    duplicate_weighting_model,
    update_weighting_model,
)
from store.activity_days import ActivityDayStore
from store.driver import Database, Document, close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.engagement_builders import (
    a_group_of,
    acts,
    engagement_of,
    person_raw,
    record,
    some_people,
)
from tests.recorder import Recorder

TODAY = date(2026, 5, 4)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
async def ctx(database: Database, tenant: TenantId, clock: Clock) -> Context:
    ctx = a_context(database, tenant, clock)
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def reference(ctx: Context) -> Document:
    tenant = await ctx.stores.tenants.own()
    assert tenant is not None
    stored: Document = tenant["scoring"]["reference"]
    return stored


async def told(ctx: Context) -> list[tuple[int, int]]:
    """The scores before and after that events tell, in order."""
    cursor = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "type": "ENGAGEMENT_CHANGED"}, sort=[("_id", 1)]
    )
    return [(each["before"]["score"], each["after"]["score"]) async for each in cursor]


async def test_a_run_over_nothing_leaves_a_reference_of_zeros(ctx: Context) -> None:
    run = await scoring.run_scoring(ctx)

    stored = await reference(ctx)
    assert stored["run_id"] == run
    assert (stored["first_day"], stored["last_day"]) == ("2026-04-05", "2026-05-04")
    assert stored["largest_person_raw"] == stored["largest_group_raw"] == 0
    assert stored["largest_weight"] == 0


async def test_the_documented_worked_example(ctx: Context) -> None:
    await create_activity_type(ctx, NewActivityType("Downloaded pub", EngagementType.WEB, 60))
    names = ("adam", "mark", "john", "bob", "paul", "calvin")
    adam, mark, john, bob, paul, calvin = await some_people(ctx, *names)
    counts = {
        adam: {"Visited website": (37, 15), "Clicked email": (1, 1)},
        mark: {"Visited website": (5, 3), "Clicked email": (1, 1), "Downloaded pub": (3, 2)},
        john: {"Visited website": (19, 9)},
        bob: {"Clicked email": (1, 1)},
        paul: {"Clicked email": (1, 1)},
        calvin: {"Clicked email": (1, 1), "Visited website": (1, 7), "Downloaded pub": (1, 2)},
    }
    for person, types in counts.items():
        for type, (yesterday, today) in types.items():
            await record(ctx, acts(person, type, YESTERDAY, yesterday))
            await record(ctx, acts(person, type, TODAY, today))
    roles = ("role_d", "role_d", "role_i", "role_p", "role_p", "role_p")
    group = await a_group_of(ctx, dict(zip(counts, roles, strict=True)))

    await scoring.run_scoring(ctx)

    assert (await engagement_of(ctx, group))["role_weighted_count"] == 35.25
    assert await person_raw(ctx, adam) == 35 * 40 + 2 * 30
    assert await person_raw(ctx, calvin) == 8 * 40 + 2 * 30 + 3 * 60
    stored = await reference(ctx)
    assert stored["largest_person_raw"] == 1460
    assert stored["largest_weight"] == 60


async def test_spellings_of_one_type_share_the_cap_of_a_day(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Visit Webpage", TODAY, 15), acts(ada, "page  VIEWS", TODAY, 15))

    await scoring.run_scoring(ctx)

    assert await person_raw(ctx, ada) == 20 * 40


async def test_days_fall_out_of_the_window_at_the_tenants_midnight(
    ctx: Context, clock: Clock
) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    first_day = TODAY - timedelta(days=29)
    await record(ctx, acts(ada, "Click Link", first_day), acts(bo, "Click Link", TODAY))
    group = await a_group_of(ctx, {ada: "role_d"})

    await scoring.run_scoring(ctx)
    before = await engagement_of(ctx, group)
    clock.at = datetime(2026, 5, 5, tzinfo=UTC)
    await scoring.run_scoring(ctx)

    assert before["raw"] == 6.32455532
    assert await person_raw(ctx, ada) == 0
    assert await person_raw(ctx, bo) == 40
    after = await engagement_of(ctx, group)
    assert (after["raw"], after["role_weighted_count"]) == (0, 0)


async def test_an_act_of_tomorrow_counts_when_its_day_has_come(ctx: Context, clock: Clock) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY + timedelta(days=1)))

    await scoring.run_scoring(ctx)
    before = await person_raw(ctx, ada)
    clock.forward(timedelta(days=1))
    await scoring.run_scoring(ctx)

    assert before is None
    assert await person_raw(ctx, ada) == 40


async def test_a_run_touches_only_people_whose_window_has_changed(
    ctx: Context, clock: Clock
) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY), acts(bo, "Click Link", TODAY))
    first = await scoring.run_scoring(ctx)
    await settle(ctx)
    await record(ctx, acts(bo, "Click Link", TODAY))

    second = await scoring.run_scoring(ctx)

    people = await ctx.stores.people.by_ids([ada, bo])
    assert people[ada]["engagement"]["run_id"] == first
    assert people[bo]["engagement"] == {
        "raw": 80,
        "counted": 2,
        "largest_weight": 40,
        "run_id": second,
        "run_number": 2,
        "computed_at": clock.at,
    }


async def settle(ctx: Context) -> None:
    """Let the marks of counted days be as old as they have to be to be taken off."""
    await ctx.stores.database["activity_days"].update_many(
        {"tenant": ctx.viewer.tenant}, {"$unset": {"dirty": ""}}
    )


async def test_an_activity_of_an_unknown_type_counts_once_the_type_is_made(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Hummed", TODAY, 3))
    await scoring.run_scoring(ctx)
    before = await person_raw(ctx, ada)
    await settle(ctx)

    await create_activity_type(ctx, NewActivityType("hummed", EngagementType.CALL, 10))
    await scoring.run_scoring(ctx)

    assert before is None
    assert await person_raw(ctx, ada) == 30


async def test_an_activity_of_an_unknown_type_counts_once_it_is_an_alias(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Klick", TODAY, 3))
    types = {type.name: type.id for type in await ctx.stores.activity_types.types()}
    await scoring.run_scoring(ctx)
    await settle(ctx)

    await add_activity_type_aliases(ctx, types["Click Link"], ["KLICK"])
    await scoring.run_scoring(ctx)

    assert await person_raw(ctx, ada) == 120


async def test_a_new_group_is_scored_at_once_against_the_last_run(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 16), acts(bo, "Click Link", TODAY, 4))
    await a_group_of(ctx, {ada: "role_d"})
    run = await scoring.run_scoring(ctx)

    group = await a_group_of(ctx, {bo: "role_i"})
    await scoring.score_groups(ctx, [group])

    stored = await engagement_of(ctx, group)
    assert (stored["raw"], stored["run_id"]) == (12.649110641, run)
    assert (await reference(ctx))["largest_group_raw"] == 25.298221281
    assert "score_due" not in (await ctx.stores.groups.one(group) or {})
    assert await told(ctx) == [(0, 100), (0, 71)]


async def test_the_first_groups_after_a_run_raise_its_reference(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 4), acts(bo, "Click Link", TODAY, 16))
    await scoring.run_scoring(ctx)
    first, second = await a_group_of(ctx, {ada: "role_d"}), await a_group_of(ctx, {bo: "role_d"})

    await scoring.score_groups(ctx, [first])
    await scoring.score_groups(ctx, [second])

    assert (await reference(ctx))["largest_group_raw"] == 25.298221281
    await scoring.run_scoring(ctx)
    assert (await reference(ctx))["largest_group_raw"] == 25.298221281
    assert await told(ctx) == [(0, 100), (0, 100), (100, 71)]


async def test_what_a_process_left_unscored_is_taken_up(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY))
    await scoring.run_scoring(ctx)
    groups = [await a_group_of(ctx, {ada: "role_p"}) for _ in range(3)]

    assert await scoring.score_due_groups(ctx) == 3
    assert await scoring.score_due_groups(ctx) == 0
    assert [(await engagement_of(ctx, group))["raw"] for group in groups] == [6.32455532] * 3


async def test_an_event_is_written_only_where_the_whole_score_has_changed(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 10), acts(bo, "Click Link", TODAY, 10))
    await record(ctx, acts(ada, "Click Link", YESTERDAY, 10))
    await a_group_of(ctx, {ada: "role_d"})
    await a_group_of(ctx, {bo: "role_d"})

    await scoring.run_scoring(ctx)
    await scoring.run_scoring(ctx)

    assert sorted(await told(ctx)) == [(0, 84), (0, 100)]


async def test_a_new_largest_raw_is_announced_to_groups_nobody_touched(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 4))
    await a_group_of(ctx, {ada: "role_d"})
    await a_group_of(ctx, {bo: "role_d"})
    await scoring.run_scoring(ctx)
    await settle(ctx)

    await record(ctx, acts(bo, "Click Link", TODAY, 16))
    await scoring.run_scoring(ctx)

    assert sorted(await told(ctx)) == [(0, 100), (0, 100), (100, 71)]


async def test_scoring_never_touches_a_documents_version(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY))
    group = await a_group_of(ctx, {ada: "role_d"})

    await scoring.run_scoring(ctx)

    assert ((await ctx.stores.people.one(ada)) or {})["version"] == 1
    assert ((await ctx.stores.groups.one(group)) or {})["version"] == 1


async def test_nothing_is_scored_across_tenants(
    ctx: Context, database: Database, tenant: TenantId, clock: Clock
) -> None:
    other = a_context(database, TenantId(f"{tenant}-other"), clock)
    await tenants.create_tenant(other, "Other", "UTC")
    [ada], [bo] = await some_people(ctx, "ada"), await some_people(other, "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 20))
    await record(other, acts(bo, "Click Link", TODAY))

    await scoring.run_scoring(other)

    assert await person_raw(ctx, ada) is None
    assert (await reference(other))["largest_person_raw"] == 40


async def test_a_run_goes_on_from_wherever_it_was_left(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY))
    group = await a_group_of(ctx, {ada: "role_d"})

    places = [""]
    while (scored := await scoring.go_on(ctx, places[-1])).after is not None:
        places.append(scored.after)
        again = await scoring.go_on(ctx, places[-2]) if places[-2] else scored
        assert again.after == scored.after

    assert await person_raw(ctx, ada) == 40
    assert (await engagement_of(ctx, group))["raw"] == 6.32455532
    assert await told(ctx) == [(0, 100)]


async def test_what_a_run_has_counted_that_was_broken_off_goes_into_the_next(
    ctx: Context, database: Database, tenant: TenantId
) -> None:
    ctx.stores.activities.days = ActivityDayStore(database, tenant, settled_after=timedelta(0))
    [ada] = await some_people(ctx, "ada")
    await scoring.run_scoring(ctx)
    await record(ctx, acts(ada, "Click Link", TODAY))
    place = (await scoring.go_on(ctx, "")).after or ""
    while scoring.Phase.PEOPLE.value not in place.split("|"):
        place = (await scoring.go_on(ctx, place)).after or ""

    waiting = await ctx.stores.activities.days.marked(None, 10)
    await scoring.run_scoring(ctx)

    assert waiting == []
    assert await person_raw(ctx, ada) == 40


async def test_two_runs_at_once_come_to_the_same(ctx: Context) -> None:
    people = await some_people(ctx, *(f"p{number}" for number in range(6)))
    for count, person in enumerate(people, start=1):
        await record(ctx, acts(person, "Click Link", TODAY, count))
    groups = [await a_group_of(ctx, {person: "role_d"}) for person in people]

    await asyncio.gather(scoring.run_scoring(ctx), scoring.run_scoring(ctx))

    raws = [(await engagement_of(ctx, group))["raw"] for group in groups]
    assert [await person_raw(ctx, person) for person in people] == [40, 80, 120, 160, 200, 240]
    assert raws[0] == 6.32455532
    assert (await reference(ctx))["largest_group_raw"] == raws[-1]
    assert sorted(await told(ctx)) == [(0, 64), (0, 76), (0, 84), (0, 90), (0, 96), (0, 100)]


async def test_the_queries_of_a_run_examine_few_keys(
    mongodb_uri: str, database: Database, ctx: Context, clock: Clock
) -> None:
    people = await some_people(ctx, *(f"p{number}" for number in range(150)))
    for before in range(3):
        day = TODAY - timedelta(days=before)
        await record(ctx, *(acts(person, "Click Link", day) for person in people))
    for person in people:
        await a_group_of(ctx, {person: "role_d"})
    await scoring.run_scoring(ctx)
    await settle(ctx)
    await record(ctx, acts(people[0], "Click Link", TODAY, 3))
    clock.forward(timedelta(days=1))
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    watched = a_context(open_database(client, database.name), ctx.viewer.tenant, clock)

    await scoring.run_scoring(watched)

    await close(client)
    finds = [sent for sent in recorder.sent if "find" in sent]
    assert len(finds) > 20
    for find in finds:
        asked = find["filter"].get("member_ids", {}).get("$in", ())
        keys = ("find", "filter", "sort", "limit", "projection", *(["hint"] if asked else []))
        command = {key: find[key] for key in keys if key in find}
        plan = await database.command("explain", command, verbosity="executionStats")
        stats = plan["executionStats"]
        assert not asked or plan["queryPlanner"]["rejectedPlans"] == [], command
        assert stats["totalKeysExamined"] <= 5 * stats["nReturned"] + 100 + len(asked), command
        assert stats["totalDocsExamined"] <= 5 * stats["nReturned"] + 100 + len(asked), command


async def test_scoring_asks_for_the_right_to_run_jobs(
    database: Database, tenant: TenantId, clock: Clock
) -> None:
    reader = a_context(database, tenant, clock, rights=[Right.EDIT_DATA])

    with pytest.raises(NotPermitted):
        await scoring.run_scoring(reader)


async def test_with_decay_every_day_that_passes_lowers_raws(ctx: Context, clock: Clock) -> None:
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str)
    await update_weighting_model(ctx, draft, ModelChange(decay=Decay(DecayKind.LINEAR)))
    await activate_weighting_model(ctx, draft)
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY, 25))

    raws = []
    for days in (0, 1, 14, 15):
        clock.forward(timedelta(days=days))
        await scoring.run_scoring(ctx)
        raws.append(await person_raw(ctx, ada))

    # 20 of 25 count, each 40: by 30, 29 and 15 thirtieths at six decimals.
    assert raws == [800.0, 773.3336, 400.0, 0]
