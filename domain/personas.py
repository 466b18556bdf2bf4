"""Personas: names for kinds of people, told by the values that some of their attributes have.

Somebody is of a persona when each of its attributes has one of the values listed for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.attributes import CATALOGUE, Attribute, Scope
from domain.comparison import comparable
from domain.condition_checking import DeclaredFields, faults
from domain.conditions import AllOf, AttributeTest, Condition, Scalar, value_type_of
from domain.folding import fold
from domain.identifiers import PersonaId
from domain.operators import Operator, ValueType
from domain.roles import User

MOST_PERSONAS: Final = 20
MOST_ATTRIBUTES: Final = 5
MOST_ATTRIBUTES_IN_ALL: Final = 10
MOST_VALUES: Final = 200
MOST_CHARACTERS: Final = 20_000
"""Of all values of one persona together."""

_TYPES: Final = frozenset({ValueType.TEXT, ValueType.NUMBER, ValueType.BOOLEAN, ValueType.DATE})


@dataclass(frozen=True, slots=True)
class PersonaAttribute:
    """An attribute of people with the values of which one is had."""

    attribute: Attribute
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class PersonaFault:
    """Why attributes make no persona: at which of them, or at all, where within it, and why."""

    place: int | None
    inner: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonaInUse:
    """Role templates ask about the persona; `users` names some of them."""

    id: PersonaId
    role_templates: int
    users: Sequence[User] = ()


def _tells(attribute: Attribute) -> bool:
    """Whether it is stored with the person, and says who they are rather than how they do."""
    is_plain = attribute.type in _TYPES and attribute.can_be_empty
    return attribute.scope is Scope.PERSON and (attribute.is_family or is_plain)


TELLING: Final = tuple(attribute for attribute in CATALOGUE if _tells(attribute))
"""The attributes that personas are made of."""


def condition_of(attributes: Iterable[PersonaAttribute]) -> Condition:
    """What has to hold for somebody to be of the persona."""
    return AllOf(tuple(_test(each) for each in attributes))


def distinct(attributes: Sequence[PersonaAttribute]) -> tuple[PersonaAttribute, ...]:
    """The attributes without values that compare as one before them does."""
    return tuple(PersonaAttribute(each.attribute, _distinct(each)) for each in attributes)


def check(attributes: Sequence[PersonaAttribute], declared: DeclaredFields) -> PersonaFault | None:
    """The first fault of a persona's attributes, or None."""
    if not 1 <= len(attributes) <= MOST_ATTRIBUTES:
        reason = f"a persona has 1 to {MOST_ATTRIBUTES} attributes, not {len(attributes)}"
        return PersonaFault(None, "", reason)
    seen: set[tuple[str, str | None]] = set()
    for place, each in enumerate(attributes):
        if _asked(each) in seen:
            return PersonaFault(place, "", "stands in the persona already")
        seen.add(_asked(each))
        if fault := _fault_of(place, each, declared):
            return fault
    texts = (value for each in attributes for value in each.values if isinstance(value, str))
    if sum(max(len(text), len(fold(text))) for text in texts) > MOST_CHARACTERS:
        reason = f"the values have at most {MOST_CHARACTERS:,} characters together"
        return PersonaFault(None, "", reason)
    return None


def check_beside(
    attributes: Sequence[PersonaAttribute], others: Sequence[Sequence[PersonaAttribute]]
) -> PersonaFault | None:
    """Why a persona of these attributes cannot stand beside the others of the tenant, or None."""
    if len(others) >= MOST_PERSONAS:
        return PersonaFault(None, "", f"a tenant has at most {MOST_PERSONAS} personas")
    asked = {_asked(each) for persona in (attributes, *others) for each in persona}
    if len(asked) > MOST_ATTRIBUTES_IN_ALL:
        reason = f"all personas together have at most {MOST_ATTRIBUTES_IN_ALL} different attributes"
        return PersonaFault(None, "", f"{reason}, not {len(asked)}")
    return None


def _fault_of(place: int, each: PersonaAttribute, declared: DeclaredFields) -> PersonaFault | None:
    if not 1 <= len(each.values) <= MOST_VALUES:
        return PersonaFault(place, "", f"has 1 to {MOST_VALUES} values, not {len(each.values)}")
    for number, value in enumerate(each.values):
        test = AttributeTest(each.attribute, Operator.IS, value)
        found = faults(test, {Scope.PERSON}, declared)
        if not found:
            continue
        reason, inner = found[0].reason, ""
        if found[0].path.endswith(".field"):
            return PersonaFault(place, ".field", reason)
        if each.attribute.is_family:
            inner = f".values.{value_type_of(test).value}"
        is_value = found[0].path.endswith(f".{Operator.IS.value}")
        return PersonaFault(place, f"{inner}[{number}]" if is_value else inner, reason)
    return None


def _test(each: PersonaAttribute) -> AttributeTest:
    return AttributeTest(each.attribute, Operator.IS_ANY_OF, each.values)


def _asked(each: PersonaAttribute) -> tuple[str, str | None]:
    return each.attribute.key, each.attribute.field


def _distinct(each: PersonaAttribute) -> tuple[Scalar, ...]:
    value_type = value_type_of(_test(each))
    kept: dict[object, Scalar] = {}
    for value in each.values:
        kept.setdefault(comparable(value, value_type), value)
    return tuple(kept.values())
