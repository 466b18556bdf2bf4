"""Role templates: drafted, published, and with requirements that may change while live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.conditions import Condition, ConditionFault
from domain.events import EventType
from domain.folding import fold
from domain.identifiers import RoleTemplateId
from domain.identities import Identity
from domain.persona_tests import ids_in
from domain.references import roles_in, solution_interests_in
from domain.role_templates import (
    TemplateIsLive,
    TemplateRole,
    TemplateStatus,
    Weighting,
    check_publishing,
    check_roles,
)
from execution.context import Context, Right
from resolvers import conditions, naming, personas, related_references, roles, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.driver import Document
from store.joint_writes import Gone, Held, Renaming, Whole
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.role_templates import role_document, to_template
from store.unique_names import Taken

KIND: Final = naming.Kind("rt", "role_template", EventType.ROLE_TEMPLATE_CREATED)


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A role as a client puts it into a template: by id or by name."""

    role: str
    weighting: Weighting = Weighting.NORMAL
    is_required: bool = True
    members_required: int = 1
    condition: Condition | None = None


TemplateOutcome = RoleTemplateId | Invalid | NotFound | Conflict | TemplateIsLive
_Edited = Changed | Missing | Raced | TemplateIsLive | RoleTemplateId | Gone


async def create_role_template(
    ctx: Context, name: str, description: str | None, entries: Sequence[RoleEntry]
) -> RoleTemplateId | Invalid | NameTaken | Conflict:
    """Draft a template with these roles in order of priority."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name) or naming.check_description(description):
        return fault
    while True:
        resolved = await resolve(ctx, entries)
        if isinstance(resolved, Invalid):
            return resolved
        made = await _drafted(ctx, name, description, resolved)
        if not isinstance(made, Gone):
            return made


async def _drafted(
    ctx: Context, name: str, description: str | None, resolved: Sequence[TemplateRole]
) -> RoleTemplateId | NameTaken | Gone | Conflict:
    def fields(id: str) -> Document:
        return {
            "template_id": id,
            "template_version": 1,
            "revision": 1,
            "description": description,
            "status": TemplateStatus.DRAFT.value,
            "roles": [role_document(entry) for entry in resolved],
            "published_at": None,
            "published_by": None,
        }

    made: str | NameTaken | Gone | Raced = await naming.create_jointly(
        ctx, ctx.stores.role_templates, KIND, name, fields, held=_held(resolved)
    )
    match made:
        case str():
            return RoleTemplateId(made)
        case Raced():
            return Conflict("role template", name)
        case _:
            return made


async def duplicate_role_template(
    ctx: Context, id: str, name: str
) -> RoleTemplateId | Invalid | NameTaken | NotFound | Conflict:
    """Draft a template of the same description and roles as another one, draft or live."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name):
        return fault
    while True:
        document = await ctx.stores.role_templates.one(id, {"outbox": 0})
        if document is None:
            return NotFound("role template", id)
        roles = to_template(document).roles
        # A template may be older than the rule that what it names stays.
        if unknown := await related_references.unknown(ctx, _rules(roles)):
            return unknown
        made = await _drafted(ctx, name, document["description"], roles)
        if not isinstance(made, Gone):
            return made


async def update_role_template(
    ctx: Context,
    id: str,
    description: str | Unsaid | None,
    entries: Sequence[RoleEntry] | Unsaid,
    name: str | Unsaid = Unsaid.STAYS,
) -> TemplateOutcome | NameTaken:
    """Change a draft's name, its description, or its roles, of which all are given."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_said(name, description):
        return fault
    while True:
        resolved = entries if isinstance(entries, Unsaid) else await resolve(ctx, entries)
        if isinstance(resolved, Invalid):
            return resolved
        answer = await _edited(ctx, id, name, description, resolved)
        if not isinstance(answer, Gone):
            return answer if isinstance(answer, NameTaken) else _outcome(id, answer)


async def _edited(
    ctx: Context,
    id: str,
    name: str | Unsaid,
    description: str | Unsaid | None,
    resolved: Sequence[TemplateRole] | Unsaid,
) -> _Edited | NameTaken:
    def decide(document: Document, _: Whole) -> Change | TemplateIsLive | RoleTemplateId:
        template = to_template(document)
        if template.status is TemplateStatus.LIVE:
            return TemplateIsLive(template.id)
        roles = document["roles"]
        if not isinstance(resolved, Unsaid):
            roles = [role_document(entry) for entry in resolved]
        named = settled(name, document["name"])
        described = settled(description, document["description"])
        before = (document["roles"], document["description"], document["name"])
        if before == (roles, described, named):
            return template.id
        paths = {**naming.name_paths(named), "description": described, "roles": roles}
        return Change(
            {**paths, **stamps.updated(ctx)},
            (stamps.event(ctx, EventType.ROLE_TEMPLATE_UPDATED, id),),
        )

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], settled(name, document["name"]))

    held = [] if isinstance(resolved, Unsaid) else _held(resolved)
    answer: _Edited | Taken = await joint_writes.change(
        ctx.stores.role_templates, id, decide, held=held, renaming=renaming
    )
    return NameTaken(str(name), answer.owner) if isinstance(answer, Taken) else answer


def _held(roles: Sequence[TemplateRole]) -> list[Held]:
    """What has to be there for a template to have these roles."""
    rules = [entry.condition for entry in roles if entry.condition is not None]
    own = frozenset(entry.role for entry in roles)
    return [
        Held("roles", own.union(*map(roles_in, rules))),
        Held("personas", frozenset[str]().union(*map(ids_in, rules))),
        Held("solution_interests", frozenset[str]().union(*map(solution_interests_in, rules))),
    ]


async def publish_role_template(ctx: Context, id: str) -> TemplateOutcome:
    """Make a draft live: from then on its roles are fixed."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document) -> Change | TemplateIsLive | Invalid:
        template = to_template(document)
        if template.status is TemplateStatus.LIVE:
            return TemplateIsLive(template.id)
        if fault := check_publishing(template.roles):
            return Invalid(fault.field, fault.reason)
        return Change(
            {
                "status": TemplateStatus.LIVE.value,
                "published_at": ctx.now(),
                "published_by": ctx.viewer.actor,
                **stamps.updated(ctx),
            },
            (stamps.event(ctx, EventType.ROLE_TEMPLATE_PUBLISHED, id),),
        )

    return _outcome(id, await ctx.stores.role_templates.change(id, decide))


async def delete_role_template(
    ctx: Context, id: str
) -> RoleTemplateId | NotFound | TemplateIsLive | Conflict:
    """Delete a draft; a live template stays."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    document = await ctx.stores.role_templates.one(id)
    if document is None:
        return NotFound("role template", id)
    if document["status"] != TemplateStatus.DRAFT.value:
        return TemplateIsLive(RoleTemplateId(id))
    event = stamps.event(ctx, EventType.ROLE_TEMPLATE_DELETED, id)
    name = Identity("role_template.name", fold(document["name"]))
    if not await ctx.stores.role_templates.remove(id, document["version"], event, name):
        return Conflict("role template", id)
    return RoleTemplateId(id)


async def uses(ctx: Context, templates: Sequence[Document]) -> list[Document]:
    """How many solution interests follow each template, and how many groups were made after it."""
    ctx.viewer.require(Right.READ)
    ids = [template["_id"] for template in templates]
    interests = await ctx.stores.role_templates.interests_of(ids)
    groups = await ctx.stores.role_templates.groups_of(ids)
    return [
        {"solution_interests": interests.get(id, 0), "buying_groups": groups.get(id, 0)}
        for id in ids
    ]


async def resolve(ctx: Context, entries: Sequence[RoleEntry]) -> tuple[TemplateRole, ...] | Invalid:
    """The entries with their roles' ids, checked; the first fault otherwise."""
    directory = await roles.directory(ctx)
    declared = await conditions.declared_fields(ctx)
    resolved: list[TemplateRole] = []
    for place, entry in enumerate(entries):
        role = directory.find(entry.role)
        if role is None:
            return Invalid(f"roles[{place}].role", f"there is no role {entry.role}")
        condition = entry.condition
        if condition is not None:
            field = f"roles[{place}].condition"
            if fault := conditions.fault_of(field, condition, conditions.OF_MEMBERS, declared):
                return fault
            named = await personas.by_ids(ctx, condition)
            if isinstance(named, ConditionFault):
                return conditions.invalid(field, named)
            condition = named
        resolved.append(
            TemplateRole(
                role,
                entry.weighting,
                entry.is_required,
                entry.members_required,
                condition,
            )
        )
    if unknown := await related_references.unknown(ctx, _rules(resolved)):
        return unknown
    fault_of_roles = check_roles(resolved)
    if fault_of_roles is not None:
        return Invalid(fault_of_roles.field, fault_of_roles.reason)
    return tuple(resolved)


def _rules(entries: Sequence[TemplateRole]) -> dict[str, Condition]:
    """The rules of a template's roles, by the fields they are given in."""
    return {
        f"roles[{place}].condition": entry.condition
        for place, entry in enumerate(entries)
        if entry.condition is not None
    }


def _outcome(
    id: str, answer: Changed | Missing | Raced | Invalid | TemplateIsLive | RoleTemplateId
) -> TemplateOutcome:
    match answer:
        case Changed():
            return RoleTemplateId(id)
        case Missing():
            return NotFound("role template", id)
        case Raced():
            return Conflict("role template", id)
        case _:
            return answer
