"""How much solution interests are used: by creation jobs in force, and by buying groups."""

from collections.abc import Sequence

from execution.context import Context, Right
from store.driver import Document


async def job_counts(ctx: Context, interests: Sequence[Document]) -> list[int]:
    """How many creation jobs are in force for each solution interest."""
    ctx.viewer.require(Right.READ)
    ids = [interest["_id"] for interest in interests]
    counts = await ctx.stores.jobs.count_in_force(ids)
    return [counts[id] for id in ids]


async def group_counts(ctx: Context, interests: Sequence[Document]) -> list[int]:
    """How many buying groups each solution interest has."""
    ctx.viewer.require(Right.READ)
    ids = [interest["_id"] for interest in interests]
    counts = await ctx.stores.stage_figures.counts(ids)
    return [sum(counts[id].values()) for id in ids]
