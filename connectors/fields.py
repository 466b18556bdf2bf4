"""The fields an import can fill, for each kind of record, and what sort of value each takes."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Kind(Enum):
    """What one row of the file is."""

    ACCOUNTS = "accounts"
    PEOPLE = "people"
    OPPORTUNITIES = "opportunities"
    ACTIVITIES = "activities"
    INTEREST_SIGNALS = "interest_signals"
    BUYING_GROUPS = "buying_groups"


class Sort(Enum):
    """What sort of value a field takes."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    YES_NO = "yes or no"
    DATE = "date"
    MOMENT = "moment"
    TEXTS = "list of texts"
    NUMBERS = "list of numbers"
    OBJECT = "JSON object"
    STATED = "stated by the mapping"


ADDRESS: Final = {
    f"address.{part}": Sort.TEXT
    for part in ("street", "city", "state", "region", "postal_code", "country")
}

FIELDS: Final[Mapping[Kind, Mapping[str, Sort]]] = MappingProxyType(
    {
        Kind.ACCOUNTS: {
            "id": Sort.TEXT,
            "name": Sort.TEXT,
            "industry": Sort.TEXT,
            "annual_revenue": Sort.NUMBER,
            "employees": Sort.WHOLE,
            "sic_code": Sort.TEXT,
            "website": Sort.TEXT,
            "phone": Sort.TEXT,
            **ADDRESS,
            "products": Sort.TEXTS,
            "parent.id": Sort.TEXT,
            "parent.keys.*": Sort.TEXT,
            "keys.*": Sort.TEXT,
            "custom.*": Sort.STATED,
        },
        Kind.PEOPLE: {
            "id": Sort.TEXT,
            "email": Sort.TEXT,
            "first_name": Sort.TEXT,
            "last_name": Sort.TEXT,
            "job_title": Sort.TEXT,
            "phone": Sort.TEXT,
            "mobile_phone": Sort.TEXT,
            **ADDRESS,
            "email_invalid": Sort.YES_NO,
            "email_suspended": Sort.YES_NO,
            "unsubscribed": Sort.YES_NO,
            "marketing_suspended": Sort.YES_NO,
            "inferred_state": Sort.TEXT,
            "inferred_region": Sort.TEXT,
            "account.id": Sort.TEXT,
            "account.keys.*": Sort.TEXT,
            "account.relation": Sort.TEXT,
            "account.roles": Sort.TEXTS,
            "keys.*": Sort.TEXT,
            "custom.*": Sort.STATED,
        },
        Kind.OPPORTUNITIES: {
            "id": Sort.TEXT,
            "account.id": Sort.TEXT,
            "account.keys.*": Sort.TEXT,
            "product": Sort.TEXT,
            "name": Sort.TEXT,
            "stage": Sort.TEXT,
            "amount": Sort.NUMBER,
            "is_closed": Sort.YES_NO,
            "is_won": Sort.YES_NO,
            "close_date": Sort.DATE,
            "keys.*": Sort.TEXT,
        },
        Kind.ACTIVITIES: {
            "source": Sort.TEXT,
            "source_id": Sort.TEXT,
            "type": Sort.TEXT,
            "at": Sort.MOMENT,
            "person.id": Sort.TEXT,
            "person.email": Sort.TEXT,
            "person.keys.*": Sort.TEXT,
            "attributes": Sort.OBJECT,
            "attributes.*": Sort.STATED,
            "source_updated_at": Sort.MOMENT,
            "excluded_as": Sort.TEXT,
        },
        Kind.INTEREST_SIGNALS: {
            "source": Sort.TEXT,
            "source_id": Sort.TEXT,
            "solution_interest": Sort.TEXT,
            "strength": Sort.TEXT,
            "at": Sort.MOMENT,
            "person.id": Sort.TEXT,
            "person.email": Sort.TEXT,
            "person.keys.*": Sort.TEXT,
        },
        Kind.BUYING_GROUPS: {
            "account.id": Sort.TEXT,
            "account.keys.*": Sort.TEXT,
            "solution_interest": Sort.TEXT,
            "role_template": Sort.TEXT,
            "stage": Sort.TEXT,
            "person.id": Sort.TEXT,
            "person.email": Sort.TEXT,
            "person.keys.*": Sort.TEXT,
            "role": Sort.TEXT,
            "method": Sort.TEXT,
            "reason": Sort.TEXT,
        },
    }
)


def sort_of(kind: Kind, path: str) -> Sort | None:
    """The sort of value the field takes; None when this kind of record has no such field."""
    fields = FIELDS[kind]
    stem, _, name = path.rpartition(".")
    return fields.get(path) or (fields.get(f"{stem}.*") if stem and name else None)


def is_group(kind: Kind, path: str) -> bool:
    """Whether fields stand below the path, as `address.city` stands below `address`."""
    return any(field.startswith(f"{path}.") for field in FIELDS[kind])


NEEDED: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.ACCOUNTS: (),
        Kind.PEOPLE: (),
        Kind.OPPORTUNITIES: (),
        Kind.ACTIVITIES: ("source", "source_id", "type", "at", "person"),
        Kind.INTEREST_SIGNALS: (
            "source",
            "source_id",
            "solution_interest",
            "strength",
            "at",
            "person",
        ),
        Kind.BUYING_GROUPS: ("account", "solution_interest"),
    }
)


TOLD: Final = frozenset({Kind.ACTIVITIES, Kind.INTEREST_SIGNALS, Kind.BUYING_GROUPS})
"""What sources tell row by row, and not records with names of their own: no row stands for another.

Activities and signals are known by a source and an id there, groups by account and interest.
"""


def reference_of(path: str) -> str | None:
    """The other record that the field names, by id, e-mail or outside key: `parent`, `account`."""
    noun, _, rest = path.partition(".")
    is_naming = rest in ("id", "email") or rest.startswith("keys.")
    return noun if is_naming and noun != "keys" else None


def is_own_name(path: str) -> bool:
    """Whether the field names the record itself, so that it is found when it comes again."""
    return path in ("id", "email") or path.startswith("keys.")
