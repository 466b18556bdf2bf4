"""Derived fields in configuration files: how they are told, what is wrong, and how they come in."""

import re
from collections.abc import Iterable
from typing import Final

from domain.attributes import FieldType
from domain.condition_checking import DeclaredFields
from domain.condition_documents import from_document
from domain.configuration import Configuration, Entry
from domain.configuration_changes import Step
from domain.configuration_shapes import Fault
from domain.derived_fields import DerivedField, DerivedRule, define
from domain.fields import Refused
from execution.context import Context
from resolvers import derived_fields

SECTION: Final = "derived_fields"


async def entries(ctx: Context) -> list[Entry]:
    """What a file tells of the tenant's derived fields."""
    return [
        {
            "name": each["key"],
            "type": each["type"],
            "label": each["label"],
            "rules": [dict(rule) for rule in each["rules"]],
            "default": each["default"],
        }
        for each in await derived_fields.derived_fields(ctx)
    ]


def read(
    wanted: Configuration, current: Configuration, declared: DeclaredFields
) -> list[Entry] | Fault:
    """The fields of a file with values as they are stored, or the first thing wrong with them."""
    places = {entry["name"]: place for place, entry in enumerate(wanted[SECTION])}
    together = _beside(current[SECTION], wanted[SECTION])
    checked = define([_field(each) for each in together], declared)
    if isinstance(checked, Refused):
        said = re.fullmatch(r"fields\[(\d+)\](.*)", checked.field)
        name = together[int(said[1])]["name"] if said else None
        if said is None or name not in places:
            return Fault(SECTION, checked.reason)
        part = said[2].replace(".key", ".name")
        return Fault(f"{SECTION}[{places[name]}]{part}", checked.reason)
    stored = {field.key: field for field in checked}
    return [_with_values(entry, stored[entry["name"]]) for entry in wanted[SECTION]]


async def configure(ctx: Context, steps: Iterable[Step]) -> object:
    """Define the fields of these steps beside those there are: at once, for one may ask about
    another."""
    together = _beside(await entries(ctx), [step.entry for step in steps])
    return await derived_fields.define_derived_fields(ctx, [_field(each) for each in together])


def _beside(current: Iterable[Entry], wanted: Iterable[Entry]) -> list[Entry]:
    return list({each["name"]: each for each in (*current, *wanted)}.values())


def _field(entry: Entry) -> DerivedField:
    rules = (DerivedRule(from_document(r["condition"]), r["value"]) for r in entry["rules"])
    return DerivedField(
        entry["name"], FieldType(entry["type"]), entry["label"], tuple(rules), entry["default"]
    )


def _with_values(entry: Entry, field: DerivedField) -> Entry:
    rules = [
        {**rule, "value": read.value}
        for rule, read in zip(entry["rules"], field.rules, strict=True)
    ]
    return {**entry, "rules": rules, "default": field.default}
