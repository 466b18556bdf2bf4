"""Attributes: the closed catalogue of what a condition can ask about, and where it is stored.

Texts are stored twice, as given and folded; the folded copy is made here, from the catalogue.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from domain.folding import fold
from domain.operators import EMPTINESS, OPERATORS_OF, Operator, ValueType

FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What a custom or derived field may be called; always matched in full."""


class Scope(Enum):
    """Whose attribute it is: the account's, the person's, or of the relation between them."""

    ACCOUNT = "account"
    PERSON = "person"
    RELATION = "relation"


class FieldType(Enum):
    """The type a tenant declares for a custom or derived field."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT_LIST = "text_list"
    NUMBER_LIST = "number_list"


VALUE_TYPE_OF: Final[Mapping[FieldType, ValueType]] = MappingProxyType(
    {
        FieldType.TEXT: ValueType.TEXT,
        FieldType.NUMBER: ValueType.NUMBER,
        FieldType.BOOLEAN: ValueType.BOOLEAN,
        FieldType.DATE: ValueType.DATE,
        FieldType.TEXT_LIST: ValueType.TEXT,
        FieldType.NUMBER_LIST: ValueType.NUMBER,
    }
)
"""How the values of a declared field compare; a list compares element by element."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing to ask about; `type` is None for a family of fields that tenants declare.

    `path` leads to its value in the document, for a relation inside one relation.
    """

    key: str
    scope: Scope
    type: ValueType | None
    path: tuple[str, ...]
    description: str
    choices: tuple[str, ...] = ()
    can_be_empty: bool = True
    field: str | None = None

    @property
    def is_family(self) -> bool:
        """Whether it stands for many declared fields, of which a test names one."""
        return self.type is None

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators that fit; of a family none, for each field has its own type."""
        return () if self.type is None else self.operators_as(self.type)

    def operators_as(self, value_type: ValueType) -> tuple[Operator, ...]:
        """The operators that fit when its values are of this type."""
        fitting = OPERATORS_OF[value_type]
        return tuple(o for o in fitting if self.can_be_empty or o not in EMPTINESS)

    def of_field(self, name: str) -> "Attribute":
        """The attribute of one declared field of this family."""
        if not self.is_family:
            raise ValueError(f"{self.key} has no fields")
        return replace(self, field=name, path=(self.path[0], name))


def _account(name: str, kind: ValueType | None, path: str, description: str) -> Attribute:
    return Attribute(f"account.{name}", Scope.ACCOUNT, kind, tuple(path.split(".")), description)


def _person(name: str, kind: ValueType | None, path: str, description: str) -> Attribute:
    return Attribute(f"person.{name}", Scope.PERSON, kind, tuple(path.split(".")), description)


IS_TOP_LEVEL: Final = Attribute(
    "account.is_top_level",
    Scope.ACCOUNT,
    ValueType.BOOLEAN,
    ("level",),
    "Whether the account has no parent.",
    can_be_empty=False,
)
LEVEL: Final = _account(
    "level", ValueType.NUMBER, "level", "Level in the hierarchy of accounts, 1 at the top."
)
ENGAGEMENT_SCORE: Final = Attribute(
    "person.engagement_score",
    Scope.PERSON,
    ValueType.NUMBER,
    ("engagement", "raw"),
    "Exact engagement score of the person, 0 to 100; 0 without activity.",
    can_be_empty=False,
)
PERSONA: Final = _person(
    "persona", ValueType.ID, "persona", "Persona the person is of, by its id or its name."
)
RELATION_ROLE: Final = Attribute(
    "relation_role",
    Scope.RELATION,
    ValueType.TEXT,
    ("roles",),
    'Role names of the person in the account, such as "owner".',
)

CATALOGUE: Final[tuple[Attribute, ...]] = (
    _account("name", ValueType.TEXT, "name", "Name of the account."),
    _account("industry", ValueType.TEXT, "industry", "Industry."),
    _account("annual_revenue", ValueType.NUMBER, "annual_revenue", "Annual revenue."),
    _account("employees", ValueType.NUMBER, "employees", "Number of employees."),
    _account("sic_code", ValueType.TEXT, "sic_code", "SIC code."),
    _account("city", ValueType.TEXT, "address.city", "City of the billing address."),
    _account("state", ValueType.TEXT, "address.state", "State of the billing address."),
    _account("region", ValueType.TEXT, "address.region", "Region of the billing address."),
    _account("country", ValueType.TEXT, "address.country", "Country of the billing address."),
    _account("products", ValueType.TEXT, "products", "Products the account owns."),
    _account("parent", ValueType.ID, "parent_id", "Parent account; empty at the top."),
    _account("any_ancestor", ValueType.ID, "ancestor_ids", "Any account above, at any distance."),
    LEVEL,
    IS_TOP_LEVEL,
    _account("custom", None, "custom", "A custom field of the account."),
    _account("derived", None, "derived", "A field of the account that a rule sets."),
    _person("first_name", ValueType.TEXT, "first_name", "First name."),
    _person("last_name", ValueType.TEXT, "last_name", "Last name."),
    _person("email", ValueType.TEXT, "email", "Work e-mail address."),
    _person("job_title", ValueType.TEXT, "job_title", "Job title."),
    _person("phone", ValueType.TEXT, "phone", "Phone number."),
    _person("mobile_phone", ValueType.TEXT, "mobile_phone", "Mobile phone number."),
    _person("city", ValueType.TEXT, "address.city", "City."),
    _person("state", ValueType.TEXT, "address.state", "State."),
    _person("postal_code", ValueType.TEXT, "address.postal_code", "Postal code."),
    _person("country", ValueType.TEXT, "address.country", "Country."),
    _person("inferred_state", ValueType.TEXT, "inferred_state", "State inferred from visits."),
    _person("inferred_region", ValueType.TEXT, "inferred_region", "Region inferred from visits."),
    _person("email_invalid", ValueType.BOOLEAN, "email_invalid", "The e-mail address is invalid."),
    _person("email_suspended", ValueType.BOOLEAN, "email_suspended", "E-mail is suspended."),
    _person("unsubscribed", ValueType.BOOLEAN, "unsubscribed", "The person has unsubscribed."),
    _person(
        "marketing_suspended",
        ValueType.BOOLEAN,
        "marketing_suspended",
        "Marketing to the person is suspended.",
    ),
    ENGAGEMENT_SCORE,
    PERSONA,
    _person("custom", None, "custom", "A custom field of the person."),
    Attribute(
        "relation",
        Scope.RELATION,
        ValueType.CHOICE,
        ("relation",),
        "How the person belongs to the account.",
        choices=("employee", "contractor", "other"),
    ),
    RELATION_ROLE,
)

_BY_KEY: Final = {attribute.key: attribute for attribute in CATALOGUE}
_FOLDED: Final = {
    scope: tuple(
        (each.path, each.is_family)
        for each in CATALOGUE
        if each.scope is scope and (each.is_family or each.type is ValueType.TEXT)
    )
    for scope in Scope
}


def attribute(key: str) -> Attribute | None:
    """The attribute of that key, or None when the catalogue has none."""
    return _BY_KEY.get(key)


def value_at(document: Mapping[str, Any], path: Iterable[str]) -> object:
    """The value a path of names leads to; None where a name is missing or leads nowhere."""
    value: object = document
    for name in path:
        if type(value) is not dict and not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def folded_of_account(account: Mapping[str, Any]) -> dict[str, Any]:
    """The folded copy of an account's texts, to be stored as its `folded`."""
    return _folded(account, Scope.ACCOUNT)


def folded_of_person(person: Mapping[str, Any]) -> dict[str, Any]:
    """The folded copy of a person's texts and relations' roles, to be stored as its `folded`."""
    copy = _folded(person, Scope.PERSON)
    relations = _folded_relations(person.get("relations"))
    return copy | {"relations": relations} if relations else copy


def _folded(document: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for path, is_family in _FOLDED[scope]:
        value = value_at(document, path)
        if value is None:
            continue
        value = _folded_fields(value) if is_family else _folded_value(value)
        if value:
            *parents, name = path
            inner = copy
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[name] = value
    return copy


def _folded_fields(fields: object) -> dict[str, Any]:
    """The folded texts of all declared fields, whatever their declared type."""
    if not isinstance(fields, Mapping):
        return {}
    folded = {
        name: _folded_value(value)
        for name, value in fields.items()
        if isinstance(name, str) and FIELD_NAME.fullmatch(name)
    }
    return {name: value for name, value in folded.items() if value}


def _folded_relations(relations: object) -> list[dict[str, Any]]:
    if not isinstance(relations, (list, tuple)):
        return []
    return [
        {"account_id": relation.get("account_id"), "roles": roles}
        for relation in relations
        if isinstance(relation, Mapping) and (roles := _folded_value(relation.get("roles")))
    ]


def _folded_value(value: object) -> str | list[str]:
    """A text or list of texts folded; what is no text, or blank, is left out."""
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, (list, tuple)):
        return [text for each in value if isinstance(each, str) and (text := fold(each))]
    return ""
