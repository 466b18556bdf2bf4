"""Roles: the six every tenant begins with, how many it may have, and which of them may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.identifiers import RoleId

DEFAULT_ROLES: Final = (
    "Decision Maker",
    "Influencer",
    "Practitioner",
    "Executive Steering Committee",
    "Champion",
    "Other",
)
MOST_ROLES: Final = 20


class RoleType(Enum):
    """One of the six of every tenant, or one of the tenant's own."""

    DEFAULT = "default"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class RoleIsDefault:
    """A default role stays as it is."""

    id: RoleId


@dataclass(frozen=True, slots=True)
class User:
    """Something that uses a component: what it is, its id and its name."""

    what: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class RoleInUse:
    """Role templates, buying groups or audiences use the role; `users` names some of them."""

    id: RoleId
    role_templates: int
    buying_groups: int
    account_audiences: int = 0
    users: Sequence[User] = ()


def type_of(*, is_default: bool) -> RoleType:
    """The type of a role."""
    return RoleType.DEFAULT if is_default else RoleType.CUSTOM


def check_deleting(
    id: RoleId,
    *,
    is_default: bool,
    role_templates: int,
    buying_groups: int,
    account_audiences: int = 0,
) -> RoleIsDefault | RoleInUse | None:
    """Why a role that so many templates, groups and audiences use cannot be deleted, or None."""
    if is_default:
        return RoleIsDefault(id)
    if role_templates or buying_groups or account_audiences:
        return RoleInUse(id, role_templates, buying_groups, account_audiences)
    return None
