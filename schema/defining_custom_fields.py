"""Custom fields: which ones the tenant's accounts and people have."""

from enum import Enum
from typing import Annotated

import strawberry

import domain.attributes
import domain.custom_fields
import resolvers.custom_fields
from execution.fields import embedded, stored
from execution.sources import Document, Sourced
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.enum(description="Whose custom fields are meant.")
class CustomFieldScope(Enum):
    ACCOUNT = "account"
    PERSON = "person"


@strawberry.enum(description="What a custom field holds.")
class CustomFieldType(Enum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT_LIST = "text_list"
    NUMBER_LIST = "number_list"


@strawberry.type(description="A field that the tenant has declared for its accounts or people.")
class CustomField(Sourced):
    key: str = stored(description="The key of its values and in conditions.")
    type: CustomFieldType = stored(description="What it holds.", shown=CustomFieldType)
    label: str = stored(description="The words people know it by.")


@strawberry.input(description="A custom field.")
class CustomFieldInput:
    key: str = strawberry.field(
        description="Begins with a small letter; small letters, digits and `_`, at most 64."
    )
    type: CustomFieldType = strawberry.field(
        description="What it holds; this never changes once it is declared."
    )
    label: str = strawberry.field(description="The words people know it by, at most 255.")


@strawberry.input(description="Custom fields to declare; those declared before stay.")
class DefineCustomFieldsInput(Repeatable):
    scope: CustomFieldScope = strawberry.field(description="Whose they are.")
    fields: list[CustomFieldInput] = strawberry.field(
        description="New ones, or declared ones with another label; at most 200 in all."
    )


@strawberry.type(description="The fields are declared.")
class DefineCustomFieldsSuccess(Sourced):
    custom_fields: list[CustomField] = embedded(
        "custom_fields",
        at_most=domain.custom_fields.MOST_FIELDS,
        description="All declared fields of the scope, in the order of their declaration.",
    )


DefineCustomFieldsResult = Annotated[
    DefineCustomFieldsSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("DefineCustomFieldsResult"),
]


async def define_custom_fields(
    info: Info, input: DefineCustomFieldsInput
) -> DefineCustomFieldsResult:
    """Declare custom fields."""
    scope = domain.attributes.Scope(input.scope.value)
    wanted = [
        domain.custom_fields.CustomField(
            each.key, domain.attributes.FieldType(each.type.value), each.label
        )
        for each in input.fields
    ]
    outcome = await resolvers.custom_fields.define_custom_fields(info.context, scope, wanted)
    if isinstance(outcome, list):
        return DefineCustomFieldsSuccess.of({"custom_fields": list(map(_document, outcome))})
    return refusal_of(outcome)


async def custom_fields(info: Info, scope: CustomFieldScope) -> list[CustomField]:
    """The custom fields the tenant has declared."""
    fields = await resolvers.custom_fields.custom_fields(
        info.context, domain.attributes.Scope(scope.value)
    )
    return [CustomField.of(_document(field)) for field in fields]


def _document(field: domain.custom_fields.CustomField) -> Document:
    return {"key": field.key, "type": field.type.value, "label": field.label}
