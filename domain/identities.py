"""Identities: the e-mail addresses and outside keys that belong to one record each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.fields import NAME_LENGTH, Record, Refused, flaw_of
from domain.folding import fold

MOST_KEYS: Final = 20
MOST_FORMER: Final = 100
_SYSTEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class OutsideKey(NamedTuple):
    """The id a record has in another system."""

    system: str
    id: str


class Identity(NamedTuple):
    """A value that at most one record of the tenant carries, within its namespace."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A record named by its id, or by an outside key."""

    id: str | None = None
    key: OutsideKey | None = None

    def __post_init__(self) -> None:
        if (self.id is None) == (self.key is None):
            raise ValueError("a record is named by its id or by an outside key")

    @property
    def named(self) -> str:
        """The name to show to a reader: the id, or the system and its id."""
        return self.id or ":".join(self.key or ())


def key_identity(noun: str, key: OutsideKey) -> Identity:
    """The identity of an outside key of an account, a person or an opportunity."""
    return Identity(f"{noun}.key.{key.system}", key.id)


def email_identity(email: str) -> Identity:
    """The identity of a work e-mail address: case and composition do not matter."""
    return Identity("person.email", fold(email))


def carried(noun: str, record: Record) -> frozenset[Identity]:
    """Every identity a stored record carries, also those of records merged into it."""
    found = [Identity(f"{noun}.key.{system}", id) for system, id in record["keys"].items()]
    if noun == "person" and record["email"]:
        found.append(email_identity(record["email"]))
    former = record.get("former_keys", ())
    found += [Identity(f"{noun}.key.{key['system']}", key["id"]) for key in former]
    found += [email_identity(email) for email in record.get("former_emails", ())]
    return frozenset(found)


def is_former_key(record: Record, key: OutsideKey) -> bool:
    """Whether the key was that of a record merged into this one, which has another of its own."""
    former = {"system": key.system, "id": key.id} in record.get("former_keys", ())
    return former and key.system in record["keys"]


def is_former_email(record: Record, email: object) -> bool:
    """Whether the address was that of a record merged into this one."""
    former = record.get("former_emails", ())
    return isinstance(email, str) and fold(email) in map(fold, former)


def identify(paths: Iterable[str]) -> bool:
    """Whether one of the paths holds an identity."""
    return any(path == "email" or path.startswith("keys.") for path in paths)


def checked_keys(keys: Sequence[OutsideKey]) -> tuple[OutsideKey, ...] | Refused:
    """The keys without blanks around their ids: at most 20, one a system."""
    if len(keys) > MOST_KEYS:
        return Refused("keys", f"has more than {MOST_KEYS} entries")
    kept: dict[str, OutsideKey] = {}
    for place, given in enumerate(keys):
        key = checked_key(given, f"keys[{place}]")
        if isinstance(key, Refused):
            return key
        if kept.setdefault(key.system, key) != key:
            return Refused(f"keys[{place}].system", "is named twice with different ids")
    return tuple(kept.values())


def checked_key(key: OutsideKey, field: str) -> OutsideKey | Refused:
    """The key without blanks around its id; `field` is where the client wrote it."""
    if not _SYSTEM.fullmatch(key.system):
        return Refused(
            f"{field}.system",
            "must hold only letters, digits, underscores and hyphens, at most 64",
        )
    id = key.id.strip()
    if not id:
        return Refused(f"{field}.id", "is required and cannot be empty")
    if (flaw := flaw_of(id, NAME_LENGTH)) is not None:
        return Refused(f"{field}.id", flaw.reason)
    return key if id == key.id else OutsideKey(key.system, id)


def checked_reference(reference: Reference, field: str) -> Reference | Refused:
    """The reference without blanks around its key's id; `field` is where the client wrote it."""
    if reference.id is not None:
        return checked_id(reference.id, f"{field}.id") or reference
    assert reference.key is not None
    key = checked_key(reference.key, f"{field}.key")
    return key if isinstance(key, Refused) else Reference(key=key)


def checked_id(id: str, field: str) -> Refused | None:
    """Why nothing can be looked up by that id."""
    flaw = flaw_of(id, NAME_LENGTH)
    return Refused(field, flaw.reason) if flaw else None
