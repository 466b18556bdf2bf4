"""Jobs: long work, and how far it is."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

import resolvers.jobs
from domain.jobs import MOST_FAILURES_KEPT, JobKind, JobStatus, JobTrigger
from execution.connections import Connection
from execution.context import Context
from execution.fields import computed, embedded, one, stored
from execution.lists import Direction, Listed, Listing, many
from execution.sources import Sourced
from schema.audiences import AccountAudience
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.role_templates import RoleTemplate
from schema.solution_interests import SolutionInterest
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup

strawberry.enum(
    JobKind,
    name="JobKind",
    description="Audience refresh lets accounts join and leave an account audience, creation makes "
    "groups, maintenance applies the rules anew, scoring computes engagement, members required "
    "recomputes the groups of a role template, template migration changes groups over to another "
    "version of theirs.",
)


strawberry.enum(
    JobStatus,
    name="JobStatus",
    description="How a job stands. It waits for a worker, runs, is paused, or has ended: all done, "
    "done but for its `failures`, failed before it was through, or cancelled.",
)
strawberry.enum(
    JobTrigger,
    name="JobTrigger",
    description="What started a job: somebody on demand, or the daily run.",
)


@strawberry.enum(description="What jobs are ordered by.")
class JobOrderField(Enum):
    CREATED = "created_at"
    UPDATED = "updated_at"
    FINISHED = "finished_at"


@strawberry.input(description="In which order jobs are listed.")
class JobOrder:
    field: JobOrderField = strawberry.field(
        default=JobOrderField.CREATED, description="What counts."
    )
    direction: Direction = strawberry.field(
        default=Direction.DESC, description="Which end comes first."
    )


@strawberry.input(description="Which jobs are listed: all that is given holds.")
class JobFilter:
    kinds: list[JobKind] | None = strawberry.field(default=None, description="Of these kinds.")
    statuses: list[JobStatus] | None = strawberry.field(
        default=None, description="In one of these states."
    )
    triggers: list[JobTrigger] | None = strawberry.field(
        default=None, description="Started on demand, or by the daily run."
    )
    solution_interests: list[strawberry.ID] | None = strawberry.field(
        default=None, description="For one of these solution interests alone."
    )
    audiences: list[strawberry.ID] | None = strawberry.field(
        default=None, description="For one of these account audiences."
    )
    is_in_force: bool | None = strawberry.field(
        default=None,
        description="True: creation jobs in force, carried on by every daily run; false: others.",
    )


async def _where(context: Context, asked: JobFilter) -> Query:
    kinds = None if asked.kinds is None else [each.value for each in asked.kinds]
    statuses = None if asked.statuses is None else [each.value for each in asked.statuses]
    in_force = asked.is_in_force
    return filters.every(
        filters.any_of("kind", kinds),
        filters.any_of("status", statuses),
        _triggered(asked.triggers),
        filters.any_of("parameters.solution_interest_id", asked.solution_interests),
        filters.any_of("parameters.audience_id", asked.audiences),
        filters.any_of("in_force", None if in_force is not True else [True]),
        filters.none_of("in_force", None if in_force is not False else [True]),
    )


def _triggered(triggers: list[JobTrigger] | None) -> Query | None:
    """Jobs started so; the first ones did not say how, and no daily run has started one of them."""
    if triggers is None or JobTrigger.ON_DEMAND not in triggers:
        return filters.any_of("trigger", triggers and [each.value for each in triggers])
    unwanted = [each.value for each in JobTrigger if each not in triggers]
    return filters.none_of("trigger", unwanted)


@strawberry.type(description="Something a job could not do.")
class JobFailure(Sourced):
    item_id: strawberry.ID = stored(
        description="What it could not do: an account's id in creation, a group's in maintenance."
    )
    field: str | None = stored(
        description="Where in it the fault lies; null where that is not known."
    )
    reason: str = stored(description="What is wrong with it.")
    at: datetime = stored(description="When that was noted.")


@strawberry.type(description="How far a job is.")
class JobProgress(Sourced):
    total: int | None = stored(
        description="How many there are to go through; null until they are counted. Audience "
        "refresh and creation go through accounts, maintenance and members required through "
        "groups, scoring through people and groups."
    )
    done: int = stored(absent=0, description="How many of them are done.")
    groups_created: int = stored(absent=0, description="Groups it has made.")
    groups_changed: int = stored(absent=0, description="Groups it has changed.")
    members_assigned: int = stored(absent=0, description="Members it has put into groups.")
    accounts_joined: int = stored(
        absent=0, description="Accounts it has let join the audience; creation refreshes it first."
    )
    accounts_left: int = stored(absent=0, description="Accounts it has let leave the audience.")


@strawberry.type(description="Long work, done slice by slice; a killed process resumes it.")
class Job(Node, Stamped, Listed):
    collection: ClassVar[str] = "jobs"
    listing: ClassVar[Listing] = Listing(
        default=Order("created_at", is_descending=True),
        orders=orders(JobOrderField, nullable={JobOrderField.FINISHED}),
        order_by=JobOrder,
        filter=JobFilter,
        where=_where,
    )

    kind: JobKind = stored(shown=JobKind, description="What it does.")
    status: JobStatus = stored(shown=JobStatus, description="How it stands.")
    trigger: JobTrigger = stored(
        shown=JobTrigger, absent=JobTrigger.ON_DEMAND.value, description="What started it."
    )
    day: date | None = stored(
        shown=date.fromisoformat,
        description="The day of the daily run it belongs to, in the tenant's time zone; else null.",
    )
    is_in_force: bool = stored(
        "in_force",
        absent=False,
        description="Whether it is a creation job that every daily run carries on, so that "
        "accounts that join its audience get their groups; `deleteJob` ends that.",
    )
    progress: JobProgress = embedded("progress", description="How far it is.")
    estimated_seconds_left: int | None = computed(
        resolvers.jobs.seconds_left,
        needs=resolvers.jobs.TIME_LEFT_NEEDS,
        description="How many seconds it will go on if what is left takes as long as what is done; "
        "null while it does not run and while nothing is done.",
    )
    solution_interest: SolutionInterest | None = one(
        "parameters.solution_interest_id",
        description="For which solution interest it works; null: for all, or for none.",
    )
    audience: AccountAudience | None = one(
        "parameters.audience_id",
        description="The audience it refreshes, or gives groups; else null.",
    )
    role_template: RoleTemplate | None = one(
        "parameters.role_template_id",
        description="The template whose groups it recomputes, or that groups change over to; else "
        "null.",
    )
    entry_stage: str | None = stored(
        "parameters.entry_stage",
        description="The name of the entry stage its groups begin in; null: they begin in none.",
    )
    started_at: datetime | None = stored(description="When a worker first took it; null before.")
    finished_at: datetime | None = stored(description="When it ended; null before.")
    paused_at: datetime | None = stored(description="Since when it is paused; else null.")
    failure: str | None = stored(description="Why it failed, in one sentence; null otherwise.")
    failure_count: int = stored(
        absent=0, description="How many items it could not do; it goes on with the others."
    )
    failures: list[JobFailure] = embedded(
        "failures",
        at_most=MOST_FAILURES_KEPT,
        description="What it could not do, the first 100 in the order in which they came up.",
    )
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("created_by_job.job_id", description="The groups it has made that are still there.")
    )
