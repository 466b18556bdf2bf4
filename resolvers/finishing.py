"""Finishing: deletions, merges and erasures that were broken off are taken up where they were left.

Whoever asked for them may have been cut off, or never told what came of it. Asking once more does
what is left, so that is what is done here, as soon as nobody can be at work on them any more.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from domain.identifiers import prefix_of
from execution.context import Context, Right
from resolvers.deleting_accounts import delete_account
from resolvers.deleting_components import delete_account_audience, delete_solution_interest
from resolvers.deleting_people import delete_person
from resolvers.erasing_people import erase_person
from resolvers.merging_accounts import merge_accounts
from resolvers.merging_people import merge_people
from store.erasures import BEING_ERASED

ABANDONED: Final = timedelta(minutes=1)
"""After so long nobody is at work on what they began: no request lasts longer."""

_DELETES: Final[Mapping[str, Callable[[Context, str], Awaitable[object]]]] = {
    "accounts": delete_account,
    "account_audiences": delete_account_audience,
    "people": delete_person,
    "solution_interests": delete_solution_interest,
}
_MERGES: Final[Mapping[str, Callable[[Context, str, str], Awaitable[object]]]] = {
    "acc": merge_accounts,
    "per": merge_people,
}


async def finish_broken_off(ctx: Context) -> int:
    """Do what is left of each deletion, merge and erasure that was broken off; how many have ended.

    An account whose deletion has begun is deleted with its groups: it could not have begun
    otherwise. Needs the rights of those who began.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    before = ctx.now() - ABANDONED
    stores, ended = ctx.stores, 0
    for note in await stores.merges.unfinished(before):
        merge = _MERGES[prefix_of(note.merged)]
        ended += isinstance(await merge(ctx, note.survivor, note.merged), str)
    for account in await stores.deletions.begun(stores.accounts, before):
        ended += isinstance(await delete_account(ctx, account, with_buying_groups=True), str)
    for person in await stores.people.found({BEING_ERASED: {"$lte": before}}, {"_id": 1}):
        ended += isinstance(await erase_person(ctx, person["_id"]), str)
    unfinished = await stores.deletions.unfinished(before)
    for person_id in sorted(await stores.deletions.erased(unfinished)):
        del unfinished[person_id]
        ended += await _erase_for_good(ctx, person_id)
    for id, collection in unfinished.items():
        ended += isinstance(await _DELETES[collection](ctx, id), str)
    return ended


async def _erase_for_good(ctx: Context, person: str) -> bool:
    """Whether nothing is left of somebody whom nobody at work can know any more."""
    if not isinstance(await erase_person(ctx, person), str):
        return False
    await ctx.stores.deletions.finish(person)
    return True
