"""Declarations: what a field shows of its type's document, or which other documents it leads to.

A declared field has no resolver. Its declaration says where the value stands, and is all that
executing an operation needs: which paths to fetch, of which collection, in how few commands.
"""

from asyncio import gather
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.unset import UNSET

from execution import limits
from execution.context import Context, Right
from execution.declared import DeclaredField
from execution.selections import OUTSIDE, Selection
from execution.sources import Document, Sourced, at
from store.reading import Fields

BatchResolver = Callable[..., Awaitable[Sequence[object]]]


class StoredField(DeclaredField):
    path: str | None
    shown: Callable[[Any], object] | None
    absent: object

    @property
    def is_basic_field(self) -> bool:
        return True

    def paths(self, selection: Selection) -> Iterable[str]:
        return (self.path or self.python_name,)

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: object) -> object:
        value = at(source.document, self.path or self.python_name)
        if value is None:
            return self.absent
        return self.shown(value) if self.shown else value


def stored(
    path: str | None = None,
    *,
    description: str | None = None,
    shown: Callable[[Any], object] | None = None,
    absent: object = None,
) -> Any:
    """Shows what stands at a path of the document, by default that of the field's own name.

    `shown` converts a value that is there; `absent` stands for one that is not.
    """
    return StoredField().declare(description, path=path, shown=shown, absent=absent)


class CombinedField(DeclaredField):
    reads: tuple[str, ...]
    shown: Callable[..., object]

    @property
    def is_basic_field(self) -> bool:
        return True

    def paths(self, selection: Selection) -> Iterable[str]:
        return self.reads

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: object) -> object:
        return self.shown(*(at(source.document, path) for path in self.reads))


def combined(
    *reads: str,
    shown: Callable[..., object],
    description: str | None = None,
    at_most: int | None = None,
) -> Any:
    """What a function makes of the values at several paths of the document.

    A list of objects has `at_most` so many of them.
    """
    metadata = None if at_most is None else limits.at_most(at_most)
    return CombinedField(metadata=metadata).declare(description, reads=reads, shown=shown)


class OneField(DeclaredField):
    key: str
    foreign: str

    def paths(self, selection: Selection) -> Iterable[str]:
        return (self.key,)

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: object) -> object:
        info.context.viewer.require(Right.READ)
        key = at(source.document, self.key)
        if not isinstance(key, str):
            return None
        return info.context.loaders.one(self.target, self.foreign).load((key, self.wanted(info)))


def one(key: str, *, foreign: str = "_id", description: str | None = None) -> Any:
    """The document whose `foreign` path holds the key that stands at a path of this one.

    Null without a key, and where no document has it.
    """
    return OneField().declare(description, key=key, foreign=foreign)


class EachField(DeclaredField):
    keys: str

    def paths(self, selection: Selection) -> Iterable[str]:
        return (self.keys,)

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: object) -> object:
        info.context.viewer.require(Right.READ)
        keys = at(source.document, self.keys)
        return self._load(info, keys) if keys else keys

    async def _load(self, info: Any, keys: Sequence[str]) -> list[Sourced]:
        loader = info.context.loaders.one(self.target)
        wanted = self.wanted(info)
        found = await gather(*(loader.load((key, wanted)) for key in keys))
        return [source for source in found if source is not None]


def each(keys: str, *, at_most: int, description: str | None = None) -> Any:
    """The documents whose ids are listed at a path of this one, in that order.

    For lists that a rule keeps short: `at_most` so many. An id that no document has is left out.
    """
    return EachField(metadata=limits.at_most(at_most)).declare(description, keys=keys)


@dataclass(frozen=True, slots=True)
class Where:
    """Which parts of a list belong: a test of a part and of the document asked, and the paths
    of a part that the test reads.

    With `same`, only parts are tested that hold there what the document holds there itself.
    """

    holds: Callable[[Document, Document], bool]
    paths: tuple[str, ...]
    same: str | None = None


class EmbeddedField(DeclaredField):
    path: str
    parts: Callable[[Any], Any] | None
    where: Where | None
    is_outside: bool

    def paths(self, selection: Selection) -> Iterable[str]:
        if self.parts is not None:
            return (self.path,)
        return self.placed(selection.paths(self.target))

    def placed(self, paths: Iterable[str]) -> set[str]:
        """Paths of a part as paths of the document that holds it."""
        mark = OUTSIDE if self.is_outside else ""
        own = set(self.where.paths if self.where else ()) | set(paths)
        if not own or "*" in own:
            return {mark + self.path}
        return {
            path.removeprefix(OUTSIDE) if path.startswith(OUTSIDE) else f"{mark}{self.path}.{path}"
            for path in own
        }

    @cached_property
    def is_list(self) -> bool:
        type_ = self.type.of_type if isinstance(self.type, StrawberryOptional) else self.type
        return isinstance(type_, StrawberryList)

    def parts_of(self, document: Document, within: Document) -> tuple[list[Document], Document]:
        """The parts that belong to the field, and the document they stand in."""
        holder = within if self.is_outside else document
        value = at(holder, self.path) or ()
        parts = self.parts(value) if self.parts and value else value
        if self.where:
            parts = [part for part in parts if self.where.holds(part, document)]
        return list(parts), holder

    def part_of(self, document: Document) -> Document | None:
        """The one part that the field shows."""
        part: Document | None = at(document, self.path)
        if part is not None and self.parts is not None:
            part = self.parts(part)
        return part

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: object) -> object:
        if self.is_list:
            parts, holder = self.parts_of(source.document, source.within)
            return [self.target.of(part, holder) for part in parts]
        part = self.part_of(source.document)
        return None if part is None else self.target.of(part, source.document)


def embedded(
    path: str,
    *,
    description: str | None = None,
    at_most: int | str | None = None,
    parts: Callable[[Any], Any] | None = None,
    where: Where | None = None,
    is_outside: bool = False,
) -> Any:
    """A part of the document, or the list of them, that stands at a path, as objects of their own.

    A list has `at_most` so many of them, by a rule or as an argument further up asks for; one
    that nothing keeps short is `listed`. `parts` makes the document, or the list of them, of what
    is stored in another shape.
    `is_outside`: the path is one of the document that this one stands in, and `where` tells which
    parts belong here.
    """
    metadata = None if at_most is None else limits.at_most(at_most)
    return EmbeddedField(metadata=metadata).declare(
        description, path=path, parts=parts, where=where, is_outside=is_outside
    )


class ComputedField(DeclaredField):
    resolver: BatchResolver
    needs: tuple[str, ...]
    takes: tuple[StrawberryArgument, ...]
    needs_of: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    of_tenant: Fields = frozenset()

    def taken(self) -> list[StrawberryArgument]:
        return list(self.takes)

    def paths(self, selection: Selection) -> Iterable[str]:
        if not self.needs_of:
            return self.needs
        below = selection.below()
        return {*self.needs, *(path for name in below for path in self.needs_of.get(name, ()))}

    def get_result(self, source: Sourced, info: Any, args: object, kwargs: Any) -> object:
        context: Context = info.context

        async def load(documents: list[Document]) -> Sequence[object]:
            return await self.computed(context, documents, kwargs)

        nodes = info._raw_info.field_nodes
        return context.loaders.loader((self, *map(id, nodes)), load).load(source.document)

    async def computed(
        self, context: Context, documents: list[Document], arguments: dict[str, Any]
    ) -> list[object]:
        """What the resolver makes of each document, as values of the field's type."""
        return self.as_shown(await self.resolver(context, documents, **arguments), documents)

    def as_shown(self, values: Sequence[object], documents: Sequence[Document]) -> list[object]:
        """What a resolver made of each document, as values of the field's type."""
        return [
            self._shown(value, document) for value, document in zip(values, documents, strict=True)
        ]

    def _shown(self, value: object, document: Document) -> object:
        if isinstance(value, list):
            return [self._shown(each, document) for each in value]
        return self.target.of(value, document) if isinstance(value, Mapping) else value


class FoundField(DeclaredField):
    """The root field that looks one document up."""

    def taken(self) -> list[StrawberryArgument]:
        return [ID]

    def get_result(self, source: Any, info: Any, args: object, kwargs: Any) -> object:
        info.context.viewer.require(Right.READ)
        return info.context.loaders.one(self.target).load((kwargs["id"], self.wanted(info)))


def found(*, description: str | None = None) -> Any:
    """The document of the id that is given; null when the tenant has none."""
    return FoundField().declare(description)


def computed(
    resolver: BatchResolver,
    *,
    needs: Iterable[str] = (),
    needs_of: Mapping[str, tuple[str, ...]] | None = None,
    takes: Iterable[StrawberryArgument] = (),
    of_tenant: Iterable[str] = (),
    at_most: int | None = None,
    description: str | None = None,
) -> Any:
    """What a resolver makes of the documents of many parents at once, one value for each.

    `needs` are the paths of a document that it reads, `needs_of` those that it reads besides
    where a field of that name is selected of what it makes; `takes` the field's arguments, which
    it is given by name. A mapping it returns is the document of the field's own type; a list of
    them has `at_most` so many.
    `of_tenant` are the paths of the tenant's own document that it reads: it is given that as
    `tenant` where it has been read along with other documents, else it reads it itself.
    """
    metadata = None if at_most is None else limits.at_most(at_most)
    return ComputedField(metadata=metadata).declare(
        description,
        resolver=resolver,
        needs=tuple(needs),
        needs_of=needs_of or {},
        takes=tuple(takes),
        of_tenant=frozenset(of_tenant),
    )


def argument(
    name: str, type_: object, description: str, default: object = UNSET
) -> StrawberryArgument:
    """An argument of a declared field."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(type_),
        description=description,
        default=default,
    )


ID: Final = argument("id", strawberry.ID, "The id, as other fields show it.")
