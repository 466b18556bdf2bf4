import asyncio
import os
import signal
import socket

import pytest

from server.process import CommandFailed, listen, run
from server.settings import Settings


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _nothing() -> None:
    pass


async def _failing() -> None:
    raise RuntimeError("broken")


def test_work_runs_to_its_end() -> None:
    assert run(_nothing()) is True


def test_what_work_raises_comes_out() -> None:
    with pytest.raises(RuntimeError, match="broken"):
        run(_failing())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_cancels_the_work_and_a_second_lets_it_close(
    number: signal.Signals,
) -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(60)
        finally:
            seen.append("closing")
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
            seen.append("closed")

    assert run(work()) is False
    assert seen == ["closing", "closed"]


def test_a_port_in_use_is_one_sentence(port: int) -> None:
    with listen(Settings(port=port)), pytest.raises(CommandFailed) as clash:
        listen(Settings(port=port))

    assert clash.value.message == (
        f"Port {port} on 127.0.0.1 cannot be used (address already in use):"
        " stop what listens there or set QUORUM_PORT to another."
    )


def test_a_port_can_be_used_again_at_once(port: int) -> None:
    for _ in range(2):
        with listen(Settings(port=port)) as listener:
            assert listener.getsockname() == ("127.0.0.1", port)
