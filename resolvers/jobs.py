"""Jobs: long work that is stored first, then done slice by slice by whoever holds its lease."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from domain.audiences import AudienceNotLive, AudienceStatus, status_of
from domain.events import Event, EventType
from domain.identifiers import AudienceId, JobId, RoleTemplateId, derived
from domain.jobs import JobKind, JobStatus, JobTrigger, time_left
from domain.template_migrations import Migration
from execution.context import Context, Right
from resolvers import stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store import joint_writes
from store.driver import Document
from store.joint_writes import Gone, Held, Made
from store.records import Conflict as Raced

_NO_MARKS: Final[Mapping[str, object]] = {}
TIME_LEFT_NEEDS: Final = ("status", "progress")


async def start_creation_job(
    ctx: Context, solution_interest_id: str, audience_id: str, entry_stage: str | None = None
) -> JobId | NotFound | Invalid | AudienceNotLive | Conflict:
    """Store the job that makes a group for every account of the audience that lacks one.

    Whoever deletes the audience or the solution interest meanwhile finds the job, or goes first. It
    stays in force until it is deleted: accounts that join later get theirs in the daily run.
    Its groups begin in the entry stage of this name or id, or in no stage.
    """
    ctx.viewer.require(Right.RUN_JOBS)
    interest = await ctx.stores.solution_interests.one(solution_interest_id, {"stage_model_id": 1})
    if interest is None:
        return NotFound("solution interest", solution_interest_id)
    audience = await ctx.stores.audiences.one(audience_id, {"status": 1})
    if audience is None:
        return NotFound("account audience", audience_id)
    if status_of(audience.get("status")) is not AudienceStatus.LIVE:
        return AudienceNotLive(AudienceId(audience_id))
    parameters = {"solution_interest_id": solution_interest_id, "audience_id": audience_id}
    if entry_stage is not None:
        entry = await _entry_stage(ctx, interest.get("stage_model_id"), entry_stage)
        if isinstance(entry, Invalid):
            return entry
        parameters["entry_stage"] = entry
    document, created = _new_job(ctx, JobKind.CREATION, parameters, {"in_force": True})
    held = [
        Held("solution_interests", frozenset({solution_interest_id})),
        Held("account_audiences", frozenset({audience_id})),
    ]
    match await joint_writes.insert(ctx.stores.jobs, document, [created], held):
        case Made(id):
            return JobId(id)
        case Raced():
            return Conflict("account audience", audience_id)
        case Gone():
            return await start_creation_job(ctx, solution_interest_id, audience_id, entry_stage)


async def start_maintenance_job(
    ctx: Context, solution_interest_id: str | None = None
) -> JobId | NotFound:
    """Store the job that applies the rules anew, to one solution interest's groups or to all."""
    ctx.viewer.require(Right.RUN_JOBS)
    if solution_interest_id is not None:
        known = await ctx.stores.solution_interests.one(solution_interest_id, {"_id": 1})
        if known is None:
            return NotFound("solution interest", solution_interest_id)
    parameters = {"solution_interest_id": solution_interest_id}
    return await _start(ctx, JobKind.MAINTENANCE, parameters)


async def start_audience_refresh_job(
    ctx: Context, audience: AudienceId, id: JobId | None = None
) -> JobId:
    """Store the job that lets accounts join and leave an audience; under an id, once."""
    ctx.viewer.require(Right.RUN_JOBS)
    marks = {} if id is None else {"_id": id}
    return await _start(ctx, JobKind.AUDIENCE_REFRESH, {"audience_id": audience}, marks)


async def start_members_required_job(
    ctx: Context, template: RoleTemplateId, revision: int
) -> JobId:
    """Store the job that recomputes the groups of a template whose requirements have changed.

    The template was of this revision then.

    It follows a change that was permitted, and asks for no right of its own.
    """
    parameters = {"role_template_id": template}
    started_for = {"template_revision": revision}
    return await _start(ctx, JobKind.MEMBERS_REQUIRED, parameters, started_for)


async def start_template_migration_job(
    ctx: Context, id: JobId, solution_interest: str, migration: Migration
) -> None:
    """Store the job of this id that lets the interest's groups follow the migration's target.

    It follows a change that was permitted, and asks for no right of its own.
    """
    parameters = {
        "solution_interest_id": solution_interest,
        "from_role_template_id": migration.source,
        "role_template_id": migration.target,
    }
    await _start(ctx, JobKind.TEMPLATE_MIGRATION, parameters, {"_id": id})


async def start_scoring_job(ctx: Context) -> JobId:
    """Store the job that computes the engagement of people and groups anew."""
    ctx.viewer.require(Right.RUN_JOBS)
    return await _start(ctx, JobKind.SCORING, {})


async def score_anew(ctx: Context) -> JobId:
    """The scoring job that follows a change of the rules: one that nobody has begun yet, or new.

    It follows a change that was permitted, and asks for no right of its own.
    """
    return await ctx.stores.jobs.unbegun(JobKind.SCORING) or await _start(ctx, JobKind.SCORING, {})


def daily_job_id(
    ctx: Context, kind: JobKind, parameters: Mapping[str, str | None], day: date
) -> JobId:
    """The id that the job of this kind and of these parameters has in a day's run."""
    ctx.viewer.require(Right.RUN_JOBS)
    said = [f"{name}={value}" for name, value in sorted(parameters.items())]
    return JobId(derived("job", ctx.viewer.tenant, "daily", day.isoformat(), kind.value, *said))


async def start_daily_job(
    ctx: Context, kind: JobKind, parameters: Mapping[str, str | None], day: date
) -> JobId:
    """Store a job of a day's run, once: whoever asks for the same one again finds it there."""
    ctx.viewer.require(Right.RUN_JOBS)
    daily = {
        "_id": daily_job_id(ctx, kind, parameters, day),
        "trigger": JobTrigger.DAILY.value,
        "day": day.isoformat(),
    }
    return await _start(ctx, kind, parameters, daily)


async def seconds_left(ctx: Context, jobs: Sequence[Document]) -> list[int | None]:
    """How many seconds each job will go on, judged by how fast it has been; None: not known."""
    ctx.viewer.require(Right.READ)
    lefts = [remaining(job, ctx.now()) for job in jobs]
    return [None if left is None else round(left.total_seconds()) for left in lefts]


def remaining(job: Document, now: datetime) -> timedelta | None:
    """How long a stored job will go on; None when nobody works on it, or nothing is known yet."""
    if job["status"] != JobStatus.RUNNING.value:
        return None
    progress = job["progress"]
    return time_left(progress.get("total"), progress["done"], progress.get("since"), now)


async def _entry_stage(ctx: Context, model_id: str | None, wanted: str) -> str | Invalid:
    """The name of the entry stage that is meant, which a later model may have as well."""
    model = await ctx.stores.stage_models.model(model_id)
    if model is None:
        return Invalid("entryStage", "the solution interest has no stage model")
    stage = model.named(wanted)
    if stage is None or not stage.is_entry:
        may = ", ".join(stage.name for stage in model.stages if stage.is_entry)
        reason = f"is no entry stage of the solution interest's stage model, which has: {may}"
        return Invalid("entryStage", reason)
    return stage.name


async def _start(
    ctx: Context,
    kind: JobKind,
    parameters: Mapping[str, str | None],
    marks: Mapping[str, object] = _NO_MARKS,
) -> JobId:
    document, created = _new_job(ctx, kind, parameters, marks)
    await ctx.stores.jobs.insert(document, [created])
    return JobId(document["_id"])


def _new_job(
    ctx: Context,
    kind: JobKind,
    parameters: Mapping[str, str | None],
    marks: Mapping[str, object],
) -> tuple[Document, Event]:
    document: Document = {
        "_id": ctx.new_id("job"),
        "kind": kind.value,
        "trigger": JobTrigger.ON_DEMAND.value,
        "day": None,
        "status": JobStatus.WAITING.value,
        "parameters": dict(parameters),
        "progress": {
            "total": None,
            "done": 0,
            "groups_created": 0,
            "members_assigned": 0,
            "groups_changed": 0,
            "accounts_joined": 0,
            "accounts_left": 0,
        },
        "cursor": "",
        "failed_steps": 0,
        "failures": [],
        "failure_count": 0,
        "to_retry": [],
        "lease": None,
        "finished_at": None,
        "failure": None,
        **stamps.created(ctx),
        **marks,
    }
    told = {"kind": kind.value, "parameters": dict(parameters)}
    return document, stamps.event(ctx, EventType.JOB_CREATED, document["_id"], after=told)
