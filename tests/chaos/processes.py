"""Processes of a run: whatever becomes of it, they end with it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2]
END_SECONDS: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1


class _Follow:
    """Called in the forked child: ask Linux for SIGKILL when who started it is no more."""

    def __init__(self) -> None:
        self._prctl = ctypes.CDLL(None).prctl

    def __call__(self) -> None:
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Running:
    """A command that runs, is killed, paused and started again; what it says goes to one file."""

    def __init__(
        self, command: Sequence[str], log: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.command = command
        self.log = log
        self._settings = settings or {}
        self._process: subprocess.Popen[bytes] | None = None
        self.is_paused = False

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, again if need be. To be called by the main thread: it ends with that."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("QUORUM_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env={**inherited, **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_Follow() if sys.platform == "linux" else None,
            )

    def kill(self) -> None:
        """End it as a lost machine ends: without a word."""
        self._signal(signal.SIGKILL)
        self.is_paused = False
        if self._process is not None:
            self._process.wait(END_SECONDS)

    def pause(self) -> None:
        """Let it stand still; it keeps its connections and its locks, and believes what it did."""
        self._signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)
        self.is_paused = False

    def end(self) -> int:
        """Ask it to end, and wait for that; how it ended."""
        self._signal(signal.SIGTERM)
        assert self._process is not None
        return self._process.wait(END_SECONDS)

    def wait(self, seconds: float) -> int | None:
        """How it ended; None while it runs after so many seconds."""
        assert self._process is not None
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
