"""Opportunities: their fields, their account, and what an upsert does to one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.fields import (
    NAME_LENGTH,
    Field,
    Record,
    Refused,
    Value,
    boolean,
    checked,
    day,
    number,
    stored,
    table,
    text,
)
from domain.folding import fold, words
from domain.identities import (
    Identity,
    Reference,
    checked_reference,
    key_identity,
)
from domain.upserting import (
    UNSTATED,
    Draft,
    Item,
    Refusal,
    Resolve,
    UnknownRecord,
    Unstated,
    checked_keys_of,
    key_values,
)

NOUN: Final = "opportunity"

FIELDS: Final = table(
    Field("name", text(NAME_LENGTH)),
    Field("product", text(NAME_LENGTH)),
    Field("stage", text(NAME_LENGTH)),
    Field("amount", number()),
    Field("is_closed", boolean, empty=False),
    Field("is_won", boolean, empty=False),
    Field("close_date", day),
)
_WON_BY: Final = frozenset({"account_id", "product", "is_won"})
_BLANK: Final = {path: field.empty for path, field in FIELDS.items()}
_FOLDED: Final = ("name", "product", "stage")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityItem(Item):
    """What is said about one opportunity; every opportunity has an account."""

    account: Reference | Unstated | None = UNSTATED


class OpportunityRules:
    """What is particular to opportunities."""

    noun = NOUN
    fields: Mapping[str, Field] = FIELDS

    def checked(self, item: OpportunityItem) -> OpportunityItem | Refused:
        """The item as it can be stored, or the first field that cannot."""
        fields = checked(FIELDS, item.fields)
        if isinstance(fields, Refused):
            return fields
        keys = checked_keys_of(item)
        if isinstance(keys, Refused):
            return keys
        account = item.account
        if account is None:
            return Refused("account", "is required and cannot be empty")
        if isinstance(account, Reference):
            named = checked_reference(account, "account")
            if isinstance(named, Refused):
                return named
            account = named
        return replace(item, fields=fields, keys=keys, account=account)

    def identities(self, item: OpportunityItem) -> list[tuple[str, Identity]]:
        """The outside keys of an item, with the fields that name them."""
        keys = enumerate(item.keys or ())
        return [(f"keys[{place}]", key_identity(NOUN, key)) for place, key in keys]

    def missing(self, item: OpportunityItem) -> Refused | None:
        """A new opportunity needs an account, and a name or an outside key."""
        if item.account is UNSTATED:
            return Refused("account", "is required of a new opportunity")
        if not item.fields.get("name") and not item.keys:
            return Refused("name", "is required of a new opportunity without an outside key")
        return None

    def blank(self, id: str) -> dict[str, Any]:
        """An opportunity about which nothing is said yet."""
        return {**_BLANK, "_id": id, "account_id": None, "keys": {}}

    def values(
        self, record: Record, item: OpportunityItem, resolve: Resolve
    ) -> dict[str, Value] | Refusal:
        """What the opportunity shall hold once the item is applied.

        Without a name it is called by its outside id; a won one is closed.
        """
        values = key_values(record, item)
        if isinstance(item.account, Reference):
            account = resolve(item.account)
            if account is None:
                return UnknownRecord("account", "account", item.account.named)
            values["account_id"] = account["_id"]
        if values.get("name", record["name"]) is None:
            keys = [*(key.id for key in item.keys or ()), *record["keys"].values()]
            if item.keys is None or not keys:
                return Refused("name", "is required of an opportunity without an outside key")
            values["name"] = keys[0]
        if values.get("is_won", record["is_won"]):
            if item.fields.get("is_closed") is False:
                return Refused("isClosed", "must be true of a won opportunity")
            values["is_closed"] = True
        return values

    def applied(self, record: Record, changes: Mapping[str, Value]) -> None:
        """What an account has won is recomputed from what is stored, not from here."""

    def derived(self, record: Record) -> dict[str, Any]:
        """Folded texts and search words."""
        texts = {path: stored(record, path) for path in _FOLDED}
        return {
            "folded": {path: fold(value) for path, value in texts.items() if value},
            "search": list(words(record["name"])),
        }


def doubtful_accounts(drafts: Iterable[Draft]) -> list[str]:
    """The accounts that may have won other products than before, by what these drafts change."""
    found: set[str] = set()
    for draft in drafts:
        for step in draft.steps:
            is_won = draft.record["is_won"] or step.before.get("is_won")
            if is_won and not _WON_BY.isdisjoint(step.after):
                found |= {draft.record["account_id"], step.before.get("account_id")} - {None}
    return sorted(found)
