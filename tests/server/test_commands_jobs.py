from datetime import timedelta

import pytest

from server.commands_jobs import in_words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, ""),
        (timedelta(seconds=0.4), "about 0 s left"),
        (timedelta(seconds=59.4), "about 59 s left"),
        (timedelta(seconds=59.6), "about 1 min left"),
        (timedelta(minutes=3, seconds=40), "about 4 min left"),
        (timedelta(minutes=59, seconds=40), "about 1 h 0 min left"),
        (timedelta(hours=26, minutes=5), "about 26 h 5 min left"),
    ],
)
def test_the_time_left_is_said_as_people_say_it(left: timedelta | None, words: str) -> None:
    assert in_words(left) == words
