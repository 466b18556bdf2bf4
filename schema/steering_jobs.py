"""Jobs are paused, resumed, cancelled and retried."""

from typing import Annotated

import strawberry

import domain.jobs
import resolvers.outcomes
import resolvers.steering_jobs
from execution.fields import one
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.repeating import Repeatable


@strawberry.type(description="The job cannot be told this as it stands; nothing was changed.")
class JobStatusForbids(UserError):
    job_id: strawberry.ID = strawberry.field(description="The job.")
    status: domain.jobs.JobStatus = strawberry.field(description="How it stands.")
    needed: list[domain.jobs.JobStatus] = strawberry.field(
        description="The states in which it could be told so."
    )


@strawberry.input(description="The job to pause.")
class PauseJobInput(Repeatable):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(description="The job to resume.")
class ResumeJobInput(Repeatable):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(description="The job to cancel.")
class CancelJobInput(Repeatable):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.input(description="The job to retry.")
class RetryJobInput(Repeatable):
    job_id: strawberry.ID = strawberry.field(description="The job.")


@strawberry.type(
    description="The job rests where it stands; the slice at hand may still be finished."
)
class PauseJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


@strawberry.type(description="The job waits for a worker, which goes on where it stands.")
class ResumeJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


@strawberry.type(
    description="The job goes no further and is in force no more; what it has done stays."
)
class CancelJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


@strawberry.type(
    description="The job waits for a worker, which tries what has failed and then goes on."
)
class RetryJobSuccess(Sourced):
    job: Job = one("job_id", description="The job.")


PauseJobResult = Annotated[
    PauseJobSuccess | JobStatusForbids | NotFound | Conflict | InvalidInput,
    strawberry.union("PauseJobResult"),
]
ResumeJobResult = Annotated[
    ResumeJobSuccess | JobStatusForbids | NotFound | Conflict | InvalidInput,
    strawberry.union("ResumeJobResult"),
]
CancelJobResult = Annotated[
    CancelJobSuccess | JobStatusForbids | NotFound | Conflict | InvalidInput,
    strawberry.union("CancelJobResult"),
]
RetryJobResult = Annotated[
    RetryJobSuccess | JobStatusForbids | NotFound | Conflict | InvalidInput,
    strawberry.union("RetryJobResult"),
]


async def pause_job(info: Info, input: PauseJobInput) -> PauseJobResult:
    """Let a job rest."""
    steered = await resolvers.steering_jobs.pause_job(info.context, input.job_id)
    if isinstance(steered, str):
        return PauseJobSuccess.of({"job_id": steered})
    return _refusal(input.job_id, steered)


async def resume_job(info: Info, input: ResumeJobInput) -> ResumeJobResult:
    """Let a paused job go on."""
    steered = await resolvers.steering_jobs.resume_job(info.context, input.job_id)
    if isinstance(steered, str):
        return ResumeJobSuccess.of({"job_id": steered})
    return _refusal(input.job_id, steered)


async def cancel_job(info: Info, input: CancelJobInput) -> CancelJobResult:
    """End a job before it is done."""
    steered = await resolvers.steering_jobs.cancel_job(info.context, input.job_id)
    if isinstance(steered, str):
        return CancelJobSuccess.of({"job_id": steered})
    return _refusal(input.job_id, steered)


async def retry_job(info: Info, input: RetryJobInput) -> RetryJobResult:
    """Let a job that has failed go on."""
    steered = await resolvers.steering_jobs.retry_job(info.context, input.job_id)
    if isinstance(steered, str):
        return RetryJobSuccess.of({"job_id": steered})
    return _refusal(input.job_id, steered)


def _refusal(
    id: strawberry.ID,
    outcome: domain.jobs.StatusForbids | resolvers.outcomes.NotFound | resolvers.outcomes.Conflict,
) -> JobStatusForbids | NotFound | Conflict:
    if not isinstance(outcome, domain.jobs.StatusForbids):
        return refusal_of(outcome)
    needed = " or ".join(status.name for status in outcome.needed)
    return JobStatusForbids(
        message=f"The job is {outcome.status.name}; it has to be {needed} for this.",
        job_id=id,
        status=outcome.status,
        needed=list(outcome.needed),
    )
