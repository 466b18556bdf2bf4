"""Saved views: a filter and an order of buying groups under a name, for oneself or all."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.events import EventType
from domain.saved_views import Named, Reference, ViewNotOwned, references
from execution.context import Context, Right
from resolvers import naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.deletions import Deleted, Deletion
from store.driver import Document
from store.joint_writes import Gone, Renaming, Whole
from store.reading import Query
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.unique_names import Taken

KIND: Final = naming.Kind("view", "saved_view", EventType.SAVED_VIEW_CREATED)
GAP_NEEDS: Final = ("filter",)
_Answer = Changed | Missing | Taken | Gone | Raced | NotFound | ViewNotOwned | str


@dataclass(frozen=True, slots=True)
class WrittenView:
    """A view as it is to be kept; filter and order as clients write them in JSON."""

    name: str
    filter: Mapping[str, Any]
    order_by: Mapping[str, Any] | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What is to change of a view."""

    name: str | Unsaid = Unsaid.STAYS
    filter: Mapping[str, Any] | Unsaid = Unsaid.STAYS
    order_by: Mapping[str, Any] | Unsaid | None = Unsaid.STAYS
    is_shared: bool | Unsaid = Unsaid.STAYS


def right_of(*, is_shared: bool) -> Right:
    """What keeping a view asks for: what all see is an administrator's work."""
    return Right.EDIT_COMPONENTS if is_shared else Right.READ


def seen(ctx: Context) -> Query:
    """The views there are for the viewer: their own, and those that are shared."""
    return {"$or": [{"owner": ctx.viewer.actor}, {"is_shared": True}]}


async def save_view(ctx: Context, view: WrittenView) -> str | Invalid | NameTaken:
    """Keep a view; it is the viewer's own."""
    ctx.viewer.require(right_of(is_shared=view.is_shared))
    if fault := naming.check_text("name", view.name):
        return fault
    fields = {"owner": ctx.viewer.actor, **_said(view)}
    return await naming.create(ctx, ctx.stores.saved_views, KIND, view.name, lambda _: fields)


async def update_view(
    ctx: Context, id: str, change: ViewChange
) -> str | Invalid | NameTaken | ViewNotOwned | NotFound | Conflict:
    """Change what a view says; only its owner may, or an administrator."""
    ctx.viewer.require(right_of(is_shared=change.is_shared is True))
    if fault := naming.check_said(change.name, None):
        return fault

    def decide(document: Document, whole: Whole) -> Change | NotFound | ViewNotOwned | str:
        if refusal := _refusal(ctx, document):
            return refusal
        after = _changed(document, change)
        ctx.viewer.require(right_of(is_shared=after.is_shared))
        paths = {"name": after.name, **_said(after)}
        if all(document[key] == value for key, value in paths.items()):
            return id
        event = stamps.event(ctx, EventType.SAVED_VIEW_UPDATED, id)
        return Change({**paths, **naming.name_paths(after.name), **stamps.updated(ctx)}, (event,))

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], _changed(document, change).name)

    answer: _Answer = await joint_writes.change(
        ctx.stores.saved_views, id, decide, renaming=renaming
    )
    match answer:
        case Missing():
            return NotFound("saved view", id)
        case Raced() | Gone():
            return Conflict("saved view", id)
        case Taken(owner):
            return NameTaken(str(change.name), owner)
        case NotFound() | ViewNotOwned():
            return answer
        case Changed() | str():
            return id


async def delete_view(ctx: Context, id: str) -> str | ViewNotOwned | NotFound | Conflict:
    """Delete a view; only its owner may, or an administrator."""
    ctx.viewer.require(Right.READ)

    def decide(document: Document, uses: Sequence[int]) -> Deletion | NotFound | ViewNotOwned:
        if refusal := _refusal(ctx, document):
            return refusal
        event = stamps.event(ctx, EventType.SAVED_VIEW_DELETED, id)
        return Deletion(event, [naming.named(KIND, document["name"])])

    gone: Deleted | Missing | Raced | NotFound | ViewNotOwned
    gone = await ctx.stores.deletions.delete(ctx.stores.saved_views, id, decide)
    match gone:
        case Deleted():
            return id
        case Missing():
            return NotFound("saved view", id)
        case Raced():
            return Conflict("saved view", id)
        case NotFound() | ViewNotOwned():
            return gone


async def views(ctx: Context, ids: Sequence[str]) -> list[Document | None]:
    """The views of these ids; None for one that there is not for the viewer."""
    ctx.viewer.require(Right.READ)
    found = await ctx.stores.saved_views.by_ids(ids)
    return [view if (view := found.get(id)) and _is_seen(ctx, view) else None for id in ids]


async def gaps(ctx: Context, views: Sequence[Document]) -> list[list[dict[str, str]]]:
    """What each view's filter names that is gone, as paths and ids; six commands for all."""
    ctx.viewer.require(Right.READ)
    named = [list(references(view["filter"])) for view in views]
    asked = {
        kind: {each.id for part in named for each in part if each.kind is kind} for kind in Named
    }
    found = await gather(*(_there(ctx, kind, ids) for kind, ids in asked.items() if ids))
    there = {id for part in found for id in part}
    return [[_gap(each) for each in part if each.id not in there] for part in named]


async def _there(ctx: Context, kind: Named, ids: set[str]) -> set[str]:
    if kind is Named.STAGE:
        wanted = {"stages.stage_id": {"$in": sorted(ids)}}
        models = await ctx.stores.stage_models.found(wanted, {"stages.stage_id": 1})
        return {stage["stage_id"] for model in models for stage in model["stages"]}
    records = {
        Named.SOLUTION_INTEREST: ctx.stores.solution_interests,
        Named.ACCOUNT: ctx.stores.accounts,
        Named.ROLE_TEMPLATE: ctx.stores.role_templates,
        Named.PERSON: ctx.stores.people,
        Named.ROLE: ctx.stores.roles,
    }[kind]
    return set(await records.by_ids(ids, {"_id": 1}))


def _gap(reference: Reference) -> dict[str, str]:
    return {"path": reference.path, "id": reference.id}


def _said(view: WrittenView) -> Document:
    order = None if view.order_by is None else dict(view.order_by)
    return {"filter": dict(view.filter), "order_by": order, "is_shared": view.is_shared}


def _changed(document: Document, change: ViewChange) -> WrittenView:
    return WrittenView(
        settled(change.name, document["name"]),
        settled(change.filter, document["filter"]),
        settled(change.order_by, document["order_by"]),
        settled(change.is_shared, document["is_shared"]),
    )


def _is_seen(ctx: Context, view: Document) -> bool:
    return bool(view["is_shared"]) or view["owner"] == ctx.viewer.actor


def _refusal(ctx: Context, view: Document) -> NotFound | ViewNotOwned | None:
    """Why the viewer may not change a view: a private one of somebody else is not there."""
    if view["owner"] == ctx.viewer.actor:
        return None
    if not view["is_shared"]:
        return NotFound("saved view", view["_id"])
    if Right.ADMIN in ctx.viewer.rights:
        return None
    return ViewNotOwned(view["_id"], view["owner"])
