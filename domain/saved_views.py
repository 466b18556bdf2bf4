"""Saved views: filters that are kept under a name, and what they name that may be gone one day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from domain.identifiers import prefix_of

_STAGE: Final = "stg"


class Named(Enum):
    """What a filter may name; the value is the collection it lies in."""

    SOLUTION_INTEREST = "solution_interests"
    ACCOUNT = "accounts"
    ROLE_TEMPLATE = "role_templates"
    PERSON = "people"
    ROLE = "roles"
    STAGE = "stages"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a filter names by its id, and where in the filter it does."""

    path: str
    kind: Named
    id: str


@dataclass(frozen=True, slots=True)
class ViewNotOwned:
    """The view is shared by somebody else, who alone may change it."""

    id: str
    owner: str


_LISTS: Final = (
    ("solutionInterests", Named.SOLUTION_INTEREST),
    ("accounts", Named.ACCOUNT),
    ("roleTemplates", Named.ROLE_TEMPLATE),
    ("members", Named.PERSON),
    ("removedPeople", Named.PERSON),
    ("missingRoles.anyOf", Named.ROLE),
    ("missingRoles.allOf", Named.ROLE),
    ("missingRoles.noneOf", Named.ROLE),
    ("stage.anyOf", Named.STAGE),
    ("stage.noneOf", Named.STAGE),
)


def references(filter: Mapping[str, Any]) -> Iterator[Reference]:
    """Everything that a filter of buying groups, as clients write it, names by an id."""
    for path, kind in _LISTS:
        for place, id in enumerate(_at(filter, path)):
            if kind is not Named.STAGE or prefix_of(id) == _STAGE:
                yield Reference(f"{path}[{place}]", kind, id)
    for place, count in enumerate(filter.get("peopleInRole") or ()):
        yield Reference(f"peopleInRole[{place}].role", Named.ROLE, count["role"])


def _at(filter: Mapping[str, Any], path: str) -> list[str]:
    value: Any = filter
    for name in path.split("."):
        value = (value or {}).get(name)
    return value or []
