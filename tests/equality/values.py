"""Values for arguments: random ones that fit their types, in texts as literals and as variables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from graphql import (
    BooleanValueNode,
    ConstValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    parse_type,
)

NAMES: Final = ("first", "class", "None", "self", "id", "x", "rows", "document", "context", "v")
NOTHING: Final = ("bg_nobody", "per_00000000000000000000000000", "", "nothing", "acc_")
DEPTH: Final = 4

_KINDS: Final = (
    ("accountaudience", "aud"),
    ("audience", "aud"),
    ("account", "acc"),
    ("ancestor", "acc"),
    ("parent", "acc"),
    ("people", "per"),
    ("person", "per"),
    ("member", "per"),
    ("solutioninterest", "si"),
    ("interestsignal", "sig"),
    ("roletemplate", "rt"),
    ("comparedwith", "rt"),
    ("stagemodel", "sm"),
    ("stage", "stg"),
    ("buyinggroup", "bg"),
    ("group", "bg"),
    ("activitytype", "at"),
    ("activit", "act"),
    ("weightingmodel", "wm"),
    ("model", "wm"),
    ("persona", "persona"),
    ("role", "role"),
    ("opportunit", "opp"),
    ("job", "job"),
    ("webhookendpoint", "whe"),
    ("webhookdeliver", "whd"),
    ("dailyrun", "day"),
    ("view", "view"),
    ("event", "evt"),
)
_MOMENTS: Final = (
    "2026-05-04T12:00:00Z",
    "2026-05-03T08:00:00.123Z",
    "2026-05-04T14:00:00.000+02:00",
    "2025-12-31T23:59:59-05:00",
    "2026-06-01T00:00:00Z",
)
_DAYS: Final = ("2026-05-04", "2026-05-03", "2024-02-29", "2027-01-01")
_NUMBERS: Final = (0, 1, 2, 25, 50.5, 75, 100, -1, 1e9, 0.333333333)


class Choice(str):
    """The name of an enum's value."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the data speak of: ids by their prefixes, and texts that occur."""

    ids: Mapping[str, Sequence[str]]
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation: what kind of value it takes, whether it may be left out or null.

    `hint` tells what its values are about; a cursor's is the path of the list it is one of.
    """

    name: str
    type_: Any
    written: TypeNode
    hint: str
    default: ConstValueNode | None
    is_nullable: bool
    may_be_left_out: bool

    @property
    def definition(self) -> VariableDefinitionNode:
        return VariableDefinitionNode(
            variable=_variable(self.name),
            type=self.written,
            default_value=self.default,
            directives=(),
        )


class Values:
    """Makes values, and declares variables for some of them."""

    def __init__(self, random: Random, vocabulary: Vocabulary, share_of_variables: float) -> None:
        self._random = random
        self._vocabulary = vocabulary
        self._share = share_of_variables
        self.variables: dict[str, Variable] = {}

    def written(
        self, type_: Any, hint: str, *, has_default: bool = False, depth: int = 0
    ) -> ValueNode:
        """A value as it stands in a text: a literal, a variable, or one with variables in it."""
        if self._random.random() < self._share * (0.5 if depth else 1.0):
            return self.variable(type_, hint, has_default=has_default, depth=depth)
        if isinstance(type_, GraphQLNonNull):
            return self.written_here(type_.of_type, hint, depth)
        if self._random.random() < 0.06:
            return NullValueNode()
        return self.written_here(type_, hint, depth)

    def written_here(self, type_: Any, hint: str, depth: int) -> ValueNode:
        """The same, of what is given and not null."""
        if isinstance(type_, GraphQLList):
            inner = type_.of_type
            if self._random.random() < 0.15:  # a single value stands for a list of one
                alone = inner.of_type if isinstance(inner, GraphQLNonNull) else inner
                return literal(self.plain_here(alone, hint, depth + 1))
            size = self._size(hint)
            parts = [self.written(inner, hint, depth=depth + 1) for _ in range(size)]
            return ListValueNode(values=tuple(parts))
        if isinstance(type_, GraphQLInputObjectType):
            fields = [
                ObjectFieldNode(
                    name=NameNode(value=name),
                    value=self._member(type_, name, field, depth),
                )
                for name, field in self._members(type_, depth)
            ]
            return ObjectValueNode(fields=tuple(fields))
        return literal(self.plain_here(type_, hint, depth))

    def _member(
        self, type_: GraphQLInputObjectType, name: str, field: GraphQLInputField, depth: int
    ) -> ValueNode:
        if not type_.is_one_of:
            has_default = field.default_value is not Undefined
            return self.written(field.type, name, has_default=has_default, depth=depth + 1)
        if self._random.random() < self._share * 0.5:
            return self.variable(GraphQLNonNull(field.type), name, depth=depth, is_plain=True)
        return self.written_here(field.type, name, depth + 1)

    def variable(
        self,
        type_: Any,
        hint: str,
        *,
        has_default: bool = False,
        depth: int = 0,
        is_plain: bool = False,
    ) -> ValueNode:
        """A new variable for a place of this type; `is_plain`: of this very type, always given."""
        random = self._random
        is_required = isinstance(type_, GraphQLNonNull)
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        default: ConstValueNode | None = None
        if not is_plain and random.random() < (0.05 if hint.startswith("after") else 0.4):
            make = self.plain_here if is_required else self.plain
            default = literal(make(inner, hint, depth))
        may_be_loose = not is_plain and (not is_required or has_default or default is not None)
        is_nullable = may_be_loose and (random.random() < 0.7 or hint.startswith("after"))
        name = self._name()
        text = str(inner) if is_nullable else f"{inner}!"
        self.variables[name] = Variable(
            name=name,
            type_=inner,
            written=parse_type(text),
            hint=hint,
            default=default,
            is_nullable=is_nullable,
            may_be_left_out=is_nullable or default is not None,
        )
        return _variable(name)

    def _name(self) -> str:
        count = len(self.variables)
        name = self._random.choice(NAMES)
        return name if name not in self.variables else f"{name}{count}"

    def plain(self, type_: Any, hint: str, depth: int = 0) -> Any:
        """A value without variables, of JSON's kinds; enums' values are `Choice`."""
        random = self._random
        if isinstance(type_, GraphQLNonNull):
            return self.plain_here(type_.of_type, hint, depth)
        return None if random.random() < 0.06 else self.plain_here(type_, hint, depth)

    def plain_here(self, type_: Any, hint: str, depth: int) -> Any:
        """The same, and not null."""
        if isinstance(type_, GraphQLList):
            size = self._size(hint)
            return [self.plain(type_.of_type, hint, depth + 1) for _ in range(size)]
        if isinstance(type_, GraphQLInputObjectType):
            make = self.plain_here if type_.is_one_of else self.plain
            return {
                name: make(_bare(field.type) if type_.is_one_of else field.type, name, depth + 1)
                for name, field in self._members(type_, depth)
            }
        if isinstance(type_, GraphQLEnumType):
            return Choice(self._random.choice(list(type_.values)))
        return self._scalar(get_named_type(type_).name, hint)

    def _members(
        self, type_: GraphQLInputObjectType, depth: int
    ) -> Iterator[tuple[str, GraphQLInputField]]:
        """Which members of an input are given, in which order."""
        random = self._random
        fields = list(type_.fields.items())
        random.shuffle(fields)
        if type_.is_one_of:
            leaves = [(name, field) for name, field in fields if _is_flat(field.type)]
            deep = depth < DEPTH or not leaves
            yield random.choice(fields if deep else leaves)
            return
        share = random.choice((0.6, 1.2, 2.5)) / max(len(fields), 1)
        for name, field in fields:
            is_required = isinstance(field.type, GraphQLNonNull)
            is_needed = is_required and field.default_value is Undefined
            is_wanted = random.random() < share and (depth < DEPTH or _is_flat(field.type))
            if is_needed or is_wanted:
                yield name, field

    def _size(self, hint: str) -> int:
        """How long a list is; of those that may not be empty, few are."""
        return self._random.choice((0, 1, 1, 1, 2, 2, 3))

    def _scalar(self, name: str, hint: str) -> Any:
        random = self._random
        match name:
            case "Int" if hint == "first":
                return random.choice(
                    (1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 7, 25, 100, random.choice((0, 101)))
                )
            case "Int" | "Position":
                return random.choice((0, 1, 2, 3, 5, 12, 40))
            case "Float":
                return random.choice(_NUMBERS)
            case "Boolean":
                return random.random() < 0.5
            case "ID":
                return self._id(hint)
            case "Date":
                return random.choice(_DAYS)
            case "DateTime":
                return random.choice(_MOMENTS)
            case "JSON":
                return random.choice((None, 1, "text", True, [1, "a"], {"a": {"b": [None]}}))
            case _ if hint == "after":
                return random.choice(("", "bogus", "WyIiLCJhIiwiYiJd"))
            case _:
                return random.choice(self._vocabulary.words)

    def _id(self, hint: str) -> str:
        random, ids = self._random, self._vocabulary.ids
        if random.random() < 0.08:
            return random.choice(NOTHING)
        plain = hint.lower().replace(" ", "")
        kind = next((kind for stem, kind in _KINDS if stem in plain), None)
        if kind is None or kind not in ids or random.random() < 0.08:
            kind = random.choice(sorted(ids))
        return random.choice(ids[kind])


def given(variable: Variable, values: Values, random: Random) -> Any:
    """A value for a variable as it is sent; `Undefined` where it is left out."""
    if variable.hint.startswith("after") and random.random() < 0.9:
        return random.choice((Undefined, None))
    if variable.may_be_left_out and random.random() < 0.3:
        return Undefined
    if variable.is_nullable and random.random() < 0.08:
        return None
    return sent(values.plain_here(variable.type_, variable.hint, 0))


def sent(value: Any) -> Any:
    """A plain value as JSON has it."""
    match value:
        case Choice():
            return str(value)
        case list():
            return [sent(each) for each in value]
        case dict():
            return {name: sent(each) for name, each in value.items()}
        case _:
            return value


def literal(value: Any) -> ConstValueNode:
    """A plain value as it is written in a text."""
    node: Any
    match value:
        case None:
            node = NullValueNode()
        case bool():
            node = BooleanValueNode(value=value)
        case int():
            node = IntValueNode(value=str(value))
        case float():
            node = FloatValueNode(value=repr(value))
        case Choice():
            node = EnumValueNode(value=str(value))
        case str():
            node = StringValueNode(value=value, block=False)
        case list():
            node = ListValueNode(values=tuple(literal(each) for each in value))
        case _:
            fields = [
                ObjectFieldNode(name=NameNode(value=name), value=literal(each))
                for name, each in value.items()
            ]
            node = ObjectValueNode(fields=tuple(fields))
    made: ConstValueNode = node
    return made


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))


def _bare(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def _is_flat(type_: Any) -> bool:
    return not isinstance(get_named_type(type_), GraphQLInputObjectType)
