"""A mapping's custom fields against those the tenant has declared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.fields import Kind, Sort
from connectors.mappings import FileMapping
from domain.attributes import FieldType, Scope
from execution.context import Context
from resolvers import custom_fields

SCOPES: Final[Mapping[Kind, Scope]] = {Kind.ACCOUNTS: Scope.ACCOUNT, Kind.PEOPLE: Scope.PERSON}
TYPES: Final[Mapping[Sort, FieldType]] = {
    Sort.TEXT: FieldType.TEXT,
    Sort.NUMBER: FieldType.NUMBER,
    Sort.YES_NO: FieldType.BOOLEAN,
    Sort.DATE: FieldType.DATE,
    Sort.TEXTS: FieldType.TEXT_LIST,
    Sort.NUMBERS: FieldType.NUMBER_LIST,
}


@dataclass(frozen=True, slots=True)
class UnfitCustomFields:
    """Custom fields of a mapping that the tenant has not declared, or as another type."""

    kind: Kind
    undeclared: tuple[str, ...]
    mistyped: Mapping[str, FieldType]

    @property
    def message(self) -> str:
        faults = [
            f"no custom field {key!r} is declared (the mutation defineCustomFields does that)"
            for key in self.undeclared
        ]
        faults += [
            f"the custom field {key!r} is declared {declared.name}"
            for key, declared in self.mistyped.items()
        ]
        return f"The mapping does not fit the {self.kind.value}: {'; '.join(faults)}."


async def check(ctx: Context, mapping: FileMapping) -> UnfitCustomFields | None:
    """Why the custom fields that the mapping fills cannot be filled so."""
    mapped = {
        field.path.removeprefix("custom."): field.reading.sort
        for field in mapping.fields
        if field.path.startswith("custom.")
    }
    if not mapped:
        return None
    declared = (await custom_fields.declared(ctx))[SCOPES[mapping.kind]]
    undeclared = tuple(key for key in mapped if key not in declared)
    mistyped = {
        key: declared[key].type
        for key, sort in mapped.items()
        if key in declared and TYPES.get(sort) is not declared[key].type
    }
    return UnfitCustomFields(mapping.kind, undeclared, mistyped) if undeclared or mistyped else None
