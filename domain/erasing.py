"""Erasing: by which texts a person is known, and how they are taken out of what is kept.

Ids stay: they say that somebody was there, and nobody can tell who.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.fields import Record
from domain.folding import fold
from domain.identities import Identity, OutsideKey, carried, email_identity, key_identity

ERASED: Final = "[erased]"
"""What stands where a text named the person."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a person was reported under, and the folded texts that name them."""

    identities: frozenset[Identity] = frozenset()
    texts: frozenset[str] = frozenset()

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(self.identities | other.identities, self.texts | other.texts)


def of_record(record: Record) -> Traces:
    """The traces of a stored person: addresses, outside keys and the full name, if both parts."""
    return _of_identities(carried("person", record)) | Traces(texts=_named(record))


def of_history(personal: Iterable[Mapping[str, Any]]) -> Traces:
    """The traces in what events keep apart about the person: what they were known by before.

    One event may tell a first name and another the last; each of them may have gone together.
    """
    told = [each for part in personal for each in (part.get("before"), part.get("after")) if each]
    known: set[Identity] = set()
    for values in told:
        keys = values.get("keys") or {}
        known |= {key_identity("person", OutsideKey(*key)) for key in keys.items() if key[1]}
        if values.get("email"):
            known.add(email_identity(values["email"]))
    firsts = {each.get("first_name") for each in told}
    lasts = {each.get("last_name") for each in told}
    names = [_named({"first_name": first, "last_name": last}) for first in firsts for last in lasts]
    return _of_identities(known) | Traces(texts=frozenset().union(*names))


def redacted(value: Any, texts: frozenset[str]) -> Any:
    """The value, in which every text that contains one of these is replaced as a whole."""
    if isinstance(value, str):
        folded = fold(value)
        return ERASED if any(text in folded for text in texts) else value
    if isinstance(value, Mapping):
        return {key: redacted(part, texts) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(part, texts) for part in value]
    return value


def _named(values: Mapping[str, Any]) -> frozenset[str]:
    parts = [values.get("first_name"), values.get("last_name")]
    return frozenset([fold(" ".join(map(str, parts)))] if all(parts) else [])


def _of_identities(identities: Iterable[Identity]) -> Traces:
    """An address names its person wherever it stands, an outside key with its system only."""
    known = frozenset(identities)
    texts = {
        value if namespace == "person.email" else fold(f"{namespace.split('.', 2)[2]}:{value}")
        for namespace, value in known
    }
    return Traces(known, frozenset(texts))
