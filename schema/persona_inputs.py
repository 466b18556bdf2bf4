"""What a persona is made of, as clients give it: made from the catalogue of attributes."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Optional, cast

import strawberry

from domain.attributes import Attribute
from domain.fields import camel
from domain.operators import ValueType
from domain.personas import TELLING
from domain.standard_personas import of_titles
from resolvers.personas import GivenAttribute

_SCALARS: Final[Mapping[ValueType, Any]] = {
    ValueType.TEXT: str,
    ValueType.NUMBER: float,
    ValueType.BOOLEAN: bool,
    ValueType.DATE: date,
}


def _one_of(name: str, description: str, fields: Mapping[str, tuple[Any, str]]) -> Any:
    """An input of which exactly one field is given."""
    annotations: dict[str, Any] = {}
    members: dict[str, Any] = {"__annotations__": annotations}
    for field, (kind, words) in fields.items():
        annotations[field] = Optional[kind]  # noqa: UP045 (at run time)
        members[field] = strawberry.field(default=strawberry.UNSET, description=words)
    return strawberry.input(type(name, (), members), description=description, one_of=True)


def _values(value_type: ValueType) -> Any:
    return cast(Any, list)[_SCALARS[value_type]]


PersonaFieldValues = _one_of(
    "PersonaFieldValues",
    "The values of a custom field, of the type it is declared with.",
    {
        each.value: (_values(each), f"Of a {each.value} field: 1 to 200 values.")
        for each in _SCALARS
    },
)


@strawberry.input(description="A custom field of people, and the values of which they have one.")
class PersonaFieldInput:
    field: str = strawberry.field(description="The field's key.")
    values: PersonaFieldValues = strawberry.field(  # type: ignore[valid-type]
        description="The values."
    )


def _name(attribute: Attribute) -> str:
    return attribute.key.partition(".")[2]


_ATTRIBUTES: Final = {_name(each): each for each in TELLING}


def _kind(attribute: Attribute) -> Any:
    return PersonaFieldInput if attribute.type is None else _values(attribute.type)


PersonaAttributeInput = _one_of(
    "PersonaAttributeInput",
    "An attribute of people, and 1 to 200 values of which they have one. Case, composition and "
    "extra blanks of a text do not matter.",
    {name: (_kind(each), each.description) for name, each in _ATTRIBUTES.items()},
)


def attributes_of(given: list[Any]) -> list[GivenAttribute]:
    """The attributes a client gave, with the paths at which they were given."""
    return [_attribute(place, each) for place, each in enumerate(given)]


def titles_of(titles: list[str]) -> list[GivenAttribute]:
    """The attribute that stands for a list of job titles."""
    each = of_titles(*titles)
    return [GivenAttribute("jobTitles", each.attribute, each.values)]


def _attribute(place: int, each: Any) -> GivenAttribute:
    name, value = _given(each)
    attribute = _ATTRIBUTES[name]
    path = f"attributes[{place}].{camel(name)}"
    if attribute.is_family:
        _, values = _given(value.values)
        return GivenAttribute(path, attribute.of_field(value.field), tuple(values))
    return GivenAttribute(path, attribute, tuple(value))


def _given(value: Any) -> tuple[str, Any]:
    """The one member a client gave of a one-of input, and its value."""
    members = vars(value).items()
    return next((name, each) for name, each in members if each is not strawberry.UNSET)
