import pytest

from bench import exporting


async def test_a_few_documents_are_exported_and_restored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await exporting.run(50)

    printed = capsys.readouterr().out
    assert "export.jsonl.gz, documents" in printed
    assert "start: is there anything to migrate" in printed
