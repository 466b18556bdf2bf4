from datetime import UTC, datetime

import pytest

from domain.identifiers import TenantId
from domain.weighting_models import standard_identifier
from execution.context import Context, NotPermitted, Right
from resolvers import engagement, scoring, tenants
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import a_group_of, acts, record, some_people

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock(NOON))
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def test_a_group_that_was_never_scored_has_no_engagement(ctx: Context) -> None:
    assert await engagement.of_groups(ctx, [{"_id": "bg_1"}]) == [None]


async def test_a_group_is_measured_by_the_last_runs_reference(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    await record(ctx, acts(ada, "Click Link", NOON.date(), 16))
    await record(ctx, acts(bo, "Click Link", NOON.date(), 4))
    groups = [await a_group_of(ctx, {ada: "role_d"}), await a_group_of(ctx, {bo: "role_d"})]
    run = await scoring.run_scoring(ctx)
    documents = await ctx.stores.groups.by_ids(groups)

    shown = await engagement.of_groups(ctx, [documents[group] for group in groups])

    assert shown[1] == {
        "group_id": groups[1],
        "exact": 70.71067812,  # of raws at nine decimals
        "raw": 12.649110641,
        "role_weighted_count": {"exact": 1.666666667},
        "computed_at": NOON,
        "run_id": run,
        "model_id": standard_identifier(ctx.viewer.tenant),
        "is_stale": False,
    }


async def test_a_group_is_stale_until_it_is_scored_after_a_change(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    group = await a_group_of(ctx, {ada: "role_d"})
    await scoring.run_scoring(ctx)
    document = await ctx.stores.groups.one(group)
    assert document is not None

    [shown] = await engagement.of_groups(ctx, [document | {"score_due": 2}])

    assert shown is not None
    assert shown["is_stale"] is True


async def test_a_score_above_an_older_reference_is_a_hundred(ctx: Context) -> None:
    [ada] = await some_people(ctx, "ada")
    await record(ctx, acts(ada, "Click Link", NOON.date()))
    await a_group_of(ctx, {ada: "role_d"})
    await scoring.run_scoring(ctx)
    larger = {"raw": 99.0, "role_weighted_count": 1.0, "computed_at": NOON, "run_id": "run_x"}

    [group] = await engagement.of_groups(ctx, [{"_id": "bg_1", "engagement": larger}])
    [person] = await engagement.of_people(
        ctx, [{"_id": "per_1", "engagement": {"raw": 41, "computed_at": NOON}}]
    )

    assert group is not None
    assert person is not None
    assert (group["exact"], person["exact"]) == (100.0, 100.0)


async def test_a_person_without_activity_is_at_zero_since_the_last_run(ctx: Context) -> None:
    before = await engagement.of_people(ctx, [{"_id": "per_1"}])
    await scoring.run_scoring(ctx)

    after = await engagement.of_people(ctx, [{"_id": "per_1"}])

    assert before == [None]
    standard = standard_identifier(ctx.viewer.tenant)
    assert after == [{"exact": 0.0, "raw": 0, "computed_at": NOON, "model_id": standard}]


async def test_engagement_asks_for_the_right_to_read(database: Database, tenant: TenantId) -> None:
    writer = a_context(database, tenant, Clock(NOON), rights=[Right.EDIT_DATA])

    with pytest.raises(NotPermitted):
        await engagement.of_groups(writer, [])
    with pytest.raises(NotPermitted):
        await engagement.of_people(writer, [])
