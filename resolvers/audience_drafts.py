"""Audience drafts: duplicated from any audience, and published."""

from domain.audiences import AudienceIsLive, AudienceStatus, status_of
from domain.condition_documents import from_document
from domain.events import EventType
from domain.identifiers import AudienceId
from execution.context import Context, Right
from resolvers import audiences, stamps
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced


async def publish_account_audience(
    ctx: Context, id: str
) -> AudienceId | AudienceIsLive | NotFound | Conflict:
    """Make a draft live: whoever belongs to it becomes a member within moments."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document) -> Change | AudienceIsLive:
        if status_of(document.get("status")) is AudienceStatus.LIVE:
            return AudienceIsLive(AudienceId(id))
        event = stamps.event(ctx, EventType.ACCOUNT_AUDIENCE_PUBLISHED, id)
        return Change({**audiences.live(ctx), **stamps.updated(ctx)}, (event,))

    match await ctx.stores.audiences.change(id, decide):
        case Changed():
            return AudienceId(id)
        case Missing():
            return NotFound("account audience", id)
        case Raced():
            return Conflict("account audience", id)
        case refusal:
            return refusal


async def duplicate_account_audience(
    ctx: Context, id: str, name: str
) -> AudienceId | Invalid | NameTaken | NotFound | Conflict:
    """Draft an audience to which belongs whoever belongs to another one.

    Listed accounts that are gone are left out.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    audience = await ctx.stores.audiences.one(id)
    if audience is None:
        return NotFound("account audience", id)
    accounts = AudienceAccounts(account_ids=audience["account_ids"])
    if accounts.account_ids is None:
        accounts = AudienceAccounts(from_document(audience["condition"]))
    else:
        known = await ctx.stores.accounts.by_ids(accounts.account_ids, {"_id": 1})
        accounts = AudienceAccounts(account_ids=sorted(known))
    return await audiences.create_account_audience(
        ctx, name, audience.get("description"), accounts, is_draft=True
    )
