"""Stage models as clients see them: the stages of a group's life, drawn as a graph."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import strawberry

import domain.stage_diagrams
import domain.stage_models
from domain.stage_models import MOST_STAGES, MOST_TRANSITIONS
from execution.connections import Connection
from execution.context import Context
from execution.fields import Where, combined, embedded, stored
from execution.lists import Listed, Listing, many
from execution.sources import Document, Sourced
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from store import filters
from store.reading import Order, Query
from store.stage_models import to_stage, to_transition

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup
    from schema.solution_interests import SolutionInterest

MOST_FAULTS: Final = 1_000
StageModelStatus = domain.stage_models.StageModelStatus
strawberry.enum(
    StageModelStatus,
    name="StageModelStatus",
    description="A draft is edited; a live model serves solution interests and stays as it is.",
)
StageDestination = domain.stage_models.Destination
strawberry.enum(
    StageDestination,
    name="StageDestination",
    description="How a group's way ends in a stage. The way goes on from a FAILURE stage that "
    "transitions lead out of.",
)

_Parts = Sequence[Document]


@strawberry.input(description="Which stage models are listed: all that is given holds.")
class StageModelFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    status: StageModelStatus | None = strawberry.field(
        default=None, description="Is a draft, or is live."
    )


async def _where(context: Context, asked: StageModelFilter) -> Query:
    return filters.every(
        filters.searched(asked.search),
        filters.is_one("status", asked.status.value if asked.status else None),
    )


@strawberry.type(description="One stage of a model.")
class Stage(Sourced):
    id: strawberry.ID = stored("stage_id", description="Its id, which stays when it is renamed.")
    name: str = stored(description="Its name; the model has it once.")
    description: str | None = stored(description="What it means; null when nobody said.")
    is_entry: bool = stored(description="Whether groups may enter the model here.")
    destination: StageDestination | None = stored(
        shown=StageDestination, description="How the way ends here; null where it goes on."
    )


@strawberry.type(description="An allowed move from one stage to another.")
class StageTransition(Sourced):
    source: Stage = embedded("source", description="Where it leads from.")
    target: Stage = embedded("target", description="Where it leads to.")


@strawberry.type(description="A stage model as a graph.")
class StageGraph(Sourced):
    nodes: list[Stage] = embedded(
        "nodes", at_most=MOST_STAGES, description="The stages, in the order they were written."
    )
    edges: list[StageTransition] = embedded(
        "edges", at_most=MOST_TRANSITIONS, description="The allowed moves, as they were written."
    )


@strawberry.type(description="One thing that is wrong with a stage model.")
class StageModelFault:
    path: str = strawberry.field(
        description="The place in the input, such as `stages[2].name` or `transitions[0].target`."
    )
    reason: str = strawberry.field(description="What is wrong there.")


def faults_shown(faults: Sequence[domain.stage_models.StageModelFault]) -> list[StageModelFault]:
    """Faults as clients see them, the first thousand."""
    return [StageModelFault(path=each.path, reason=each.reason) for each in faults[:MOST_FAULTS]]


def _graph(stages: _Parts, transitions: _Parts) -> StageGraph:
    by_id = {stage["stage_id"]: stage for stage in stages}
    edges = [
        {"source": by_id[each["source"]], "target": by_id[each["target"]]} for each in transitions
    ]
    return StageGraph.of({"nodes": stages, "edges": edges})


def _mermaid(stages: _Parts, transitions: _Parts) -> str:
    return domain.stage_diagrams.mermaid(*_drawn(stages, transitions))


def _faults(stages: _Parts, transitions: _Parts) -> list[StageModelFault]:
    return faults_shown(domain.stage_models.publishing_faults(*_drawn(stages, transitions)))


def _drawn(stages: _Parts, transitions: _Parts) -> tuple[Any, Any]:
    return (
        [to_stage(dict(stage)) for stage in stages],
        [to_transition(dict(each)) for each in transitions],
    )


def _success(stages: _Parts) -> Stage | None:
    found = (each for each in stages if _ends_in(each, StageDestination.SUCCESS))
    stage = next(found, None)
    return Stage.of(stage) if stage else None


def _is_entry(stage: Document, model: Document) -> bool:
    return bool(stage["is_entry"])


def _is_failure(stage: Document, model: Document) -> bool:
    return _ends_in(stage, StageDestination.FAILURE)


def _ends_in(stage: Mapping[str, Any], destination: StageDestination) -> bool:
    return bool(stage["destination"] == destination.value)


@strawberry.type(description="The stages that groups go through, and the moves that are allowed.")
class StageModel(Node, Stamped, Listed):
    collection: ClassVar[str] = "stage_models"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=StageModelFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    description: str | None = stored(description="What it is for; null when nobody said.")
    status: StageModelStatus = stored(
        shown=StageModelStatus, description="Whether it is still edited."
    )
    stages: list[Stage] = embedded(
        "stages", at_most=MOST_STAGES, description="Its stages in order, at most 50."
    )
    graph: StageGraph = combined(
        "stages", "transitions", shown=_graph, description="The model as nodes and edges."
    )
    entry_stages: list[Stage] = embedded(
        "stages",
        at_most=MOST_STAGES,
        where=Where(_is_entry, ("is_entry",)),
        description="Where groups may enter.",
    )
    success_stage: Stage | None = combined(
        "stages", shown=_success, description="Where a group's way ends well; null of some drafts."
    )
    failure_stages: list[Stage] = embedded(
        "stages",
        at_most=MOST_STAGES,
        where=Where(_is_failure, ("destination",)),
        description="Where a group's way ends badly.",
    )
    mermaid: str = combined(
        "stages",
        "transitions",
        shown=_mermaid,
        description="The model as a flowchart in the language of Mermaid: entry stages with round "
        "ends, success a hexagon, failure slanted.",
    )
    faults: list[StageModelFault] = combined(
        "stages",
        "transitions",
        shown=_faults,
        at_most=MOST_FAULTS,
        description="Everything that keeps a draft from going live; nothing of a live model.",
    )
    published_at: datetime | None = stored(description="When it went live; null of a draft.")
    published_by: str | None = stored(description="Who published it; null of a draft.")
    solution_interests: Connection[
        Annotated["SolutionInterest", strawberry.lazy("schema.solution_interests")]
    ] = many("stage_model_id", description="The solution interests whose groups follow it.")
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("stage_model_id", description="The groups that follow it.")
    )
