import os
from pathlib import Path

import pytest

from bench.scaled_data import Size
from bench.scaling import LIMIT, Measured, measure, show, with_cache


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
    assert lines[-1].startswith("bytes of indexes for each of people: ")


def test_mongodb_can_have_another_cache(tmp_path: Path) -> None:
    named = with_cache(tmp_path, 4)["QUORUM_MONGOD"]

    assert Path(named).read_text().splitlines()[-1].endswith('"${@/#0.25/4}"')
    assert os.access(named, os.X_OK)


def test_a_size_has_ten_people_an_account_who_act_fifty_times_at_most() -> None:
    assert Size.of(1_000) == Size(accounts=1_000, people=10_000, activities=500_000)
    assert Size.of(1_000, 60_000) == Size(accounts=1_000, people=10_000, activities=60_000)
    assert [Size.of(100_000).left(kind) for kind in ("accounts", "people", "activities")] == [
        2_000,
        10_000,
        25_000,
    ]
