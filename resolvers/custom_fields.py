"""Custom fields: what the tenant declares for its accounts and people."""

from collections.abc import Sequence

import domain.custom_fields
from domain.attributes import FieldType, Scope
from domain.custom_fields import SCOPES, CustomField
from domain.events import EventType
from domain.fields import Refused
from execution.context import Context, Right
from resolvers import stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store import records
from store.driver import Document
from store.records import Change


async def custom_fields(ctx: Context, scope: Scope) -> list[CustomField]:
    """The custom fields of accounts, or of people, in the order of their declaration."""
    ctx.viewer.require(Right.READ)
    return list((await declared(ctx))[scope].values())


async def declared(ctx: Context) -> dict[Scope, dict[str, CustomField]]:
    """The custom fields of accounts and of people, by key.

    Whoever enters data or a condition is told whether it fits, without a right of its own for it.
    """
    tenant = await ctx.stores.tenants.own() or {}
    return {scope: _declared(tenant, scope) for scope in SCOPES}


async def define_custom_fields(
    ctx: Context, scope: Scope, fields: Sequence[CustomField]
) -> list[CustomField] | Invalid | NotFound | Conflict:
    """Declare custom fields, or give declared ones another label; all of the scope afterwards."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    tenant = ctx.viewer.tenant
    result: list[CustomField] = []

    def decide(document: Document) -> Change | Invalid | None:
        before = _declared(document, scope)
        after = domain.custom_fields.define(before, fields)
        if isinstance(after, Refused):
            return Invalid(after.field, after.reason)
        result[:] = after.values()
        changed = {key: field for key, field in after.items() if before.get(key) != field}
        if not changed:
            return None
        event = stamps.event(
            ctx,
            EventType.CUSTOM_FIELDS_DEFINED,
            tenant,
            after={"scope": scope.value, "fields": {k: _stored(f) for k, f in changed.items()}},
        )
        paths = {f"custom_fields.{scope.value}.{k}": _stored(f) for k, f in changed.items()}
        return Change(paths | stamps.updated(ctx), (event,))

    match await ctx.stores.tenants.change(tenant, decide):
        case Invalid() as invalid:
            return invalid
        case records.Missing(id):
            return NotFound("tenant", id)
        case records.Conflict(id):
            return Conflict("tenant", id)
        case _:
            return result


def _declared(tenant: Document, scope: Scope) -> dict[str, CustomField]:
    stored = tenant.get("custom_fields", {}).get(scope.value, {})
    return {
        key: CustomField(key, FieldType(field["type"]), field["label"])
        for key, field in stored.items()
    }


def _stored(field: CustomField) -> Document:
    return {"type": field.type.value, "label": field.label}
