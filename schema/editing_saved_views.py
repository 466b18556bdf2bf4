"""Saved views: saving, changing, deleting."""

from typing import Annotated, Any

import strawberry

import resolvers.saved_views
from domain import saved_views
from execution import filter_limits
from execution.context import Context, Right
from execution.fields import one, stored
from execution.sources import Sourced
from resolvers.saved_views import ViewChange, WrittenView
from resolvers.unsaid import Unsaid
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.group_filters import BuyingGroupFilter, BuyingGroupOrder, with_role_ids
from schema.info import Info
from schema.repeating import Repeatable
from schema.saved_views import SavedView
from schema.unsaid import null_in, said, said_in_full
from schema.written_inputs import written


@strawberry.type(description="Somebody else shares the view, and alone may change it.")
class SavedViewNotOwned(UserError):
    saved_view_id: strawberry.ID = strawberry.field(description="The view.")
    owner: str = strawberry.field(description="Whose it is.")


@strawberry.input(description="A view of buying groups, to be kept under a name.")
class SaveViewInput(Repeatable):
    name: str = strawberry.field(description="Unique in the tenant; at most 255 characters.")
    filter: BuyingGroupFilter = strawberry.field(description="Which groups it lists.")
    order_by: BuyingGroupOrder | None = strawberry.field(
        default=None, description="In which order; by name without one."
    )
    is_shared: bool = strawberry.field(
        default=False, description="Whether everybody of the tenant is to see it."
    )


@strawberry.input(description="What is to change of a view; what is left out stays.")
class UpdateViewInput(Repeatable):
    saved_view_id: strawberry.ID = strawberry.field(description="The view.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Unique in the tenant; at most 255 characters; not null.",
    )
    filter: BuyingGroupFilter | None = strawberry.field(
        default=strawberry.UNSET, description="Which groups it lists: all of the filter; not null."
    )
    order_by: BuyingGroupOrder | None = strawberry.field(
        default=strawberry.UNSET, description="In which order; null: by name."
    )
    is_shared: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether everybody of the tenant is to see it; not null.",
    )


@strawberry.input(description="The view to delete.")
class DeleteViewInput(Repeatable):
    saved_view_id: strawberry.ID = strawberry.field(description="The view.")


@strawberry.type(description="The view is kept.")
class SaveViewSuccess(Sourced):
    saved_view: SavedView = one("saved_view_id", description="The new view.")


@strawberry.type(description="The view says what was asked for.")
class UpdateViewSuccess(Sourced):
    saved_view: SavedView = one("saved_view_id", description="The view.")


@strawberry.type(description="The view is gone, and its name is free again.")
class DeleteViewSuccess(Sourced):
    saved_view_id: strawberry.ID = stored(description="The id it had.")


SaveViewResult = Annotated[
    SaveViewSuccess | InvalidInput | NameTaken, strawberry.union("SaveViewResult")
]
UpdateViewResult = Annotated[
    UpdateViewSuccess | SavedViewNotOwned | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("UpdateViewResult"),
]
DeleteViewResult = Annotated[
    DeleteViewSuccess | SavedViewNotOwned | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteViewResult"),
]


def right(input: SaveViewInput | UpdateViewInput) -> Right:
    """What saving a view asks for, as far as its input tells."""
    return resolvers.saved_views.right_of(is_shared=input.is_shared is True)


async def save_view(info: Info, input: SaveViewInput) -> SaveViewResult:
    """Keep a view."""
    view = WrittenView(
        input.name,
        await _kept_filter(info.context, input.filter),
        written(input.order_by) if input.order_by else None,
        input.is_shared,
    )
    made = await resolvers.saved_views.save_view(info.context, view)
    if isinstance(made, str):
        return SaveViewSuccess.of({"saved_view_id": made})
    return refusal_of(made)


async def update_view(info: Info, input: UpdateViewInput) -> UpdateViewResult:
    """Change a view."""
    if fault := null_in(input, "name", "filter", "is_shared"):
        return refusal_of(fault)
    order_by: Any = written(input.order_by) if input.order_by else input.order_by
    change = ViewChange(
        said_in_full(input.name),
        await _kept_filter(info.context, input.filter) if input.filter else Unsaid.STAYS,
        said(order_by),
        said_in_full(input.is_shared),
    )
    made = await resolvers.saved_views.update_view(info.context, input.saved_view_id, change)
    if isinstance(made, str):
        return UpdateViewSuccess.of({"saved_view_id": made})
    return _not_owned(made) if isinstance(made, saved_views.ViewNotOwned) else refusal_of(made)


async def delete_view(info: Info, input: DeleteViewInput) -> DeleteViewResult:
    """Delete a view."""
    gone = await resolvers.saved_views.delete_view(info.context, input.saved_view_id)
    if isinstance(gone, str):
        return DeleteViewSuccess.of({"saved_view_id": gone})
    return _not_owned(gone) if isinstance(gone, saved_views.ViewNotOwned) else refusal_of(gone)


async def _kept_filter(context: Context, filter: BuyingGroupFilter) -> Any:
    """The filter as it is kept; one that a list would refuse is refused here in the same way."""
    if refusal := filter_limits.check(filter):
        raise refusal
    return written(await with_role_ids(context, filter))


def _not_owned(refusal: saved_views.ViewNotOwned) -> SavedViewNotOwned:
    return SavedViewNotOwned(
        message=f"The view belongs to {refusal.owner}, who shares it.",
        saved_view_id=strawberry.ID(refusal.id),
        owner=refusal.owner,
    )
