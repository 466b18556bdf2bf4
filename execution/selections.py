"""Selections: which paths of a type's document an operation needs, read from its text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from execution.sources import Sourced
from store.reading import EVERYTHING, Fields

OUTSIDE = "^"

_FIELDS: dict[type, dict[str, StrawberryField]] = {}


class Reads(Protocol):
    """A field that knows which paths of its type's document it reads.

    A path that begins with `^` is one of the document that the type's own stands in.
    """

    def paths(self, selection: "Selection") -> Iterable[str]:
        """The paths needed for what is selected below the field."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What an operation selects of a value of one GraphQL type, wherever it asks for it."""

    type_name: str
    nodes: Sequence[FieldNode]
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]

    @classmethod
    def of(cls, info: Any) -> Self:
        """What is selected of the field that is being executed."""
        raw = info._raw_info
        return cls(get_named_type(raw.return_type).name, raw.field_nodes, raw.schema, raw.fragments)

    def paths(self, target: type[Sourced]) -> Fields:
        """The paths of the target's document that these selections need."""
        fields = fields_of(target)
        known = self if self.type_name == type_name(target) else self._as(type_name(target))
        found: set[str] = set()
        for name, selection in known.below().items():
            field = fields[name]
            if not hasattr(field, "paths"):
                return EVERYTHING
            found.update(cast(Reads, field).paths(selection))
        return frozenset(found)

    def rows(self) -> "Selection":
        """Of a connection: what is selected of its rows, as nodes and through edges."""
        below = self.below()
        parts = [below["nodes"]] if "nodes" in below else []
        if "edges" in below:
            parts += [part for name, part in below["edges"].below().items() if name == "node"]
        nodes = [node for part in parts for node in part.nodes]
        return Selection(parts[0].type_name if parts else "", nodes, self.schema, self.fragments)

    def below(self) -> dict[str, "Selection"]:
        """What is selected of each field of the type, by the field's name."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in self.nodes:
            for field in self._fields(node.selection_set, seen):
                if not field.name.value.startswith("__"):
                    found.setdefault(field.name.value, []).append(field)
        if not found:
            return {}
        type_ = self.schema.get_type(self.type_name)
        fields = cast(GraphQLObjectType | GraphQLInterfaceType, type_).fields
        return {
            name: Selection(
                get_named_type(fields[name].type).name, nodes, self.schema, self.fragments
            )
            for name, nodes in found.items()
        }

    def _as(self, type_name: str) -> "Selection":
        return Selection(type_name, self.nodes, self.schema, self.fragments)

    def _fields(self, chosen: SelectionSetNode | None, seen: set[str]) -> Iterator[FieldNode]:
        for part in chosen.selections if chosen else ():
            if isinstance(part, FieldNode):
                yield part
            elif isinstance(part, InlineFragmentNode):
                if self._applies(part.type_condition):
                    yield from self._fields(part.selection_set, seen)
            elif isinstance(part, FragmentSpreadNode) and part.name.value not in seen:
                seen.add(part.name.value)
                fragment = self.fragments[part.name.value]
                if self._applies(fragment.type_condition):
                    yield from self._fields(fragment.selection_set, seen)

    def _applies(self, condition: NamedTypeNode | None) -> bool:
        if condition is None or condition.name.value == self.type_name:
            return True
        wider = self.schema.get_type(condition.name.value)
        own = self.schema.get_type(self.type_name)
        return is_abstract_type(wider) and self.schema.is_sub_type(wider, cast(Any, own))


def definition_of(target: type) -> StrawberryObjectDefinition:
    """What strawberry knows about a decorated type."""
    return cast(StrawberryObjectDefinition, cast(Any, target).__strawberry_definition__)


def type_name(target: type) -> str:
    """The type's name in GraphQL."""
    return definition_of(target).name


def fields_of(target: type) -> dict[str, StrawberryField]:
    """The fields of a type by their GraphQL names."""
    if target not in _FIELDS:
        _FIELDS[target] = {
            field.graphql_name or to_camel_case(field.python_name): field
            for field in definition_of(target).fields
        }
    return _FIELDS[target]
