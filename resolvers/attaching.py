"""Attaching: finding the people that activities are about, and leaving those who are gone.

It is a part of recording and of scoring, which have asked for their rights.
"""

from collections.abc import Collection, Iterable
from typing import Final

from domain.identifiers import PersonId
from domain.identities import Identity, carried
from execution.context import Context
from resolvers import erased_records, merged_records
from store.activity_moves import Newcomer

_SHOWN: Final = {"email": 1, "keys": 1, "former_emails": 1, "former_keys": 1}


async def people_by_identity(
    ctx: Context, identities: Collection[Identity]
) -> dict[Identity, PersonId]:
    """Whoever carries each of these e-mail addresses and keys now."""
    if not identities:
        return {}
    claims = await ctx.stores.identities.find(identities, ctx.now())
    people = await ctx.stores.people.by_ids({claim.owner for claim in claims.values()}, _SHOWN)
    carries = {id: carried("person", person) for id, person in people.items()}
    return {
        identity: PersonId(claim.owner)
        for identity, claim in claims.items()
        if identity in carries.get(claim.owner, ())
    }


async def attach_to_known(ctx: Context, identities: Iterable[Identity]) -> set[Identity]:
    """Give activities that wait for these identities to who carries them; the identities found."""
    found = await people_by_identity(ctx, set(identities))
    newcomers = [Newcomer(person, [identity]) for identity, person in found.items()]
    await ctx.stores.activities.attach(newcomers)
    await detach_from_deleted(ctx, found.values())
    return set(found)


async def detach_from_deleted(ctx: Context, people: Iterable[PersonId]) -> int:
    """Take back what was given to people who were deleted meanwhile; how much that was.

    If they were merged into somebody, the survivor has it then; of the erased it is kept nowhere.
    """
    moved = 0
    gone = await ctx.stores.deletions.among(people)
    successors = await merged_records.successors(ctx, gone)
    erased = await erased_records.among(ctx, gone)
    await ctx.stores.activities.erase(list(map(PersonId, erased)), [])
    for person in map(PersonId, sorted(gone - erased.keys())):
        if person in successors:
            moved += await ctx.stores.activities.reassign(person, PersonId(successors[person]))
        else:
            moved += await ctx.stores.activities.detach(person)
    return moved


async def attach_awaited(ctx: Context, after: str) -> str | None:
    """Do so for the next identities that activities wait for; where to go on, if anywhere."""
    awaited = await ctx.stores.activities.awaited(after)
    if not awaited:
        return None
    await attach_to_known(ctx, awaited.values())
    return max(awaited)
