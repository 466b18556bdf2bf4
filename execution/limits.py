"""Limits of one operation: counted in one walk over its text, each fragment once.

What is counted is an upper bound of the answer: a list counts as often as the rows that are asked
for. Cycles and unknown names count nothing; validation refuses them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from execution.refusals import DEFAULT_PAGE, LARGEST_PAGE, CodedError, bad_request, too_complex

TOKENS: Final = 10_000
FIELDS: Final = 1_000
SPREADS: Final = 500
DEPTH: Final = 20
ROOTS: Final = 50
VALUES: Final = 250_000
VARIABLE_DEPTH: Final = 100

_PAGED: Final = "first"
_LISTED: Final = "ids"


@dataclass(frozen=True, slots=True)
class Cost:
    """How deep a selection reaches, and how many values it may give."""

    depth: int = 0
    values: int = 0

    def beside(self, other: "Cost") -> "Cost":
        """Both selections of the same object."""
        return Cost(max(self.depth, other.depth), self.values + other.values)

    def below(self, times: int) -> "Cost":
        """A field with this selection, for so many rows."""
        return Cost(self.depth + 1, 1 + times * self.values)


_NOTHING: Final = Cost()


def check(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None
) -> CodedError | None:
    """Why the document asks for more than one request may; None when it does not."""
    walk = _Walk(schema, document, variables or {})
    for operation in walk.operations:
        root = schema.get_root_type(operation.operation)
        cost = walk.selection(operation.selection_set, root)
        if walk.fields > FIELDS:
            return too_complex(f"A request may name {FIELDS} fields.", FIELDS)
        if walk.spreads > SPREADS:
            return too_complex(f"A request may spread fragments {SPREADS} times.", SPREADS)
        if cost.depth > DEPTH:
            return too_complex(f"A request may be {DEPTH} fields deep, not {cost.depth}.", DEPTH)
        if walk.roots(operation) > ROOTS:
            return too_complex(f"A request may have {ROOTS} fields at its root.", ROOTS)
        if cost.values > VALUES:
            message = (
                f"The answer could hold {cost.values} values; {VALUES} are allowed. "
                "Ask for smaller pages (first) or fewer lists within lists."
            )
            return too_complex(message, VALUES)
    return None


def check_variables(variables: Mapping[str, Any] | None) -> CodedError | None:
    """Why variables cannot be used: nested too deeply, or no text that can be stored."""
    waiting: list[tuple[object, int]] = [(variables or {}, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > VARIABLE_DEPTH:
            message = f"Variables may be nested {VARIABLE_DEPTH} deep."
            return too_complex(message, VARIABLE_DEPTH)
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
                return bad_request("variables", "hold half a surrogate pair.")
        elif isinstance(value, Mapping):
            waiting.extend((part, depth + 1) for part in (*value.keys(), *value.values()))
        elif isinstance(value, list | tuple):
            waiting.extend((part, depth + 1) for part in value)
    return None


class _Walk:
    """One walk over a document; every fragment is counted once and remembered."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._defaults: dict[str, Any] = {}
        self._costs: dict[str, Cost] = {}
        self.fields = 0
        self.spreads = 0
        self.operations: list[OperationDefinitionNode] = []
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self.operations.append(definition)
                for variable in definition.variable_definitions or ():
                    if isinstance(variable.default_value, IntValueNode):
                        default = _number(variable.default_value)
                        self._defaults[variable.variable.name.value] = default
            elif isinstance(definition, FragmentDefinitionNode):
                self._fragments[definition.name.value] = definition

    def selection(self, chosen: SelectionSetNode | None, type_: GraphQLNamedType | None) -> Cost:
        """The cost of a selection on an object of this type."""
        cost = _NOTHING
        for part in chosen.selections if chosen else ():
            if isinstance(part, FieldNode):
                cost = cost.beside(self._field(part, type_))
            elif isinstance(part, InlineFragmentNode):
                named = part.type_condition
                inner = self._schema.get_type(named.name.value) if named else type_
                cost = cost.beside(self.selection(part.selection_set, inner))
            elif isinstance(part, FragmentSpreadNode):
                self.spreads += 1
                cost = cost.beside(self._fragment(part.name.value))
        return cost

    def roots(self, operation: OperationDefinitionNode) -> int:
        """How many fields stand at the root."""
        return self._width(operation.selection_set, set())

    def _width(self, chosen: SelectionSetNode, seen: set[str]) -> int:
        width = 0
        for part in chosen.selections:
            if isinstance(part, FieldNode):
                width += 1
            elif isinstance(part, InlineFragmentNode):
                width += self._width(part.selection_set, seen)
            elif isinstance(part, FragmentSpreadNode) and part.name.value not in seen:
                seen.add(part.name.value)
                if fragment := self._fragments.get(part.name.value):
                    width += self._width(fragment.selection_set, seen)
        return width

    def _fragment(self, name: str) -> Cost:
        if name not in self._costs:
            self._costs[name] = _NOTHING
            if fragment := self._fragments.get(name):
                type_ = self._schema.get_type(fragment.type_condition.name.value)
                self._costs[name] = self.selection(fragment.selection_set, type_)
        return self._costs[name]

    def _field(self, field: FieldNode, type_: GraphQLNamedType | None) -> Cost:
        self.fields += 1
        fields = type_.fields if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else {}
        known = fields.get(field.name.value)
        inner = get_named_type(known.type) if known else None
        cost = self.selection(field.selection_set, cast(GraphQLNamedType | None, inner))
        return cost.below(self._times(field, known.args if known else ()))

    def _times(self, field: FieldNode, arguments: Iterable[str]) -> int:
        """How many rows a field may give."""
        given = {each.name.value: each.value for each in field.arguments or ()}
        if _LISTED in arguments and _LISTED in given:
            return self._length(given[_LISTED])
        if _PAGED not in arguments:
            return 1
        size = self._whole(given[_PAGED]) if _PAGED in given else DEFAULT_PAGE
        return min(max(size, 1), LARGEST_PAGE)

    def _whole(self, value: object) -> int:
        if isinstance(value, VariableNode):
            found = self._variables.get(value.name.value, self._defaults.get(value.name.value))
            return found if isinstance(found, int) else DEFAULT_PAGE
        return _number(value) if isinstance(value, IntValueNode) else DEFAULT_PAGE

    def _length(self, value: object) -> int:
        if isinstance(value, VariableNode):
            value = self._variables.get(value.name.value)
            return max(len(value), 1) if isinstance(value, list) else 1
        return max(len(value.values), 1) if isinstance(value, ListValueNode) else 1


def _number(literal: IntValueNode) -> int:
    """A whole number as it is written; one that is absurdly long counts as the largest page."""
    return int(literal.value) if len(literal.value) < 10 else LARGEST_PAGE
