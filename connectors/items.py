"""From the values of a row to what the resolvers take: an upsert item, or an activity's report."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from connectors.conversions import Value
from connectors.fields import reference_of
from domain.accounts import AccountItem
from domain.activities import (
    PersonByEmail,
    PersonById,
    PersonByKey,
    PersonReference,
    Report,
)
from domain.activity_types import Exclusion
from domain.identifiers import PersonId
from domain.identities import OutsideKey, Reference
from domain.opportunities import OpportunityItem
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import UNSTATED, Unstated

Values = Mapping[str, Value | None]
"""What a row says, by field path; None where its cell is empty."""

RELATIONS: Final = {kind.value: kind for kind in RelationKind}
EXCLUSIONS: Final = {each.value: each for each in Exclusion}
REQUIRED: Final = "is required and cannot be empty"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be taken: the field as the mapping calls it, and the reason."""

    field: str
    reason: str


def account_item(values: Values) -> AccountItem | Fault:
    """An account. A parent is left to `parent_item`, for it may come later in the file."""
    if fault := _unidentified(values):
        return fault
    fields = _fields(values, "parent")
    if "products" in fields:
        fields["products_stated"] = fields.pop("products")
    is_top = _reference(values, "parent") is None
    return AccountItem(
        id=_id(values), fields=fields, keys=_keys(values), parent=None if is_top else UNSTATED
    )


def parent_item(values: Values) -> AccountItem:
    """Nothing but which account is whose parent."""
    parent = _reference(values, "parent")
    return AccountItem(id=_id(values), keys=_keys(values), parent=parent)


def person_item(values: Values) -> PersonItem | Fault:
    """A person, with the relation to the account of the row if it names one."""
    relations: tuple[GivenRelation, ...] = ()
    account = _reference(values, "account")
    if isinstance(account, Reference):
        relation = _relation(values.get("account.relation"))
        if isinstance(relation, Fault):
            return relation
        relations = (GivenRelation(account, relation, _roles(values)),)
    fields = _fields(values, "account")
    return PersonItem(id=_id(values), fields=fields, keys=_keys(values), relations=relations)


def opportunity_item(values: Values) -> OpportunityItem | Fault:
    """An opportunity of the account of the row."""
    if fault := _unidentified(values):
        return fault
    account = _reference(values, "account")
    fields = _fields(values, "account")
    return OpportunityItem(id=_id(values), fields=fields, keys=_keys(values), account=account)


def lacking(values: Values) -> tuple[Fault, ...]:
    """What an activity needs and the row does not have."""
    missing = [path for path in ("source", "source_id", "type", "at") if values.get(path) is None]
    if person_named(values) is None:
        missing.append(naming("person", values))
    return tuple(Fault(path, REQUIRED) for path in missing)


def report(values: Values) -> Report | Fault:
    """An activity; attributes without a value are left out."""
    person = person_named(values)
    at = values.get("at")
    if missing := lacking(values):
        return missing[0]
    assert person is not None
    assert isinstance(at, datetime)
    excluded_as = exclusion(values)
    if isinstance(excluded_as, Fault):
        return excluded_as
    updated = values.get("source_updated_at")
    return Report(
        source=str(values["source"]),
        source_id=str(values["source_id"]),
        type=str(values["type"]),
        person=person,
        at=at,
        attributes=_attributes(values),
        source_updated_at=updated if isinstance(updated, datetime) else None,
        excluded_as=excluded_as,
    )


def exclusion(values: Values) -> Exclusion | Fault | None:
    """Whose act the row says it is; None when its cell is empty."""
    named = values.get("excluded_as")
    if named is None:
        return None
    found = EXCLUSIONS.get(str(named).casefold())
    return found or Fault("excluded_as", f"{named!r} is none of {', '.join(EXCLUSIONS)}")


def mapped_name(field: str, values: Values, keys: Sequence[OutsideKey]) -> str:
    """The field of a refusal, spelled as in a mapping file.

    `values` are those of the row, `keys` the outside keys of its record.
    """
    if field.startswith("customFields."):
        return field.replace("customFields.", "custom.", 1)
    name = re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", field)
    name = re.sub(r"^relations\[\d+\]\.(account\.?)?", "account.", name).rstrip(".")
    if key := re.match(r"keys\[(\d+)\]", name):
        return f"keys.{keys[int(key[1])].system}"
    if reference := re.fullmatch(r"(parent|account|person)(\.id|\.email|\.key\b.*)?", name):
        return naming(reference[1], values)
    return name


def naming(noun: str, values: Values) -> str:
    """The field by which the row names the other record."""
    return next((path for path in values if reference_of(path) == noun), noun)


def _unidentified(values: Values) -> Fault | None:
    """Without a name to find it by, the record would be another one with every import."""
    if _id(values) is not None or _keys(values):
        return None
    named = (path for path in values if path == "id" or path.startswith("keys."))
    return Fault(next(named, "keys"), REQUIRED)


def _relation(named: object) -> RelationKind | Fault | None:
    if named is None:
        return None
    kind = RELATIONS.get(str(named).casefold())
    return kind or Fault("account.relation", f"{named!r} is none of {', '.join(RELATIONS)}")


def _roles(values: Values) -> list[str] | None:
    """The role names; an empty cell takes away those there are."""
    if "account.roles" not in values:
        return None
    roles = values["account.roles"]
    return [str(role) for role in roles] if isinstance(roles, list) else []


def _attributes(values: Values) -> dict[str, object]:
    """Those of a whole object first, then those that have a column of their own."""
    whole = values.get("attributes")
    attributes = dict(whole) if isinstance(whole, dict) else {}
    for path, value in values.items():
        stem, _, name = path.partition(".")
        if stem == "attributes" and name and value is not None:
            attributes[name] = value.isoformat() if isinstance(value, date) else value
    return attributes


def person_named(values: Values) -> PersonReference | None:
    """Whoever the row names; None when the cell is empty."""
    if (id := values.get("person.id")) is not None:
        return PersonById(PersonId(str(id)))
    if (email := values.get("person.email")) is not None:
        return PersonByEmail(str(email))
    keys = _under(values, "person.keys.")
    named = (OutsideKey(system, str(id)) for system, id in keys if id is not None)
    return next((PersonByKey(key) for key in named), None)


def _reference(values: Values, noun: str) -> Reference | Unstated | None:
    """The record that the row names; None when the cell is empty."""
    parts = _parts(tuple(values), noun)
    if parts.id is not None:
        id = values[parts.id]
        return None if id is None else Reference(id=str(id))
    for system, path in parts.reference_keys:
        id = values[path]
        return None if id is None else Reference(key=OutsideKey(system, str(id)))
    return UNSTATED


def account_named(values: Values) -> Reference | Unstated | None:
    """The account that the row names; None when the cell is empty."""
    return _reference(values, "account")


def has_account(values: Values) -> bool:
    """Whether a person's row names an account."""
    return isinstance(_reference(values, "account"), Reference)


def has_parent(values: Values) -> bool:
    """Whether the row names a parent."""
    return isinstance(_reference(values, "parent"), Reference)


def _id(values: Values) -> str | None:
    id = values.get("id")
    return None if id is None else str(id)


def _keys(values: Values) -> tuple[OutsideKey, ...]:
    """The outside keys; an empty cell leaves the key there is."""
    return tuple(
        OutsideKey(system, str(id))
        for system, path in _parts(tuple(values), "").keys
        if (id := values[path]) is not None
    )


def _under(values: Values, stem: str) -> Iterator[tuple[str, Value | None]]:
    """The fields whose path begins so, by the rest of it."""
    for path, value in values.items():
        if path.startswith(stem):
            yield path.removeprefix(stem), value


def _fields(values: Values, reference: str) -> dict[str, object]:
    """What is neither id nor key nor about the record referred to."""
    return {path: values[path] for path in _parts(tuple(values), reference).fields}


class _Parts(NamedTuple):
    """Paths apart: fields, own keys by system, and the id and the keys of the other record."""

    fields: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    id: str | None
    reference_keys: tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def _parts(paths: tuple[str, ...], noun: str) -> _Parts:
    """The same for every row that says something of the same fields: mostly all of a file."""
    others = ("keys.", f"{noun}.")
    return _Parts(
        tuple(path for path in paths if path != "id" and not path.startswith(others)),
        tuple((path.removeprefix("keys."), path) for path in paths if path.startswith("keys.")),
        f"{noun}.id" if f"{noun}.id" in paths else None,
        tuple(
            (path.removeprefix(f"{noun}.keys."), path)
            for path in paths
            if path.startswith(f"{noun}.keys.")
        ),
    )
