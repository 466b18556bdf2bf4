"""Deleting a buying group: an event tells its end, and jobs leave the pair alone."""

from collections.abc import Sequence
from typing import Final

from domain.events import EventType
from domain.identifiers import BuyingGroupId
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.records import Conflict as Raced
from store.records import Missing

REASON_LENGTH: Final = 500


async def delete_buying_group(
    ctx: Context, id: str, reason: str | None = None
) -> BuyingGroupId | Invalid | NotFound | Conflict:
    """Delete a group with everything that was said in it; only a command makes it again."""
    ctx.viewer.require(Right.EDIT_GROUPS)
    if reason is not None and (fault := naming.check_text("reason", reason, REASON_LENGTH)):
        return fault
    return await delete_group(ctx, id, reason)


async def delete_group(
    ctx: Context, id: str, reason: str | None
) -> BuyingGroupId | NotFound | Conflict:
    """Do so as a part of a change that was permitted; it asks for no right of its own."""

    def decide(document: Document, uses: Sequence[int]) -> Deletion:
        before = {
            key: document[key] for key in ("member_ids", "removed_ids", "status", "completeness")
        }
        event = stamps.event(
            ctx,
            EventType.BUYING_GROUP_DELETED,
            id,
            buying_group_id=BuyingGroupId(id),
            account_id=document["account_id"],
            solution_interest_id=document["solution_interest_id"],
            before=before,
            personal={"reason": reason} if reason is not None else None,
        )
        return Deletion(event)

    match await ctx.stores.deletions.delete(ctx.stores.groups, id, decide):
        case Deleted():
            return BuyingGroupId(id)
        case Missing():
            return NotFound("buying group", id)
        case Raced():
            return Conflict("buying group", id)
