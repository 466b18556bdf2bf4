import pytest

from bench.templates import run


async def test_previews_and_changes_are_measured_on_a_few_accounts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await run(accounts=6, people=30)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "a template over an audience",
        "the same, against the groups there are",
        "what is probably not meant in it",
        "a changed requirement",
        "a migration is previewed",
        "a migration to another version",
        "the migration is undone",
    ]
