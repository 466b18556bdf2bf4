"""The accounts of an audience: all at once as a query, or stretch by stretch.

A rule that asks about buying groups is answered for a stretch of accounts at a time, so that it
costs the same however many accounts have such groups.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from domain.audiences import AudienceStatus, status_of
from domain.condition_documents import from_document
from domain.conditions import Condition, related_of
from execution.context import Context
from resolvers import related_findings
from resolvers.outcomes import Invalid
from store.audience_members import AUDIENCE
from store.audience_queries import accounts_of
from store.condition_queries import account_filter
from store.driver import Document
from store.filters import every
from store.reading import Query

STRETCH: Final = 5_000


async def accounts_query(ctx: Context, audience: Mapping[str, Any]) -> Query | Invalid:
    """The query that finds the audience's accounts now."""
    condition = _related_rule(audience)
    if condition is None:
        return accounts_of(audience)
    return await conditional_query(ctx, condition, "condition")


async def conditional_query(ctx: Context, condition: Condition, field: str) -> Query | Invalid:
    """The query for the accounts for which a checked condition, given in `field`, holds now."""
    found = await related_findings.of_all_accounts(ctx, condition, field)
    return found if isinstance(found, Invalid) else account_filter(condition, found)


async def next_accounts(
    ctx: Context,
    audience: Mapping[str, Any],
    shown: Mapping[str, object],
    *,
    after: str,
    limit: int,
) -> list[Document]:
    """Some of the audience's next accounts behind an id, in order; none where there are no more.

    They are its members once it was refreshed; before, and of a draft, whom the rule finds now.
    """
    if _is_refreshed(audience):
        return await ctx.stores.accounts.found(_members(audience), shown, after=after, limit=limit)
    condition = _related_rule(audience)
    if condition is None:
        return await ctx.stores.accounts.found(
            accounts_of(audience), shown, after=after, limit=limit
        )
    async for query in _stretches(ctx, condition, after):
        if found := await ctx.stores.accounts.found(query, shown, limit=limit):
            return found
    return []


async def belonging(
    ctx: Context, audience: Mapping[str, Any], *, after: str, last: str
) -> frozenset[str]:
    """Whom of a stretch of accounts an audience's rule finds now, or its list names."""
    if audience["account_ids"] is not None:
        return frozenset(audience["account_ids"])
    condition = from_document(audience["condition"])
    up_to: Query = {"_id": {"$lte": last}}
    asked: list[str] = []
    if any(related_of(condition)):
        stretch = await ctx.stores.accounts.found(up_to, {"_id": 1}, after=after)
        asked = [account["_id"] for account in stretch]
    findings = await related_findings.findings(ctx, [condition], accounts=asked)
    query = every(up_to, account_filter(condition, findings))
    found = await ctx.stores.accounts.found(query, {"_id": 1}, after=after)
    return frozenset(account["_id"] for account in found)


async def count_accounts(
    ctx: Context, audience: Mapping[str, Any], at_most: int | None = None
) -> int:
    """How many accounts the audience has; counting ends at a bound."""
    if _is_refreshed(audience):
        return await ctx.stores.accounts.count_found(_members(audience), at_most)
    condition = _related_rule(audience)
    if condition is None:
        return await ctx.stores.accounts.count_found(accounts_of(audience), at_most)
    counted = 0
    async for query in _stretches(ctx, condition, ""):
        counted += await ctx.stores.accounts.count_found(query)
        if at_most is not None and counted >= at_most:
            return at_most
    return counted


def _is_refreshed(audience: Mapping[str, Any]) -> bool:
    return "refreshed_at" in audience and status_of(audience.get("status")) is AudienceStatus.LIVE


def _members(audience: Mapping[str, Any]) -> Document:
    return {AUDIENCE: audience["_id"]}


def _related_rule(audience: Mapping[str, Any]) -> Condition | None:
    """The audience's rule if it asks about other records."""
    if audience["account_ids"] is not None:
        return None
    condition = from_document(audience["condition"])
    return condition if any(related_of(condition)) else None


async def _stretches(ctx: Context, condition: Condition, after: str) -> AsyncIterator[Query]:
    """Queries for those for whom a condition holds, of one stretch of accounts after the other."""
    while stretch := await ctx.stores.accounts.found({}, {"_id": 1}, after=after, limit=STRETCH):
        ids = [account["_id"] for account in stretch]
        found = await related_findings.findings(ctx, [condition], accounts=ids)
        yield every({"_id": {"$in": ids}}, account_filter(condition, found))
        after = ids[-1]
