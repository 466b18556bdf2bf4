"""Contact overlap: people who are members of several groups, and may be addressed too often."""

from execution.context import Context, Right
from store.group_figures import Overlap
from store.reading import Query


async def of_groups(ctx: Context, query: Query, groups: int, first: int) -> Overlap:
    """Who is a member of so many or more of the groups that a query finds."""
    ctx.viewer.require(Right.READ)
    return await ctx.stores.group_figures.overlap(query, groups, first)
