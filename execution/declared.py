"""The declared field: what strawberry asks for a value, and what selections ask for its paths."""

from collections.abc import Hashable, Iterable
from functools import cached_property
from typing import Any, Self

from graphql import FieldNode
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from execution.context import Context
from execution.selections import Selection
from execution.sources import Sourced
from store.reading import Fields


class DeclaredField(StrawberryField):
    """A field whose value follows from its declaration: the attributes subclasses add."""

    _taken: list[StrawberryArgument] | None = None

    def declare(self, description: str | None, **declaration: object) -> Any:
        """The field itself, typed `Any`: the class that holds it states the type."""
        self.description = description
        self.declaration = declaration
        self.__dict__.update(declaration)
        return self

    def __copy__(self) -> Self:
        copy = super().__copy__()
        copy.declare(self.description, **self.declaration)
        return copy

    def paths(self, selection: Selection) -> Iterable[str]:
        """The paths of its type's document that the field reads for these selections."""
        raise TypeError(f"{self.python_name} does not say what it reads")

    def needed(self, selection: Selection) -> Fields:
        """The paths of the documents the field leads to that these selections need."""
        return selection.paths(self.target)

    def taken(self) -> list[StrawberryArgument]:
        """The arguments the field takes."""
        return []

    @property
    def arguments(self) -> list[StrawberryArgument]:
        if self._taken is None:
            self._taken = self.taken()
        return self._taken

    @arguments.setter
    def arguments(self, value: list[StrawberryArgument]) -> None:
        raise TypeError(f"the arguments of {self.python_name} are declared")

    @property
    def is_basic_field(self) -> bool:
        return False

    @cached_property
    def target(self) -> type[Sourced]:
        """The type of the objects the field leads to."""
        target: type[Sourced] = innermost(self.type)
        return target

    def wanted(self, info: Any) -> Fields:
        """The paths of the target's document that the request needs, found out once."""
        nodes = info._raw_info.field_nodes
        context: Context = info.context
        return context.loaders.once(self.wanted_by(nodes), lambda: self.needed(Selection.of(info)))

    def wanted_by(self, nodes: Iterable[FieldNode]) -> Hashable:
        """The name under which a request remembers what these nodes want of the target."""
        return ("wanted", self, *map(id, nodes))


def innermost(type_: Any) -> Any:
    """The class a type is about, whether it may be null, stands in a list or is lazy."""
    while True:
        if isinstance(type_, LazyType):
            type_ = type_.resolve_type()
        elif isinstance(type_, StrawberryContainer):
            type_ = type_.of_type
        elif isinstance(type_, StrawberryObjectDefinition):
            type_ = type_.origin
        else:
            return type_
