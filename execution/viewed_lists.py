"""Viewed lists: roots that can be narrowed and ordered by a view that was saved under a name."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import strawberry
from strawberry.types.arguments import StrawberryArgument

from execution.context import Context, Right
from execution.fields import argument
from execution.lists import ManyField
from execution.refusals import bad_request
from store.reading import Query

VIEW: Final = argument(
    "view",
    strawberry.ID | None,
    "A saved view: its filter holds too, and its order counts unless another is asked for.",
    None,
)


@dataclass(frozen=True, slots=True)
class View:
    """What a saved view asks: a text that tells it from others, its query, its order if any."""

    key: str
    query: Query
    order_by: object | None


class ViewedField(ManyField):
    """All documents of a collection, or those of a saved view."""

    views: Callable[[Context, Sequence[str]], Awaitable[Sequence[View | None]]]

    def taken(self) -> list[StrawberryArgument]:
        return [*super().taken(), VIEW]

    def get_result(self, source: Any, info: Any, args: object, kwargs: Any) -> object:
        asked = {name: value for name, value in kwargs.items() if name != "view"}
        if kwargs.get("view") is None:
            return super().get_result(source, info, args, asked)
        info.context.viewer.require(Right.READ)
        return self._viewed(source, info, kwargs["view"], asked)

    async def _viewed(self, source: Any, info: Any, id: str, asked: dict[str, Any]) -> object:
        context: Context = info.context

        async def load(ids: list[str]) -> Sequence[View | None]:
            return await self.views(context, ids)

        view = await context.loaders.loader(("view", self), load).load(id)
        if view is None:
            raise bad_request("view", f"is no saved view of yours or shared: {id!r}.")
        if asked.get("order_by") is None:
            asked["order_by"] = view.order_by
        return super().get_result(source, info, (), {**asked, "view": view})


def viewed(
    views: Callable[[Context, Sequence[str]], Awaitable[Sequence[View | None]]],
    *,
    description: str | None = None,
) -> Any:
    """All documents of a collection, as a connection that takes a saved view.

    `views` gives the views of these ids, None for one that is not there for the viewer.
    """
    return ViewedField().declare(
        description, foreign=None, key="_id", only={}, relation=None, views=views
    )
