from datetime import UTC, datetime, timedelta

import pytest

from domain.hand_offs import (
    AcceptedAlready,
    HandOff,
    HandOffState,
    NotReady,
    NotWithSales,
    accept,
    hand_over,
    send_back,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
WAITING = HandOff(HandOffState.HANDED_OVER, "ana", NOON, "max")
ACCEPTED = HandOff(HandOffState.ACCEPTED, "ana", NOON, "max", LATER, "ana")
RETURNED = HandOff(HandOffState.RETURNED, "ana", NOON, "max", LATER, "ana", "too early")


@pytest.mark.parametrize(
    ("before", "owner", "readiness", "expected"),
    [
        pytest.param(
            None,
            "bob",
            True,
            HandOff(HandOffState.HANDED_OVER, "bob", LATER, "eva"),
            id="a ready group goes to its owner",
        ),
        pytest.param(
            None, "bob", False, NotReady(is_anything_asked=True), id="not before it is ready"
        ),
        pytest.param(
            None,
            "bob",
            None,
            NotReady(is_anything_asked=False),
            id="where nothing is asked nothing is ready",
        ),
        pytest.param(WAITING, "ana", False, WAITING, id="the same again stays as it is"),
        pytest.param(
            WAITING,
            "bob",
            True,
            HandOff(HandOffState.HANDED_OVER, "bob", LATER, "eva"),
            id="while it waits it may go to somebody else",
        ),
        pytest.param(
            RETURNED,
            "ana",
            True,
            HandOff(HandOffState.HANDED_OVER, "ana", LATER, "eva"),
            id="after it was returned it is handed over anew",
        ),
        pytest.param(ACCEPTED, "bob", True, AcceptedAlready("ana"), id="sales has it already"),
    ],
)
def test_handing_over(
    before: HandOff | None, owner: str, readiness: bool | None, expected: object
) -> None:
    assert hand_over(before, owner, "eva", LATER, readiness=readiness) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(WAITING, ACCEPTED, id="sales takes what waits for it"),
        pytest.param(ACCEPTED, ACCEPTED, id="the same again stays as it is"),
        pytest.param(None, NotWithSales(None), id="nothing waits"),
        pytest.param(RETURNED, NotWithSales(HandOffState.RETURNED), id="it was given back"),
    ],
)
def test_accepting(before: HandOff | None, expected: object) -> None:
    assert accept(before, "ana", LATER) == expected


@pytest.mark.parametrize(
    ("before", "reason", "expected"),
    [
        pytest.param(WAITING, "too early", RETURNED, id="sales gives it back"),
        pytest.param(ACCEPTED, "too early", RETURNED, id="even what it had accepted"),
        pytest.param(RETURNED, "too early", RETURNED, id="the same again stays as it is"),
        pytest.param(
            RETURNED, "no budget", NotWithSales(HandOffState.RETURNED), id="it is back already"
        ),
        pytest.param(None, "too early", NotWithSales(None), id="nothing waits"),
    ],
)
def test_sending_back(before: HandOff | None, reason: str, expected: object) -> None:
    assert send_back(before, reason, "ana", LATER) == expected
