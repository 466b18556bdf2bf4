"""Completeness: how full a group is against what its template requires."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=1_024)
def of_role(assigned: int, members_required: int) -> Fraction:
    """The share of a role that is filled, 0 to 1: members beyond the requirement add nothing."""
    if members_required < 1:
        raise ValueError(f"members required must be 1 or more, not {members_required}")
    return min(Fraction(assigned, members_required), Fraction(1))


def is_missing(is_required: bool, assigned: int) -> bool:
    """Whether nobody has a role that completeness counts."""
    return is_required and assigned == 0


def of_group(filled: Iterable[Fraction]) -> Fraction:
    """The mean of the required roles' shares, 0 to 1; nothing required is all there."""
    shares = list(filled)
    return sum(shares, Fraction(0)) / len(shares) if shares else Fraction(1)


def percent(share: Fraction) -> float:
    """A share of 1 as percent, at the nine decimals scores are kept with."""
    return round(share.numerator * 100 / share.denominator, 9)
