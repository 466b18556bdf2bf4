from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plain_values import written_moment
from schema.scalars import shown_moment

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))])
FIRST = datetime(1, 1, 2, tzinfo=UTC)
LATER = st.timedeltas(timedelta(0), timedelta(days=9_990 * 365))


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        pytest.param(
            datetime(2026, 5, 4, 12, tzinfo=UTC), "2026-05-04T12:00:00.000Z", id="a whole second"
        ),
        pytest.param(
            datetime(2026, 5, 4, 12, 0, 1, 7_000, UTC), "2026-05-04T12:00:01.007Z", id="thousandths"
        ),
        pytest.param(
            datetime(2026, 5, 4, 12, 0, 1, 999_999, UTC),
            "2026-05-04T12:00:01.999Z",
            id="less than a thousandth is cut off",
        ),
        pytest.param(
            datetime(2026, 5, 4, 12, tzinfo=timezone(timedelta(hours=2))),
            "2026-05-04T10:00:00.000Z",
            id="an offset",
        ),
        pytest.param(datetime(7, 5, 4, tzinfo=UTC), "0007-05-04T00:00:00.000Z", id="long ago"),
    ],
)
def test_a_moment_is_shown_in_utc_to_the_millisecond(moment: datetime, shown: str) -> None:
    assert shown_moment(moment) == shown


@given(LATER, ZONES)
def test_it_is_shown_as_it_is_written_elsewhere(later: timedelta, zone: timezone) -> None:
    moment = (FIRST + later).astimezone(zone)

    assert shown_moment(moment) == written_moment(moment)
