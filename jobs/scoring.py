"""Scoring: the engagement of people and groups is computed anew, in one step."""

from execution.context import Context
from jobs.running import Slice
from resolvers import scoring
from store.driver import Document


async def step(ctx: Context, job: Document) -> Slice:
    """Run the scoring; what it writes is the same however often it is run on one day."""
    if job["cursor"]:
        return Slice(None, {})
    await scoring.run_scoring(ctx)
    return Slice("scored", {"done": 1})
