from decimal import Decimal

import pytest

from domain import decay
from domain.decay import NO_DECAY, Decay, DecayKind
from domain.fields import Refused

LINEAR = Decay(DecayKind.LINEAR)
WEEKLY = Decay(DecayKind.HALF_LIFE, 7)


@pytest.mark.parametrize(
    ("kind", "days_ago", "expected"),
    [
        pytest.param(NO_DECAY, 29, "1", id="nothing decays"),
        pytest.param(LINEAR, 0, "1", id="today counts whole"),
        pytest.param(LINEAR, 15, "0.5", id="half the window, half the weight"),
        pytest.param(LINEAR, 20, "0.333333", id="at six decimals"),
        pytest.param(LINEAR, 29, "0.033333", id="the window's first day"),
        pytest.param(LINEAR, 30, "0", id="nothing at the window's end"),
        pytest.param(WEEKLY, 0, "1", id="today counts whole by half-life too"),
        pytest.param(WEEKLY, 7, "0.5", id="half after a half-life"),
        pytest.param(WEEKLY, 21, "0.125", id="an eighth after three"),
        pytest.param(WEEKLY, 1, "0.905724", id="between"),
    ],
)
def test_factors(kind: Decay, days_ago: int, expected: str) -> None:
    assert decay.factor(kind, days_ago, 30) == Decimal(expected)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        pytest.param(Decay(DecayKind.HALF_LIFE), "is required with HALF_LIFE", id="no half-life"),
        pytest.param(
            Decay(DecayKind.HALF_LIFE, 0), "must be between 1 and 365, not 0", id="too short"
        ),
        pytest.param(
            Decay(DecayKind.HALF_LIFE, 366), "must be between 1 and 365, not 366", id="too long"
        ),
        pytest.param(Decay(DecayKind.LINEAR, 7), "is for HALF_LIFE alone", id="half-life beside"),
    ],
)
def test_decays_that_cannot_be(wanted: Decay, reason: str) -> None:
    assert decay.check(wanted) == Refused("halfLifeDays", reason)


def test_decays_that_can_be() -> None:
    assert [decay.check(each) for each in (NO_DECAY, LINEAR, WEEKLY)] == [None, None, None]
