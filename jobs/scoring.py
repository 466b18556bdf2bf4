"""Scoring: the engagement of people and groups is computed anew, slice by slice."""

from typing import Final

from execution.context import Context
from jobs.plans import Plan, Slice
from resolvers import scoring
from store.driver import Document


async def total(ctx: Context, job: Document) -> int | None:
    """How many people and groups are gone through; None until the run knows whom it touches."""
    return await scoring.size(ctx, job["cursor"])


async def step(ctx: Context, job: Document) -> Slice:
    """Do the next slice of the run from where the last one ended.

    A phase in which there is nothing to do is no slice of its own: to note it costs more than it.
    """
    scored = await scoring.go_on(ctx, job["cursor"])
    while scored.is_idle and scored.after is not None:
        scored = await scoring.go_on(ctx, scored.after)
    done = scored.people + scored.announced
    return Slice(scored.after, {"done": done, "groups_changed": scored.groups})


PLAN: Final = Plan(total, step)
