from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain import activity_types
from domain.activity_types import Exclusion
from domain.identifiers import BuyingGroupId, PersonId, TenantId
from execution.context import Context, NotPermitted, Right
from resolvers import engagement_breakdowns, scoring, tenants
from resolvers.activity_types import add_activity_type_aliases, exclude_activity_type
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import a_group_of, acts, engagement_of, record, some_people

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def ctx(database: Database, tenant: TenantId, clock: Clock) -> Context:
    ctx = a_context(database, tenant, clock)
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def explained(ctx: Context, group: BuyingGroupId) -> dict[str, Any]:
    [shown] = await engagement_breakdowns.of_groups(ctx, [{"group_id": group}])
    assert shown is not None
    return shown


async def a_scored_group(ctx: Context) -> tuple[BuyingGroupId, PersonId]:
    """A scored group of one decision maker, who clicked 4 links, and one influencer."""
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", TODAY, 4), acts(bo, "Open Email", TODAY, 2))
    group = await a_group_of(ctx, {ada: "role_d", bo: "role_i"})
    await scoring.run_scoring(ctx)
    return group, ada


async def test_nothing_is_explained_before_the_first_run(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    group = await a_group_of(ctx, {ada: "role_d"})

    assert await engagement_breakdowns.of_groups(ctx, [{"group_id": group}]) == [None]


async def test_roles_explain_both_figures(ctx: Context) -> None:
    group, _ = await a_scored_group(ctx)

    shown = await explained(ctx, group)

    stored = await engagement_of(ctx, group)
    assert (shown["raw"], shown["role_weighted_count"]) == (
        stored["raw"],
        stored["role_weighted_count"],
    )
    decider, influencer, practitioner = shown["roles"]
    # 100/240 of 4 clicks; 100/180 of the root of 160.
    assert (decider["share"], decider["filled_share"]) == (41.666666667, 55.555555556)
    assert (decider["total"], decider["contribution"]) == (4, 1.666666667)
    assert (decider["roots"], decider["raw_contribution"]) == (12.649110641, 7.027283689)
    assert (influencer["total"], influencer["contribution"]) == (2, 0.666666667)
    assert (practitioner["filled_share"], practitioner["contribution"]) == (0, 0)


async def test_what_came_in_after_the_run_is_no_part_of_its_explanation(
    ctx: Context, clock: Clock
) -> None:
    group, ada = await a_scored_group(ctx)
    before = await explained(ctx, group)

    await record(ctx, acts(ada, "Click Link", TODAY, 3))
    click = before["roles"][0]["members"][0]["types"][0]["activity_type_id"]
    await add_activity_type_aliases(ctx, click, ["Hummed"])
    clock.forward(timedelta(days=3))

    assert await explained(ctx, group) == before


async def test_a_group_nobody_touched_is_explained_by_the_last_run(
    ctx: Context, clock: Clock
) -> None:
    group, _ = await a_scored_group(ctx)
    clock.forward(timedelta(days=1))
    run = await scoring.run_scoring(ctx)

    shown = await explained(ctx, group)

    assert shown["run_id"] == run
    assert shown["window"]["last_day"] == TODAY + timedelta(days=1)
    assert shown["raw"] == (await engagement_of(ctx, group))["raw"]


async def test_the_most_engaged_members_are_shown_first(ctx: Context) -> None:
    people = await some_people(ctx, "ada", "bo", "cy")
    for count, person in enumerate(people, start=1):
        await record(ctx, acts(person, "Click Link", TODAY, count))
    group = await a_group_of(ctx, dict.fromkeys(people, "role_d"))
    await scoring.run_scoring(ctx)

    [shown] = await engagement_breakdowns.of_groups(ctx, [{"group_id": group}], 2)

    assert shown is not None
    [decider, *_] = shown["roles"]
    assert [member["person_id"] for member in decider["members"]] == [people[2], people[1]]
    assert (decider["member_count"], decider["total"]) == (3, 6)


async def test_the_types_that_matter_most_are_shown_first(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    types = {"Click Link": 1, "Open Email": 4, "hum": 1, "dance": 3, "blink": 3}
    for type, count in types.items():
        await record(ctx, acts(ada, type, TODAY, count))
    group = await a_group_of(ctx, {ada: "role_d"})
    await scoring.run_scoring(ctx)

    [shown] = await engagement_breakdowns.of_groups(ctx, [{"group_id": group}], types_per_member=2)

    assert shown is not None
    [member] = shown["roles"][0]["members"]
    assert member["unknown"] == [
        {"spelling": "blink", "count": 3},
        {"spelling": "dance", "count": 3},
    ]
    assert [type["count"] for type in member["types"]] == [4, 1]
    [shown] = await engagement_breakdowns.of_groups(ctx, [{"group_id": group}], types_per_member=1)
    assert shown is not None
    assert [type["count"] for type in shown["roles"][0]["members"][0]["types"]] == [4]


async def test_acts_that_are_left_out_are_shown_as_such(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    group = await a_group_of(ctx, {ada: "role_d"})
    await record(ctx, acts(ada, "Click Link", TODAY, 3), acts(ada, "Visit Webpage", TODAY, 2))
    link = activity_types.identifier(ctx.viewer.tenant, "Click Link")
    await exclude_activity_type(ctx, link, Exclusion.SELF)
    await scoring.run_scoring(ctx)

    shown = (await explained(ctx, group))["roles"][0]["members"][0]

    assert (shown["raw"], shown["counted"], shown["excluded_count"]) == (80, 2, 3)
    assert shown["excluded"] == [{"activity_type_id": link, "excluded_as": "self", "count": 3}]
    assert shown["unweighted"] == []


async def test_a_group_that_is_gone_is_not_explained(ctx: Context) -> None:
    await scoring.run_scoring(ctx)

    assert await engagement_breakdowns.of_groups(ctx, [{"group_id": "bg_x"}]) == [None]


async def test_explaining_asks_for_the_right_to_read(database: Database, tenant: TenantId) -> None:
    writer = a_context(database, tenant, Clock(NOON), rights=[Right.EDIT_DATA])

    with pytest.raises(NotPermitted):
        await engagement_breakdowns.of_groups(writer, [])
