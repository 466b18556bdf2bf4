"""Accounts: their fields, the products they own, and what an upsert does to one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from domain import custom_fields
from domain.attributes import folded_of_account
from domain.custom_fields import Declared
from domain.fields import (
    NAME_LENGTH,
    Field,
    Record,
    Refused,
    Value,
    checked,
    number,
    spread,
    table,
    text,
    texts,
    whole,
)
from domain.folding import fold, words
from domain.hierarchy import Hierarchy, HierarchyCircle
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

NOUN: Final = "account"
MOST_PRODUCTS: Final = 200

ADDRESS: Final = tuple(
    f"address.{part}" for part in ("street", "city", "state", "region", "postal_code", "country")
)
FIELDS: Final = table(
    Field("name", text(NAME_LENGTH), is_required=True, is_personal=True),
    Field("industry", text()),
    Field("annual_revenue", number(minimum=0)),
    Field("employees", whole),
    Field("sic_code", text()),
    Field("website", text()),
    Field("phone", text(), is_personal=True),
    Field("products_stated", texts(MOST_PRODUCTS), shown="products", empty=[]),
    *(Field(path, text(), is_personal=True) for path in ADDRESS),
)
_NO_ADDRESS: Final = {path.partition(".")[2]: None for path in ADDRESS}
_BLANK: Final[Mapping[str, Any]] = {
    **{path: field.empty for path, field in FIELDS.items() if "." not in path},
    "products_won": [],
    "products": [],
    "parent_id": None,
    "ancestor_ids": [],
    "level": 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountItem(Item):
    """What is said about one account; a parent of None puts it at the top."""

    parent: Reference | Unstated | None = UNSTATED


def owned(stated: Iterable[str], won: Iterable[str]) -> list[str]:
    """The products an account owns: stated or won, one spelling of each, in folded order."""
    spellings: dict[str, str] = {}
    for product in (*stated, *won):
        spellings.setdefault(fold(product), product)
    return [spellings[folded] for folded in sorted(spellings)]


def with_products_won(record: Record, won: Sequence[str]) -> dict[str, Any]:
    """The paths that change when these are the products of the account's won opportunities."""
    won = owned(sorted(won), ())
    if won == record["products_won"]:
        return {}
    products = owned(record["products_stated"], won)
    folded = folded_of_account({**record, "products": products})
    return {"products_won": won, "products": products, "folded": folded}


class AccountRules:
    """What is particular to accounts; made for one batch, whose hierarchy it knows."""

    noun = NOUN

    def __init__(self, declared: Declared) -> None:
        self._custom = custom_fields.fields(declared)
        self.fields: Mapping[str, Field] = {**FIELDS, **self._custom}
        self.hierarchy = Hierarchy()

    def checked(self, item: AccountItem) -> AccountItem | Refused:
        """The item as it can be stored, or the first field that cannot."""
        given = spread(item.fields, "address", ADDRESS)
        if not isinstance(given, Refused):
            given = spread(given, "custom", self._custom)
        fields = given if isinstance(given, Refused) else checked(self.fields, given)
        if isinstance(fields, Refused):
            return fields
        keys = checked_keys_of(item)
        if isinstance(keys, Refused):
            return keys
        parent = item.parent
        if isinstance(parent, Reference):
            named = checked_reference(parent, "parent")
            if isinstance(named, Refused):
                return named
            parent = named
        return replace(item, fields=fields, keys=keys, parent=parent)

    def identities(self, item: AccountItem) -> list[tuple[str, Identity]]:
        """The outside keys of an item, with the fields that name them."""
        keys = enumerate(item.keys or ())
        return [(f"keys[{place}]", key_identity(NOUN, key)) for place, key in keys]

    def missing(self, item: AccountItem) -> Refused | None:
        """A new account needs a name."""
        return None if item.fields.get("name") else Refused("name", "is required of a new account")

    def blank(self, id: str) -> dict[str, Any]:
        """An account about which nothing is said yet, at the top of its hierarchy."""
        fresh = {"_id": id, "address": dict(_NO_ADDRESS), "keys": {}, "custom": {}, "derived": {}}
        return {**_BLANK, **fresh}

    def values(
        self, record: Record, item: AccountItem, resolve: Resolve
    ) -> dict[str, Value] | Refusal:
        """What the account shall hold once the item is applied."""
        values = key_values(record, item)
        if isinstance(item.parent, Reference):
            parent = resolve(item.parent)
            if parent is None:
                return UnknownRecord("parent", NOUN, item.parent.named)
            for each in (record, parent):
                self.hierarchy.learn(each["_id"], each["ancestor_ids"])
            if self.hierarchy.closes_circle(record["_id"], parent["_id"]):
                return HierarchyCircle("parent", parent["_id"])
            values["parent_id"] = parent["_id"]
        elif item.parent is None:
            values["parent_id"] = None
        return values

    def applied(self, record: Record, changes: Mapping[str, Value]) -> None:
        """Keep the hierarchy in step."""
        if "parent_id" in changes:
            self.hierarchy.set_parent(record["_id"], record["parent_id"])

    def place(self, drafts: Iterable[Draft]) -> list[str]:
        """Put new places into the drafts whose parent is stated; the moved ones among them."""
        moved: list[str] = []
        for draft in drafts:
            if "parent_id" in draft.values:
                place = self.hierarchy.place(draft.id)
                for path, value in (("ancestor_ids", place.ancestors), ("level", place.level)):
                    draft.record[path] = draft.values[path] = value
                if draft.version is not None:
                    moved.append(draft.id)
        return moved

    def derived(self, record: Record) -> dict[str, Any]:
        """Products, folded texts and search words."""
        products = owned(record["products_stated"], record["products_won"])
        return {
            "products": products,
            "folded": folded_of_account({**record, "products": products}),
            "search": list(words(record["name"])),
        }
