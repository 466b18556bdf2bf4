"""Upserting: what can be said about a record, what may come of it, and what a kind brings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from domain.fields import Field, Record, Refused, Value
from domain.hierarchy import HierarchyCircle
from domain.identities import (
    Identity,
    OutsideKey,
    Reference,
    checked_id,
    checked_keys,
    is_former_email,
    is_former_key,
)

MOST_ITEMS: Final = 1_000


class Unstated(Enum):
    """What an item does not say."""

    UNSTATED = "unstated"


UNSTATED: Final = Unstated.UNSTATED


class Status(Enum):
    """What came of an item that was accepted."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class TooManyItems:
    """The whole call is refused; nothing of it is done."""

    count: int
    most: int = MOST_ITEMS


@dataclass(frozen=True, slots=True)
class Applied:
    """The record says now what the item says."""

    status: Status
    id: str


@dataclass(frozen=True, slots=True)
class OwnedByAnother:
    """The id, outside key or e-mail address of this field belongs to another record."""

    field: str
    owner: str


@dataclass(frozen=True, slots=True)
class UnknownRecord:
    """The item names a record that the tenant does not have."""

    field: str
    noun: str
    named: str


Refusal: TypeAlias = Refused | OwnedByAnother | UnknownRecord | HierarchyCircle


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is said about one record: given fields by their stored path, null clears.

    `keys` are set system by system; None takes all of them away.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    keys: Sequence[OutsideKey] | None = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom an identity is claimed for, by which act of claiming, and whether long ago."""

    owner: str
    token: object
    is_stale: bool


class Wanted(NamedTuple):
    """A claim the batch needs before its drafts are stored, instead of which other one."""

    owner: str
    instead_of: Claim | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one item changed in a record; `place` is the item's place in the call."""

    place: int
    is_creation: bool
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(slots=True)
class Draft:
    """A record as the batch leaves it; no version means that it is new.

    `places` are those of all items that found it, also of those that changed nothing.
    """

    record: dict[str, Any]
    version: int | None
    identities_before: frozenset[Identity]
    identities: frozenset[Identity]
    places: list[int] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.record["_id"])


ItemT = TypeVar("ItemT", bound=Item)
Resolve: TypeAlias = Callable[[Reference], Record | None]
"""Finds the record that a reference names, or None."""


class Rules(Protocol[ItemT]):
    """What is particular to a kind of record."""

    @property
    def noun(self) -> str:
        """The word for one: account, person, opportunity."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that can be given, by path."""

    def checked(self, item: ItemT) -> ItemT | Refused:
        """The item as it can be stored, or the first field that cannot."""

    def identities(self, item: ItemT) -> Sequence[tuple[str, Identity]]:
        """The identities an item names, each with the field that names it, keys first."""

    def missing(self, item: ItemT) -> Refused | None:
        """What an item lacks to make a new record."""

    def blank(self, id: str) -> dict[str, Any]:
        """A record about which nothing is said yet."""

    def values(self, record: Record, item: ItemT, resolve: Resolve) -> dict[str, Value] | Refusal:
        """What the record shall hold, by path, once the item is applied."""

    def applied(self, record: Record, changes: Mapping[str, Value]) -> None:
        """Take note of what an item has changed."""

    def derived(self, record: Record) -> dict[str, Any]:
        """What follows from the rest of the record and is stored with it."""


def checked_keys_of(item: Item) -> Sequence[OutsideKey] | Refused | None:
    """The outside keys of an item, after its id has been checked as well."""
    if item.id is not None and (refused := checked_id(item.id, "id")) is not None:
        return refused
    return checked_keys(item.keys) if item.keys else item.keys


def key_values(record: Record, item: Item) -> dict[str, Value]:
    """The given fields and outside keys by path; keys of None take away all there are.

    A former key or e-mail address finds the record and leaves it its own. Only where the record is
    named by its id, a former address becomes its address again.
    """
    values = dict(item.fields)
    if item.id is None and is_former_email(record, values.get("email")):
        del values["email"]
    if item.keys is None:
        return values | {f"keys.{system}": None for system in record["keys"]}
    for key in item.keys:
        if not is_former_key(record, key):
            values[f"keys.{key.system}"] = key.id
    return values
