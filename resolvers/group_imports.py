"""Groups come from other systems with their members, each item with an outcome of its own.

A group that is not there yet is made as by any other command, its account's people placed by the
rules; then the items are said to it, one after the other, in one guarded write. An item is stored
whole or not at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from domain import buying_groups, group_imports, stages
from domain.attributes import Scope
from domain.buying_groups import RoleNotInTemplate
from domain.group_imports import AnotherTemplate, GroupItem, Raced, Refusal, Status
from domain.identifiers import BuyingGroupId, RoleId
from domain.membership import Assign, Command
from domain.placing import asked_fields
from domain.role_templates import RoleTemplate
from domain.stage_models import Stage, StageModel
from domain.stages import NoStageModel, Unmoved
from domain.upserting import MOST_ITEMS, TooManyItems
from execution.context import Context, Right
from resolvers import (
    group_import_lookups,
    groups,
    letting_go,
    members_required,
    new_groups,
    readiness,
    scoring,
    stage_changes,
)
from resolvers.group_changes import follows_another, membership_change
from resolvers.group_import_lookups import Resolved
from resolvers.membership import RIGHTS
from resolvers.outcomes import Invalid, NotFound
from resolvers.repeating import PersonOutcome
from store.driver import Document
from store.groups import FOR_DECIDING, to_group
from store.queued import after as changed_by
from store.records import Change, Changed
from store.transactions import OutOfTurn

MADE_AT_ONCE: Final = 200
_SEEN: Final = {**FOR_DECIDING, "folded": 1}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an item: the group, and what came of what it says about each member."""

    group: BuyingGroupId
    status: Status
    members: tuple[PersonOutcome, ...]


Outcome = Imported | Refusal
_Placed = Sequence[tuple[int, Resolved]]
"""The items about one group, with their places in the call."""


class _MovedOn:
    """The group follows another template, revision or stage model than was loaded."""


@dataclass(slots=True)
class _Import:
    """A call under way: its items by group, what came of them, and which groups it has made."""

    ctx: Context
    items: Mapping[BuyingGroupId, _Placed]
    outcomes: dict[int, Outcome]
    made: set[BuyingGroupId] = field(default_factory=set)
    changed: dict[BuyingGroupId, RoleTemplate] = field(default_factory=dict)


async def import_buying_groups(
    ctx: Context, items: Sequence[GroupItem]
) -> list[Outcome] | TooManyItems | Invalid:
    """Say up to 1,000 items to the groups they are about, made where need be; in order.

    Besides the right to edit groups each item's method asks for its own.
    """
    ctx.viewer.require(Right.EDIT_GROUPS)
    for method in {item.method for item in items}:
        ctx.viewer.require(RIGHTS[method])
    if len(items) > MOST_ITEMS:
        return TooManyItems(len(items))
    if fault := group_imports.fault_of_all(items):
        return Invalid(fault.field, fault.reason)
    resolved = await group_import_lookups.looked_up(
        ctx, [group_imports.checked(item) for item in items]
    )
    by_group: dict[BuyingGroupId, list[tuple[int, Resolved]]] = {}
    refused: dict[int, Outcome] = {}
    for place, item in enumerate(resolved):
        if isinstance(item, Refusal):
            refused[place] = item
        else:
            by_group.setdefault(item.group, []).append((place, item))
    call = _Import(ctx, by_group, refused)
    await _run(call)
    return [call.outcomes[place] for place in range(len(items))]


async def _run(call: _Import) -> None:
    ctx = call.ctx
    stored = await ctx.stores.groups.by_ids(call.items, _SEEN)
    lacking = [id for id in call.items if id not in stored]
    if lacking:
        stored |= await _made(call, lacking)
    left = list(stored.values())
    while left:
        again = await _said(call, left)
        left = list((await ctx.stores.groups.by_ids(again, _SEEN)).values())
    for id, placed in call.items.items():
        for place, _ in placed:
            call.outcomes.setdefault(place, Refusal("", Raced(id), id))
    if call.changed:
        await _follow(call)
    elif stored:
        await ctx.stores.groups.confirm(next(iter(stored)))


async def _made(call: _Import, lacking: Sequence[BuyingGroupId]) -> dict[str, Document]:
    """Make these groups, as far as some item about each can be accepted; those there are now.

    Of several calls at once only the one that made a group has it among those it has made.
    """
    ctx = call.ctx
    by_interest: dict[str, list[BuyingGroupId]] = {}
    for id in lacking:
        by_interest.setdefault(call.items[id][0][1].interest, []).append(id)
    await scoring.score_first(ctx)
    wanted: list[BuyingGroupId] = []
    for interest, ids in by_interest.items():
        what = await new_groups.interest(ctx, interest)
        if isinstance(what, NotFound):
            continue
        fit = [id for id in ids if _has_fit(call, id, what)]
        accounts = {call.items[id][0][1].account for id in fit}
        shown = dict.fromkeys(asked_fields(what.template, Scope.ACCOUNT) | {"name"}, 1)
        known = list((await ctx.stores.accounts.by_ids(accounts, shown)).values())
        for start in range(0, len(known), MADE_AT_ONCE):
            some = known[start : start + MADE_AT_ONCE]
            with suppress(OutOfTurn):  # they are made one by one then
                made = await groups.create_groups(ctx, what, some, None, MADE_AT_ONCE)
                call.made.update(id for id, is_made_here in made.items() if is_made_here)
        wanted += fit
    there = await ctx.stores.groups.by_ids(wanted, _SEEN)
    for id in wanted:
        if id not in there:  # one that was deleted before is made anew, since it is asked for
            item = call.items[id][0][1]
            if isinstance(await groups.create_buying_group(ctx, item.account, item.interest), str):
                call.made.add(id)
    return there | await ctx.stores.groups.by_ids(set(wanted) - there.keys(), _SEEN)


def _has_fit(call: _Import, id: BuyingGroupId, what: new_groups.Interest) -> bool:
    """Whether a new group would accept an item; if not, what came of the items is that."""
    placed = call.items[id]
    empty = _empty(placed[0][1], what)
    outcomes, _ = _decided(call, empty, what.template, what.stage_model)
    if all(isinstance(each, Refusal) for each in outcomes.values()):
        call.outcomes |= outcomes
        return False
    return True


def _empty(item: Resolved, what: new_groups.Interest) -> Document:
    """A new group before anything was said to it."""
    return {
        "_id": item.group,
        "version": 0,
        "account_id": item.account,
        "solution_interest_id": item.interest,
        "role_template_id": what.template.id,
        "template_revision": what.template.revision,
        "members": [],
        "completeness": {"exact": 0.0},
        "missing_role_ids": [],
        "folded": {},
        **stage_changes.NOWHERE,
        "stage_model_id": what.stage_model.id if what.stage_model else None,
    }


async def _said(call: _Import, documents: Sequence[Document]) -> list[BuyingGroupId]:
    """Say the items to these groups; those that have to be loaded and told anew."""
    ctx = call.ctx
    ids = sorted({document["role_template_id"] for document in documents})
    templates = {id: await ctx.stores.role_templates.template(id) for id in ids}
    followed = {document.get("stage_model_id") for document in documents}
    models = await ctx.stores.stage_models.models(followed)
    outcomes: dict[str, dict[int, Outcome]] = {}

    def decide(document: Document) -> Change | _MovedOn | None:
        template = templates.get(document["role_template_id"])
        model = document.get("stage_model_id")
        if template is None or follows_another(document, template) or model not in followed:
            return _MovedOn()
        said, change = _decided(call, document, template, models.get(model or ""))
        outcomes[document["_id"]] = said
        return change

    answers = await ctx.stores.groups.change_all(documents, readiness.kept(ctx, decide))
    again: list[BuyingGroupId] = []
    for document in documents:
        id = BuyingGroupId(document["_id"])
        answer = answers[id]
        if isinstance(answer, _MovedOn):
            again.append(id)
        elif answer is None or isinstance(answer, Changed):
            call.outcomes |= outcomes[id]
        template = templates.get(document["role_template_id"])
        if template is not None and isinstance(answer, Changed):
            call.changed[id] = template
    return again


def _decided(
    call: _Import, document: Document, template: RoleTemplate, model: StageModel | None
) -> tuple[dict[int, Outcome], Change | None]:
    """What comes of the items about a group, one after the other, and all they change in it."""
    id = BuyingGroupId(document["_id"])
    is_new = id in call.made
    outcomes: dict[int, Outcome] = {}
    changes: list[Change] = []
    for place, item in call.items[id]:
        answer = _one(call.ctx, document, item, template, model)
        if isinstance(answer, Refusal):
            outcomes[place] = answer
            continue
        members, change = answer
        if change is not None:
            document = changed_by(document, change)
            changes.append(change)
        status = Status.CREATED if is_new else Status.ADDED_TO if change else Status.UNCHANGED
        outcomes[place] = Imported(id, status, members)
        is_new = False
    return outcomes, _together(changes, versions=len(changes)) if changes else None


def _one(
    ctx: Context,
    document: Document,
    item: Resolved,
    template: RoleTemplate,
    model: StageModel | None,
) -> tuple[tuple[PersonOutcome, ...], Change | None] | Refusal:
    """What comes of each member of an item, and what it changes; or why nothing does."""
    if item.template is not None and item.template != template.id:
        return Refusal("roleTemplate", AnotherTemplate(template.id))
    roles = {entry.role for entry in template.roles}
    for place, each in enumerate(item.members):
        if each.role not in roles:
            return Refusal(f"members[{place}].role", RoleNotInTemplate(RoleId(each.named)))
    target = _target(document, item, model)
    if isinstance(target, Refusal):
        return target
    commands = [
        Command(m.person, Assign(m.role), item.method, ctx.viewer.actor, ctx.now(), item.reason)
        for m in item.members
    ]
    after, decisions, changed = buying_groups.apply(to_group(document), commands)
    changes: list[Change] = []
    if changed:
        changes.append(
            membership_change(ctx, document, after, changed, template, item.method, item.reason)
        )
    if target is not None and model is not None:
        changes.append(stage_changes.placed(ctx, document, model, target, item.method, item.reason))
    people = (command.person for command in commands)
    outcomes = tuple(map(PersonOutcome, people, decisions))
    return outcomes, _together(changes) if changes else None


def _target(document: Document, item: Resolved, model: StageModel | None) -> Stage | Refusal | None:
    """The stage that the group goes to; None where it stays."""
    if item.stage is None:
        return None
    if model is None:
        return Refusal("stage", NoStageModel(), item.group)
    match stages.move(model, stage_changes.stage_id(document), item.stage):
        case Stage() as stage:
            return stage
        case Unmoved():
            return None
        case refusal:
            return Refusal("stage", refusal, item.group)


def _together(changes: Iterable[Change], versions: int = 1) -> Change:
    """Several changes of one document as one."""
    changes = list(changes)
    paths = {path: value for change in changes for path, value in change.set.items()}
    events = tuple(event for change in changes for event in change.events)
    return Change(paths, events, versions=versions)


async def _follow(call: _Import) -> None:
    """What changes of groups bring with them."""
    ctx, ids = call.ctx, list(call.changed)
    told = {m.person for placed in call.items.values() for _, item in placed for m in item.members}
    await letting_go.leave_groups_if_deleted(ctx, told)
    for template in {template.id: template for template in call.changed.values()}.values():
        of_it = [id for id, each in call.changed.items() if each.id == template.id]
        await members_required.catch_up(ctx, template, of_it)
    await scoring.score_groups(ctx, ids)
