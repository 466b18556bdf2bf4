from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.activities import Report, identifier
from domain.activity_exclusions import Mark, SourceRule
from domain.activity_types import Exclusion
from domain.activity_types import identifier as type_id
from domain.engagement import Window
from domain.identifiers import PersonId, TenantId
from domain.related_tests import period
from domain.upserting import TooManyItems
from execution.context import Context, NotPermitted, Right
from resolvers import engagement_breakdowns, jobs, scoring, tenants, weighting_models
from resolvers.activity_types import add_activity_type_aliases, exclude_activity_type
from resolvers.excluding_activities import (
    MarkedActivities,
    exclude_activity_source,
    excluded_activity_sources,
    mark_activities,
)
from resolvers.outcomes import Invalid
from resolvers.weighting_drafts import activate_weighting_model, duplicate_weighting_model
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import a_group_of, acts, person_raw, record, some_people
from tests.killing import Killed

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOON.date()
BOT, SELF = Exclusion.BOT, Exclusion.SELF


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def ctx(database: Database, tenant: TenantId, clock: Clock) -> Context:
    ctx = a_context(database, tenant, clock)
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


def ids_of(ctx: Context, reports: list[Report]) -> list[str]:
    return [identifier(ctx.viewer.tenant, each.source, each.source_id) for each in reports]


async def scored(ctx: Context, person: PersonId) -> float:
    """A person's raw after a run."""
    await scoring.run_scoring(ctx)
    return await person_raw(ctx, person) or 0


async def waiting_jobs(ctx: Context) -> int:
    return await ctx.stores.jobs.collection.count_documents({"tenant": ctx.viewer.tenant})


async def test_marked_acts_count_for_nobody_until_they_are_counted_again(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    clicks = acts(ada, "Click Link", TODAY, 3)
    await record(ctx, clicks, acts(ada, "Open Email", TODAY, 1))
    group = await a_group_of(ctx, {ada: "role_d"})
    assert await scored(ctx, ada) == 3 * 40 + 30

    marked = await mark_activities(ctx, [*ids_of(ctx, clicks[:2]), "act_x"], Mark.BOT)

    assert marked == MarkedActivities(changed=2, unchanged=0, unknown=("act_x",))
    assert await waiting_jobs(ctx) == 1
    assert await scored(ctx, ada) == 40 + 30
    [shown] = await engagement_breakdowns.of_groups(ctx, [{"group_id": group}])
    assert shown is not None
    member = shown["roles"][0]["members"][0]
    assert member["excluded_count"] == 2
    assert member["excluded"] == [
        {
            "activity_type_id": type_id(ctx.viewer.tenant, "Click Link"),
            "excluded_as": "bot",
            "count": 2,
        }
    ]

    found = await ctx.stores.related_records.acts(
        ["click link", "open email"], period(1, NOON, UTC), [ada]
    )
    assert found[ada].count == 2  # rules that ask what somebody did leave them out as well

    # Reported again, even later and with other content, a marked act stays marked.
    later = replace(clicks[0], source_updated_at=NOON, attributes={"url": "/"})
    await record(ctx, [later])
    assert await scored(ctx, ada) == 40 + 30

    again = await mark_activities(ctx, ids_of(ctx, clicks), None)
    assert again == MarkedActivities(changed=2, unchanged=1, unknown=())
    assert await waiting_jobs(ctx) == 1  # the one that waits does for this as well
    assert await scored(ctx, ada) == 3 * 40 + 30


async def test_a_day_of_nothing_but_excluded_acts_is_kept_and_counts_again(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    clicks = [replace(each, excluded_as=BOT) for each in acts(ada, "Click Link", TODAY, 2)]
    await record(ctx, clicks)
    assert await scored(ctx, ada) == 0

    await mark_activities(ctx, ids_of(ctx, clicks[:1]), Mark.COUNTED)
    assert await scored(ctx, ada) == 40
    window = Window.ending(TODAY, 30)
    _, excluded = await ctx.stores.activities.days.with_excluded([ada], window)
    assert excluded == {ada: {("click link", BOT): 1}}

    await mark_activities(ctx, ids_of(ctx, clicks), Mark.SELF)
    assert await scored(ctx, ada) == 0


async def test_a_source_is_left_out_before_and_after_the_rule(ctx: Context, clock: Clock) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", TODAY, 2))
    assert await scored(ctx, ada) == 80

    rules = await exclude_activity_source(ctx, " test ", BOT)
    await record(ctx, acts(ada, "Click Link", TODAY, 1))

    assert rules == (SourceRule("test", BOT, NOON),)
    assert await scored(ctx, ada) == 0
    stored = await ctx.stores.activities._activities.find({"tenant": ctx.viewer.tenant}).to_list(9)
    assert {each["excluded_as"] for each in stored} == {"bot"}

    # Whoever knew of no rule yet may still be storing: the next run finds that, too.
    clock.forward(timedelta(minutes=5))
    await ctx.stores.activities._activities.update_one(
        {"_id": stored[0]["_id"]}, {"$unset": {"ruled_as": "", "excluded_as": ""}}
    )
    await scoring.run_scoring(ctx)
    again = await ctx.stores.activities._activities.find_one({"_id": stored[0]["_id"]})
    assert again is not None
    assert again["excluded_as"] == "bot"

    assert await exclude_activity_source(ctx, "test", None) == ()
    assert await scored(ctx, ada) == 3 * 40
    assert await excluded_activity_sources(ctx) == ()


async def a_mark(ctx: Context) -> Callable[[], Awaitable[object]]:
    [ada] = await some_people(ctx, "ada")
    clicks = acts(ada, "Click Link", TODAY, 1)
    await record(ctx, clicks)
    return lambda: mark_activities(ctx, ids_of(ctx, clicks), Mark.BOT)


async def a_rule(ctx: Context) -> Callable[[], Awaitable[object]]:
    return lambda: exclude_activity_source(ctx, " test", BOT)


async def an_excluded_type(ctx: Context) -> Callable[[], Awaitable[object]]:
    return lambda: exclude_activity_type(ctx, type_id(ctx.viewer.tenant, "Click Link"), BOT)


async def an_alias(ctx: Context) -> Callable[[], Awaitable[object]]:
    return lambda: add_activity_type_aliases(
        ctx, type_id(ctx.viewer.tenant, "Click Link"), ["Clicked"]
    )


async def an_activation(ctx: Context) -> Callable[[], Awaitable[object]]:
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str)
    return lambda: activate_weighting_model(ctx, draft)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(a_mark, id="a mark"),
        pytest.param(a_rule, id="a rule for a source"),
        pytest.param(an_excluded_type, id="an excluded type"),
        pytest.param(an_alias, id="an alias"),
        pytest.param(an_activation, id="an activation"),
    ],
)
async def test_what_was_broken_off_before_its_scoring_job_has_one_when_repeated(
    ctx: Context,
    monkeypatch: pytest.MonkeyPatch,
    build: Callable[[Context], Awaitable[Callable[[], Awaitable[object]]]],
) -> None:
    async def die(_: Context) -> None:
        raise Killed

    command = await build(ctx)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "score_anew", die)
        with pytest.raises(Killed):
            await command()
    assert await waiting_jobs(ctx) == 0

    await command()
    assert await waiting_jobs(ctx) == 1


async def test_what_cannot_be_excluded_is_refused(
    ctx: Context, database: Database, tenant: TenantId
) -> None:
    reader = a_context(database, tenant, Clock(NOON), rights={Right.READ})

    assert await mark_activities(ctx, ["act_x"] * 1_001, Mark.BOT) == TooManyItems(1_001)
    assert await exclude_activity_source(ctx, "", SELF) == Invalid(
        "source", "is required and cannot be empty"
    )
    with pytest.raises(NotPermitted):
        await mark_activities(reader, [], Mark.BOT)
    with pytest.raises(NotPermitted):
        await exclude_activity_source(reader, "test", BOT)
    assert await waiting_jobs(ctx) == 0
