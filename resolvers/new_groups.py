"""New buying groups: what making them needs to know, and what each is when it is stored first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain import buying_groups
from domain.events import Event, EventType
from domain.folding import fold, words
from domain.identifiers import JobId, PersonId, RoleId, SolutionInterestId
from domain.membership import Assign, Command, Method
from domain.placing import Place
from domain.role_templates import RoleTemplate
from domain.scoring_runs import Reference
from domain.stage_models import Stage, StageModel
from execution.context import Context
from resolvers import (
    first_scores,
    placements,
    readiness,
    stage_changes,
    stamps,
)
from resolvers.group_changes import membership_event
from resolvers.outcomes import NotFound
from resolvers.stage_changes import NOWHERE
from store.driver import Document
from store.groups import derived_paths, member_document
from store.queued import after
from store.readiness import Asked, to_asked
from store.records import Change


@dataclass(frozen=True, slots=True)
class Interest:
    """A solution interest with its live template: what making groups needs to know.

    New groups follow its stage model, if it has one, and enter that at `entry_stage`, if any.
    """

    id: SolutionInterestId
    name: str
    template: RoleTemplate
    asked: Asked
    stage_model: StageModel | None = None
    entry_stage: Stage | None = None


async def interest(ctx: Context, id: str, entry_stage: str | None = None) -> Interest | NotFound:
    """The solution interest of this id with its template and its stage model.

    `entry_stage` names the stage in which new groups are to begin; where the model has no such
    entry stage any more, they begin in none.
    """
    document = await ctx.stores.solution_interests.one(id)
    if document is None:
        return NotFound("solution interest", id)
    template = await ctx.stores.role_templates.template(document["role_template_id"])
    if template is None:
        return NotFound("role template", document["role_template_id"])
    model = await ctx.stores.stage_models.model(document.get("stage_model_id"))
    entry = model.named(entry_stage) if model and entry_stage is not None else None
    return Interest(
        SolutionInterestId(id),
        document["name"],
        template,
        to_asked(document),
        model,
        entry if entry and entry.is_entry else None,
    )


def new_group(
    ctx: Context,
    what: Interest,
    account: Document,
    people: Sequence[Document],
    place: Place,
    job: JobId | None,
    before: int = 0,
    scored_by: Reference | None = None,
) -> tuple[Document, list[Event]]:
    """A group and its events; `before` is the version that a deleted one in its place had.

    It is due to be scored unless there is something to measure it by.
    """
    id = buying_groups.identifier(ctx.viewer.tenant, account["_id"], what.id)
    placed = placements.of_account(place, account, people)
    empty = buying_groups.BuyingGroup(id, account["_id"], what.id, before, ())
    group, _, changes = buying_groups.apply(empty, _commands(ctx, placed))
    derived = derived_paths(group.members, what.template.roles, what.template.revision)
    name = buying_groups.name(what.name, account["name"])
    document = {
        "_id": id,
        "name": name,
        "account_id": account["_id"],
        "solution_interest_id": what.id,
        "role_template_id": what.template.id,
        "status": None,
        **NOWHERE,
        "stage_model_id": what.stage_model.id if what.stage_model else None,
        "members": [member_document(change.after) for change in changes],
        **derived,
        "created_by_job": {"job_id": job, "members_assigned": len(changes)} if job else None,
        "score_due": before + 1,
        "folded": {"name": fold(name)},
        "search": list(words(name)),
        **stamps.created(ctx),
    }
    entered = Change({})
    if what.stage_model is not None and what.entry_stage is not None:
        document["version"] = before + 1
        entered = stage_changes.placed(
            ctx, document, what.stage_model, what.entry_stage, Method.SYSTEM
        )
        document = after(document, entered)
    created = stamps.event(
        ctx,
        EventType.BUYING_GROUP_CREATED,
        id,
        method=Method.SYSTEM.value,
        buying_group_id=id,
        account_id=account["_id"],
        solution_interest_id=what.id,
        after={"members": len(changes), "completeness": derived["completeness"], "job_id": job},
    )
    events = [
        created,
        *entered.events,
        *(membership_event(ctx, group, each, Method.SYSTEM) for each in changes),
    ]
    if scored_by is not None:
        known = {person["_id"]: person for person in people}
        document["engagement"], told = first_scores.first_score(
            ctx, document, group.members, what.template, known, scored_by
        )
        del document["score_due"]
        events += told
    measured, ready = readiness.first_readiness(ctx, document, what.asked, scored_by)
    return {**document, **measured}, [*events, *ready]


def _commands(ctx: Context, placed: Mapping[PersonId, RoleId | None]) -> list[Command]:
    return [
        Command(person, Assign(role), Method.SYSTEM, ctx.viewer.actor, ctx.now())
        for person, role in sorted(placed.items())
        if role is not None
    ]
