"""Role templates: the roles of a group in order of priority, and the rules that fill them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

from domain.conditions import Condition
from domain.identifiers import RoleId, RoleTemplateId


class Weighting(Enum):
    """How much a role counts in a group."""

    TRIVIAL = "trivial"
    MINOR = "minor"
    NORMAL = "normal"
    IMPORTANT = "important"
    VITAL = "vital"


WEIGHTS: Final[Mapping[Weighting, int]] = {
    Weighting.TRIVIAL: 20,
    Weighting.MINOR: 40,
    Weighting.NORMAL: 60,
    Weighting.IMPORTANT: 80,
    Weighting.VITAL: 100,
}


class TemplateStatus(Enum):
    """A draft is edited; a live template serves solution interests and keeps its roles."""

    DRAFT = "draft"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class TemplateRole:
    """One role of a template. Without a condition nobody is assigned to it by rule."""

    role: RoleId
    weighting: Weighting
    is_required: bool
    members_required: int
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """A version of a template; `revision` grows whenever members required change."""

    id: RoleTemplateId
    status: TemplateStatus
    revision: int
    roles: tuple[TemplateRole, ...]


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Why the roles cannot be saved or published: the place and the reason."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class TemplateIsLive:
    """A live template's roles are fixed."""

    id: RoleTemplateId


def check_roles(roles: Sequence[TemplateRole]) -> TemplateFault | None:
    """The first fault of a draft's roles: a role stands once, and requires at least one member."""
    seen: set[RoleId] = set()
    for place, entry in enumerate(roles):
        if entry.role in seen:
            return TemplateFault(f"roles[{place}].role", "stands in the template already")
        if entry.members_required < 1:
            return TemplateFault(f"roles[{place}].membersRequired", "must be at least 1")
        seen.add(entry.role)
    return None


def check_publishing(roles: Sequence[TemplateRole]) -> TemplateFault | None:
    """Why a draft cannot go live: completeness needs a role, and one that counts for it."""
    if not roles:
        return TemplateFault("roles", "a live template needs at least one role")
    if not any(entry.is_required for entry in roles):
        return TemplateFault("roles", "at least one role must be required for completeness")
    return check_roles(roles)


def shares(weightings: Mapping[RoleId, Weighting]) -> dict[RoleId, Fraction]:
    """Each role's weight divided by the sum of the weights."""
    total = sum(WEIGHTS[weighting] for weighting in weightings.values())
    return {role: Fraction(WEIGHTS[weighting], total) for role, weighting in weightings.items()}
