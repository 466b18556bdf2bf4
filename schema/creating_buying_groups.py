"""Buying groups by command, their status, and the jobs that make and keep them."""

from typing import Annotated

import strawberry

import resolvers.groups
import resolvers.jobs
from execution.fields import one
from execution.sources import Sourced
from resolvers.groups import GroupExists as Exists
from schema.buying_groups import BuyingGroup
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.refreshing_account_audiences import AccountAudienceNotLive, NotLive, not_live
from schema.repeating import Repeatable
from schema.unsaid import unsaid_in


@strawberry.type(description="The account has a group for the solution interest already.")
class BuyingGroupExists(Sourced, UserError):
    buying_group: BuyingGroup = one("buying_group_id", description="That group.")


@strawberry.input(description="Whose group for what.")
class CreateBuyingGroupInput(Repeatable):
    account_id: strawberry.ID = strawberry.field(description="The account.")
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")


@strawberry.input(description="What a group's status is to say.")
class UpdateBuyingGroupStatusInput(Repeatable):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    status: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Free text of at most 50 characters; null clears it. It has to be given.",
    )


@strawberry.input(description="For what, and for which accounts, groups are to be made.")
class StartCreationJobInput(Repeatable):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")
    account_audience_id: strawberry.ID = strawberry.field(
        description="Its accounts. They are brought up to date first; a draft has none."
    )
    entry_stage: str | None = strawberry.field(
        default=None,
        description="The entry stage, by name or id, of the solution interest's stage model in "
        "which new groups begin; null: they begin in no stage.",
    )


@strawberry.input(description="Which groups are to be maintained.")
class StartMaintenanceJobInput(Repeatable):
    solution_interest_id: strawberry.ID | None = strawberry.field(
        default=None, description="Only this solution interest's groups; null means all."
    )


@strawberry.input(description="Nothing has to be said about a scoring.")
class StartScoringJobInput(Repeatable):
    pass


@strawberry.type(description="The group was made, its people placed by the template's rules.")
class CreateBuyingGroupSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The new group.")


@strawberry.type(description="The status is what was asked for.")
class UpdateBuyingGroupStatusSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")


@strawberry.type(description="The job waits for a worker, which takes it within seconds.")
class StartCreationJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


@strawberry.type(description="The job waits for a worker, which takes it within seconds.")
class StartMaintenanceJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


@strawberry.type(description="The job waits for a worker, which takes it within seconds.")
class StartScoringJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


CreateBuyingGroupResult = Annotated[
    CreateBuyingGroupSuccess | NotFound | BuyingGroupExists | Conflict | InvalidInput,
    strawberry.union("CreateBuyingGroupResult"),
]
UpdateBuyingGroupStatusResult = Annotated[
    UpdateBuyingGroupStatusSuccess | NotFound | InvalidInput | Conflict,
    strawberry.union("UpdateBuyingGroupStatusResult"),
]
StartCreationJobResult = Annotated[
    StartCreationJobSuccess | AccountAudienceNotLive | NotFound | Conflict | InvalidInput,
    strawberry.union("StartCreationJobResult"),
]
StartMaintenanceJobResult = Annotated[
    StartMaintenanceJobSuccess | NotFound | InvalidInput,
    strawberry.union("StartMaintenanceJobResult"),
]
StartScoringJobResult = Annotated[
    StartScoringJobSuccess | InvalidInput,
    strawberry.union("StartScoringJobResult"),
]


async def create_buying_group(info: Info, input: CreateBuyingGroupInput) -> CreateBuyingGroupResult:
    """Make one group."""
    made = await resolvers.groups.create_buying_group(
        info.context, input.account_id, input.solution_interest_id
    )
    if isinstance(made, str):
        return CreateBuyingGroupSuccess.of({"buying_group_id": made})
    if isinstance(made, Exists):
        exists = BuyingGroupExists.of({"buying_group_id": made.group})
        exists.message = "The account has a group for this solution interest already."
        return exists
    return refusal_of(made)


async def update_buying_group_status(
    info: Info, input: UpdateBuyingGroupStatusInput
) -> UpdateBuyingGroupStatusResult:
    """Set a group's status text."""
    if fault := unsaid_in(input, "status"):
        return refusal_of(fault)
    made = await resolvers.groups.update_status(info.context, input.buying_group_id, input.status)
    if isinstance(made, str):
        return UpdateBuyingGroupStatusSuccess.of({"buying_group_id": made})
    return refusal_of(made)


async def start_creation_job(info: Info, input: StartCreationJobInput) -> StartCreationJobResult:
    """Make groups for an audience."""
    made = await resolvers.jobs.start_creation_job(
        info.context, input.solution_interest_id, input.account_audience_id, input.entry_stage
    )
    if isinstance(made, str):
        return StartCreationJobSuccess.of({"job_id": made})
    return not_live(made) if isinstance(made, NotLive) else refusal_of(made)


async def start_maintenance_job(
    info: Info, input: StartMaintenanceJobInput
) -> StartMaintenanceJobResult:
    """Apply the rules anew."""
    made = await resolvers.jobs.start_maintenance_job(info.context, input.solution_interest_id)
    if isinstance(made, str):
        return StartMaintenanceJobSuccess.of({"job_id": made})
    return refusal_of(made)


async def start_scoring_job(
    info: Info, input: StartScoringJobInput | None = None
) -> StartScoringJobResult:
    """Compute the engagement of people and groups anew."""
    return StartScoringJobSuccess.of(
        {"job_id": await resolvers.jobs.start_scoring_job(info.context)}
    )
