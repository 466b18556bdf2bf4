"""Buying groups are made: one account, one solution interest, and its people placed by rules."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

from domain import buying_groups
from domain.events import EventType
from domain.folding import fold
from domain.identifiers import AccountId, BuyingGroupId, JobId
from domain.placing import placing
from domain.scoring_runs import Reference
from execution.context import Context, Right
from resolvers import (
    first_scores,
    group_names,
    letting_go,
    members_required,
    migrated_groups,
    naming,
    new_groups,
    placements,
    related_findings,
    scoring,
    stamps,
)
from resolvers.new_groups import Interest, new_group
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.driver import Document
from store.new_groups import Made, New, Taken
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.side_by_side import Behind

STORED_AT_ONCE: Final = 2
"""How many transactions' worth of groups is stored, relayed and settled while more is decided."""

BUILT_AT_ONCE: Final = 20
"""How many groups are built before others of the process have their turn."""


@dataclass(frozen=True, slots=True)
class GroupExists:
    """The account has a group for the solution interest already."""

    group: BuyingGroupId


async def create_buying_group(
    ctx: Context, account_id: str, solution_interest_id: str
) -> BuyingGroupId | NotFound | GroupExists | Conflict:
    """Make the group of one account for one solution interest, placed and scored at once.

    Where one was deleted it is made anew: nothing that was said in it comes back.
    """
    ctx.viewer.require(Right.EDIT_GROUPS)
    account = await ctx.stores.accounts.one(account_id)
    if account is None:
        return NotFound("account", account_id)
    what = await new_groups.interest(ctx, solution_interest_id)
    if isinstance(what, NotFound):
        return what
    group_id = buying_groups.identifier(ctx.viewer.tenant, AccountId(account_id), what.id)
    await scoring.score_first(ctx)
    people = (await placements.people_of(ctx, [account_id], [what.template]))[account_id]
    findings = await related_findings.of_rules(ctx, [what.template], people, [account_id])
    place = placing(what.template, await placements.score_reference(ctx), findings)
    pair = {"_id": group_id, "account_id": account_id, "solution_interest_id": what.id}
    made = await ctx.stores.groups.make(
        pair, lambda before: new_group(ctx, what, account, people, place, None, before)
    )
    match made:
        case Made():
            await _finish(ctx, what, [group_id], [person["_id"] for person in people])
            return group_id
        case Taken():
            return GroupExists(group_id)
        case Missing(id):
            return NotFound("account" if id == account_id else "solution interest", id)
        case Raced():
            return Conflict("buying group", group_id)


async def create_groups(
    ctx: Context, what: Interest, accounts: Sequence[Document], job: JobId | None, at_once: int
) -> dict[BuyingGroupId, bool]:
    """Make the groups these accounts lack for a job, and score them; so many in a transaction.

    Without a job, somebody has asked for these groups, none of which is there.

    The ids are those of all these accounts' groups, each with whether it was made here.

    While some are stored, the next are decided. A group that was deleted is not made again. What
    the job has made before is looked at once more, for it may have been killed behind that.
    """
    ctx.viewer.require(Right.EDIT_GROUPS if job is None else Right.ACT_AS_SYSTEM)
    ids = [
        buying_groups.identifier(ctx.viewer.tenant, account["_id"], what.id) for account in accounts
    ]
    made_by = await ctx.stores.groups.makers(ids)
    lacking = [
        account
        for id, account in zip(ids, accounts, strict=True)
        if id not in made_by or (job is not None and made_by[id] == job)
    ]
    made: set[BuyingGroupId] = set()
    async with Behind(STORED_AT_ONCE) as behind:
        for start in range(0, len(lacking), at_once):
            decided = await _decided(ctx, what, lacking[start : start + at_once], job)
            await behind.hand(partial(_store, ctx, what, decided, job, made))
    return {id: id in made for id in ids}


@dataclass(frozen=True, slots=True)
class _Decided:
    """Groups to be stored, who was looked at for them, and the reference they are scored by."""

    groups: Sequence[New]
    people: Sequence[str]
    reference: Reference | None

    @property
    def ids(self) -> list[BuyingGroupId]:
        return [BuyingGroupId(document["_id"]) for document, _ in self.groups]


async def _decided(
    ctx: Context, what: Interest, accounts: Sequence[Document], job: JobId | None
) -> _Decided:
    reference = await ctx.stores.scoring.runs.reference()
    people = await placements.people_of(
        ctx, [account["_id"] for account in accounts], [what.template]
    )
    everybody = chain.from_iterable(people.values())
    findings = await related_findings.of_rules(ctx, [what.template], everybody, list(people))

    async def built(reference: Reference | None) -> list[New]:
        largest = reference.largest_person_raw if reference else 0
        place = placing(what.template, largest, findings)
        now = ctx.at_one_moment()
        made: list[New] = []
        for account in accounts:
            related = people[account["_id"]]
            made.append(new_group(now, what, account, related, place, job, scored_by=reference))
            if not len(made) % BUILT_AT_ONCE:
                await asyncio.sleep(0)
        return made

    documents = await built(reference)
    if reference is not None and reference.is_first:
        raised = await first_scores.raised(ctx, reference, [group for group, _ in documents])
        documents = await built(raised) if raised != reference else documents
    known = [person["_id"] for related in people.values() for person in related]
    return _Decided(documents, known, reference)


async def _store(
    ctx: Context,
    what: Interest,
    decided: _Decided,
    job: JobId | None,
    all_made: set[BuyingGroupId],
) -> None:
    stored = await ctx.stores.groups.insert_many(decided.groups)
    made = [group for group in decided.ids if group in stored]
    all_made.update(made)
    if decided.reference is None:
        await _finish(ctx, what, made, decided.people)
        return
    await _settle(ctx, what, made, decided.people)
    # A run that has ended since the people were read may have changed what they count.
    latest = await ctx.stores.scoring.runs.reference()
    if latest is not None:
        behind = await ctx.stores.scoring.scored_before(decided.ids, job, latest.number)
        await scoring.score_groups(ctx, behind)


async def _finish(
    ctx: Context, what: Interest, made: Sequence[BuyingGroupId], people: Sequence[str]
) -> None:
    """What is left to do for new groups that were not scored as they were made."""
    await _settle(ctx, what, made, people)
    await scoring.score_groups(ctx, made)


async def _settle(
    ctx: Context, what: Interest, made: Sequence[BuyingGroupId], people: Sequence[str]
) -> None:
    """Whoever was deleted, or whatever was changed meanwhile, has been looked for too early."""
    await letting_go.leave_groups_if_deleted(ctx, people)
    await members_required.catch_up(ctx, what.template, made)
    await migrated_groups.catch_up(ctx, what.id, what.template.id, made)
    current = await ctx.stores.solution_interests.one(what.id, {"name": 1})
    if current is not None and current["name"] != what.name:
        await group_names.catch_up(ctx, made)


async def update_status(
    ctx: Context, id: str, status: str | None
) -> BuyingGroupId | Invalid | NotFound | Conflict:
    """Set the group's free status text, at most 50 characters; None clears it."""
    ctx.viewer.require(Right.EDIT_GROUPS)
    if status is not None and (
        fault := naming.check_text("status", status, buying_groups.STATUS_LENGTH)
    ):
        return fault

    def decide(document: Document) -> Change | BuyingGroupId:
        if document["status"] == status:
            return BuyingGroupId(id)
        event = stamps.event(
            ctx,
            EventType.BUYING_GROUP_UPDATED,
            id,
            buying_group_id=BuyingGroupId(id),
            account_id=document["account_id"],
            solution_interest_id=document["solution_interest_id"],
            before={"status": document["status"]},
            after={"status": status},
        )
        folded = fold(status) if status is not None else None
        return Change({"status": status, "folded.status": folded, **stamps.updated(ctx)}, (event,))

    match await ctx.stores.groups.change(id, decide):
        case Missing():
            return NotFound("buying group", id)
        case Raced():
            return Conflict("buying group", id)
        case Changed():
            return BuyingGroupId(id)
        case str():
            await ctx.stores.groups.confirm(id)
            return BuyingGroupId(id)
