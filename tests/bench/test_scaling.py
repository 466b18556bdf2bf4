import pytest

from bench.scaled_data import Size
from bench.scaling import LIMIT, Measured, measure, show


async def test_every_step_is_measured_and_all_scores_are_those_from_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured = await measure(Size.of(10, most_activities=400))

    show([measured, Measured.of_text(measured.as_text())])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("10 accounts, 100 people, 400 activities")
    steps = [line.split(" | ") for line in lines if " of processors: " in line]
    assert [cells[0].removeprefix("| ") for cells in steps] == [
        "people stored as they are",
        "import of accounts",
        "import of people",
        "activities stored as they are",
        "import of activities",
        "first scores",
        "creation",
        "maintenance, nothing new",
        "scores after 1 % has acted",
        "other weights: all scored anew",
        LIMIT,
    ]
    assert {cells[-1] for cells in steps} == {"1.00 |"}
    assert any(line.startswith("| activity_days | ") for line in lines)


def test_a_size_has_ten_people_an_account_who_act_fifty_times_at_most() -> None:
    assert Size.of(1_000) == Size(accounts=1_000, people=10_000, activities=500_000)
    assert Size.of(1_000, 60_000) == Size(accounts=1_000, people=10_000, activities=60_000)
    assert [Size.of(100_000).left(kind) for kind in ("accounts", "people", "activities")] == [
        2_000,
        10_000,
        25_000,
    ]
