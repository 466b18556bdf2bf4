"""Embedded lists: lists inside one document that may grow long, read page by page.

A cursor keeps the part's position and what identifies it, so that a page begins after the very
same part when others before it have gone.
"""

from asyncio import gather
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
            return parts
        return LoadedConnection(
            lambda: self._lead(info, parts),
            lambda led: parts.page(lambda: led),
            lambda: _counted(parts.count),
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

    of_field: EmbeddedListField
    first: int
    after: Place | None
    name: str
    _alike: dict[int, dict[object, list[Part]]] = field(default_factory=dict)

    def of(self, document: Document, within: Document) -> "Parts":
        """The parts of a document that are on the page."""
        field = self.of_field
        holder = within if field.is_outside else document
        where, own = field.where, self._candidates(holder, document)
        if where is not None:
            holds = where.holds
            own = [each for each in own if holds(each[1], document)]
        rest = own
        if self.after is not None:
            begin = self._begin(self._every(holder), self.after)
            rest = [each for each in own if each[0] >= begin]
        return Parts(self, rest[: self.first], holder, len(own), len(rest) > self.first)

    def _candidates(self, holder: Document, document: Document) -> list[Part]:
        """The parts that are worth testing, with their places in the list."""
        same = self.of_field.where.same if self.of_field.where else None
        if same is None:
            return list(enumerate(self._every(holder)))
        alike = self._alike.get(id(holder))
        if alike is None:
            alike = self._alike[id(holder)] = {}
            for each in enumerate(self._every(holder)):
                alike.setdefault(each[1].get(same), []).append(each)
        return alike.get(document.get(same), [])

    def _every(self, holder: Document) -> Sequence[Document]:
        field = self.of_field
        value = at(holder, field.path) or ()
        every: Sequence[Document] = field.parts(value) if field.parts else value
        return every

    def _begin(self, every: Sequence[Document], after: Place) -> int:
        """The position at which the page begins."""
        for number, part in enumerate(every):
            if part[self.of_field.identity] == after.id:
                return number + 1
        assert isinstance(after.value, int)
        return after.value


class Parts:
    """The parts that a page shows, the document they stand in, and how many there are in all.

    It is the source of a connection of the parts themselves.
    """

    __slots__ = ("asked", "count", "has_next", "holder", "shown")

    def __init__(
        self,
        asked: PartsAsked,
        shown: Sequence[Part],
        holder: Document,
        count: int,
        has_next: bool,
    ) -> None:
        self.asked = asked
        self.shown = shown
        self.holder = holder
        self.count = count
        self.has_next = has_next

    @property
    def edges(self) -> Sequence[Row]:
        return self._page.rows

    @property
    def nodes(self) -> list[Sourced]:
        target = self.asked.of_field.target
        return [target.of(part, self.holder) for _, part in self.shown]

    @property
    def page_info(self) -> Page:
        return self._page

    @property
    def total_count(self) -> int:
        return self.count

    @property
    def _page(self) -> Page:
        return self.page(lambda: list(zip(self.shown, self.nodes, strict=True)))

    @property
    def keys(self) -> list[str]:
        """What identifies the parts, as far as it is there."""
        parts = (part for _, part in self.shown if isinstance(part, Mapping))
        found = (part.get(self.asked.of_field.identity) for part in parts)
        return [key for key in found if isinstance(key, str)]

    def page(self, nodes: Callable[[], Sequence[tuple[Part, Sourced]]]) -> Page:
        """The page of these rows."""
        name, identity = self.asked.name, self.asked.of_field.identity

        def rows() -> list[Row]:
            return [
                Row(Place(number, part[identity]), name, node, part)
                for (number, part), node in nodes()
            ]

        return Page(rows, has_previous=self.asked.after is not None, has_next=self.has_next)

    def led(self, found: Callable[[], Mapping[str, Document]]) -> ReadConnection:
        """The connection of the documents that were found by what identifies the parts."""
        target, identity = self.asked.of_field.target, self.asked.of_field.identity

        def nodes() -> list[tuple[Part, Sourced]]:
            led = [(each, found().get(each[1][identity])) for each in self.shown]
            return [(each, target.of(document)) for each, document in led if document is not None]

        return ReadConnection(
            lambda: self.page(nodes), lambda: [node for _, node in nodes()], lambda: self.count
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
