"""What sales people and journeys decided is carried out, each in their own name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from demo.decisions import DECISIONS, DemoDecision
from demo.records import SYSTEM, DemoFailed
from domain import buying_groups
from domain.identifiers import AccountId, BuyingGroupId, PersonId, SolutionInterestId
from domain.identities import Identity, OutsideKey, email_identity, key_identity
from domain.membership import Decision, Outcome
from execution.context import Context
from resolvers.membership import Assignment, CommandsDone, assign_members, remove_members


async def decide_memberships(ctx: Context, interests: Mapping[str, str]) -> list[Outcome]:
    """Carry out every decision in order; what came of each."""
    owners = await _owners(ctx, DECISIONS)
    return [
        await _carry_out(ctx, decision, *_place(ctx, decision, interests, owners))
        for decision in DECISIONS
    ]


async def place_of(ctx: Context, decision: DemoDecision) -> tuple[BuyingGroupId, PersonId]:
    """The group and the person that a decision is about."""
    interests = {each["name"]: each["_id"] for each in await ctx.stores.solution_interests.all()}
    return _place(ctx, decision, interests, await _owners(ctx, [decision]))


async def _carry_out(
    ctx: Context, decision: DemoDecision, group: BuyingGroupId, person: PersonId
) -> Outcome:
    actor = replace(ctx, viewer=replace(ctx.viewer, actor=decision.actor))
    if decision.role is None:
        done = await remove_members(actor, group, [person], decision.method, decision.reason)
    else:
        assignments = [Assignment(person, decision.role)]
        done = await assign_members(actor, group, assignments, decision.method, decision.reason)
    if isinstance(done, CommandsDone) and isinstance(done.outcomes[0].result, Decision):
        return done.outcomes[0].result.outcome
    raise DemoFailed(f"{decision}: {done}")


def _place(
    ctx: Context,
    decision: DemoDecision,
    interests: Mapping[str, str],
    owners: Mapping[Identity, str],
) -> tuple[BuyingGroupId, PersonId]:
    account = AccountId(owners[_account(decision)])
    interest = SolutionInterestId(interests[decision.interest])
    group = buying_groups.identifier(ctx.viewer.tenant, account, interest)
    return group, PersonId(owners[email_identity(decision.email)])


async def _owners(ctx: Context, decisions: Sequence[DemoDecision]) -> dict[Identity, str]:
    named = {_account(decision) for decision in decisions}
    named |= {email_identity(decision.email) for decision in decisions}
    found = await ctx.stores.identities.find(named, ctx.now())
    if missing := named - set(found):
        raise DemoFailed(f"nobody carries {sorted(missing)}")
    return {identity: claim.owner for identity, claim in found.items()}


def _account(decision: DemoDecision) -> Identity:
    return key_identity("account", OutsideKey(SYSTEM, decision.account))
