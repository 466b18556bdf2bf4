"""Deleting solution interests and account audiences: refused while anything uses them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.events import EventType
from domain.folding import fold
from domain.identifiers import AudienceId, SolutionInterestId
from domain.identities import Identity
from domain.jobs import UNFINISHED, JobKind
from domain.roles import User
from execution.context import Context, Right
from resolvers import (
    audience_members,
    audiences,
    naming,
    signal_moves,
    solution_interests,
    stamps,
)
from resolvers.outcomes import Conflict, NotFound
from resolvers.roles import MOST_USERS_NAMED
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.records import Conflict as Raced
from store.records import Missing, Records

_CALLED: Final = {
    "jobs": "job",
    "buying_groups": "buying group",
    "role_templates": "role template",
    "account_audiences": "account audience",
}


@dataclass(frozen=True, slots=True)
class SolutionInterestInUse:
    """Buying groups, jobs that are unfinished or in force, or rules need the solution interest."""

    id: str
    buying_groups: int
    jobs: int
    role_templates: int = 0
    account_audiences: int = 0
    users: Sequence[User] = ()


@dataclass(frozen=True, slots=True)
class AccountAudienceInUse:
    """Jobs for the audience are unfinished or in force."""

    id: str
    jobs: int
    users: Sequence[User] = ()


async def delete_solution_interest(
    ctx: Context, id: str
) -> SolutionInterestId | SolutionInterestInUse | NotFound | Conflict:
    """Delete a solution interest that nothing uses, with its signals; its name is free again."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | SolutionInterestInUse:
        if any(uses):
            groups, jobs, templates, audiences = uses
            return SolutionInterestInUse(id, groups, jobs, templates, audiences)
        event = stamps.event(
            ctx,
            EventType.SOLUTION_INTEREST_DELETED,
            id,
            solution_interest_id=SolutionInterestId(id),
        )
        names = [_name(solution_interests.KIND, document)]
        return Deletion(event, names, is_unfinished=True)

    groups = Use("buying_groups", {"solution_interest_id": id})
    jobs = _jobs("solution_interest_id", id)
    templates = Use("role_templates", {"roles.reference_ids": id})
    asked = Use("account_audiences", {"reference_ids": id})
    deletions, records = ctx.stores.deletions, ctx.stores.solution_interests
    match await deletions.delete(records, id, decide, [groups, jobs, templates, asked]):
        case Deleted():
            return await _forget_signals(ctx, SolutionInterestId(id))
        case Missing():
            if await deletions.is_unfinished(id):
                return await _forget_signals(ctx, SolutionInterestId(id))
            return NotFound("solution interest", id)
        case Raced():
            return Conflict("solution interest", id)
        case refusal:
            return replace(refusal, users=await _users(ctx, [jobs, groups, templates, asked]))


async def _forget_signals(ctx: Context, id: SolutionInterestId) -> SolutionInterestId | Conflict:
    """What is left to do once the solution interest is gone."""
    if not await signal_moves.forget_interest(ctx, id):
        return Conflict("solution interest", id)
    await ctx.stores.deletions.finish(id)
    return id


async def delete_account_audience(
    ctx: Context, id: str
) -> AudienceId | AccountAudienceInUse | NotFound | Conflict:
    """Delete an audience that no job uses; its name is free again, groups made for it stay.

    Jobs that refresh it are no obstacle. Its members are members no more, without a further event.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | AccountAudienceInUse:
        (jobs,) = uses
        if jobs:
            return AccountAudienceInUse(id, jobs)
        event = stamps.event(ctx, EventType.ACCOUNT_AUDIENCE_DELETED, id)
        return Deletion(event, [_name(audiences.KIND, document)], is_unfinished=True)

    jobs = _jobs("audience_id", id)
    jobs = Use("jobs", {**jobs.query, "kind": {"$ne": JobKind.AUDIENCE_REFRESH.value}})
    match await ctx.stores.deletions.delete(ctx.stores.audiences, id, decide, [jobs]):
        case Deleted():
            return await _forget_audience(ctx, AudienceId(id))
        case Missing():
            if await ctx.stores.deletions.is_unfinished(id):
                return await _forget_audience(ctx, AudienceId(id))
            return NotFound("account audience", id)
        case Raced():
            return Conflict("account audience", id)
        case refusal:
            return replace(refusal, users=await _users(ctx, [jobs]))


async def _forget_audience(ctx: Context, id: AudienceId) -> AudienceId:
    """What is left to do once the audience is gone."""
    await audience_members.forget_audience(ctx, id)
    await ctx.stores.deletions.finish(id)
    return id


def _jobs(parameter: str, id: str) -> Use:
    """Jobs with this parameter that are unfinished or in force."""
    is_open = {"status": {"$in": [status.value for status in UNFINISHED]}}
    return Use("jobs", {f"parameters.{parameter}": id, "$or": [is_open, {"in_force": True}]})


async def _users(ctx: Context, uses: Sequence[Use]) -> list[User]:
    """Some of those that stand in the way; a job is called after what it does."""
    users: list[User] = []
    for use in uses:
        what, records = _CALLED[use.collection], _records(ctx, use)
        room = MOST_USERS_NAMED - len(users)
        if room:
            found = await records.found(use.query, {"name": 1, "kind": 1}, limit=room)
            users += [User(what, each["_id"], _called(each)) for each in found]
    return users


def _records(ctx: Context, use: Use) -> Records:
    stores = ctx.stores
    every = (stores.jobs, stores.groups, stores.role_templates, stores.audiences)
    return next(each for each in every if each.collection.name == use.collection)


def _called(document: Document) -> str:
    return str(document["name"]) if "name" in document else f"{document['kind']} job".lower()


def _name(kind: naming.Kind, document: Document) -> Identity:
    return Identity(f"{kind.namespace}.name", fold(document["name"]))
