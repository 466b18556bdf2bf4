"""Refresh of an audience: whoever belongs to it by now becomes a member, whoever does not leaves.

The tenant's accounts are gone through in the order of their ids. When the audience is changed
meanwhile they are gone through from the beginning.
"""

from typing import Final

from domain.audiences import RefreshPlace, cursor_of, place_of
from domain.identifiers import AudienceId, JobId
from execution.context import Context, Right
from jobs.plans import Plan, Slice
from resolvers import audience_members
from store.driver import Document

COUNTED: Final = ("done", "accounts_joined", "accounts_left")


async def total(ctx: Context, job: Document) -> int | None:
    """How many accounts the tenant has."""
    _require_rights(ctx)
    return await ctx.stores.accounts.count()


async def step(ctx: Context, job: Document) -> Slice:
    """Let the next accounts join and leave; once the audience is gone, be members no more."""
    _require_rights(ctx)
    id = AudienceId(job["parameters"]["audience_id"])
    audience = await ctx.stores.audiences.one(id)
    if audience is None:  # a slice that was broken off may have let some join since
        await audience_members.forget_audience(ctx, id)
        return Slice(None, {})
    return await go_on(ctx, job, audience, job["cursor"])


async def go_on(ctx: Context, job: Document, audience: Document, cursor: str) -> Slice:
    """The next slice of a refresh that stands at a cursor of its own, within any job."""
    _require_rights(ctx)
    revision = audience_members.revision_of(audience)
    place = place_of(cursor, revision)
    if place is None:
        counted = {name: -job["progress"].get(name, 0) for name in COUNTED}
        return Slice(cursor_of(RefreshPlace(revision)), counted)
    id = JobId(job["_id"])
    stretch = await audience_members.refresh_stretch(ctx, audience, id, place.after)
    if stretch is None:
        is_noted = await audience_members.note_refresh(ctx, AudienceId(audience["_id"]), place, job)
        return Slice(None if is_noted else cursor, {})
    counts = (stretch.accounts, stretch.joined, stretch.left)
    after = cursor_of(RefreshPlace(revision, stretch.last))
    return Slice(after, dict(zip(COUNTED, counts, strict=True)))


def _require_rights(ctx: Context) -> None:
    ctx.viewer.require(Right.RUN_JOBS)
    ctx.viewer.require(Right.ACT_AS_SYSTEM)


PLAN: Final = Plan(total, step)
