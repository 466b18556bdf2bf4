from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import completeness


@pytest.mark.parametrize(
    ("assigned", "required", "share"),
    [
        pytest.param(0, 1, Fraction(0), id="nobody there"),
        pytest.param(1, 3, Fraction(1, 3), id="one of three"),
        pytest.param(3, 3, Fraction(1), id="all there"),
        pytest.param(7, 3, Fraction(1), id="more than required add nothing"),
    ],
)
def test_the_share_of_a_role(assigned: int, required: int, share: Fraction) -> None:
    assert completeness.of_role(assigned, required) == share


@pytest.mark.parametrize(
    ("is_required", "assigned", "missing"),
    [
        pytest.param(True, 0, True, id="counts and nobody has it"),
        pytest.param(True, 1, False, id="somebody has it, if too few"),
        pytest.param(False, 0, False, id="does not count"),
    ],
)
def test_a_role_is_missing_when_it(is_required: bool, assigned: int, missing: bool) -> None:
    assert completeness.is_missing(is_required, assigned) is missing


def test_a_role_that_requires_nobody_is_no_role() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        completeness.of_role(0, 0)


@pytest.mark.parametrize(
    ("shares", "percent"),
    [
        pytest.param([1, 1, 1, 0], 75.0, id="three of four filled"),
        pytest.param([1, 1, 0], 66.666666667, id="two of three, at nine decimals"),
        pytest.param([Fraction(1, 3), 1], 66.666666667, id="a third and a whole"),
        pytest.param([], 100.0, id="nothing required is complete"),
        pytest.param([0], 0.0, id="empty"),
    ],
)
def test_the_completeness_of_a_group(shares: list[int | Fraction], percent: float) -> None:
    filled = [Fraction(share) for share in shares]

    assert completeness.percent(completeness.of_group(filled)) == percent
    assert completeness.percent(completeness.of_group(reversed(filled))) == percent


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1))
def test_completeness_stays_between_nothing_and_all(roles: list[tuple[int, int]]) -> None:
    share = completeness.of_group(completeness.of_role(*role) for role in roles)

    assert 0 <= share <= 1
    assert (share == 1) == all(assigned >= required for assigned, required in roles)
