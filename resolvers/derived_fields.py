"""Derived fields: what the tenant defines for its accounts, and their values brought up to date."""

from collections.abc import Mapping, Sequence
from typing import Final

import domain.derived_fields
from domain.attributes import FieldType, folded_of_account
from domain.condition_documents import from_document, to_document
from domain.derived_fields import DerivedField, DerivedRule, asked_keys, deriving
from domain.events import EventType
from domain.fields import Refused
from domain.identifiers import AccountId
from execution.context import Context, Right
from resolvers import conditions, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store import records
from store.deletions import STAYS
from store.driver import Document
from store.records import Change
from store.upserted import Saving

ACCOUNTS_AT_ONCE: Final = 500


async def derived_fields(ctx: Context) -> list[Document]:
    """The derived fields of accounts, as they are stored, in the order they were given in."""
    ctx.viewer.require(Right.READ)
    return list((await ctx.stores.tenants.own() or {}).get("derived_fields", ()))


async def define_derived_fields(
    ctx: Context, fields: Sequence[DerivedField]
) -> list[Document] | Invalid | NotFound | Conflict:
    """Put these in the place of all derived fields; values follow with the next maintenance."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    tenant = ctx.viewer.tenant
    checked = domain.derived_fields.define(fields, await conditions.declared_fields(ctx))
    if isinstance(checked, Refused):
        return Invalid(checked.field, checked.reason)
    after = [_stored(field) for field in checked]
    types = {field.key: field.type for field in checked}
    users = await _users(ctx)

    def decide(document: Document) -> Change | Invalid | None:
        before = document.get("derived_fields", [])
        for field in before:
            key = field["key"]
            if key in users and types.get(key) is not FieldType(field["type"]):
                reason = f"must keep {key} and its type: {users[key]} asks about it"
                return Invalid("fields", reason)
        if before == after:
            return None
        event = stamps.event(
            ctx,
            EventType.DERIVED_FIELDS_DEFINED,
            tenant,
            before={"keys": [field["key"] for field in before]},
            after={"keys": [field["key"] for field in after]},
        )
        return Change({"derived_fields": after, **stamps.updated(ctx)}, (event,))

    match await ctx.stores.tenants.change(tenant, decide):
        case Invalid() as invalid:
            return invalid
        case records.Missing(id):
            return NotFound("tenant", id)
        case records.Conflict(id):
            return Conflict("tenant", id)
        case _:
            return after


async def refresh_next(ctx: Context, after: str) -> str | None:
    """Bring the values of the next accounts behind an id up to date; the last of them, or None.

    None when there are no more, or when the tenant has never defined a derived field. An account
    is written, with an event, only where a value has changed.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    defined = (await ctx.stores.tenants.own() or {}).get("derived_fields")
    if defined is None:
        return None
    values_of = deriving(map(_field, defined))
    shown = {"outbox": 0}
    found = await ctx.stores.accounts.found(STAYS, shown, after=after, limit=ACCOUNTS_AT_ONCE)
    left = {account["_id"]: account for account in found}
    while left:
        changes = [
            _changed(ctx, account, values)
            for account in left.values()
            if (values := values_of(account)) != account.get("derived", {})
        ]
        saved = await ctx.stores.accounts.write([], changes)
        left = await ctx.stores.accounts.by_ids({id for id, _, _ in changes} - saved)
    return found[-1]["_id"] if found else None


def _changed(ctx: Context, account: Document, values: Mapping[str, object]) -> Saving:
    before = account.get("derived", {})
    keys = [key for key in {**before, **values} if before.get(key) != values.get(key)]
    event = stamps.event(
        ctx,
        EventType.ACCOUNT_UPDATED,
        account["_id"],
        account_id=AccountId(account["_id"]),
        before={"derived": {key: before[key] for key in keys if key in before}},
        after={
            "changed": sorted(f"derived.{key}" for key in keys),
            "derived": {key: values[key] for key in keys if key in values},
        },
    )
    folded = folded_of_account({**account, "derived": values})
    change = Change({"derived": values, "folded": folded, **stamps.updated(ctx)}, (event,))
    return account["_id"], account["version"], change


async def _users(ctx: Context) -> dict[str, str]:
    """Of each derived field that a rule asks about, one that does."""
    users: dict[str, str] = {}
    for template in await ctx.stores.role_templates.all({"name": 1, "roles.condition": 1}):
        for role in template["roles"]:
            users |= _asking(role["condition"], f"the role template {template['name']}")
    for audience in await ctx.stores.audiences.all({"name": 1, "condition": 1}):
        users |= _asking(audience["condition"], f"the account audience {audience['name']}")
    return users


def _asking(condition: Document | None, user: str) -> dict[str, str]:
    return dict.fromkeys(asked_keys(from_document(condition)), user) if condition else {}


def _field(stored: Document) -> DerivedField:
    rules = (DerivedRule(from_document(r["condition"]), r["value"]) for r in stored["rules"])
    return DerivedField(
        stored["key"],
        FieldType(stored["type"]),
        stored["label"],
        tuple(rules),
        stored["default"],
    )


def _stored(field: DerivedField) -> Document:
    return {
        "key": field.key,
        "type": field.type.value,
        "label": field.label,
        "rules": [
            {"condition": to_document(rule.condition), "value": rule.value} for rule in field.rules
        ],
        "default": field.default,
    }
