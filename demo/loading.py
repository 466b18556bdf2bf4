"""The demo data is loaded: the same however often it is begun, and wherever it is broken off.

Everything goes by outside keys, unique names and derived ids, so that a step that is done again
finds what it did before. A scoring run is the last step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from demo import components, records
from demo.job_runs import ACTOR, done_once, own_jobs
from demo.memberships import decide_memberships
from demo.moving import move_groups
from demo.selling import CAMPAIGNS
from domain.jobs import JobKind, JobStatus
from execution.context import Context
from resolvers.jobs import start_creation_job, start_maintenance_job, start_scoring_job

STEPS: Final = (
    "What is sold, and to whom",
    "Accounts",
    "Opportunities",
    "People",
    "Activities",
    "Interest signals",
    "Engagement of people",
    "Buying groups",
    "Decisions",
    "Stages",
    "Engagement of buying groups",
)
EVERY_INTEREST: Final[Mapping[str, str | None]] = {"solution_interest_id": None}


@dataclass(frozen=True, slots=True)
class DemoProgress:
    """Which step is under way, counted from 0, and which part of it is done, from 0 to 1."""

    step: str
    number: int
    steps: int
    part: float


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the tenant has now of each kind, and what the CRM data had no account for."""

    accounts: int
    people: int
    opportunities: int
    opportunities_rejected: int
    activities: int
    buying_groups: int


OnProgress: TypeAlias = Callable[[DemoProgress], None]


async def is_loaded(ctx: Context) -> bool:
    """Whether the demo data has been loaded to its last step, which is its second scoring."""
    scorings = await own_jobs(ctx, JobKind.SCORING, {})
    return len(scorings) > 1 and all(job["status"] == JobStatus.DONE.value for job in scorings)


async def load_demo(ctx: Context, progress: OnProgress | None = None) -> DemoReport:
    """Load everything, or what is missing of it, into the viewer's tenant, which exists.

    The viewer needs every right. Raises DemoFailed when the data does not fit the program.
    """
    ctx = replace(ctx, viewer=replace(ctx.viewer, actor=ACTOR))
    return await _Loading(ctx, progress or (lambda _: None)).run()


class _Loading:
    """One loading under way."""

    def __init__(self, ctx: Context, progress: OnProgress) -> None:
        self._ctx = ctx
        self._progress = progress
        self._begun = 0

    async def run(self) -> DemoReport:
        ctx = self._ctx
        self._next_step()
        await records.declare_fields(ctx)
        await components.load_personas(ctx)
        interests = await components.load_interests(ctx)
        audiences = await components.load_audiences(ctx)
        began = await components.begun_at(ctx)
        await records.load_crm(ctx, "accounts.csv", "accounts.toml", self._next_step())
        pipeline = await records.load_crm(
            ctx, "sales_pipeline.csv", "opportunities.toml", self._next_step()
        )
        await records.load_people(ctx, self._next_step())
        acts = await records.load_activities(ctx, began, self._next_step())
        await records.load_signals(ctx, began, self._next_step())
        self._next_step()
        await done_once(ctx, JobKind.SCORING, {}, partial(start_scoring_job, ctx))
        await self._create_groups(interests, audiences, self._next_step())
        self._next_step()
        await decide_memberships(ctx, interests)
        await move_groups(ctx, began, self._next_step())
        self._next_step()
        await self._finish()
        return DemoReport(
            accounts=await ctx.stores.accounts.count(),
            people=await ctx.stores.people.count(),
            opportunities=await ctx.stores.opportunities.count(),
            opportunities_rejected=pipeline.rejected,
            activities=acts,
            buying_groups=await ctx.stores.groups.count(),
        )

    async def _create_groups(
        self, interests: Mapping[str, str], audiences: Mapping[str, str], part: records.Part
    ) -> None:
        for number, (interest, audience) in enumerate(CAMPAIGNS, start=1):
            ids = (interests[interest], audiences[audience])
            parameters = {"solution_interest_id": ids[0], "audience_id": ids[1]}
            start = partial(start_creation_job, self._ctx, *ids)
            await done_once(self._ctx, JobKind.CREATION, parameters, start)
            part(number / len(CAMPAIGNS))

    async def _finish(self) -> None:
        """Maintenance, which leaves the decisions alone, and the last scoring."""
        maintain = partial(start_maintenance_job, self._ctx)
        await done_once(self._ctx, JobKind.MAINTENANCE, EVERY_INTEREST, maintain)
        score = partial(start_scoring_job, self._ctx)
        await done_once(self._ctx, JobKind.SCORING, {}, score, number=2)

    def _next_step(self) -> records.Part:
        """Begin the next step; what is returned is told how far it is."""
        number = self._begun
        self._begun += 1

        def show(part: float) -> None:
            self._progress(DemoProgress(STEPS[number], number, len(STEPS), part))

        show(0.0)
        return show
