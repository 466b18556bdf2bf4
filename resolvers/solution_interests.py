"""Solution interests: what is sold, and the template and stage model that groups for it follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from domain.events import EventType
from domain.identifiers import RoleId, SolutionInterestId
from domain.readiness import Thresholds
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.stage_models import StageModelStatus
from execution.context import Context, Right
from resolvers import group_names, naming, readiness, roles, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid
from store import joint_writes
from store.driver import Document
from store.joint_writes import Gone, Held, Renaming, Whole
from store.readiness import thresholds_document, to_asked, to_thresholds
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.solution_interests import StageModelGone
from store.unique_names import Taken

MOST_PRODUCTS: Final = 100
MOST_STAGES_ASKED: Final = 50
GROUPS_FOLLOWING_AT_ONCE: Final = 1_000
"""How many groups take over another name with the change itself; the worker sees to the others."""
KIND: Final = naming.Kind("si", "solution_interest", EventType.SOLUTION_INTEREST_CREATED)


@dataclass(frozen=True, slots=True)
class TemplateNotLive:
    """A solution interest needs a live template; this one is still a draft."""

    id: str


@dataclass(frozen=True, slots=True)
class StageModelNotLive:
    """A solution interest takes a live stage model; this one is still a draft."""

    id: str


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


UpdateOutcome = SolutionInterestId | Invalid | NameTaken | NotFound | Conflict | StageModelNotLive
_Answer = Changed | Missing | Taken | Gone | Raced | SolutionInterestId


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
    thresholds = await _resolved(ctx, new.thresholds, template, new.stage_model)
    if isinstance(thresholds, Invalid):
        return thresholds
    fields = {
        "description": new.description,
        "products": list(new.products),
        "role_template_id": template.id,
        "stage_model_id": new.stage_model,
        "update_existing": new.update_existing,
        "thresholds": thresholds_document(thresholds),
        "thresholds_revision": int(thresholds.is_any),
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
    description: str | Unsaid | None = Unsaid.STAYS,
    products: Sequence[str] | Unsaid = Unsaid.STAYS,
    update_existing: bool | Unsaid = Unsaid.STAYS,
    thresholds: Thresholds | Unsaid = Unsaid.STAYS,
    stage_model: str | Unsaid | None = Unsaid.STAYS,
    name: str | Unsaid = Unsaid.STAYS,
) -> UpdateOutcome:
    """Change what is said of a solution interest; its template stays what it is.

    Another name is that of its groups, too. Another stage model is that of new groups;
    maintenance carries it to those there are, if `update_existing` is on. Other thresholds are
    those of its groups at once, or within moments if there are many.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    said = {
        "name": name,
        "description": description,
        "products": products if isinstance(products, Unsaid) else list(products),
        "update_existing": update_existing,
        "stage_model_id": stage_model,
    }
    given: dict[str, object] = {
        field: value for field, value in said.items() if value is not Unsaid.STAYS
    }
    if fault := (
        naming.check_description(None if isinstance(description, Unsaid) else description)
        or _check(
            () if isinstance(products, Unsaid) else products,
            Thresholds() if isinstance(thresholds, Unsaid) else thresholds,
        )
        or (None if isinstance(name, Unsaid) else naming.check_text("name", name))
    ):
        return fault
    stored = await ctx.stores.solution_interests.one(id)
    if stored is None:
        return NotFound("solution interest", id)
    if refusal := await _check_stage_model(
        ctx, None if isinstance(stage_model, Unsaid) else stage_model
    ):
        return refusal
    if not isinstance(thresholds, Unsaid) or "stage_model_id" in given:
        asked = await _resolved(
            ctx,
            to_thresholds(stored["thresholds"]) if isinstance(thresholds, Unsaid) else thresholds,
            await ctx.stores.role_templates.template(stored["role_template_id"]),
            stored.get("stage_model_id") if isinstance(stage_model, Unsaid) else stage_model,
        )
        if isinstance(asked, Invalid):
            return asked
        if not isinstance(thresholds, Unsaid):
            given["thresholds"] = thresholds_document(asked)
    answer = await _changed(ctx, stored, given)
    if isinstance(answer, str):
        await group_names.follow_interest(ctx, answer, GROUPS_FOLLOWING_AT_ONCE)
        await readiness.measure_interest(ctx, answer)
    return answer


async def _changed(ctx: Context, seen: Document, given: Mapping[str, object]) -> UpdateOutcome:
    """Store what was given, unless another is stored by now than what it was looked up in."""
    id, name, model = str(seen["_id"]), given.get("name"), given.get("stage_model_id")
    looked_up_in = {"role_template_id"}
    if "thresholds" in given:
        looked_up_in.add("stage_model_id")
    elif "stage_model_id" in given:
        looked_up_in.add("thresholds")

    def decide(document: Document, _: Whole) -> Change | Raced | SolutionInterestId:
        if any(document.get(field) != seen.get(field) for field in looked_up_in):
            return Raced(id)
        thresholds = thresholds_document(to_thresholds(document["thresholds"]))
        before = {**document, "thresholds": thresholds}
        changed = {key: value for key, value in given.items() if before.get(key) != value}
        if not changed:
            return SolutionInterestId(id)
        paths = dict(changed)
        if "thresholds" in changed:
            paths["thresholds_revision"] = to_asked(document).revision + 1
        if isinstance(name, str) and "name" in changed:
            paths |= {**naming.name_paths(name), "names_due": True}
        event = stamps.event(
            ctx,
            EventType.SOLUTION_INTEREST_UPDATED,
            id,
            before={key: before.get(key) for key in changed},
            after=changed,
        )
        return Change({**paths, **stamps.updated(ctx)}, (event,))

    def renaming(document: Document) -> Renaming | None:
        if not isinstance(name, str):
            return None
        return naming.renaming(ctx, KIND, document["name"], name)

    held = [Held("stage_models", frozenset([model]))] if isinstance(model, str) else []
    answer: _Answer = await joint_writes.change(
        ctx.stores.solution_interests, id, decide, held=held, renaming=renaming
    )
    match answer:
        case Missing():
            return NotFound("solution interest", id)
        case Raced():
            return Conflict("solution interest", id)
        case Gone():
            return NotFound("stage model", str(model))
        case Taken(owner):
            return NameTaken(str(name), owner)
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


async def _resolved(
    ctx: Context, thresholds: Thresholds, template: RoleTemplate | None, stage_model: str | None
) -> Thresholds | Invalid:
    """The thresholds with stages and roles as they are called here; why they cannot be asked."""
    if len(thresholds.stages) > MOST_STAGES_ASKED:
        return Invalid("thresholds.stages", f"at most {MOST_STAGES_ASKED} stages")
    model = await ctx.stores.stage_models.model(stage_model) if thresholds.stages else None
    stages: list[str] = []
    for place, text in enumerate(thresholds.stages):
        stage = model.named(text) if model else None
        if stage is None:
            return Invalid(f"thresholds.stages[{place}]", f"its stage model has no stage {text}")
        stages.append(stage.name)
    directory = await roles.directory(ctx) if thresholds.roles else None
    playable = {entry.role for entry in template.roles} if template else set()
    found: list[RoleId] = []
    for place, text in enumerate(thresholds.roles):
        role = directory.find(text) if directory else None
        if role is None or role not in playable:
            return Invalid(f"thresholds.roles[{place}]", f"its template has no role {text}")
        found.append(role)
    return replace(
        thresholds, stages=tuple(dict.fromkeys(stages)), roles=tuple(dict.fromkeys(found))
    )
