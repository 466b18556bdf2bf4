"""Limits of one operation: counted in one walk over its text, each fragment once.

What is counted is an upper bound of the answer: a list counts as often as it may have rows. That is
what its `first` or `ids` ask for, or what its declaration says. Cycles and unknown names count
nothing; validation refuses them.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from execution.refusals import LARGEST_PAGE, CodedError, bad_request, too_complex

TOKENS: Final = 10_000
FIELDS: Final = 1_000
SPREADS: Final = 500
DEPTH: Final = 20
ROOTS: Final = 50
VALUES: Final = 250_000
VARIABLE_DEPTH: Final = 100

_ROWS: Final = "rows"
_DEFINITION: Final = "strawberry-definition"
_SIZES: Final = ("ids", "first")
_SIZES_REMEMBERED: Final = 128


def at_most(rows: int | str) -> dict[object, int | str]:
    """What a list that is not paged says of its rows, as a field's metadata.

    That is the most a rule allows, or the name of the argument that asks for so many: one of a
    field further up, of which a number counts, a list by its length, an input by its longest list.
    """
    return {_ROWS: rows}


def rows_of(known: GraphQLField) -> int | str | None:
    """What a field says of its rows; None when it says nothing."""
    definition = (known.extensions or {}).get(_DEFINITION)
    declared = getattr(definition, "metadata", None) or {}
    return cast(int | str | None, declared.get(_ROWS))


Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """How deep a selection reaches, and how many values it may give.

    `asked` holds values that come once for each row that arguments further up ask for, by the
    names of these arguments.
    """

    depth: int = 0
    values: int = 0
    asked: Mapping[Names, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All values; where no argument says how many rows there are, there are as many as may."""
        rows = {names: math.prod([LARGEST_PAGE] * len(names)) for names in self.asked}
        return self.values + sum(values * rows[names] for names, values in self.asked.items())

    def beside(self, other: "Cost") -> "Cost":
        """Both selections of the same object."""
        asked = Counter(self.asked) + Counter(other.asked) if self.asked else other.asked
        return Cost(max(self.depth, other.depth), self.values + other.values, asked)

    def below(self, rows: int | str) -> "Cost":
        """A field with this selection, of so many rows or of those that an argument asks for."""
        if isinstance(rows, str):
            asked = {(rows, *names): values for names, values in self.asked.items()}
            return Cost(self.depth + 1, 1, asked | {(rows,): self.values})
        asked = {names: rows * values for names, values in self.asked.items()}
        return Cost(self.depth + 1, 1 + rows * self.values, asked)

    def of_rows(self, name: str, rows: int) -> "Cost":
        """The same, now that an argument has said for how many rows it asks."""
        asked: Counter[Names] = Counter()
        for names, values in self.asked.items():
            rest = tuple(each for each in names if each != name)
            asked[rest] += values * math.prod([rows] * (len(names) - len(rest)))
        return Cost(self.depth, self.values + asked.pop((), 0), asked)


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
        if cost.total > VALUES:
            message = (
                f"The answer could hold {cost.total} values; {VALUES} are allowed. "
                "Ask for smaller pages (first) or fewer lists within lists."
            )
            return too_complex(message, VALUES)
    return None


class Checked:
    """What `check` says of one document, remembered by the sizes that its variables ask for."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._document = document
        walk = _Walk(schema, document, {})
        for operation in walk.operations:
            walk.selection(operation.selection_set, schema.get_root_type(operation.operation))
        self._sizing = tuple(sorted(walk.sizing))
        self._known: dict[tuple[int | None, ...], CodedError | None] = {}

    def check(self, variables: Mapping[str, Any] | None) -> CodedError | None:
        """Why the document asks for more than one request may with these; None if it does not."""
        given = variables or {}
        sizes = tuple(_asked_by(given[name]) if name in given else None for name in self._sizing)
        if sizes not in self._known:
            if len(self._known) == _SIZES_REMEMBERED:
                self._known.clear()
            self._known[sizes] = check(self._schema, self._document, variables)
        return self._known[sizes]


def check_variables(variables: Mapping[str, Any] | None) -> CodedError | None:
    """Why variables cannot be used: nested too deeply, or no text or figure to be stored."""
    waiting: list[tuple[object, int]] = [(variables or {}, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > VARIABLE_DEPTH:
            message = f"Variables may be nested {VARIABLE_DEPTH} deep."
            return too_complex(message, VARIABLE_DEPTH)
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
                return bad_request("variables", "hold half a surrogate pair.")
        elif isinstance(value, float):
            if not math.isfinite(value):
                return bad_request(_place(variables or {}, value), "must be a finite number.")
        elif isinstance(value, Mapping):
            waiting.extend((part, depth + 1) for part in (*value.keys(), *value.values()))
        elif isinstance(value, list | tuple):
            waiting.extend((part, depth + 1) for part in value)
    return None


def _place(variables: Mapping[str, Any], sought: object) -> str:
    """The path of this very value."""
    waiting: list[tuple[str, object]] = list(variables.items())
    while waiting:
        path, value = waiting.pop()
        if value is sought:
            return path
        if isinstance(value, Mapping):
            waiting.extend((f"{path}.{name}", part) for name, part in value.items())
        elif isinstance(value, list | tuple):
            waiting.extend((f"{path}[{place}]", part) for place, part in enumerate(value))
    return "variables"


class _Walk:
    """One walk over a document; every fragment is counted once and remembered."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._defaults: dict[str, list[ValueNode]] = {}
        self._costs: dict[str, Cost] = {}
        self.fields = 0
        self.spreads = 0
        self.sizing: set[str] = set()
        self.operations: list[OperationDefinitionNode] = []
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self.operations.append(definition)
                for variable in definition.variable_definitions or ():
                    if variable.default_value is not None:
                        name = variable.variable.name.value
                        self._defaults.setdefault(name, []).append(variable.default_value)
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

    def _field(self, node: FieldNode, type_: GraphQLNamedType | None) -> Cost:
        self.fields += 1
        fields = type_.fields if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else {}
        known = fields.get(node.name.value)
        if known is None:
            return self.selection(node.selection_set, None).below(1)
        inner = cast(GraphQLNamedType, get_named_type(known.type))
        cost = self.selection(node.selection_set, inner).below(self._rows(node, known))
        for name in {name for names in cost.asked for name in names} & known.args.keys():
            cost = cost.of_rows(name, self._size(node, known, name))
        return cost

    def _rows(self, node: FieldNode, known: GraphQLField) -> int | str:
        """How many rows a field may give."""
        declared = rows_of(known)
        if declared is not None:
            return declared
        return next((self._size(node, known, name) for name in _SIZES if name in known.args), 1)

    def _size(self, node: FieldNode, known: GraphQLField, name: str) -> int:
        """How many rows an argument asks for, 1 or more."""
        default = known.args[name].default_value
        given = next((each.value for each in node.arguments or () if each.name.value == name), None)
        size = self._asked(given) or (default if isinstance(default, int) else 1)
        return max(size, 1)

    def _asked(self, value: ValueNode | None) -> int:
        """The same of a value as it is written; 0 where it does not say."""
        if isinstance(value, VariableNode):
            self.sizing.add(value.name.value)
        match value:
            case VariableNode() if value.name.value in self._variables:
                return _asked_by(self._variables[value.name.value])
            case VariableNode():
                return max(map(self._asked, self._defaults.get(value.name.value, ())), default=0)
            case IntValueNode():
                return _number(value)
            case ListValueNode():
                return len(value.values)
            case ObjectValueNode():
                parts = [part.value for part in value.fields]
                lists = [each for each in parts if not isinstance(each, IntValueNode)]
                return max(map(self._asked, lists), default=0)
            case _:
                return 0


def _asked_by(value: object) -> int:
    """How many rows the value of a variable asks for; 0 where it does not say."""
    match value:
        case bool():
            return 0
        case int():
            return min(value, LARGEST_PAGE)
        case list():
            return len(value)
        case Mapping():
            lists = [each for each in value.values() if isinstance(each, list)]
            return max(map(len, lists), default=0)
        case _:
            return 0


def _number(literal: IntValueNode) -> int:
    """A whole number as it is written, up to the largest page."""
    return min(int(literal.value), LARGEST_PAGE) if len(literal.value) < 10 else LARGEST_PAGE
