"""The measurement of imports runs."""

import pytest

from bench import importing


async def test_every_kind_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The suite's own process goes on collecting as before.
    monkeypatch.setattr(importing, "collect_less_often", lambda: None)

    await importing.run(20)

    shown = [line for line in capsys.readouterr().out.splitlines() if "rows/s" in line]
    assert [line.split(",")[0] for line in shown[::3]] == list(importing.KINDS)
