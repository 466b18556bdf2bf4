"""Roles: the six every tenant begins with, and its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from domain.events import EventType
from domain.folding import fold, words
from domain.identifiers import RoleId, TenantId, derived
from domain.role_aliases import RoleNames, Spellings, check_aliases, taken, taken_by_alias
from domain.role_aliases import without_repeats as said_once
from domain.roles import DEFAULT_ROLES, MOST_ROLES, RoleInUse, RoleIsDefault, User, check_deleting
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.directories import Directory, directory_of
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.joint_writes import Gone, Renaming, Whole
from store.records import Change, Changed, Missing, Records
from store.records import Conflict as Raced
from store.unique_names import Taken

MOST_USERS_NAMED: Final = 10
"""How many of those that use a component a refusal names."""

KIND: Final = naming.Kind("role", "role", EventType.ROLE_CREATED)
_Answer = Changed | Missing | Taken | Gone | Raced | RoleIsDefault | RoleId


def default_role(tenant: TenantId, name: str) -> RoleId:
    """The id of a default role of a tenant."""
    return RoleId(derived("role", tenant, fold(name)))


async def seed(ctx: Context) -> None:
    """Store the default roles; those that are there stay as they are."""
    ctx.viewer.require(Right.ADMIN)
    await ctx.stores.roles.insert_many([(_default(ctx, name), []) for name in DEFAULT_ROLES])
    await ctx.stores.identities.claim_all(
        "role.name",
        {fold(name): default_role(ctx.viewer.tenant, name) for name in DEFAULT_ROLES},
    )


async def create_role(
    ctx: Context, name: str, description: str | None = None
) -> RoleId | Invalid | NameTaken | Conflict:
    """Add a role of the tenant's own; 20 roles in all."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name) or naming.check_description(description):
        return fault

    def check(roles: Whole) -> Invalid | NameTaken | None:
        if len(roles) >= MOST_ROLES:
            return Invalid("name", f"a tenant has at most {MOST_ROLES} roles")
        owner = taken_by_alias(name, None, map(_names, roles))
        return NameTaken(name, owner.id) if owner else None

    fields = {"is_default": False, "description": description}
    made: str | Invalid | NameTaken | Gone | Raced = await naming.create_jointly(
        ctx, ctx.stores.roles, KIND, name, lambda _: fields, check=check
    )
    match made:
        case str():
            return RoleId(made)
        case Raced() | Gone():
            return Conflict("role", name)
        case _:
            return made


async def update_role(
    ctx: Context, id: str, name: str | Unsaid, description: str | Unsaid | None
) -> RoleId | RoleIsDefault | Invalid | NameTaken | NotFound | Conflict:
    """Give a role of the tenant's own another name or description."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_said(name, description):
        return fault

    def decide(document: Document, whole: Whole) -> Change | RoleIsDefault | Taken | RoleId:
        if document["is_default"]:
            return RoleIsDefault(RoleId(id))
        before = {"name": document["name"], "description": document.get("description")}
        named = settled(name, document["name"])
        after = {"name": named, "description": settled(description, before["description"])}
        if owner := taken_by_alias(named, RoleId(id), map(_names, whole)):
            return Taken(owner.id)
        if before == after:
            return RoleId(id)
        event = stamps.event(ctx, EventType.ROLE_UPDATED, id, before=before, after=after)
        return Change({**after, **naming.name_paths(named), **stamps.updated(ctx)}, (event,))

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], settled(name, document["name"]))

    answer: _Answer = await joint_writes.change(
        ctx.stores.roles, id, decide, renaming=renaming, is_limited=True
    )
    match answer:
        case Missing():
            return NotFound("role", id)
        case Raced() | Gone():
            return Conflict("role", id)
        case Taken(owner):
            return NameTaken(str(name), owner)
        case RoleIsDefault():
            return answer
        case Changed() | str():
            return RoleId(id)


async def set_role_aliases(
    ctx: Context, id: str, aliases: Sequence[str]
) -> RoleId | Invalid | NameTaken | NotFound | Conflict:
    """Let a role, a default one as well, be meant by these names of other systems and no others."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := check_aliases(aliases):
        return Invalid(fault.field, fault.reason)

    def decide(document: Document, whole: Whole) -> Change | NameTaken | RoleId:
        before = _names(document)
        after = list(said_once(before.name, aliases))
        if list(before.aliases) == after:
            return before.id
        for alias in after:
            if owner := taken(before.id, [alias], map(_names, whole)):
                return NameTaken(alias, owner.id)
        event = stamps.event(
            ctx,
            EventType.ROLE_UPDATED,
            id,
            before={"aliases": list(before.aliases)},
            after={"aliases": after},
        )
        return Change({"aliases": after, **stamps.updated(ctx)}, (event,))

    answer: Changed | Missing | Taken | Gone | Raced | NameTaken | RoleId
    answer = await joint_writes.change(ctx.stores.roles, id, decide, is_limited=True)
    match answer:
        case Missing():
            return NotFound("role", id)
        case Raced() | Gone() | Taken():
            return Conflict("role", id)
        case NameTaken():
            return answer
        case Changed() | str():
            return RoleId(id)


async def delete_role(
    ctx: Context, id: str
) -> RoleId | RoleIsDefault | RoleInUse | NotFound | Conflict:
    """Delete a role of the tenant's own that no template, no group and no audience uses."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | RoleIsDefault | RoleInUse:
        templates, groups, audiences = uses
        refusal = check_deleting(
            RoleId(id),
            is_default=document["is_default"],
            role_templates=templates,
            buying_groups=groups,
            account_audiences=audiences,
        )
        if refusal is not None:
            return refusal
        event = stamps.event(ctx, EventType.ROLE_DELETED, id)
        return Deletion(event, [naming.named(KIND, document["name"])])

    uses = [Use(records.collection.name, query) for _, records, query in _using(ctx, id)]
    gone: Deleted | Missing | Raced | RoleIsDefault | RoleInUse = await ctx.stores.deletions.delete(
        ctx.stores.roles, id, decide, uses
    )
    match gone:
        case Deleted():
            return RoleId(id)
        case Missing():
            return NotFound("role", id)
        case Raced():
            return Conflict("role", id)
        case RoleInUse():
            return replace(gone, users=await _users(ctx, id))
        case RoleIsDefault():
            return gone


def _using(ctx: Context, role: str) -> list[tuple[str, Records, Mapping[str, object]]]:
    """What may use a role: what it is, where it is, and how it is found."""
    in_rules = {"roles.reference_ids": role}
    return [
        (
            "role template",
            ctx.stores.role_templates,
            {"$or": [{"roles.role_id": role}, in_rules]},
        ),
        ("buying group", ctx.stores.groups, {"roles.role_id": role}),
        ("account audience", ctx.stores.audiences, {"reference_ids": role}),
    ]


async def _users(ctx: Context, role: str) -> list[User]:
    """Some of those that use a role, templates first."""
    users: list[User] = []
    for what, records, used in _using(ctx, role):
        room = MOST_USERS_NAMED - len(users)
        if room:
            found = await records.found(used, {"name": 1}, limit=room)
            users += [User(what, each["_id"], each["name"]) for each in found]
    return users


async def directory(ctx: Context) -> Directory[RoleId]:
    """Every role of the tenant by id and by folded name."""
    return await directory_of(ctx.stores.roles, RoleId)


async def spellings(ctx: Context) -> Spellings:
    """Every role of the tenant by id, by name and by what other systems call it."""
    return Spellings([_names(r) for r in await ctx.stores.roles.all({"name": 1, "aliases": 1})])


def _names(document: Document) -> RoleNames:
    return RoleNames(RoleId(document["_id"]), document["name"], tuple(document.get("aliases", ())))


def _default(ctx: Context, name: str) -> dict[str, object]:
    return {
        "_id": default_role(ctx.viewer.tenant, name),
        "name": name,
        "folded": {"name": fold(name)},
        "search": list(words(name)),
        "is_default": True,
        **stamps.created(ctx),
    }
