"""Announcing: an event where the score people see of a group has become another."""

from collections.abc import Iterable, Sequence
from typing import Final

from domain import engagement
from domain.events import Event, EventType
from domain.identifiers import BuyingGroupId
from domain.scoring_runs import Reference
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.reading import Place
from store.scoring import Announcement

GROUPS_AT_ONCE: Final = 2_000


async def announce(ctx: Context, groups: Sequence[Document], reference: Reference | None) -> None:
    """Write the events of groups just scored; where the whole score is what was told last, none.

    It follows a change that was permitted, and asks for no right of its own.
    """
    await _announce(ctx, groups, reference)


async def announce_next(ctx: Context, after: str) -> tuple[int, str | None]:
    """Write the events of the next groups behind a place; how many, and where more of them are.

    Every group is looked at, for a new largest raw changes the score of all. It is a part of
    scoring, which has asked for a right.
    """
    place = _place(after) if after else None
    figures = await ctx.stores.scoring.all_figures(place, GROUPS_AT_ONCE)
    await _announce(ctx, figures, await ctx.stores.scoring.runs.reference())
    if len(figures) < GROUPS_AT_ONCE:
        return len(figures), None
    last = figures[-1]
    return len(figures), f"{last['engagement']['raw']!r}|{last['_id']}"


async def _announce(ctx: Context, figures: Iterable[Document], reference: Reference | None) -> None:
    largest = reference.largest_group_raw if reference else 0.0
    announcements = []
    for group in figures:
        told = group["engagement"].get("announced")
        score = int(engagement.shown(engagement.score(group["engagement"]["raw"], largest)))
        if score != (told or 0) or "untold" in group["engagement"]:
            announcements.append(_announcement(ctx, group, told, score))
    await ctx.stores.scoring.announce(announcements)


def score_event(
    ctx: Context, id: BuyingGroupId, group: Document, told: int | None, score: int
) -> Event:
    """The event that people see another whole score of a group than was told last."""
    return stamps.event(
        ctx,
        EventType.ENGAGEMENT_CHANGED,
        id,
        buying_group_id=id,
        account_id=group["account_id"],
        solution_interest_id=group["solution_interest_id"],
        before={"score": told or 0},
        after={"score": score},
    )


def _announcement(ctx: Context, group: Document, told: int | None, score: int) -> Announcement:
    id = BuyingGroupId(group["_id"])
    event = score_event(ctx, id, group, told, score) if score != (told or 0) else None
    return Announcement(id, group["engagement"]["version"], told, score, event)


def _place(text: str) -> Place:
    raw, id = text.split("|", 1)
    return Place(float(raw), id)
