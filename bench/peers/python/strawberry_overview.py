"""The overview as Strawberry's types."""

import strawberry

from bench.peers.python.stored import Row
from bench.peers.python.strawberry_records import Info, SolutionInterest


@strawberry.type
class OverviewBand:
    at_least: int
    below: int
    groups: int


@strawberry.type
class OverviewBands:
    bands: list[OverviewBand]
    unscored: int

    @classmethod
    def of(cls, found: Row) -> "OverviewBands":
        bands = [
            OverviewBand(at_least=each["atLeast"], below=each["below"], groups=each["groups"])
            for each in found["bands"]
        ]
        return cls(bands=bands, unscored=found["unscored"])


@strawberry.type
class OverviewInterest:
    groups: int
    interest_id: strawberry.Private[str]

    @strawberry.field
    async def solution_interest(self, info: Info) -> SolutionInterest | None:
        id = self.interest_id
        found: SolutionInterest | None = await info.context.load("solution_interests", id, info)
        return found


@strawberry.type
class OverviewInterests:
    bars: list[OverviewInterest]


@strawberry.type
class OverviewStage:
    stage_id: strawberry.ID | None
    name: str | None
    groups: int


@strawberry.type
class OverviewStages:
    bars: list[OverviewStage]


@strawberry.type
class Overview:
    total: int
    by_completeness: OverviewBands
    by_engagement: OverviewBands
    by_solution_interest: OverviewInterests
    by_stage: OverviewStages

    @classmethod
    def of(cls, found: Row) -> "Overview":
        interests = [
            OverviewInterest(groups=bar["groups"], interest_id=bar["solution_interest_id"])
            for bar in found["bySolutionInterest"]["bars"]
        ]
        stages = [
            OverviewStage(stage_id=bar["stageId"], name=bar["name"], groups=bar["groups"])
            for bar in found["byStage"]["bars"]
        ]
        return cls(
            total=found["total"],
            by_completeness=OverviewBands.of(found["byCompleteness"]),
            by_engagement=OverviewBands.of(found["byEngagement"]),
            by_solution_interest=OverviewInterests(bars=interests),
            by_stage=OverviewStages(bars=stages),
        )
