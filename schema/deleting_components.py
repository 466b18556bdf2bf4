"""Solution interests and account audiences are deleted, unless something uses them."""

from typing import Annotated

import strawberry

import resolvers.deleting_components
from execution.fields import stored
from execution.limits import at_most
from execution.sources import Sourced
from resolvers.roles import MOST_USERS_NAMED
from schema import uses
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.uses import User


@strawberry.type(
    description="Buying groups exist for the solution interest, jobs for it are unfinished or in "
    "force, or rules ask for it."
)
class SolutionInterestInUse(UserError):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")
    buying_groups: int = strawberry.field(description="How many buying groups it has.")
    jobs: int = strawberry.field(description="How many such jobs there are.")
    role_templates: int = strawberry.field(description="How many templates ask for it in a rule.")
    account_audiences: int = strawberry.field(description="How many audiences ask for it.")
    users: list[User] = strawberry.field(
        metadata=at_most(MOST_USERS_NAMED), description="At most 10 of them, jobs first."
    )


@strawberry.type(description="Jobs for the audience are unfinished or in force.")
class AccountAudienceInUse(UserError):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience.")
    jobs: int = strawberry.field(description="How many such jobs there are.")
    users: list[User] = strawberry.field(
        metadata=at_most(MOST_USERS_NAMED), description="At most 10 of them."
    )


@strawberry.input(description="The solution interest to delete.")
class DeleteSolutionInterestInput(Repeatable):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")


@strawberry.input(description="The audience to delete.")
class DeleteAccountAudienceInput(Repeatable):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience.")


@strawberry.type(description="The solution interest is gone, and its name is free again.")
class DeleteSolutionInterestSuccess(Sourced):
    solution_interest_id: strawberry.ID = stored(description="The id it had.")


@strawberry.type(
    description="The audience is gone, and its name is free again. Groups made for it stay."
)
class DeleteAccountAudienceSuccess(Sourced):
    account_audience_id: strawberry.ID = stored(description="The id it had.")


DeleteSolutionInterestResult = Annotated[
    DeleteSolutionInterestSuccess | SolutionInterestInUse | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteSolutionInterestResult"),
]
DeleteAccountAudienceResult = Annotated[
    DeleteAccountAudienceSuccess | AccountAudienceInUse | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteAccountAudienceResult"),
]


async def delete_solution_interest(
    info: Info, input: DeleteSolutionInterestInput
) -> DeleteSolutionInterestResult:
    """Delete a solution interest."""
    gone = await resolvers.deleting_components.delete_solution_interest(
        info.context, input.solution_interest_id
    )
    if isinstance(gone, str):
        return DeleteSolutionInterestSuccess.of({"solution_interest_id": gone})
    if isinstance(gone, resolvers.deleting_components.SolutionInterestInUse):
        return SolutionInterestInUse(
            message=f"The solution interest is in use: buying groups for it: {gone.buying_groups}, "
            f"jobs unfinished or in force: {gone.jobs}, role templates that ask for it: "
            f"{gone.role_templates}, account audiences that do: {gone.account_audiences}. "
            f"They are: {uses.named(gone.users, _count(gone))}.",
            solution_interest_id=input.solution_interest_id,
            buying_groups=gone.buying_groups,
            jobs=gone.jobs,
            role_templates=gone.role_templates,
            account_audiences=gone.account_audiences,
            users=uses.shown(gone.users),
        )
    return refusal_of(gone)


def _count(refusal: resolvers.deleting_components.SolutionInterestInUse) -> int:
    of_rules = refusal.role_templates + refusal.account_audiences
    return refusal.buying_groups + refusal.jobs + of_rules


async def delete_account_audience(
    info: Info, input: DeleteAccountAudienceInput
) -> DeleteAccountAudienceResult:
    """Delete an audience."""
    gone = await resolvers.deleting_components.delete_account_audience(
        info.context, input.account_audience_id
    )
    if isinstance(gone, str):
        return DeleteAccountAudienceSuccess.of({"account_audience_id": gone})
    if isinstance(gone, resolvers.deleting_components.AccountAudienceInUse):
        return AccountAudienceInUse(
            message=f"The audience is in use: jobs for it, unfinished or in force: {gone.jobs}. "
            f"They are: {uses.named(gone.users, gone.jobs)}.",
            account_audience_id=input.account_audience_id,
            jobs=gone.jobs,
            users=uses.shown(gone.users),
        )
    return refusal_of(gone)
