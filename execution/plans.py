"""Plans: what an operation asks for, worked out once: which fields of which types, and their paths.

A plan is a tree. Each object type that may stand at a place of the answer has a selection there,
with its fields in the order of the answer; fields that lead to objects have selections below them.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from execution.building import Build, build_of, is_inline
from execution.declared import DeclaredField
from execution.leaves import Leaf, leaf_of
from execution.selections import Selection
from execution.sources import Sourced
from execution.wrapped import Show, Take, show_of, take_of
from store.reading import Fields

TYPENAME: Final = "__typename"

_DEFINITION: Final = "strawberry-definition"


Target: TypeAlias = type[Sourced]


class NotPlanned(Exception):
    """The operation asks for what plans do not hold, and is executed in the ordinary way."""


@dataclass(slots=True, eq=False)
class PlannedField:
    """A field of a selection: its key in the answer, its definition, and what is selected below.

    `below` holds the selection of each object type that may stand there; it is empty for a leaf,
    which has `leaf` instead. `number` counts the fields of the whole plan, `variables` are those
    that have a part in its arguments.
    """

    key: str
    number: int
    nodes: list[FieldNode]
    definition: GraphQLField
    declared: StrawberryField
    parent: GraphQLObjectType
    leaf: Leaf | None
    take: Take | None
    show: Show | None
    variables: tuple[str, ...]
    below: dict[str, "PlannedSelection"] = field(default_factory=dict)
    wanted: Fields = frozenset()
    arguments: dict[Hashable, Mapping[str, Any]] = field(default_factory=dict)
    """Those of the field as they were converted, by the values of its `variables`."""

    only: "PlannedSelection | None" = None
    """The selection below, where objects of one type alone may stand."""


@dataclass(slots=True, eq=False)
class PlannedSelection:
    """What is selected of objects of one type at one place.

    `names` holds every key with its field, or None where it asks for the type's name. `columns` are
    the fields that are gathered before the answer is built, where the rows are documents: others
    are read from them on the way.
    """

    type: GraphQLObjectType
    target: Target | None
    names: dict[str, PlannedField | None]
    columns: list[PlannedField] = field(default_factory=list)
    of_documents: Build | None = None
    of_objects: Build | None = None

    def build(self, *, is_of_documents: bool) -> Build:
        """What makes answers of rows, generated when it is first needed."""
        if is_of_documents:
            if self.of_documents is None:
                self.of_documents = build_of(self, is_of_documents=True)
            return self.of_documents
        if self.of_objects is None:
            self.of_objects = build_of(self, is_of_documents=False)
        return self.of_objects


@dataclass(slots=True, eq=False)
class Plan:
    """An operation, ready to be executed with any values of its variables but those it branches on.

    `fields` is how many fields it has: what it takes to keep it. `wanted` is what its fields want
    of the documents they lead to, under the names by which requests remember it.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    root: PlannedSelection
    fields: int
    wanted: Mapping[Hashable, Fields]


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a text by their names."""
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def plan_of(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    variables: VariableValues,
) -> Plan:
    """The plan of a valid operation, as it is with these values in `@skip` and `@include`.

    Raises `NotPlanned` for an operation that asks about the schema itself, and for several
    mutations in one: none may begin once the answer to one before it is null.
    """
    planning = _Planning(schema, operation, fragments, variables)
    root = schema.get_root_type(operation.operation)
    if root is None:
        raise NotPlanned(operation.operation.value)
    chosen = planning.root(root)
    changes = [each for each in chosen.names.values() if each is not None]
    if operation.operation is OperationType.MUTATION and len(changes) > 1:
        raise NotPlanned(root.name)
    return Plan(schema, operation, fragments, chosen, planning.fields, planning.wanted)


class _Planning:
    """One walk over an operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._details = {name: FragmentDetails(each) for name, each in fragments.items()}
        self._variables = variables
        self.fields = 0
        self.wanted: dict[Hashable, Fields] = {}

    def root(self, type_: GraphQLObjectType) -> PlannedSelection:
        """The selection of the operation itself."""
        collected = collect_fields(
            self._schema, self._details, self._variables, type_, self._operation
        )
        return self._selection(type_, collected.grouped_field_set)

    def _selection(
        self, type_: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]
    ) -> PlannedSelection:
        origin = _origin_of(type_)
        target = origin if isinstance(origin, type) and issubclass(origin, Sourced) else None
        selection = PlannedSelection(type_, target, {})
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name == TYPENAME:
                selection.names[key] = None
                continue
            planned = self._field(key, details, type_)
            selection.names[key] = planned
            if planned.leaf is None or not is_inline(planned.declared):
                selection.columns.append(planned)
        return selection

    def _field(
        self, key: str, details: list[FieldDetails], parent: GraphQLObjectType
    ) -> PlannedField:
        nodes = [each.node for each in details]
        definition = parent.fields.get(nodes[0].name.value)
        declared = (definition.extensions or {}).get(_DEFINITION) if definition else None
        if definition is None or declared is None:
            raise NotPlanned(nodes[0].name.value)
        self.fields += 1
        named = get_named_type(definition.type)
        planned = PlannedField(
            key,
            self.fields,
            nodes,
            definition,
            declared,
            parent,
            leaf_of(definition.type) if is_leaf_type(named) else None,
            None if is_leaf_type(named) else take_of(definition.type),
            None if is_leaf_type(named) else show_of(definition.type),
            tuple(sorted(set(_variables_of(nodes[0])))),
        )
        if planned.leaf is None:
            kinds: list[Any] = [named]
            if is_abstract_type(named):
                kinds = list(self._schema.get_possible_types(named))
            for kind in kinds:
                collected = collect_subfields(
                    self._schema, self._details, self._variables, self._operation, kind, details
                )
                planned.below[kind.name] = self._selection(kind, collected.grouped_field_set)
            if not is_abstract_type(named):
                planned.only = planned.below[named.name]
            if isinstance(declared, DeclaredField):
                asked = Selection(named.name, nodes, self._schema, self._fragments)
                planned.wanted = declared.needed(asked)
                self.wanted[declared.wanted_by(nodes)] = planned.wanted
        return planned


def _origin_of(type_: GraphQLObjectType) -> object:
    definition = (type_.extensions or {}).get(_DEFINITION)
    return getattr(definition, "origin", None)


def _variables_of(node: FieldNode) -> Iterator[str]:
    for each in node.arguments or ():
        yield from _variables_within(each.value)


def _variables_within(value: ValueNode) -> Iterator[str]:
    if isinstance(value, VariableNode):
        yield value.name.value
    elif isinstance(value, ListValueNode):
        for each in value.values:
            yield from _variables_within(each)
    elif isinstance(value, ObjectValueNode):
        for part in value.fields:
            yield from _variables_within(part.value)
