import re
from datetime import UTC, datetime, timedelta

from execution.new_ids import new_id

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_an_id_is_its_prefix_and_26_digits_that_are_never_mistaken_for_others() -> None:
    assert re.fullmatch(r"acc_[0-9a-hjkmnp-tv-z]{26}", new_id("acc", NOON))


def test_the_first_ten_digits_tell_the_millisecond() -> None:
    beginning = datetime(2016, 7, 30, 23, 54, 10, 259_000, UTC)  # the example of the ULID's text

    assert new_id("evt", beginning)[4:14] == "01arz3ndek"


def test_ids_of_later_moments_sort_after_earlier_ones() -> None:
    made = [new_id("evt", NOON + timedelta(milliseconds=n)) for n in range(1_000)]

    assert made == sorted(made)


def test_ids_of_one_moment_differ_and_sort_in_the_order_they_were_made() -> None:
    made = [new_id("evt", NOON) for _ in range(5_000)]

    assert made == sorted(set(made))


def test_a_moment_that_comes_again_does_not_bring_its_ids_again() -> None:
    made = [new_id("evt", NOON + timedelta(milliseconds=n % 2)) for n in range(2_000)]

    assert len(set(made)) == 2_000
