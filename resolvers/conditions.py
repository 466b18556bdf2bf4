"""Conditions as resolvers meet them: checked against the tenant's fields, and run."""

from collections.abc import Collection
from typing import Final

from domain.attributes import FieldType, Scope
from domain.condition_checking import ACCOUNT_RULE, MEMBER_RULE, DeclaredFields, faults
from domain.conditions import Condition, ConditionFault
from domain.derived_fields import FAMILY
from execution.context import Context
from resolvers import custom_fields, related_references
from resolvers.outcomes import Invalid

OF_ACCOUNTS: Final = ACCOUNT_RULE
OF_MEMBERS: Final = MEMBER_RULE


async def declared_fields(ctx: Context) -> DeclaredFields:
    """The types of the tenant's custom and derived fields, by family."""
    declared = await custom_fields.declared(ctx)
    tenant = await ctx.stores.tenants.own() or {}
    derived = tenant.get("derived_fields", ())
    return {
        **{
            f"{scope.value}.custom": {key: field.type for key, field in fields.items()}
            for scope, fields in declared.items()
        },
        FAMILY: {field["key"]: FieldType(field["type"]) for field in derived},
    }


def fault_of(
    field: str, condition: Condition, scopes: Collection[Scope], declared: DeclaredFields
) -> Invalid | None:
    """The first fault of a condition given in `field`, with the path of the bad node."""
    found = faults(condition, scopes, declared)
    return invalid(field, found[0]) if found else None


def invalid(field: str, fault: ConditionFault) -> Invalid:
    """A fault of a condition given in `field`, with the path of the bad node."""
    return Invalid(f"{field}.{fault.path}" if fault.path else field, fault.reason)


async def check(
    ctx: Context, field: str, condition: Condition, scopes: Collection[Scope]
) -> Invalid | None:
    """The first fault of a condition given in `field`, or None if it may be saved."""
    fault = fault_of(field, condition, scopes, await declared_fields(ctx))
    return fault or await related_references.unknown(ctx, {field: condition})
