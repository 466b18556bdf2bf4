from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.plain_values import plain


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param(True, True, id="a truth value"),
        pytest.param(2.5, 2.5, id="a number"),
        pytest.param("ß", "ß", id="a text"),
        pytest.param(datetime(2026, 5, 4, tzinfo=UTC), "2026-05-04", id="a midnight is a day"),
        pytest.param(
            datetime(2026, 5, 4, 2, tzinfo=timezone(timedelta(hours=2))),
            "2026-05-04",
            id="a midnight of another zone",
        ),
        pytest.param(
            datetime(2026, 5, 4, 12, 30, tzinfo=UTC), "2026-05-04T12:30:00.000Z", id="a moment"
        ),
        pytest.param(
            {"since": [datetime(2026, 5, 4, tzinfo=UTC), (1, None)]},
            {"since": ["2026-05-04", [1, None]]},
            id="what stands within",
        ),
    ],
)
def test_a_stored_value_is_told_in_the_words_of_json(value: object, words: object) -> None:
    assert plain(value) == words


def test_what_json_has_no_word_for_is_an_error() -> None:
    with pytest.raises(TypeError, match="no word for bytes"):
        plain({"after": [b"x"]})
