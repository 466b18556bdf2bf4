"""Completeness: how full a group is against what its template requires."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from domain.identifiers import RoleId


@dataclass(frozen=True, slots=True)
class RoleRequirement:
    """How many members a role needs, and whether the group's completeness counts it."""

    role: RoleId
    members_required: int
    is_required: bool

    def __post_init__(self) -> None:
        if self.members_required < 1:
            raise ValueError(f"a role requires at least one member, not {self.members_required}")


def of_role(assigned: int, members_required: int) -> Fraction:
    """The share of a role that is filled, 0 to 1: members beyond the requirement add nothing."""
    if members_required < 1:
        raise ValueError(f"a role requires at least one member, not {members_required}")
    return min(Fraction(assigned, members_required), Fraction(1))


def of_group(filled: Iterable[Fraction]) -> Fraction:
    """The mean of the required roles' shares, 0 to 1; a group that requires nobody is complete."""
    shares = list(filled)
    return sum(shares, Fraction(0)) / len(shares) if shares else Fraction(1)


def percent(share: Fraction) -> float:
    """A share of 1 as percent, at the nine decimals scores are kept with."""
    return round(float(share * 100), 9)
