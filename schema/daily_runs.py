"""Daily runs: when they begin, and which days had theirs."""

from datetime import date, datetime
from typing import Annotated, ClassVar

import strawberry

import resolvers.daily_schedules
from execution.connections import Connection
from execution.fields import embedded, stored
from execution.lists import Listed, Listing, many
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.node import Node
from schema.repeating import Repeatable
from schema.unsaid import null_in, said, said_in_full
from store.reading import Order


@strawberry.type(
    description="When the daily run begins that creates, maintains and scores what is due."
)
class DailySchedule(Sourced):
    at: str | None = stored(
        description="The time of day, such as `02:30`; null: that of the server, `QUORUM_DAILY_AT`."
    )
    time_zone: str = stored(description="The time zone of that time and of the runs' days.")
    is_on: bool = stored(description="Whether there are daily runs.")
    last_day: date | None = stored(
        shown=date.fromisoformat, description="The last day whose run is over; null before."
    )


@strawberry.input(
    description="What is to change of when the daily run begins; what is left out stays."
)
class UpdateDailyScheduleInput(Repeatable):
    at: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A time of day such as `02:30`; null: that of the server, `QUORUM_DAILY_AT`.",
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A time zone such as `Europe/Berlin`; null: the tenant's own.",
    )
    is_on: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="False: there are no daily runs, until it is true again; not null.",
    )


@strawberry.type(description="The schedule is as asked; a day that had its run has no other.")
class UpdateDailyScheduleSuccess(Sourced):
    daily_schedule: DailySchedule = embedded("daily_schedule", description="The schedule.")


UpdateDailyScheduleResult = Annotated[
    UpdateDailyScheduleSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("UpdateDailyScheduleResult"),
]


@strawberry.type(
    description="The daily run of one day: creation for every creation job in force, then "
    "maintenance, then scoring."
)
class DailyRun(Node, Listed):
    collection: ClassVar[str] = "daily_runs"
    listing: ClassVar[Listing] = Listing(default=Order("day", is_descending=True), orders={})

    day: date = stored(
        shown=date.fromisoformat, description="The day, in the time zone of the schedule."
    )
    started_at: datetime = stored(description="When its first job was started.")
    finished_at: datetime | None = stored(
        description="When the last of its jobs was seen to have ended; null before."
    )
    jobs: Connection[Job] = many(
        "day", key="day", description="Its jobs and what came of them, the latest first."
    )


async def daily_schedule(info: Info) -> DailySchedule:
    """When the daily run begins."""
    return DailySchedule.of(await resolvers.daily_schedules.daily_schedule(info.context))


async def update_daily_schedule(
    info: Info, input: UpdateDailyScheduleInput
) -> UpdateDailyScheduleResult:
    """Let the daily run begin at another time."""
    if fault := null_in(input, "is_on"):
        return refusal_of(fault)
    updated = await resolvers.daily_schedules.update_daily_schedule(
        info.context, said(input.at), said(input.time_zone), is_on=said_in_full(input.is_on)
    )
    if not isinstance(updated, str):
        return refusal_of(updated)
    schedule = await resolvers.daily_schedules.daily_schedule(info.context)
    return UpdateDailyScheduleSuccess.of({"daily_schedule": schedule})
