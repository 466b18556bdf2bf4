"""Moving buying groups through their stages: by people, journeys and jobs, one rule for all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from domain import stages
from domain.identifiers import BuyingGroupId
from domain.membership import Method
from domain.stage_models import StageModel
from domain.stages import MoveRefusal, NoStageModel, StageUnknown, TransitionNotAllowed, Unmoved
from execution.context import Context
from resolvers import naming, readiness, stage_changes
from resolvers.membership import REASON_LENGTH, RIGHTS
from resolvers.outcomes import Conflict, Invalid, NotFound
from resolvers.stage_changes import FOR_MOVING
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced


class MoveStatus(Enum):
    """What came of a move: the group is there now, or it was there already."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Move:
    """A group and the stage, by name or id, that it is to go to."""

    group: BuyingGroupId
    stage: str


MoveOutcome = MoveStatus | MoveRefusal | NotFound | Conflict | Invalid


class _ModelMovedOn:
    """The group follows another model than when it was loaded."""


_Stays = MoveStatus | MoveRefusal | _ModelMovedOn
_Answers = Mapping[str, Changed | Missing | Raced | _Stays]


async def move_buying_group_stage(
    ctx: Context, move: Move, method: Method = Method.MANUAL, reason: str | None = None
) -> MoveOutcome:
    """Move one group, if its model allows it."""
    ctx.viewer.require(RIGHTS[method])
    if fault := _check_reason(reason):
        return fault
    (outcome,) = await _moved(ctx, [move], method, reason)
    return outcome


async def move_buying_groups(
    ctx: Context, moves: Sequence[Move], method: Method = Method.MANUAL, reason: str | None = None
) -> list[MoveOutcome] | Invalid:
    """Move up to 50 groups; each has an outcome of its own, in the order given.

    A group that is named more than once makes its moves one after the other.
    """
    ctx.viewer.require(RIGHTS[method])
    if not 1 <= len(moves) <= stages.MOVES_AT_ONCE:
        reason_why = f"a command takes 1 to {stages.MOVES_AT_ONCE} moves, not {len(moves)}"
        return Invalid("moves", reason_why)
    return _check_reason(reason) or await _moved(ctx, moves, method, reason)


def _check_reason(reason: str | None) -> Invalid | None:
    return naming.check_text("reason", reason, REASON_LENGTH) if reason is not None else None


async def _moved(
    ctx: Context, moves: Sequence[Move], method: Method, reason: str | None
) -> list[MoveOutcome]:
    outcomes: dict[int, MoveOutcome] = {}
    while len(outcomes) < len(moves):
        turn: dict[str, int] = {}
        for place, move in enumerate(moves):
            if place not in outcomes:
                turn.setdefault(move.group, place)
        wanted = {group: moves[place].stage for group, place in turn.items()}
        answers = await _each_moved(ctx, wanted, method, reason)
        outcomes |= {turn[group]: answer for group, answer in answers.items()}
    if stayed := [moves[place].group for place, outcome in outcomes.items() if _stays(outcome)]:
        await ctx.stores.groups.confirm(stayed[0])
    return [outcomes[place] for place in range(len(moves))]


def _stays(outcome: MoveOutcome) -> bool:
    return outcome is MoveStatus.UNCHANGED


async def _each_moved(
    ctx: Context, wanted: Mapping[str, str], method: Method, reason: str | None
) -> dict[str, MoveOutcome]:
    """What came of one move of each group; all of them are decided and stored together."""
    outcomes: dict[str, MoveOutcome] = {}
    left = set(wanted)
    while left:
        documents = await ctx.stores.groups.by_ids(left, FOR_MOVING)
        outcomes |= {id: NotFound("buying group", id) for id in left - set(documents)}
        followed = {document.get("stage_model_id") for document in documents.values()}
        models = await ctx.stores.stage_models.models(followed)

        def decide(
            document: Document,
            followed: Collection[str | None] = followed,
            models: Mapping[str, StageModel] = models,
        ) -> Change | _Stays:
            if (id := document.get("stage_model_id")) not in followed:
                return _ModelMovedOn()
            model = models.get(id or "")
            if model is None:
                return NoStageModel()
            return _decided(ctx, document, model, wanted[document["_id"]], method, reason)

        answers: _Answers = await ctx.stores.groups.change_all(
            documents.values(), readiness.kept(ctx, decide)
        )
        left = {id for id, answer in answers.items() if isinstance(answer, _ModelMovedOn)}
        for id, answer in answers.items():
            if not isinstance(answer, _ModelMovedOn):
                outcomes[id] = _outcome(id, answer)
    return outcomes


def _decided(
    ctx: Context,
    document: Document,
    model: StageModel,
    wanted: str,
    method: Method,
    reason: str | None,
) -> Change | MoveStatus | MoveRefusal:
    match stages.move(model, stage_changes.stage_id(document), wanted):
        case Unmoved():
            return MoveStatus.UNCHANGED
        case StageUnknown() | TransitionNotAllowed() as refusal:
            return refusal
        case stage:
            return stage_changes.placed(ctx, document, model, stage, method, reason)


def _outcome(id: str, answer: Changed | Missing | Raced | MoveStatus | MoveRefusal) -> MoveOutcome:
    match answer:
        case Changed():
            return MoveStatus.APPLIED
        case Missing():
            return NotFound("buying group", id)
        case Raced():
            return Conflict("buying group", id)
        case _:
            return answer
