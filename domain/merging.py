"""Merging: two records that stand for one person, or for one company, become one.

What the survivor says stands. Where it says nothing, what the other one said is taken. The other
one's key in a system for which the survivor has its own, and its e-mail address, become former
ones: by these, too, the survivor is found from then on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain import accounts, people
from domain.accounts import MOST_PRODUCTS
from domain.fields import Field, Record, Refused, Value, stored
from domain.folding import fold
from domain.identities import MOST_FORMER, MOST_KEYS
from domain.people import MOST_RELATION_ROLES, MOST_RELATIONS

SUPPRESSING: Final = ("email_suspended", "unsubscribed", "marketing_suspended")
"""Flags that hold mail back. That an address is invalid says nothing about another address."""

_FIELD: Final = "mergedId"


@dataclass(frozen=True, slots=True)
class Merged:
    """What changes in the survivor: values by path, and the former identities it then has."""

    values: Mapping[str, Value]
    former_keys: list[dict[str, str]]
    former_emails: list[str]


def of_people(survivor: Record, merged: Record) -> Merged | Refused:
    """What the survivor becomes when another person's record is merged into it.

    Who wanted no mail under either record wants none; relations to accounts are those of both.
    """
    values = _gaps(people.FIELDS, people.ADDRESS, survivor, merged)
    values |= {flag: True for flag in SUPPRESSING if merged.get(flag) and not survivor.get(flag)}
    relations = related(survivor["relations"], merged["relations"])
    if isinstance(relations, Refused):
        return relations
    if relations != survivor["relations"]:
        values["relations"] = relations
    emails = [*survivor.get("former_emails", ()), *merged.get("former_emails", ())]
    return _named(survivor, merged, values, _distinct([*emails, merged["email"]], survivor))


def of_accounts(survivor: Record, merged: Record) -> Merged | Refused:
    """What the survivor becomes when another account's record is merged into it.

    Products stated are those of both; the place in the hierarchy is `parent`.
    """
    values = _gaps(accounts.FIELDS, accounts.ADDRESS, survivor, merged)
    products = accounts.owned(survivor["products_stated"], merged["products_stated"])
    if len(products) > MOST_PRODUCTS:
        return Refused(_FIELD, f"would make more than {MOST_PRODUCTS} products stated")
    if len(products) > len(survivor["products_stated"]):
        values["products_stated"] = products
    return _named(survivor, merged, values, [])


def related(survivor: Sequence[Record], merged: Sequence[Record]) -> list[dict[str, Any]] | Refused:
    """The relations of both, one an account: the survivor's kind, and the role names of both."""
    found = {relation["account_id"]: dict(relation) for relation in survivor}
    for relation in merged:
        known = found.setdefault(relation["account_id"], dict(relation))
        known["roles"] = list(dict.fromkeys([*known["roles"], *relation["roles"]]))
        if len(known["roles"]) > MOST_RELATION_ROLES:
            most = MOST_RELATION_ROLES
            return Refused(_FIELD, f"would make more than {most} role names for one account")
    if len(found) > MOST_RELATIONS:
        return Refused(_FIELD, f"would make more than {MOST_RELATIONS} relations")
    return list(found.values())


def relations_moved(
    relations: Sequence[Record], merged: str, survivor: str
) -> list[dict[str, Any]]:
    """A person's relations once one account is merged into another; the survivor's kind stands.

    Role names beyond the most that a relation may have are left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for relation in sorted(relations, key=lambda each: each["account_id"] == merged):
        account = survivor if relation["account_id"] == merged else relation["account_id"]
        known = found.setdefault(account, {**relation, "account_id": account})
        roles = list(dict.fromkeys([*known["roles"], *relation["roles"]]))
        known["roles"] = roles[:MOST_RELATION_ROLES]
    return list(found.values())


def parent(survivor: Record, merged: Record) -> str | None:
    """The account above the survivor afterwards.

    A survivor that stood anywhere below the other takes its place; one that stood at the top is
    put where the other stood, unless that was below the survivor itself.
    """
    above: str | None = survivor["parent_id"]
    is_below = merged["_id"] in survivor["ancestor_ids"]
    is_free = above is None and survivor["_id"] not in merged["ancestor_ids"]
    if is_below or is_free:
        above = merged["parent_id"]
    return above


def _gaps(
    fields: Mapping[str, Field], address: Sequence[str], survivor: Record, merged: Record
) -> dict[str, Value]:
    """The other's values where the survivor has none; an address is one value, never a mixture."""
    plain = [path for path, field in fields.items() if field.empty is None and path not in address]
    plain += [f"custom.{key}" for key in sorted(merged["custom"])]
    if all(stored(survivor, path) is None for path in address):
        plain += address
    return {
        path: value
        for path in plain
        if stored(survivor, path) is None and (value := stored(merged, path)) is not None
    }


def _named(
    survivor: Record, merged: Record, values: dict[str, Value], former_emails: list[str]
) -> Merged | Refused:
    keys = dict(survivor["keys"])
    former = [*survivor.get("former_keys", ()), *merged.get("former_keys", ())]
    for system, id in sorted(merged["keys"].items()):
        if system in keys or len(keys) == MOST_KEYS:
            former.append({"system": system, "id": id})
        else:
            keys[system] = values[f"keys.{system}"] = id
    own = set(keys.items())
    distinct = {(key["system"], key["id"]): key for key in former}
    kept = [key for pair, key in distinct.items() if pair not in own]
    if len(kept) + len(former_emails) > MOST_FORMER:
        return Refused(_FIELD, f"would make more than {MOST_FORMER} former keys and addresses")
    return Merged(values, kept, former_emails)


def _distinct(emails: Iterable[str], survivor: Record) -> list[str]:
    """Each address once, without the survivor's own."""
    found = {fold(email): email for email in emails}
    found.pop(fold(survivor["email"]), None)
    return list(found.values())
