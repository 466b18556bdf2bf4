from datetime import UTC, datetime, timedelta

import pytest

from domain.webhook_schedule import (
    DELAYS,
    MOST_ATTEMPTS,
    Answer,
    AttemptError,
    Delivered,
    GivenUp,
    Pace,
    TriedAgain,
    judged,
    paced,
    retry_after,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("failed_before", "wait"),
    [
        pytest.param(0, timedelta(seconds=5), id="the second comes after 5 seconds"),
        pytest.param(1, timedelta(minutes=5), id="the third after 5 minutes"),
        pytest.param(2, timedelta(minutes=30), id="the fourth after half an hour"),
        pytest.param(3, timedelta(hours=2), id="the fifth after 2 hours"),
        pytest.param(4, timedelta(hours=5), id="the sixth after 5 hours"),
        pytest.param(5, timedelta(hours=10), id="the seventh after 10 hours"),
        pytest.param(6, timedelta(hours=14), id="the eighth after 14 hours"),
        pytest.param(7, timedelta(hours=20), id="the ninth after 20 hours"),
        pytest.param(8, timedelta(hours=24), id="the tenth after a day"),
    ],
)
def test_attempts_follow_the_published_schedule(failed_before: int, wait: timedelta) -> None:
    assert judged(Answer(500), failed_before, NOON, 0.0) == TriedAgain(NOON + wait)
    assert judged(Answer(500), failed_before, NOON, 1.0) == TriedAgain(NOON + wait * 1.1)


def test_the_last_attempt_is_the_tenth_75_hours_and_a_half_after_the_first() -> None:
    assert MOST_ATTEMPTS == 10
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert judged(Answer(500), 9, NOON, 0.0) == GivenUp(is_gone=False)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(Answer(200), Delivered(), id="success"),
        pytest.param(Answer(204), Delivered(), id="success without content"),
        pytest.param(Answer(301), TriedAgain(NOON + 5 * SECOND), id="a redirect is a failure"),
        pytest.param(Answer(400), TriedAgain(NOON + 5 * SECOND), id="a refusal"),
        pytest.param(Answer(410), GivenUp(is_gone=True), id="gone"),
        pytest.param(
            Answer(None, AttemptError.TIMED_OUT), TriedAgain(NOON + 5 * SECOND), id="no answer"
        ),
        pytest.param(
            Answer(503, None, 60 * SECOND), TriedAgain(NOON + 60 * SECOND), id="asked to wait"
        ),
        pytest.param(
            Answer(429, None, SECOND), TriedAgain(NOON + 5 * SECOND), id="asked to come too soon"
        ),
    ],
)
def test_what_follows_from_an_answer(answer: Answer, verdict: object) -> None:
    assert judged(answer, 0, NOON, 0.0) == verdict


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("120", timedelta(minutes=2), id="seconds"),
        pytest.param(" 0 ", timedelta(), id="at once"),
        pytest.param("Mon, 04 May 2026 12:01:00 GMT", timedelta(minutes=1), id="a date"),
        pytest.param("Mon, 04 May 2026 11:00:00 GMT", timedelta(), id="a date that is past"),
        pytest.param("Mon, 04 May 2026 12:01:00 -0000", timedelta(minutes=1), id="no zone"),
        pytest.param("9" * 30, timedelta(days=1), id="seconds beyond all measure"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1), id="a date in the future"),
        pytest.param("soon", None, id="a word"),
        pytest.param("-5", None, id="a negative number"),
        pytest.param("", None, id="nothing"),
        pytest.param("Mon, 04 May 2026 12:00:00 +99999999999999", None, id="a zone of no date"),
        pytest.param("Mon, 04 May 999999999999999 12:00:00 GMT", None, id="a year of no date"),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOON) == wait


def test_a_receiver_that_is_slow_is_told_half_as_much_and_left_alone_for_ever_longer() -> None:
    pace = Pace(8, 8)
    rests = []
    for _ in range(9):
        pace = paced(pace, Answer(503), NOON)
        assert pace.until is not None
        rests.append((pace.until - NOON) // SECOND)

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert pace.at_once == 1
    recovered = paced(paced(pace, Answer(200), NOON), Answer(500), NOON)
    assert (recovered.at_once, recovered.slow) == (3, 0)


def test_a_receiver_that_asks_to_wait_is_left_alone_for_as_long() -> None:
    asked = paced(Pace(8, 8), Answer(429, None, 90 * SECOND), NOON)

    assert asked == Pace(8, 4, NOON + 90 * SECOND, 1)
    assert paced(asked, Answer(503), NOON).until == NOON + 90 * SECOND
