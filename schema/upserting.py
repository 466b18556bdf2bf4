"""What the upserts of accounts, people and opportunities share: inputs, statuses, refusals."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final, TypeVar, assert_never

import strawberry

import domain.fields
import domain.hierarchy
import domain.upserting
import resolvers.outcomes
from domain.identities import OutsideKey, Reference
from domain.upserting import MOST_ITEMS, Applied, Status
from execution.fields import stored
from execution.sources import Document, Sourced
from resolvers.upserting import Outcome
from schema.errors import InvalidInput, UserError, refusal_of

CLEARS: Final = "Absent leaves it as it is, null clears it."
KEYS: Final = (
    "Its ids in other systems, one a system, 20 at most: what is given is set system by system, "
    "null takes all away. After the id, it is by these that a record is found."
)
CUSTOM_FIELDS: Final = (
    "Values of declared custom fields by key, merged into what there is; a null clears one key, "
    "null for the whole clears all. Dates are written as `2026-05-04`."
)
ITEMS: Final = f"Up to {MOST_ITEMS:,} items; they apply in order."


@strawberry.enum(description="What came of an item.")
class UpsertStatus(Enum):
    """The statuses of the domain, and REFUSED."""

    CREATED = strawberry.enum_value("CREATED", description="A new record was made.")
    UPDATED = strawberry.enum_value("UPDATED", description="The record was changed.")
    UNCHANGED = strawberry.enum_value(
        "UNCHANGED", description="The record said so already; nothing was written."
    )
    REFUSED = strawberry.enum_value(
        "REFUSED", description="Nothing of the item was stored; the error says why."
    )


@strawberry.input(description="The id a record has in another system.")
class OutsideKeyInput:
    system: str = strawberry.field(
        description="The other system: letters, digits, `_` and `-`, at most 64."
    )
    id: str = strawberry.field(description="The id there, at most 255 characters.")


@strawberry.input(
    one_of=True, description="An account, named by its id or by its key in another system."
)
class AccountReferenceInput:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its id.")
    key: OutsideKeyInput | None = strawberry.field(
        default=strawberry.UNSET, description="Its id in another system."
    )


@strawberry.input(description="An address; absent parts stay as they are, null clears one.")
class AddressInput:
    street: str | None = strawberry.field(
        default=strawberry.UNSET, description="Street and number."
    )
    city: str | None = strawberry.field(default=strawberry.UNSET, description="City.")
    state: str | None = strawberry.field(default=strawberry.UNSET, description="State or province.")
    region: str | None = strawberry.field(
        default=strawberry.UNSET, description="Region, wider than a state."
    )
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description="Postal code.")
    country: str | None = strawberry.field(default=strawberry.UNSET, description="Country.")


@strawberry.type(description="The call has too many items; nothing of it was done.")
class TooManyItems(UserError):
    count: int = strawberry.field(description="How many items were given.")
    limit: int = strawberry.field(description="How many there may be.")


@strawberry.type(description="The id, key or e-mail address of an item belongs to another record.")
class OwnedByAnother(UserError):
    field: str = strawberry.field(description="The field of the item, such as `keys[1]`.")
    owner_id: strawberry.ID = strawberry.field(description="Whose it is.")


@strawberry.type(description="The item names a record that the tenant does not have.")
class UnknownRecord(UserError):
    field: str = strawberry.field(description="The field of the item, such as `parent`.")
    named: str = strawberry.field(description="The id given, or the system and the id there.")


@strawberry.type(description="The account would stand above itself.")
class HierarchyCircle(UserError):
    field: str = strawberry.field(description="The field of the item.")
    parent_id: strawberry.ID = strawberry.field(description="The parent that was asked for.")


@strawberry.interface(description="How many items had which outcome.")
class UpsertCounts(Sourced):
    created: int = stored(description="How many records were made.")
    updated: int = stored(description="How many items changed a record.")
    unchanged: int = stored(description="How many items changed nothing.")
    refused: int = stored(description="How many items were refused.")


S = TypeVar("S", bound=UpsertCounts)


def given(source: object, *names: str, under: str = "") -> dict[str, Any]:
    """Those attributes of an input that were given, null included, by their stored paths."""
    prefix = f"{under}." if under else ""
    values = ((name, getattr(source, name)) for name in names)
    return {f"{prefix}{name}": value for name, value in values if value is not strawberry.UNSET}


def address(source: AddressInput | None) -> dict[str, Any]:
    """The given parts of an address by their paths; null for the whole clears all of it."""
    if source is strawberry.UNSET:
        return {}
    if source is None:
        return {"address": None}
    parts = ("street", "city", "state", "region", "postal_code", "country")
    return given(source, *parts, under="address")


def custom_fields(source: Any) -> dict[str, Any]:
    """The given custom fields, to be spelled out by the rules."""
    return {} if source is strawberry.UNSET else {"custom": source}


def outside_keys(keys: Sequence[OutsideKeyInput] | None) -> tuple[OutsideKey, ...] | None:
    """The keys of an item: none when absent, None when all are to be taken away."""
    if keys is None:
        return None
    return () if keys is strawberry.UNSET else tuple(outside_key(key) for key in keys)


def outside_key(key: OutsideKeyInput) -> OutsideKey:
    """One key as the domain knows it."""
    return OutsideKey(key.system, key.id)


def reference(account: AccountReferenceInput) -> Reference:
    """The account that is named."""
    if account.key:
        return Reference(key=outside_key(account.key))
    return Reference(id=str(account.id))


def stated_reference(
    account: AccountReferenceInput | None,
) -> Reference | domain.upserting.Unstated | None:
    """The account that is named, None for null, and the mark of what is not stated."""
    if account is strawberry.UNSET:
        return domain.upserting.UNSTATED
    return None if account is None else reference(account)


def success(kind: type[S], outcomes: Sequence[Outcome], noun: str) -> S:
    """The outcomes, which the declared fields read, and how many there are of each status."""
    found = Counter(o.status.value if isinstance(o, Applied) else "REFUSED" for o in outcomes)
    counts = {word.lower(): found[word] for word in (*(each.value for each in Status), "REFUSED")}
    rows = [_document(place, outcome, noun) for place, outcome in enumerate(outcomes)]
    return kind.of({**counts, "outcomes": rows})


def too_many(refusal: domain.upserting.TooManyItems) -> TooManyItems:
    """The refusal of a whole call."""
    message = f"A call takes at most {refusal.most:,} items, not {refusal.count:,}."
    return TooManyItems(message=message, count=refusal.count, limit=refusal.most)


def _document(place: int, outcome: Outcome, noun: str) -> Document:
    if isinstance(outcome, Applied):
        status, id = outcome.status.value, outcome.id
        return {"index": place, "status": status, f"{noun}_id": id, "error": None}
    return {"index": place, "status": "REFUSED", f"{noun}_id": None, "error": _error(outcome)}


def _error(refusal: domain.upserting.Refusal | resolvers.outcomes.Conflict) -> UserError:
    match refusal:
        case domain.fields.Refused(field, reason):
            return InvalidInput(message=f"{field} {reason}.", field=field, reason=reason)
        case domain.upserting.OwnedByAnother(field, owner):
            message = f"{field} belongs to {owner}."
            return OwnedByAnother(message=message, field=field, owner_id=strawberry.ID(owner))
        case domain.upserting.UnknownRecord(field, noun, named):
            message = f"{field}: there is no {noun} {named}."
            return UnknownRecord(message=message, field=field, named=named)
        case domain.hierarchy.HierarchyCircle(field, parent):
            message = f"{field}: below {parent} the account would stand above itself."
            return HierarchyCircle(message=message, field=field, parent_id=strawberry.ID(parent))
        case resolvers.outcomes.Conflict():
            return refusal_of(refusal)
        case _:
            assert_never(refusal)
