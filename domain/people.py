"""People: their fields, their relations to accounts, and what an upsert does to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from domain import custom_fields
from domain.attributes import folded_of_person
from domain.custom_fields import Declared
from domain.fields import (
    NAME_LENGTH,
    Field,
    Record,
    Refused,
    Unfit,
    Value,
    boolean,
    checked,
    email,
    spread,
    table,
    text,
    texts,
)
from domain.folding import fold, words
from domain.identities import (
    Identity,
    Reference,
    checked_reference,
    email_identity,
    key_identity,
)
from domain.upserting import Item, Refusal, Resolve, UnknownRecord, checked_keys_of, key_values

NOUN: Final = "person"
MOST_RELATIONS: Final = 100
MOST_RELATION_ROLES: Final = 20

ADDRESS: Final = tuple(
    f"address.{part}" for part in ("street", "city", "state", "region", "postal_code", "country")
)
FLAGS: Final = ("email_invalid", "email_suspended", "unsubscribed", "marketing_suspended")
FIELDS: Final = table(
    Field("first_name", text(NAME_LENGTH), is_personal=True),
    Field("last_name", text(NAME_LENGTH), is_personal=True),
    Field("email", email, is_required=True, is_personal=True),
    Field("job_title", text(NAME_LENGTH), is_personal=True),
    Field("phone", text(), is_personal=True),
    Field("mobile_phone", text(), is_personal=True),
    *(Field(path, text(), is_personal=True) for path in ADDRESS),
    *(Field(path, boolean, empty=False) for path in FLAGS),
    Field("inferred_state", text(), is_personal=True),
    Field("inferred_region", text(), is_personal=True),
)
_NO_ADDRESS: Final = {path.partition(".")[2]: None for path in ADDRESS}
_BLANK: Final = {path: field.empty for path, field in FIELDS.items() if "." not in path}
_ROLES: Final = texts(MOST_RELATION_ROLES)


class RelationKind(Enum):
    """How a person belongs to an account."""

    EMPLOYEE = "employee"
    CONTRACTOR = "contractor"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GivenRelation:
    """What is said about a person's relation to one account; None leaves what there is."""

    account: Reference
    relation: RelationKind | None = None
    roles: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonItem(Item):
    """What is said about one person.

    Relations of None are all taken away; otherwise those to `removed_relations` are, and then
    the given ones are merged account by account.
    """

    relations: Sequence[GivenRelation] | None = ()
    removed_relations: Sequence[Reference] = ()


def name_of(first: str | None, last: str | None, email: str) -> str:
    """The name a person is shown by: first and last name, without either the e-mail address."""
    return " ".join(part.strip() for part in (first, last) if part) or email


class PersonRules:
    """What is particular to people."""

    noun = NOUN

    def __init__(self, declared: Declared) -> None:
        self._custom = custom_fields.fields(declared, are_personal=True)
        self.fields: Mapping[str, Field] = {**FIELDS, **self._custom}

    def checked(self, item: PersonItem) -> PersonItem | Refused:
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
        relations = _checked_relations(item.relations)
        if isinstance(relations, Refused):
            return relations
        removed = _checked_references(item.removed_relations)
        if isinstance(removed, Refused):
            return removed
        return replace(
            item, fields=fields, keys=keys, relations=relations, removed_relations=removed
        )

    def identities(self, item: PersonItem) -> list[tuple[str, Identity]]:
        """The outside keys and the e-mail address of an item, with the fields that name them."""
        keys = enumerate(item.keys or ())
        found = [(f"keys[{place}]", key_identity(NOUN, key)) for place, key in keys]
        address = item.fields.get("email")
        if isinstance(address, str):
            found.append(("email", email_identity(address)))
        return found

    def missing(self, item: PersonItem) -> Refused | None:
        """A new person needs a work e-mail address."""
        return None if item.fields.get("email") else Refused("email", "is required of a new person")

    def blank(self, id: str) -> dict[str, Any]:
        """A person about whom nothing is said yet."""
        fresh = {"_id": id, "address": dict(_NO_ADDRESS), "keys": {}, "custom": {}, "relations": []}
        return {**_BLANK, **fresh}

    def values(
        self, record: Record, item: PersonItem, resolve: Resolve
    ) -> dict[str, Value] | Refusal:
        """What the person's record shall hold once the item is applied."""
        values = key_values(record, item)
        if item.relations is None or item.relations or item.removed_relations:
            relations = _merged(record["relations"], item, resolve)
            if not isinstance(relations, list):
                return relations
            values["relations"] = relations
        return values

    def applied(self, record: Record, changes: Mapping[str, Value]) -> None:
        """Nothing beyond the record depends on a person."""

    def derived(self, record: Record) -> dict[str, Any]:
        """The name, folded texts and search words."""
        name = name_of(record["first_name"], record["last_name"], record["email"])
        return {
            "name": name,
            "folded": {"name": fold(name), **folded_of_person(record)},
            "search": list(words(f"{name} {record['email']} {record['job_title'] or ''}")),
        }


def _checked_relations(
    relations: Sequence[GivenRelation] | None,
) -> tuple[GivenRelation, ...] | Refused | None:
    if relations is None:
        return None
    kept: list[GivenRelation] = []
    for place, relation in enumerate(relations):
        account = checked_reference(relation.account, f"relations[{place}].account")
        if isinstance(account, Refused):
            return account
        roles = relation.roles
        if roles is not None:
            read = _ROLES(roles)
            if isinstance(read, Unfit):
                return Refused(f"relations[{place}].roles", read.reason)
            roles = tuple(map(str, read)) if isinstance(read, list) else ()
        kept.append(GivenRelation(account, relation.relation, roles))
    return tuple(kept)


def _checked_references(references: Sequence[Reference]) -> tuple[Reference, ...] | Refused:
    kept: list[Reference] = []
    for place, reference in enumerate(references):
        checked_one = checked_reference(reference, f"removeRelations[{place}]")
        if isinstance(checked_one, Refused):
            return checked_one
        kept.append(checked_one)
    return tuple(kept)


def _merged(
    current: Sequence[Record], item: PersonItem, resolve: Resolve
) -> list[dict[str, Any]] | UnknownRecord | Refused:
    """The relations after an item, one an account, known ones in their places."""
    known = {} if item.relations is None else {each["account_id"]: dict(each) for each in current}
    for place, reference in enumerate(item.removed_relations):
        account = resolve(reference)
        if account is None:
            return UnknownRecord(f"removeRelations[{place}]", "account", reference.named)
        known.pop(account["_id"], None)
    for place, given in enumerate(item.relations or ()):
        account = resolve(given.account)
        if account is None:
            return UnknownRecord(f"relations[{place}].account", "account", given.account.named)
        id = account["_id"]
        relation = known.setdefault(
            id, {"account_id": id, "relation": RelationKind.EMPLOYEE.value, "roles": []}
        )
        if given.relation is not None:
            relation["relation"] = given.relation.value
        if given.roles is not None:
            relation["roles"] = list(given.roles)
    if len(known) > MOST_RELATIONS:
        return Refused("relations", f"would be more than {MOST_RELATIONS}")
    return list(known.values())
