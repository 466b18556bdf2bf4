"""Accounts are merged: two records that stand for one company become one."""

from typing import Annotated

import strawberry

import resolvers.merging_accounts
from execution.fields import one
from execution.sources import Sourced
from schema.accounts import Account
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.input(description="Which two accounts are one.")
class MergeAccountsInput(Repeatable):
    survivor_id: strawberry.ID = strawberry.field(
        description="The account that stays. What this record says stands; where it says nothing, "
        "what the other one says is taken."
    )
    merged_id: strawberry.ID = strawberry.field(
        description="The account whose record goes. Afterwards this id finds nothing; the outside "
        "keys find the survivor."
    )


@strawberry.type(
    description="The two are one. People, opportunities, audiences that list it and accounts below "
    "it are the survivor's; a survivor that stood below the other has taken its place. Where both "
    "had a group for a solution interest there is one: of each method's claims about a person that "
    "of the later moment stands."
)
class MergeAccountsSuccess(Sourced):
    survivor: Account = one("account_id", description="The account that is left.")


MergeAccountsResult = Annotated[
    MergeAccountsSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("MergeAccountsResult"),
]


async def merge_accounts(info: Info, input: MergeAccountsInput) -> MergeAccountsResult:
    """Merge one account into another."""
    left = await resolvers.merging_accounts.merge_accounts(
        info.context, input.survivor_id, input.merged_id
    )
    if isinstance(left, str):
        return MergeAccountsSuccess.of({"account_id": left})
    return refusal_of(left)
