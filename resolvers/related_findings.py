"""Related findings: what conditions ask of other records, looked up for many at once.

One query answers one test, whomever it is asked of; conditions without such tests cost none.
"""

import asyncio
from collections.abc import Collection, Iterable
from typing import Final
from zoneinfo import ZoneInfo

from domain import score_ranges
from domain.activity_types import ActivityType
from domain.conditions import Condition, related_of
from domain.folding import fold
from domain.related_tests import (
    NO_FINDINGS,
    ActivityTest,
    Asked,
    Bounds,
    Findings,
    Found,
    GroupTest,
    InterestTest,
    period,
)
from domain.role_templates import RoleTemplate
from execution.context import Context
from resolvers.outcomes import Invalid
from store import filters
from store.driver import Document
from store.reading import Query

MOST_FOUND: Final = 200_000
"""Accounts that one test of all accounts may hold for: more of them fit into no query."""


async def findings(
    ctx: Context,
    conditions: Iterable[Condition | None],
    *,
    people: Collection[str] = (),
    accounts: Collection[str] | None = (),
) -> Findings:
    """What these conditions ask of these people and accounts; None: of all accounts.

    Days are those of the tenant's time zone, today the last of them.
    """
    given = [condition for condition in conditions if condition is not None]
    asked = list(dict.fromkeys(each for condition in given for each in related_of(condition)))
    if not asked:
        return NO_FINDINGS
    zone = await _zone(ctx)
    known = await _types(ctx, asked)

    async def look(test: Asked) -> dict[str, Found]:
        records = ctx.stores.related_records
        match test:
            case InterestTest(within_days=days):
                return await records.signals(test, period(days, ctx.now(), zone), people)
            case ActivityTest(activity_type, _, days):
                spellings = _spellings(known, activity_type)
                return await records.acts(spellings, period(days, ctx.now(), zone), people)
            case GroupTest():
                return await records.groups(test, await _scored(ctx, test.engagement), accounts)

    return Findings(dict(zip(asked, await asyncio.gather(*map(look, asked)), strict=True)))


async def of_rules(
    ctx: Context,
    templates: Iterable[RoleTemplate],
    people: Iterable[Document],
    accounts: Collection[str],
) -> Findings:
    """What the rules of these templates ask of these people and accounts."""
    rules = [entry.condition for template in templates for entry in template.roles]
    known = list({person["_id"] for person in people})
    return await findings(ctx, rules, people=known, accounts=accounts)


async def of_all_accounts(ctx: Context, condition: Condition, field: str) -> Findings | Invalid:
    """What a condition over accounts asks of all there are; a test may not hold for too many."""
    found = await findings(ctx, [condition], accounts=None)
    if any(len(each) > MOST_FOUND for each in found.by_test.values()):
        return Invalid(field, f"asks for groups that more than {MOST_FOUND:,} accounts have")
    return found


async def _zone(ctx: Context) -> ZoneInfo:
    tenant = await ctx.stores.tenants.own()
    return ZoneInfo(tenant["time_zone"] if tenant else "UTC")


async def _types(ctx: Context, asked: Iterable[Asked]) -> list[ActivityType]:
    if not any(isinstance(test, ActivityTest) for test in asked):
        return []
    return await ctx.stores.activity_types.types()


def _spellings(known: Iterable[ActivityType], named: str) -> tuple[str, ...]:
    """Every folded spelling of the type that one of them names; of no type the name alone."""
    spelling = fold(named)
    found = (each.spellings for each in known if spelling in each.spellings)
    return next(found, (spelling,))


async def _scored(ctx: Context, bounds: Bounds) -> Query | None:
    """Groups whose score lies within bounds, asked by their raws; None where none is given."""
    if not bounds.is_given:
        return None
    reference = await ctx.stores.scoring.runs.reference()
    raws = score_ranges.raws(
        reference.largest_group_raw if reference else 0.0,
        at_least=bounds.at_least,
        greater_than=bounds.greater_than,
        at_most=bounds.at_most,
        less_than=bounds.less_than,
    )
    if raws is None:
        return filters.NOTHING
    within = filters.span("engagement.raw", at_least=raws.at_least, less_than=raws.less_than)
    return within or {"engagement.raw": {"$ne": None}}
