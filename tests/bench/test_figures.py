import os

import pytest

from bench.figures import memory, peak_memory, percentile, show


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        pytest.param(50, 2.0, id="the median of four is the second"),
        pytest.param(75, 3.0, id="a quarter lies above"),
        pytest.param(99, 4.0, id="nearly all"),
        pytest.param(0, 1.0, id="the least"),
    ],
)
def test_a_percentile_is_the_value_at_its_rank(percent: float, expected: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == expected


def test_memory_is_in_bytes_and_never_above_its_peak() -> None:
    now = memory(os.getpid())

    assert 2**20 < now <= peak_memory(os.getpid())


def test_a_figure_is_shown_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show("rows", 12345.6, "rows/s", "median of 5")

    assert capsys.readouterr().out.split() == ["rows", "12,346", "rows/s", "median", "of", "5"]
