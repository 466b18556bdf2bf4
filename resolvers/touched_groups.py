"""Touched groups: those for which maintenance may have something to say since it last went through.

A group is placed as it was as long as its account, the account's people and the group itself stay
as they are, unless its template's rules ask about more than these. So a daily run costs what has
changed, and not what there is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.identifiers import BuyingGroupId, JobId
from domain.touching import asks_of_its_own
from execution.context import Context, Right
from store.driver import Document
from store.records import Records
from store.role_templates import to_template

MOST_CHANGED: Final = 10_000
"""How many accounts, or people, may have changed until going through all groups is cheaper."""

_LATE: Final = timedelta(minutes=10)
"""How long after its moment a change is stored at the latest, and clocks differ at most."""


async def since(ctx: Context, job: JobId) -> datetime | None:
    """The moment from which on changes count for a job; None where all groups are gone through.

    That is when the last maintenance over all groups was started that got through all of them.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    last = await ctx.stores.jobs.last_full_maintenance(job)
    return None if last is None else last - _LATE


async def next_touched(
    ctx: Context, since: datetime, after: str, limit: int | None
) -> list[BuyingGroupId] | None:
    """The next groups, in the order of their ids, that were touched since a moment.

    None where so much has changed that all groups are to be gone through. No limit is None.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    touching = await _touching(ctx, since)
    if touching is None:
        return None
    found = await ctx.stores.groups.any_of(touching, after, limit)
    return [BuyingGroupId(id) for id in found]


async def _touching(ctx: Context, since: datetime) -> list[Mapping[str, object]] | None:
    """The queries that find the groups that were touched."""
    people = await _changed(ctx.stores.people, since, {"relations.account_id": 1})
    accounts = await _changed(ctx.stores.accounts, since, {"_id": 1})
    if len(people) > MOST_CHANGED or len(accounts) > MOST_CHANGED:
        return None
    touched = {account["_id"] for account in accounts}
    touched |= {each["account_id"] for person in people for each in person["relations"]}
    changed = [person["_id"] for person in people]
    interests = await ctx.stores.solution_interests.found({"updated_at": {"$gte": since}})
    return [
        {"updated_at": {"$gte": since}},
        {"account_id": {"$in": sorted(touched)}},
        {"member_ids": {"$in": changed}},
        {"removed_ids": {"$in": changed}},
        {"solution_interest_id": {"$in": [interest["_id"] for interest in interests]}},
        *await _of_templates(ctx),
    ]


async def _changed(
    records: Records, since: datetime, shown: Mapping[str, object]
) -> Sequence[Document]:
    changed = {"updated_at": {"$gte": since}}
    return await records.found(changed, shown, limit=MOST_CHANGED + 1)


async def _of_templates(ctx: Context) -> list[Mapping[str, object]]:
    """Groups that their template asks more about, and those that are behind a revision of it."""
    queries: list[Mapping[str, object]] = []
    shown = {"status": 1, "revision": 1, "roles": 1}
    live = await ctx.stores.role_templates.found({"status": "live"}, shown)
    for template in map(to_template, live):
        if not asks_of_its_own(template):
            queries.append({"role_template_id": template.id})
        elif template.revision > 1:
            below = {"$lt": template.revision}
            queries.append({"role_template_id": template.id, "template_revision": below})
    return queries
