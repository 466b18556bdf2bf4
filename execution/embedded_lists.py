"""Embedded lists: lists inside one document that may grow long, read page by page.

A cursor keeps the part's position and what identifies it, so that a page begins after the very
same part when others before it have gone.
"""

from asyncio import gather
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
        parts = self.asked(info, kwargs).of(source.document, source.within)
        if not self.is_through:
            return parts.connection()
        return LoadedConnection(
            lambda: self._lead(info, parts), parts.page, lambda: _counted(parts.count)
        )

    def asked(self, info: Any, kwargs: Any) -> "PartsAsked":
        """The page that arguments ask for, whatever document it is of."""
        first: int = kwargs.get("first", DEFAULT_PAGE)
        check_size("first", first)
        name = cursors.fingerprint(info._raw_info.parent_type.name, self.python_name)
        cursor = kwargs.get("after")
        after = cursors.decode(cursor, name) if cursor is not None else None
        if after is not None and not isinstance(after.value, int):
            raise bad_cursor()
        return PartsAsked(self, first, after, name)

    async def _lead(self, info: Any, parts: "Parts") -> list[tuple[Part, Sourced]]:
        context: Context = info.context
        context.viewer.require(Right.READ)
        loader, wanted = context.loaders.one(self.target), self.wanted(info)
        keys = [part[self.identity] for _, part in parts.shown]
        nodes = await gather(*(loader.load((key, wanted)) for key in keys))
        return [
            (part, node) for part, node in zip(parts.shown, nodes, strict=True) if node is not None
        ]


@dataclass(frozen=True, slots=True)
class PartsAsked:
    """A page of a list of parts, as it is asked for of every document."""

    field: EmbeddedListField
    first: int
    after: Place | None
    name: str

    def of(self, document: Document, within: Document) -> "Parts":
        """The parts of a document that are on the page."""
        field = self.field
        holder = within if field.is_outside else document
        value = at(holder, field.path) or ()
        every: Sequence[Document] = field.parts(value) if field.parts else value
        own = [
            (number, part)
            for number, part in enumerate(every)
            if field.where is None or field.where.holds(part, document)
        ]
        begin = self._begin(every)
        rest = [each for each in own if each[0] >= begin] if begin else own
        return Parts(self, rest[: self.first], holder, len(own), len(rest) > self.first)

    def _begin(self, every: Sequence[Document]) -> int:
        """The position at which the page begins."""
        after = self.after
        if after is None:
            return 0
        for number, part in enumerate(every):
            if part[self.field.identity] == after.id:
                return number + 1
        assert isinstance(after.value, int)
        return after.value


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that a page shows, the document they stand in, and how many there are in all."""

    asked: PartsAsked
    shown: Sequence[Part]
    holder: Document
    count: int
    has_next: bool

    @property
    def keys(self) -> list[str]:
        """What identifies the parts, as far as it is there."""
        found = (part.get(self.asked.field.identity) for _, part in self.shown)
        return [key for key in found if isinstance(key, str)]

    def page(self, nodes: Sequence[tuple[Part, Sourced]]) -> Page:
        """The page of these rows."""
        rows = [
            Row(Place(number, part[self.asked.field.identity]), self.asked.name, node, part)
            for (number, part), node in nodes
        ]
        return Page(rows, self.asked.after is not None, self.has_next)

    def connection(
        self, found: Callable[[], Mapping[str, Document]] | None = None
    ) -> ReadConnection:
        """The connection of the parts themselves, or of the documents that were found by them."""
        target, holder, identity = self.asked.field.target, self.holder, self.asked.field.identity

        def nodes() -> list[tuple[Part, Sourced]]:
            if found is None:
                return [(each, target.of(each[1], holder)) for each in self.shown]
            led = [(each, found().get(each[1][identity])) for each in self.shown]
            return [(each, target.of(document)) for each, document in led if document is not None]

        return ReadConnection(
            lambda: self.page(nodes()), lambda: [node for _, node in nodes()], lambda: self.count
        )


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
