import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.engagement import score
from domain.score_ranges import RawRange, raws

LARGEST = 4.0


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        pytest.param({"at_least": 50}, RawRange(1.0, None), id="half the score, a quarter raw"),
        pytest.param({"less_than": 50}, RawRange(None, 1.0), id="below it, below the raw"),
        pytest.param({"at_least": 100}, RawRange(4.0, None), id="the largest has 100"),
        pytest.param({"less_than": 100}, RawRange(None, 4.0), id="only it has 100"),
        pytest.param({"at_most": 100}, RawRange(None, None), id="nobody has more than 100"),
        pytest.param({"greater_than": 100}, None, id="nobody is found above 100"),
        pytest.param({"at_least": 0}, RawRange(0.0, None), id="everybody has at least 0"),
        pytest.param({"less_than": 0}, None, id="nobody has less than 0"),
        pytest.param({"at_least": 50, "less_than": 50}, None, id="bounds that exclude each other"),
        pytest.param({}, RawRange(None, None), id="no bounds"),
    ],
)
def test_scores_within_bounds_are_raws_within(
    bounds: dict[str, float], expected: RawRange | None
) -> None:
    assert raws(LARGEST, **bounds) == expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        pytest.param({"at_most": 0}, RawRange(None, None), id="everybody has 0"),
        pytest.param({"greater_than": 0}, None, id="nobody has more"),
    ],
)
def test_where_nobody_is_active_every_score_is_0(
    bounds: dict[str, float], expected: RawRange | None
) -> None:
    assert raws(0.0, **bounds) == expected


FIGURES = st.integers(0, 20 * 10**9).map(lambda steps: steps / 10**9)
BOUNDS = st.floats(-10, 110).map(lambda figure: round(figure, 9))


@given(largest=FIGURES, raw=FIGURES, low=BOUNDS, high=BOUNDS)
def test_a_raw_is_in_the_range_if_and_only_if_its_score_is_within_the_bounds(
    largest: float, raw: float, low: float, high: float
) -> None:
    of_score = score(raw, largest)

    assert _holds(raws(largest, at_least=low, at_most=high), raw) == (low <= of_score <= high)
    assert _holds(raws(largest, greater_than=low, less_than=high), raw) == (low < of_score < high)


def _holds(found: RawRange | None, raw: float) -> bool:
    if found is None:
        return False
    is_above = found.at_least is None or raw >= found.at_least
    return is_above and (found.less_than is None or raw < found.less_than)
