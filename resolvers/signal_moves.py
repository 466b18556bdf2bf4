"""Moves of signals: what is stored about somebody, or about a solution, that is no more.

Each follows a change that was permitted, and asks for no right of its own. What is done again
finds nothing left to do.
"""

from collections.abc import Iterable

from domain.identifiers import PersonId, SolutionInterestId
from execution.context import Context
from resolvers import merged_records


async def follow_person(ctx: Context, person: PersonId) -> bool:
    """Give the signals of one who is gone to the one they were merged into, or take them away.

    False when one could not be taken away yet.
    """
    survivor = (await merged_records.successors(ctx, [person])).get(person)
    if survivor is None:
        return await ctx.stores.interest_signals.forget({"person_id": person})
    await ctx.stores.interest_signals.reassign(person, PersonId(survivor))
    return True


async def forget_interest(ctx: Context, interest: SolutionInterestId) -> bool:
    """Take away the signals of a deleted solution interest; False when one had to stay."""
    return await ctx.stores.interest_signals.forget({"solution_interest_id": interest})


async def follow_deleted(
    ctx: Context, people: Iterable[PersonId], interests: Iterable[SolutionInterestId]
) -> None:
    """Do so for those of them who were deleted while a signal about them was stored."""
    known, solutions = set(people), set(interests)
    gone = await ctx.stores.deletions.among([*known, *solutions])
    for person in sorted(known & gone):
        await follow_person(ctx, person)
    for interest in sorted(solutions & gone):
        await forget_interest(ctx, interest)
