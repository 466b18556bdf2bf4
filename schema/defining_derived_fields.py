"""Derived fields: which ones the tenant's accounts have, and the rules that set them."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

import domain.attributes
import domain.derived_fields
import resolvers.derived_fields
from domain.conditions import ConditionFault
from domain.derived_fields import MOST_FIELDS, MOST_RULES, DerivedRule
from execution.fields import embedded, stored
from execution.sources import Sourced
from resolvers.outcomes import Invalid
from schema.conditions import ConditionInput, condition_of
from schema.defining_custom_fields import CustomFieldType
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.role_templates import written


@strawberry.type(name="DerivedFieldRule", description="What gives a derived field a value.")
class ShownRule(Sourced):
    condition: JSON = stored(
        shown=written, description="For which accounts it holds, as a ConditionInput."
    )
    value: JSON | None = stored(description="Their value; null: none.")


@strawberry.type(description="A field of accounts that rules set.")
class DerivedField(Sourced):
    key: str = stored(description="The key of its values and in conditions.")
    type: CustomFieldType = stored(description="What it holds.", shown=CustomFieldType)
    label: str = stored(description="The words people know it by.")
    rules: list[ShownRule] = embedded(
        "rules", at_most=MOST_RULES, description="Its rules; the first that holds counts."
    )
    default: JSON | None = stored(description="Its value where no rule holds; null: none.")


@strawberry.input(description="What gives a derived field a value.")
class DerivedFieldRuleInput:
    condition: ConditionInput = strawberry.field(
        description="For which accounts: by their own attributes, custom and derived fields."
    )
    value: JSON | None = strawberry.field(
        default=None, description="Their value, of the field's type; none empties the field."
    )


@strawberry.input(description="A derived field.")
class DerivedFieldInput:
    key: str = strawberry.field(
        description="Begins with a small letter; small letters, digits and `_`, at most 64."
    )
    type: CustomFieldType = strawberry.field(description="What it holds.")
    label: str = strawberry.field(description="The words people know it by, at most 255.")
    rules: list[DerivedFieldRuleInput] = strawberry.field(
        description="Its rules, at most 20; the first that holds counts."
    )
    default: JSON | None = strawberry.field(
        default=None, description="Its value where no rule holds."
    )


@strawberry.input(description="All derived fields; those that are not among them are deleted.")
class DefineDerivedFieldsInput(Repeatable):
    fields: list[DerivedFieldInput] = strawberry.field(
        description="At most 20. A field that asks about others must not do so in a circle."
    )


@strawberry.type(description="The fields are defined; values follow with the next maintenance.")
class DefineDerivedFieldsSuccess(Sourced):
    derived_fields: list[DerivedField] = embedded(
        "derived_fields", at_most=MOST_FIELDS, description="All derived fields, as they were given."
    )


DefineDerivedFieldsResult = Annotated[
    DefineDerivedFieldsSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("DefineDerivedFieldsResult"),
]


async def define_derived_fields(
    info: Info, input: DefineDerivedFieldsInput
) -> DefineDerivedFieldsResult:
    """Define the derived fields."""
    wanted: list[domain.derived_fields.DerivedField] = []
    for place, each in enumerate(input.fields):
        rules: list[DerivedRule] = []
        for nth, rule in enumerate(each.rules):
            where = f"fields[{place}].rules[{nth}].condition"
            condition = condition_of(rule.condition)
            if isinstance(condition, ConditionFault):
                return refusal_of(Invalid(f"{where}.{condition.path}", condition.reason))
            rules.append(DerivedRule(condition, rule.value))
        kind = domain.attributes.FieldType(each.type.value)
        wanted.append(
            domain.derived_fields.DerivedField(
                each.key, kind, each.label, tuple(rules), each.default
            )
        )
    outcome = await resolvers.derived_fields.define_derived_fields(info.context, wanted)
    if isinstance(outcome, list):
        return DefineDerivedFieldsSuccess.of({"derived_fields": outcome})
    return refusal_of(outcome)


async def derived_fields(info: Info) -> list[DerivedField]:
    """The derived fields the tenant has defined."""
    fields = await resolvers.derived_fields.derived_fields(info.context)
    return [DerivedField.of(field) for field in fields]
