"""Custom fields: what a tenant declares for its accounts and people, key by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from domain.attributes import FIELD_NAME, FieldType, Scope
from domain.fields import (
    NAME_LENGTH,
    Field,
    Reader,
    Refused,
    Unfit,
    boolean,
    day,
    number,
    numbers,
    text,
    texts,
)

MOST_FIELDS: Final = 200
LIST_LENGTH: Final = 100
SCOPES: Final = (Scope.ACCOUNT, Scope.PERSON)

READERS: Final[Mapping[FieldType, Reader]] = MappingProxyType(
    {
        FieldType.TEXT: text(),
        FieldType.NUMBER: number(),
        FieldType.BOOLEAN: boolean,
        FieldType.DATE: day,
        FieldType.TEXT_LIST: texts(LIST_LENGTH),
        FieldType.NUMBER_LIST: numbers(LIST_LENGTH),
    }
)
"""What reads a value of each declared type."""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A declared field: its key, the type of its values, and the words people know it by."""

    key: str
    type: FieldType
    label: str


Declared = Mapping[str, CustomField]


def fields(declared: Declared, *, are_personal: bool = False) -> dict[str, Field]:
    """The declared fields as fields of a record."""
    return {
        f"custom.{key}": Field(
            f"custom.{key}",
            READERS[each.type],
            shown=f"customFields.{key}",
            is_personal=are_personal,
        )
        for key, each in declared.items()
    }


def define(declared: Declared, wanted: Sequence[CustomField]) -> dict[str, CustomField] | Refused:
    """Everything declared once the wanted fields are; the type of a declared one stays."""
    result = dict(declared)
    for place, field in enumerate(wanted):
        path = f"fields[{place}]"
        if not FIELD_NAME.fullmatch(field.key):
            return Refused(
                f"{path}.key",
                "must start with a small letter and hold only small letters, digits and"
                " underscores, at most 64",
            )
        label = text(NAME_LENGTH)(field.label)
        if isinstance(label, Unfit):
            return Refused(f"{path}.label", label.reason)
        if label is None:
            return Refused(f"{path}.label", "is required and cannot be empty")
        known = result.get(field.key)
        if known is not None and known.type is not field.type:
            return Refused(
                f"{path}.type", f"cannot change: {field.key} is declared {known.type.name}"
            )
        result[field.key] = field
    if len(result) > MOST_FIELDS:
        return Refused("fields", f"would make more than {MOST_FIELDS} custom fields")
    return result
