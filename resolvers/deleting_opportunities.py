"""Deleting an opportunity: what it has won, its account owns by it no more."""

from domain.identifiers import OpportunityId
from execution.context import Context, Right
from resolvers import letting_go, opportunities
from resolvers.outcomes import Conflict, NotFound
from store.deletions import Deleted
from store.records import Conflict as Raced
from store.records import Missing


async def delete_opportunity(ctx: Context, id: str) -> OpportunityId | NotFound | Conflict:
    """Delete an opportunity and free its outside keys."""
    ctx.viewer.require(Right.EDIT_DATA)
    document = await ctx.stores.opportunities.one(id, {"account_id": 1})
    if document is None:
        return NotFound("opportunity", id)
    # Marked before, so that a process that ends here leaves a trace; and again after, so that
    # nobody stores what was computed while the opportunity was there.
    await ctx.stores.accounts.doubt_products([document["account_id"]])
    gone = await letting_go.drop_opportunity(ctx, OpportunityId(id))
    accounts = [document["account_id"]]
    if isinstance(gone, Deleted):
        accounts = sorted({document["account_id"], gone.document["account_id"]})
        await ctx.stores.accounts.doubt_products(accounts)
    await opportunities.settle_products_of(ctx, accounts)
    match gone:
        case Deleted():
            return OpportunityId(id)
        case Missing():
            return NotFound("opportunity", id)
        case Raced():
            return Conflict("opportunity", id)
