from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.activities import PersonByEmail
from domain.fields import Refused
from domain.identifiers import TenantId
from domain.interest_signals import (
    SignalReport,
    SignalSource,
    SignalStrength,
    at_least,
    checked,
    identifier,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FORM = SignalReport(
    SignalSource.FORM, "f-1", PersonByEmail("ada@example.com"), "Security", SignalStrength.LOW, NOW
)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        pytest.param(
            {"source_id": " "},
            Refused("sourceId", "is required and cannot be empty"),
            id="a signal without an id at its source",
        ),
        pytest.param(
            {"solution_interest": ""},
            Refused("solutionInterest", "is required and cannot be empty"),
            id="a signal for nothing",
        ),
        pytest.param(
            {"source_id": "a\tb"},
            Refused("sourceId", "contains a control character"),
            id="an id of two lines",
        ),
        pytest.param(
            {"at": NOW + timedelta(days=1, seconds=1)},
            Refused("at", "must not be more than one day in the future"),
            id="a signal from the day after tomorrow",
        ),
        pytest.param(
            {"at": NOW.replace(tzinfo=None)},
            Refused("at", "must state its offset from UTC"),
            id="a moment somewhere on earth",
        ),
        pytest.param(
            {"person": PersonByEmail(" ")},
            Refused("person.email", "is required and cannot be empty"),
            id="a signal of nobody",
        ),
    ],
)
def test_what_cannot_be_a_signal(changed: dict[str, Any], fault: Refused) -> None:
    assert checked(replace(FORM, **changed), NOW) == fault


def test_a_signal_is_kept_without_blanks_and_to_the_millisecond() -> None:
    given = replace(FORM, source_id=" f-1 ", at=NOW + timedelta(microseconds=1_999))

    assert checked(given, NOW) == replace(FORM, at=NOW + timedelta(milliseconds=1))


def test_a_strength_includes_the_greater_ones() -> None:
    assert at_least(SignalStrength.LOW) == tuple(SignalStrength)
    assert at_least(SignalStrength.MEDIUM) == (SignalStrength.MEDIUM, SignalStrength.HIGH)
    assert at_least(SignalStrength.HIGH) == (SignalStrength.HIGH,)


def test_a_signal_has_one_id_in_a_source_of_a_tenant() -> None:
    home = TenantId("home")
    ids = {
        identifier(home, SignalSource.FORM, "1"),
        identifier(home, SignalSource.FORM, "1"),
        identifier(home, SignalSource.FORM, "2"),
        identifier(home, SignalSource.CHAT, "1"),
        identifier(TenantId("away"), SignalSource.FORM, "1"),
    }

    assert len(ids) == 4
