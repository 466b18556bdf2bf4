"""Conditions in GraphQL: one-of inputs made from the catalogue of attributes, and their way back.

The catalogue is the only list of attributes and operators; what stands here gives it a face.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from keyword import iskeyword
from typing import Any, Final, Optional, cast

import strawberry

import domain.attributes
import domain.conditions
import domain.people
from domain.attributes import CATALOGUE, Attribute, Scope
from domain.conditions import AllOf, AnyOf, AttributeTest, Condition, ConditionFault, Not, Range
from domain.fields import camel
from domain.operators import OperandShape, Operator, ValueType, shape_of_operand
from domain.related_tests import RelatedTest
from schema import related_tests

RelationKind = domain.people.RelationKind
strawberry.enum(
    RelationKind, name="RelationKind", description="How a person belongs to an account."
)

_SCALARS: Final[Mapping[ValueType, Any]] = {
    ValueType.TEXT: str,
    ValueType.NUMBER: float,
    ValueType.BOOLEAN: bool,
    ValueType.DATE: date,
    ValueType.ID: strawberry.ID,
    ValueType.CHOICE: RelationKind,
}
_WORDS: Final[Mapping[Operator, str]] = {
    Operator.IS: "Equals the value.",
    Operator.IS_NOT: "Does not equal the value; holds where there is none.",
    Operator.IS_ANY_OF: "Equals one of 1 to 1,000 values.",
    Operator.IS_NONE_OF: "Equals none of 1 to 1,000 values; holds where there is no value.",
    Operator.CONTAINS: "Has the text somewhere.",
    Operator.DOES_NOT_CONTAIN: "Has the text nowhere; holds where there is no value.",
    Operator.STARTS_WITH: "Begins with the text.",
    Operator.ENDS_WITH: "Ends with the text.",
    Operator.IS_EMPTY: "There is no value. Only `true` can be given.",
    Operator.IS_NOT_EMPTY: "There is a value. Only `true` can be given.",
    Operator.GREATER_THAN: "Lies above the value.",
    Operator.AT_LEAST: "Equals the value or lies above it.",
    Operator.LESS_THAN: "Lies below the value.",
    Operator.AT_MOST: "Equals the value or lies below it.",
    Operator.BETWEEN: "Lies between two values, both included.",
}


def _input(name: str, description: str, fields: Mapping[str, tuple[Any, str]], one_of: bool) -> Any:
    """An input type of these fields; of a one-of exactly one is given."""
    annotations: dict[str, Any] = {}
    members: dict[str, Any] = {"__annotations__": annotations}
    for field, (kind, words) in fields.items():
        python_name = f"{field}_" if iskeyword(field) else field
        annotations[python_name] = Optional[kind] if one_of else kind  # noqa: UP045 (at run time)
        default = {"default": strawberry.UNSET} if one_of else {}
        members[python_name] = strawberry.field(name=camel(field), description=words, **default)
    return strawberry.input(
        type(name, (), members), name=name, description=description, one_of=one_of
    )


def _range(value_type: ValueType) -> Any:
    scalar = _SCALARS[value_type]
    fields = {"low": (scalar, "The lower end."), "high": (scalar, "The upper end.")}
    word = value_type.value.capitalize()
    return _input(f"{word}Range", "From one value to another, both included.", fields, False)


_RANGES: Final = {kind: _range(kind) for kind in (ValueType.NUMBER, ValueType.DATE)}


def _operand(operator: Operator, value_type: ValueType) -> Any:
    match shape_of_operand(operator):
        case OperandShape.NONE:
            return bool
        case OperandShape.MANY:
            return cast(Any, list)[_SCALARS[value_type]]
        case OperandShape.RANGE:
            return _RANGES[value_type]
        case OperandShape.ONE:
            return _SCALARS[value_type]


def _test(value_type: ValueType, operators: tuple[Operator, ...], name: str) -> Any:
    fields = {o.value: (_operand(o, value_type), _WORDS[o]) for o in operators}
    words = f"One question about a {value_type.value} value."
    if value_type is ValueType.TEXT:
        words += " Case, composition and extra blanks do not matter."
    return _input(name, words, fields, True)


_NAMES: Final = {
    kind: f"{kind.value.capitalize()}Test" for kind in ValueType if kind is not ValueType.CHOICE
} | {ValueType.CHOICE: "RelationTest"}
_NAMES_OF_PRESENT: Final = {ValueType.BOOLEAN: "FlagTest", ValueType.NUMBER: "ScoreTest"}
_TESTS: Final[dict[tuple[ValueType, tuple[Operator, ...]], Any]] = {}


def _test_of(attribute: Attribute) -> Any:
    if attribute.type is None:
        return FieldTest
    key = attribute.type, attribute.operators
    if key not in _TESTS:
        names = _NAMES if attribute.can_be_empty else _NAMES_OF_PRESENT
        _TESTS[key] = _test(*key, names[attribute.type])
    return _TESTS[key]


def _plain(value_type: ValueType) -> Any:
    operators = domain.attributes.Attribute("any", Scope.ACCOUNT, value_type, (), "").operators
    key = value_type, operators
    if key not in _TESTS:
        _TESTS[key] = _test(*key, _NAMES[value_type])
    return _TESTS[key]


_FIELD_KINDS: Final = {
    "text": ValueType.TEXT,
    "number": ValueType.NUMBER,
    "boolean": ValueType.BOOLEAN,
    "date": ValueType.DATE,
}
FieldValueTest = _input(
    "FieldValueTest",
    "A question that fits the declared type of the field.",
    {name: (_plain(kind), f"For a {name} field.") for name, kind in _FIELD_KINDS.items()},
    True,
)
FieldTest = _input(
    "FieldTest",
    "A question about one declared field.",
    {
        "field": (str, "The field's key."),
        "test": (FieldValueTest, "What is asked of its value."),
    },
    False,
)


def _name(attribute: Attribute) -> str:
    """The attribute's field within the input of its scope."""
    _, _, rest = attribute.key.partition(".")
    return rest or {"relation": "kind", "relation_role": "role"}[attribute.key]


def _scope(scope: Scope) -> Mapping[str, Attribute]:
    own = (each for each in CATALOGUE if each.scope is scope)
    return {_name(each): each for each in own}


_ATTRIBUTES: Final = {scope.value: _scope(scope) for scope in Scope}


def _scope_input(scope: Scope, description: str) -> Any:
    fields = {
        name: (_test_of(each), each.description) for name, each in _ATTRIBUTES[scope.value].items()
    } | related_tests.FIELDS.get(scope, {})
    return _input(f"{scope.value.capitalize()}Condition", description, fields, True)


AccountCondition = _scope_input(Scope.ACCOUNT, "A test of one attribute of the account.")
PersonCondition = _scope_input(Scope.PERSON, "A test of one attribute of the person.")
RelationCondition = _scope_input(Scope.RELATION, "A test of how the person belongs to the account.")


@strawberry.input(
    one_of=True,
    description=("A condition of up to 8 levels and 200 tests. Exactly one member is given."),
)
class ConditionInput:
    """What clients write where a condition is asked for."""

    all: list["ConditionInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="Every part holds; of no parts: true."
    )
    any: list["ConditionInput"] | None = strawberry.field(
        default=strawberry.UNSET, description="At least one part holds; of no parts: false."
    )
    not_: Optional["ConditionInput"] = strawberry.field(
        name="not", default=strawberry.UNSET, description="The part does not hold."
    )
    account: AccountCondition | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="About the account."
    )
    person: PersonCondition | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET, description="About the person."
    )
    relation: RelationCondition | None = strawberry.field(  # type: ignore[valid-type]
        default=strawberry.UNSET,
        description="About the relation between person and account.",
    )


def condition_of(
    given: ConditionInput, path: str = "", depth: int = 1
) -> Condition | ConditionFault:
    """The condition a client wrote, not yet checked; or the node that cannot be read."""
    if depth > domain.conditions.MAX_DEPTH:
        reason = f"A condition is at most {domain.conditions.MAX_DEPTH} levels deep."
        return ConditionFault(path, reason)
    member, value = _given(given)
    if member in ("all", "any"):
        parts: list[Condition] = []
        for place, each in enumerate(value):
            part = condition_of(each, _inside(path, f"{member}[{place}]"), depth + 1)
            if isinstance(part, ConditionFault):
                return part
            parts.append(part)
        return AllOf(tuple(parts)) if member == "all" else AnyOf(tuple(parts))
    if member == "not":
        part = condition_of(value, _inside(path, "not"), depth + 1)
        return part if isinstance(part, ConditionFault) else Not(part)
    name, test = _given(value)
    if name in related_tests.FIELDS.get(Scope(member), {}):
        return RelatedTest(related_tests.asked_of(test))
    attribute = _ATTRIBUTES[member][name]
    where = _inside(path, f"{member}.{camel(name)}")
    if attribute.is_family:
        kind, asked = _given(test.test)
        attribute, test = attribute.of_field(test.field), asked
        where = f"{where}.test.{kind}"
    return _attribute_test(attribute, test, where)


def _attribute_test(attribute: Attribute, test: Any, path: str) -> Condition | ConditionFault:
    word, value = _given(test)
    operator = Operator(word)
    match shape_of_operand(operator):
        case OperandShape.NONE:
            if value is not True:
                reason = "Only true can be given; the opposite has an operator of its own."
                return ConditionFault(f"{path}.{camel(word)}", reason)
            return AttributeTest(attribute, operator)
        case OperandShape.MANY:
            return AttributeTest(attribute, operator, tuple(_scalar(each) for each in value))
        case OperandShape.RANGE:
            return AttributeTest(attribute, operator, Range(value.low, value.high))
        case OperandShape.ONE:
            return AttributeTest(attribute, operator, _scalar(value))


def _given(value: Any) -> tuple[str, Any]:
    """The one member a client gave of a one-of input, and its value."""
    members: Iterator[tuple[str, Any]] = (
        (name.rstrip("_"), member)
        for name, member in vars(value).items()
        if member is not strawberry.UNSET
    )
    return next(members)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str) else value


def _inside(path: str, step: str) -> str:
    return f"{path}.{step}" if path else step


def as_written(condition: Condition) -> dict[str, Any]:
    """The condition as a client would write it, for reading it back."""
    match condition:
        case AllOf(parts):
            return {"all": [as_written(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [as_written(part) for part in parts]}
        case Not(part):
            return {"not": as_written(part)}
        case AttributeTest(attribute, operator, operand):
            test: dict[str, Any] = {camel(operator.value): _written(attribute, operand)}
            if attribute.field is not None:
                kind = domain.conditions.value_type_of(condition)
                test = {"field": attribute.field, "test": {kind.value: test}}
            return {attribute.scope.value: {camel(_name(attribute)): test}}
        case RelatedTest():
            return related_tests.as_written(condition)


def _written(attribute: Attribute, operand: domain.conditions.Operand) -> Any:
    match operand:
        case None:
            return True
        case Range(low, high):
            return {"low": _written(attribute, low), "high": _written(attribute, high)}
        case tuple():
            return [_written(attribute, each) for each in operand]
        case date():
            return operand.isoformat()
        case str() if attribute.type is ValueType.CHOICE:
            return operand.upper()
        case _:
            return operand
