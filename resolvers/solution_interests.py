"""Solution interests: what is sold, and the live template that groups for it follow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.events import EventType
from domain.identifiers import SolutionInterestId
from domain.role_templates import TemplateStatus
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from store.driver import Document
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced

MOST_PRODUCTS: Final = 100
KIND: Final = naming.Kind("si", "solution_interest", EventType.SOLUTION_INTEREST_CREATED)


@dataclass(frozen=True, slots=True)
class TemplateNotLive:
    """A solution interest needs a live template; this one is still a draft."""

    id: str


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


async def create_solution_interest(
    ctx: Context, new: NewSolutionInterest
) -> SolutionInterestId | Invalid | NameTaken | NotFound | TemplateNotLive:
    """Store a solution interest that follows a live template."""
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
    fields = {
        "description": new.description,
        "products": list(new.products),
        "role_template_id": template.id,
        "stage_model_id": None,
        "update_existing": new.update_existing,
        "thresholds": _thresholds(new.thresholds),
    }
    made = await naming.create(ctx, ctx.stores.solution_interests, KIND, new.name, lambda _: fields)
    return made if isinstance(made, NameTaken) else SolutionInterestId(made)


async def update_solution_interest(
    ctx: Context,
    id: str,
    *,
    description: str | None,
    products: Sequence[str],
    update_existing: bool,
    thresholds: Thresholds,
) -> SolutionInterestId | Invalid | NotFound | Conflict:
    """Replace what may change of a solution interest; its template may not."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_description(description) or _check(products, thresholds):
        return fault

    def decide(document: Document) -> Change | SolutionInterestId:
        after = {
            "description": description,
            "products": list(products),
            "update_existing": update_existing,
            "thresholds": _thresholds(thresholds),
        }
        changed = {key: value for key, value in after.items() if document[key] != value}
        if not changed:
            return SolutionInterestId(id)
        before = {key: document[key] for key in changed}
        event = stamps.event(
            ctx, EventType.SOLUTION_INTEREST_UPDATED, id, before=before, after=changed
        )
        return Change({**changed, **stamps.updated(ctx)}, (event,))

    match await ctx.stores.solution_interests.change(id, decide):
        case Missing():
            return NotFound("solution interest", id)
        case Raced():
            return Conflict("solution interest", id)
        case Changed() | str():
            return SolutionInterestId(id)


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
