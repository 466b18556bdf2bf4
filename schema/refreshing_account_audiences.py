"""Account audiences are refreshed when somebody asks for it."""

from typing import Annotated

import strawberry

import domain.audiences
import resolvers.audience_refreshes
from execution.fields import one
from execution.sources import Sourced
from schema.errors import InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.repeating import Repeatable


@strawberry.type(description="The audience is a draft: it has no members until it is published.")
class AccountAudienceNotLive(UserError):
    account_audience_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="The audience to refresh.")
class RefreshAccountAudienceInput(Repeatable):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience; it is live.")


@strawberry.type(description="The job waits for a worker, which takes it within seconds.")
class RefreshAccountAudienceSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


RefreshAccountAudienceResult = Annotated[
    RefreshAccountAudienceSuccess | AccountAudienceNotLive | NotFound | InvalidInput,
    strawberry.union("RefreshAccountAudienceResult"),
]


async def refresh_account_audience(
    info: Info, input: RefreshAccountAudienceInput
) -> RefreshAccountAudienceResult:
    """Let accounts join and leave."""
    made = await resolvers.audience_refreshes.refresh_account_audience(
        info.context, input.account_audience_id
    )
    if isinstance(made, str):
        return RefreshAccountAudienceSuccess.of({"job_id": made})
    return not_live(made) if isinstance(made, NotLive) else refusal_of(made)


NotLive = domain.audiences.AudienceNotLive


def not_live(refusal: NotLive) -> AccountAudienceNotLive:
    """The refusal of a draft where only a live audience will do, as clients see it."""
    return AccountAudienceNotLive(
        message="The audience is a draft; publish it first.",
        account_audience_id=strawberry.ID(refusal.id),
    )
