"""Jobs are deleted."""

from typing import Annotated

import strawberry

import resolvers.deleting_jobs
from execution.fields import stored
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.type(
    description="The job is part of a day's run. To end what it carries on, delete the creation "
    "job in force for its solution interest and audience."
)
class JobIsDaily(UserError):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(description="The job to delete.")
class DeleteJobInput(Repeatable):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.type(
    description="The job is gone, and nobody works on it any more. If it was a creation job, "
    "accounts that join its audience get no groups any more; its groups stay."
)
class DeleteJobSuccess(Sourced):
    job_id: strawberry.ID = stored(description="The id it had.")


DeleteJobResult = Annotated[
    DeleteJobSuccess | JobIsDaily | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteJobResult"),
]


async def delete_job(info: Info, input: DeleteJobInput) -> DeleteJobResult:
    """Delete a job."""
    gone = await resolvers.deleting_jobs.delete_job(info.context, input.job_id)
    if isinstance(gone, str):
        return DeleteJobSuccess.of({"job_id": gone})
    if isinstance(gone, resolvers.deleting_jobs.JobIsDaily):
        return JobIsDaily(
            message="The job is part of a day's run: delete the creation job it carries on.",
            job_id=input.job_id,
        )
    return refusal_of(gone)
