"""What a weighting model would do to scores, as clients ask for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain import activity_types
from domain.decay import Decay, DecayKind
from domain.identifiers import TenantId
from domain.weighting_drafts import ModelChange, TypeChange
from execution.context import Context
from resolvers import scoring, tenants, weighting_models
from resolvers.weighting_drafts import (
    activate_weighting_model,
    duplicate_weighting_model,
    update_weighting_model,
)
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import a_group_of, acts, record, some_people
from tests.schema.operations import operate

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PREVIEW = """query ($input: PreviewWeightingModelInput!) { previewWeightingModel(input: $input) {
  __typename
  ... on WeightingModelPreview {
    firstDay lastDay largestRawBefore largestRawAfter
    groups {
      before { score exact raw place }
      after { score exact raw place }
      people { person { id } rawBefore rawAfter }
    }
  }
  ... on InvalidInput { field reason }
  ... on NotFound { what id }
} }"""


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock(NOON))
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def a_draft(ctx: Context, change: ModelChange) -> str:
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str)
    assert await update_weighting_model(ctx, draft, change) == draft
    return draft


async def preview(ctx: Context, model: str | None, *groups: str, **changes: Any) -> Any:
    asked: dict[str, Any] = {"weightingModelId": model, "buyingGroupIds": list(groups)}
    asked |= {"changes": changes} if changes else {}
    return (await operate(ctx, PREVIEW, input=asked))["previewWeightingModel"]


async def test_groups_are_shown_as_they_are_and_as_they_would_be(ctx: Context) -> None:
    ada, bo = await some_people(ctx, "ada", "bo")
    today = NOON.date()
    await record(ctx, acts(ada, "Click Link", today, 10), acts(bo, "Open Email", today, 3))
    first, second = await a_group_of(ctx, {ada: "role_d"}), await a_group_of(ctx, {bo: "role_d"})
    await scoring.run_scoring(ctx)
    link, mail = (
        activity_types.identifier(ctx.viewer.tenant, name) for name in ("Click Link", "Open Email")
    )
    change = ModelChange(types=[TypeChange(link, 1), TypeChange(mail, 30)])

    shown = await preview(ctx, await a_draft(ctx, change), first, second)

    assert (shown["firstDay"], shown["lastDay"]) == ("2026-04-05", "2026-05-04")
    assert (shown["largestRawBefore"], shown["largestRawAfter"]) == (20.0, 9.486832981)
    assert shown["groups"] == [
        {
            "before": {"score": 69, "exact": 68.872465402, "raw": 9.486832981, "place": 2},
            "after": {"score": 100, "exact": 100.0, "raw": 9.486832981, "place": 1},
            "people": [],
        },
        {
            "before": {"score": 100, "exact": 100.0, "raw": 20.0, "place": 1},
            "after": {"score": 58, "exact": 57.735026916, "raw": 3.16227766, "place": 2},
            "people": [{"person": {"id": ada}, "rawBefore": 400.0, "rawAfter": 10.0}],
        },
    ]
    weights = [{"activityTypeId": link, "weight": 1}, {"activityTypeId": mail, "weight": 30}]
    assert await preview(ctx, None, first, second, types=weights) == shown
    assert len(await ctx.stores.weighting_models.all({"_id": 1})) == 2  # nothing was stored


async def test_a_preview_comes_true(ctx: Context) -> None:
    people = await some_people(ctx, "ada", "bo", "cy")
    for number, person in enumerate(people):
        for day in range(1, 4 + number):
            await record(ctx, acts(person, "Click Link", NOON.date().replace(day=day), number + 1))
    groups = [await a_group_of(ctx, {person: "role_d"}) for person in people]
    await scoring.run_scoring(ctx)
    draft = await a_draft(ctx, ModelChange(decay=Decay(DecayKind.HALF_LIFE, 2), window_days=3))

    shown = await preview(ctx, draft, *groups)
    await activate_weighting_model(ctx, draft)
    await scoring.run_scoring(ctx)

    came = [(await ctx.stores.groups.one(group) or {})["engagement"]["raw"] for group in groups]
    assert sorted(each["after"]["raw"] for each in shown["groups"]) == sorted(came)


async def test_what_cannot_be_previewed(ctx: Context) -> None:
    active = await weighting_models.active(ctx)
    assert active is not None

    assert await preview(ctx, active.id) == {
        "__typename": "InvalidInput",
        "field": "buyingGroupIds",
        "reason": "must be 1 to 100, not 0",
    }
    for group in ("bg_x", ""):
        assert await preview(ctx, active.id, group) == {
            "__typename": "NotFound",
            "what": "buying group",
            "id": group,
        }
    assert await preview(ctx, None, "bg_x", windowDays=91) == {
        "__typename": "InvalidInput",
        "field": "changes.windowDays",
        "reason": "must be between 1 and 90, not 91",
    }
    assert await preview(ctx, "wm_x", "bg_x") == {
        "__typename": "NotFound",
        "what": "weighting model",
        "id": "wm_x",
    }
