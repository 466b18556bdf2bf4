"""Embedded lists: lists inside one document that may grow long, read page by page.

A cursor keeps the part's position and what identifies it, so that a page begins after the very
same part when others before it have gone.
"""

from asyncio import gather
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from strawberry.types.arguments import StrawberryArgument

from execution import cursors
from execution.connections import LoadedConnection, Page, ReadConnection, Row
from execution.context import Context, Right
from execution.fields import EmbeddedField, Where
from execution.lists import AFTER, FIRST, check_size, node_class
from execution.refusals import DEFAULT_PAGE, bad_cursor
from execution.selections import Selection
from execution.sources import Document, Sourced, at
from store.reading import Place

Part = tuple[int, Document]


class EmbeddedListField(EmbeddedField):
    """A list of parts of the document, or of the documents that its parts lead to."""

    identity: str
    is_through: bool

    @cached_property
    def target(self) -> type[Sourced]:
        target: type[Sourced] = node_class(self.type)
        return target

    def taken(self) -> list[StrawberryArgument]:
        return [FIRST, AFTER]

    def paths(self, selection: Selection) -> set[str]:
        if self.is_through or self.parts:
            return {self.path}
        return self.placed(selection.rows().paths(self.target) | {self.identity})

    def needed(self, selection: Selection) -> frozenset[str]:
        return selection.rows().paths(self.target)

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: Any) -> object:
        first: int = kwargs.get("first", DEFAULT_PAGE)
        check_size("first", first)
        name = cursors.fingerprint(info._raw_info.parent_type.name, self.python_name)
        cursor = kwargs.get("after")
        after = cursors.decode(cursor, name) if cursor is not None else None
        holder = source.within if self.is_outside else source.document
        value = at(holder, self.path) or ()
        every: Sequence[Document] = self.parts(value) if self.parts else value
        own = [
            (number, part)
            for number, part in enumerate(every)
            if self.where is None or self.where.holds(part, source.document)
        ]
        begin = self._begin(every, after)
        rest = [(number, part) for number, part in own if number >= begin]

        def page(nodes: Sequence[tuple[Part, Sourced]]) -> Page:
            rows = [
                Row(Place(number, part[self.identity]), name, node, part)
                for (number, part), node in nodes
            ]
            return Page(rows, after is not None, len(rest) > first)

        shown = rest[:first]
        if not self.is_through:
            nodes = [(each, self.target.of(each[1], holder)) for each in shown]
            return ReadConnection(page(nodes), len(own))
        return LoadedConnection(lambda: self._lead(info, shown), page, lambda: _counted(len(own)))

    async def _lead(self, info: Any, parts: Sequence[Part]) -> list[tuple[Part, Sourced]]:
        context: Context = info.context
        context.viewer.require(Right.READ)
        loader, wanted = context.loaders.one(self.target), self.wanted(info)
        nodes = await gather(*(loader.load((part[self.identity], wanted)) for _, part in parts))
        return [(part, node) for part, node in zip(parts, nodes, strict=True) if node is not None]

    def _begin(self, every: Sequence[Document], after: Place | None) -> int:
        """The position at which a page begins."""
        if after is None:
            return 0
        if not isinstance(after.value, int):
            raise bad_cursor()
        for number, part in enumerate(every):
            if part[self.identity] == after.id:
                return number + 1
        return after.value


async def _counted(count: int) -> int:
    return count


def listed(
    path: str,
    *,
    identity: str,
    is_through: bool = False,
    parts: Callable[[Any], Sequence[Document]] | None = None,
    where: Where | None = None,
    is_outside: bool = False,
    description: str | None = None,
) -> Any:
    """The parts of the list at a path, as a connection in the order in which they are stored.

    `identity` is the name under which a part holds what tells it from the others. `is_through`:
    the rows are the documents of those ids, and edges show the parts that lead there.
    """
    return EmbeddedListField().declare(
        description,
        path=path,
        parts=parts,
        where=where,
        is_outside=is_outside,
        identity=identity,
        is_through=is_through,
    )
