"""Overviews: the groups that a query finds, counted by scores, solution interests and stages."""

from domain import overviews, score_ranges
from domain.overviews import BANDS, Overview
from execution.context import Context, Right
from store.reading import Query


async def of_groups(ctx: Context, query: Query) -> Overview:
    """The overview of these groups."""
    ctx.viewer.require(Right.READ)
    reference = await ctx.stores.scoring.runs.reference()
    largest = reference.largest_group_raw if reference else 0.0
    raws = [score_ranges.first_raw(largest, low, or_equal=True) for low, _ in BANDS[1:]]
    return overviews.overview(await ctx.stores.group_figures.overview(query, raws))


async def stage_names(ctx: Context, ids: set[str]) -> dict[str, str]:
    """How the stages of these ids are called."""
    ctx.viewer.require(Right.READ)
    if not ids:
        return {}
    wanted = {"stages.stage_id": {"$in": sorted(ids)}}
    models = await ctx.stores.stage_models.found(wanted, {"stages": 1})
    return {
        stage["stage_id"]: stage["name"]
        for model in models
        for stage in model["stages"]
        if stage["stage_id"] in ids
    }
