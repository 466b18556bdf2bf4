import pytest

from bench import list_queries


async def test_lists_of_a_few_hundred_rows_cost_little(capsys: pytest.CaptureFixture[str]) -> None:
    missed = await list_queries.run(500, "accounts")

    printed = capsys.readouterr().out
    assert missed == 0
    assert "1 % by industry" in printed
    assert "search name9" in printed
