"""Creation: a group for every account of an audience that has none for the solution interest."""

from typing import Final

from domain import buying_groups
from domain.condition_documents import from_document
from domain.identifiers import JobId
from execution.context import Context
from jobs.running import JobFailed, Slice
from resolvers import groups
from resolvers.outcomes import NotFound
from store.condition_queries import account_filter
from store.driver import Document

ACCOUNTS_AT_ONCE: Final = 200


async def step(ctx: Context, job: Document) -> Slice:
    """Make the groups of the next accounts, in the order of their ids."""
    parameters = job["parameters"]
    what = await groups.interest(ctx, parameters["solution_interest_id"])
    if isinstance(what, NotFound):
        raise JobFailed(f"There is no {what.what} {what.id} any more.")
    audience = await ctx.stores.audiences.one(parameters["audience_id"])
    if audience is None:
        raise JobFailed("The account audience is gone.")
    found = audience_filter(audience)
    if job["progress"]["accounts"] is None:
        await ctx.stores.jobs.note_size(job["_id"], await ctx.stores.accounts.count_found(found))
    accounts = await ctx.stores.accounts.found(found, after=job["cursor"], limit=ACCOUNTS_AT_ONCE)
    if not accounts:
        return Slice(None, {})
    await groups.create_groups(ctx, what, accounts, JobId(job["_id"]))
    ids = [
        buying_groups.identifier(ctx.viewer.tenant, account["_id"], what.id) for account in accounts
    ]
    created, members = await ctx.stores.groups.created_by(job["_id"], ids)
    return Slice(
        accounts[-1]["_id"],
        {"done": len(accounts), "groups_created": created, "members_assigned": members},
    )


def audience_filter(audience: Document) -> Document:
    """The query that finds the audience's accounts."""
    if audience["account_ids"] is not None:
        return {"_id": {"$in": audience["account_ids"]}}
    return account_filter(from_document(audience["condition"]))
