"""Looking up: anything by its id, whose prefix tells what it is."""

from asyncio import gather
from typing import Final

import strawberry

from domain.identifiers import prefix_of
from execution.context import Right
from execution.lists import check_size
from execution.selections import Selection
from schema.accounts import Account
from schema.activities import Activity
from schema.activity_types import ActivityType
from schema.audiences import AccountAudience
from schema.buying_groups import BuyingGroup
from schema.daily_runs import DailyRun
from schema.info import Info
from schema.interest_signals import InterestSignal
from schema.jobs import Job
from schema.node import Node
from schema.opportunities import Opportunity
from schema.people import Person
from schema.personas import Persona
from schema.role_templates import RoleTemplate
from schema.roles import Role
from schema.solution_interests import SolutionInterest
from schema.stage_models import StageModel
from schema.weighting_models import WeightingModel

KINDS: Final[dict[str, type[Node]]] = {
    "acc": Account,
    "act": Activity,
    "at": ActivityType,
    "aud": AccountAudience,
    "bg": BuyingGroup,
    "day": DailyRun,
    "job": Job,
    "opp": Opportunity,
    "per": Person,
    "persona": Persona,
    "role": Role,
    "rt": RoleTemplate,
    "si": SolutionInterest,
    "sig": InterestSignal,
    "sm": StageModel,
    "wm": WeightingModel,
}


async def node(info: Info, id: strawberry.ID) -> Node | None:
    """What has the id; null when the tenant has nothing of that id."""
    (found,) = await _found(info, [id])
    return found


async def nodes(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    """What has the ids, 100 at most, in their order; null where the tenant has nothing."""
    check_size("ids", len(ids), smallest=0)
    return await _found(info, ids)


async def _found(info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
    context = info.context
    context.viewer.require(Right.READ)
    selection = Selection.of(info)
    wanted = {kind: selection.paths(kind) for kind in set(map(_kind, ids)) if kind}

    async def load(id: str) -> Node | None:
        kind = _kind(id)
        return await context.loaders.one(kind).load((id, wanted[kind])) if kind else None

    return await gather(*map(load, ids))


def _kind(id: str) -> type[Node] | None:
    return KINDS.get(prefix_of(id))
