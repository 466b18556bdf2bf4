"""Seconds of activating a weighting model: until it is in force, and until all scores are its own.

    python -m bench.activation [--activities 1000000] [--people 100000] [--groups 2000] [--small]

The tenant is filled as for `bench.scoring`, and scored once before. Two versions are activated, one
after the other: one with other weights, and one in which acts decay. What scores follow by is a
run in which everybody is scored anew from the days that are counted already.
"""

import argparse
import asyncio
import time
from typing import Final

from bench.figures import show
from bench.ground import Ground, ground
from bench.scoring import Size, fill, scored
from domain import activity_types
from domain.decay import Decay, DecayKind
from domain.weighting_drafts import ModelChange, TypeChange
from resolvers import weighting_drafts, weighting_models, weighting_previews

FULL: Final = Size(activities=1_000_000, people=100_000, groups=2_000)
SMALL: Final = Size(activities=300, people=60, groups=5)


async def activated(where: Ground, name: str, change: ModelChange) -> None:
    """Draft a version with this change, try it, activate it, and let scores follow."""
    ctx = where.ctx
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await weighting_drafts.duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str), draft
    edited = await weighting_drafts.update_weighting_model(ctx, draft, change)
    assert edited == draft, edited
    leaders = await ctx.stores.scoring.leading_groups(weighting_previews.MOST_GROUPS)
    start = time.perf_counter()
    tried = await weighting_previews.preview_weighting_model(ctx, draft, leaders)
    assert isinstance(tried, weighting_previews.WeightingPreview), tried
    show(f"{name}: a preview of {len(leaders)} groups", time.perf_counter() - start, "s")
    start = time.perf_counter()
    done = await weighting_drafts.activate_weighting_model(ctx, draft)
    assert done == draft, done
    show(f"{name}: in force", 1_000 * (time.perf_counter() - start), "ms")
    await scored(where, ctx, f"{name}: all scores follow")


async def run(size: Size) -> None:
    """Measure and print."""
    async with ground() as where:
        await fill(where, size)
        await scored(where, where.ctx, "the first run, everybody")
        link = activity_types.identifier(where.ctx.viewer.tenant, "Click Link")
        weights = ModelChange(types=[TypeChange(link, 90)])
        await activated(where, "other weights", weights)
        decay = ModelChange(decay=Decay(DecayKind.HALF_LIFE, 7))
        await activated(where, "decay", decay)


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--activities", type=int, default=FULL.activities)
    arguments.add_argument("--people", type=int, default=FULL.people)
    arguments.add_argument("--groups", type=int, default=FULL.groups)
    arguments.add_argument("--small", action="store_true", help="only whether it works")
    given = arguments.parse_args()
    size = Size(given.activities, given.people, given.groups)
    asyncio.run(run(SMALL if given.small else size))


if __name__ == "__main__":
    main()
