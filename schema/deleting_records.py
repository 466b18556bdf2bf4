"""Accounts, people and opportunities are deleted."""

from typing import Annotated

import strawberry

import resolvers.deleting_accounts
import resolvers.deleting_opportunities
import resolvers.deleting_people
from execution.fields import stored
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.type(
    description="The account has buying groups, and nobody asked for their deletion; nothing was "
    "deleted."
)
class AccountHasBuyingGroups(UserError):
    account_id: strawberry.ID = strawberry.field(description="The account.")
    buying_groups: int = strawberry.field(description="How many buying groups it has.")


@strawberry.input(description="The account to delete.")
class DeleteAccountInput(Repeatable):
    account_id: strawberry.ID = strawberry.field(description="The account.")
    with_buying_groups: bool = strawberry.field(
        default=False,
        description="Whether its buying groups are deleted as well; that takes the right "
        "EDIT_GROUPS, too. Otherwise an account with buying groups stays.",
    )


@strawberry.input(description="The person to delete.")
class DeletePersonInput(Repeatable):
    person_id: strawberry.ID = strawberry.field(description="The person.")


@strawberry.input(description="The opportunity to delete.")
class DeleteOpportunityInput(Repeatable):
    opportunity_id: strawberry.ID = strawberry.field(description="The opportunity.")


@strawberry.type(
    description="The account is gone, with its opportunities, and its outside keys are free "
    "again. Its people stay, related to it no more; accounts right below it became top accounts."
)
class DeleteAccountSuccess(Sourced):
    account_id: strawberry.ID = stored(description="The id it had.")


@strawberry.type(
    description="The person is gone and out of every buying group; e-mail address and outside "
    "keys are free again. Their activities wait for whoever has the address or key next. The "
    "events about them stay."
)
class DeletePersonSuccess(Sourced):
    person_id: strawberry.ID = stored(description="The id they had.")


@strawberry.type(
    description="The opportunity is gone, and its outside keys are free again. What it has won, "
    "its account owns by it no more."
)
class DeleteOpportunitySuccess(Sourced):
    opportunity_id: strawberry.ID = stored(description="The id it had.")


DeleteAccountResult = Annotated[
    DeleteAccountSuccess | AccountHasBuyingGroups | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteAccountResult"),
]
DeletePersonResult = Annotated[
    DeletePersonSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("DeletePersonResult"),
]
DeleteOpportunityResult = Annotated[
    DeleteOpportunitySuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteOpportunityResult"),
]


async def delete_account(info: Info, input: DeleteAccountInput) -> DeleteAccountResult:
    """Delete an account."""
    gone = await resolvers.deleting_accounts.delete_account(
        info.context, input.account_id, with_buying_groups=input.with_buying_groups
    )
    if isinstance(gone, str):
        return DeleteAccountSuccess.of({"account_id": gone})
    if isinstance(gone, resolvers.deleting_accounts.AccountHasBuyingGroups):
        return AccountHasBuyingGroups(
            message=f"The account is in use: buying groups of it: {gone.buying_groups}. Set "
            "withBuyingGroups to delete them as well.",
            account_id=input.account_id,
            buying_groups=gone.buying_groups,
        )
    return refusal_of(gone)


async def delete_person(info: Info, input: DeletePersonInput) -> DeletePersonResult:
    """Delete a person."""
    gone = await resolvers.deleting_people.delete_person(info.context, input.person_id)
    if isinstance(gone, str):
        return DeletePersonSuccess.of({"person_id": gone})
    return refusal_of(gone)


async def delete_opportunity(info: Info, input: DeleteOpportunityInput) -> DeleteOpportunityResult:
    """Delete an opportunity."""
    gone = await resolvers.deleting_opportunities.delete_opportunity(
        info.context, input.opportunity_id
    )
    if isinstance(gone, str):
        return DeleteOpportunitySuccess.of({"opportunity_id": gone})
    return refusal_of(gone)
