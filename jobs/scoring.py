"""Scoring: the engagement of people and groups is computed anew, slice by slice."""

from execution.context import Context
from jobs.running import Slice
from resolvers import scoring
from store.driver import Document


async def step(ctx: Context, job: Document) -> Slice:
    """Do the next slice of the run from where the last one ended."""
    scored = await scoring.go_on(ctx, job["cursor"])
    return Slice(scored.after, {"done": scored.people, "groups_changed": scored.groups})
