"""Solution interests: what is sold, and the template and stage model that groups for it follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from domain.events import EventType
from domain.identifiers import SolutionInterestId
from domain.role_templates import TemplateStatus
from domain.stage_models import StageModelStatus
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.solution_interests import StageModelGone

MOST_PRODUCTS: Final = 100
KIND: Final = naming.Kind("si", "solution_interest", EventType.SOLUTION_INTEREST_CREATED)


@dataclass(frozen=True, slots=True)
class TemplateNotLive:
    """A solution interest needs a live template; this one is still a draft."""

    id: str


@dataclass(frozen=True, slots=True)
class StageModelNotLive:
    """A solution interest takes a live stage model; this one is still a draft."""

    id: str


class Unsaid(Enum):
    """Nothing was said about something: it stays as it is."""

    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a group is ready for sales: scores to reach, 0 to 100; None is not asked for."""

    completeness: int | None = None
    engagement: int | None = None


@dataclass(frozen=True, slots=True)
class NewSolutionInterest:
    """A solution interest as a client describes it."""

    name: str
    role_template: str
    description: str | None = None
    products: Sequence[str] = ()
    update_existing: bool = False
    thresholds: Thresholds = field(default_factory=Thresholds)
    stage_model: str | None = None


async def create_solution_interest(
    ctx: Context, new: NewSolutionInterest
) -> SolutionInterestId | Invalid | NameTaken | NotFound | TemplateNotLive | StageModelNotLive:
    """Store a solution interest that follows a live template, and a live stage model if any."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := (
        naming.check_text("name", new.name)
        or naming.check_description(new.description)
        or _check(new.products, new.thresholds)
    ):
        return fault
    template = await ctx.stores.role_templates.template(new.role_template)
    if template is None:
        return NotFound("role template", new.role_template)
    if template.status is not TemplateStatus.LIVE:
        return TemplateNotLive(template.id)
    if refusal := await _check_stage_model(ctx, new.stage_model):
        return refusal
    fields = {
        "description": new.description,
        "products": list(new.products),
        "role_template_id": template.id,
        "stage_model_id": new.stage_model,
        "update_existing": new.update_existing,
        "thresholds": _thresholds(new.thresholds),
    }
    try:
        made = await naming.create(
            ctx, ctx.stores.solution_interests, KIND, new.name, lambda _: fields
        )
    except StageModelGone:
        return NotFound("stage model", str(new.stage_model))
    return made if isinstance(made, NameTaken) else SolutionInterestId(made)


async def update_solution_interest(
    ctx: Context,
    id: str,
    *,
    description: str | None,
    products: Sequence[str],
    update_existing: bool,
    thresholds: Thresholds,
    stage_model: str | Unsaid | None = Unsaid.STAYS,
) -> SolutionInterestId | Invalid | NotFound | Conflict | StageModelNotLive:
    """Replace what may change of a solution interest; its template may not.

    Another stage model is that of new groups; maintenance carries it to those there are, if
    `update_existing` is on.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_description(description) or _check(products, thresholds):
        return fault
    named = {} if isinstance(stage_model, Unsaid) else {"stage_model_id": stage_model}
    if refusal := await _check_stage_model(ctx, named.get("stage_model_id")):
        return refusal

    def decide(document: Document) -> Change | SolutionInterestId:
        after = {
            "description": description,
            "products": list(products),
            "update_existing": update_existing,
            "thresholds": _thresholds(thresholds),
            **named,
        }
        changed = {key: value for key, value in after.items() if document[key] != value}
        if not changed:
            return SolutionInterestId(id)
        before = {key: document[key] for key in changed}
        event = stamps.event(
            ctx, EventType.SOLUTION_INTEREST_UPDATED, id, before=before, after=changed
        )
        return Change({**changed, **stamps.updated(ctx)}, (event,))

    try:
        answer = await ctx.stores.solution_interests.change(id, decide)
    except StageModelGone:
        return NotFound("stage model", str(stage_model))
    match answer:
        case Missing():
            return NotFound("solution interest", id)
        case Raced():
            return Conflict("solution interest", id)
        case Changed() | str():
            return SolutionInterestId(id)


async def _check_stage_model(ctx: Context, id: str | None) -> NotFound | StageModelNotLive | None:
    """Why a stage model cannot be named; None when it can, and when none is."""
    if id is None:
        return None
    model = await ctx.stores.stage_models.model(id)
    if model is None:
        return NotFound("stage model", id)
    return None if model.status is StageModelStatus.LIVE else StageModelNotLive(id)


def _check(products: Sequence[str], thresholds: Thresholds) -> Invalid | None:
    if len(products) > MOST_PRODUCTS:
        return Invalid("products", f"at most {MOST_PRODUCTS} products")
    for place, product in enumerate(products):
        if fault := naming.check_text(f"products[{place}]", product):
            return fault
    for name, value in (
        ("completeness", thresholds.completeness),
        ("engagement", thresholds.engagement),
    ):
        if value is not None and not 0 <= value <= 100:
            return Invalid(f"thresholds.{name}", f"must be from 0 to 100, not {value}")
    return None


def _thresholds(thresholds: Thresholds) -> dict[str, int | None]:
    return {"completeness": thresholds.completeness, "engagement": thresholds.engagement}
