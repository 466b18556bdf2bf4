"""Metrics of the process itself, under the names that Prometheus' own clients give them."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from execution.metrics import METRICS

_STATM: Final = Path("/proc/self/statm")
_DESCRIPTORS: Final = Path("/proc/self/fd")

_CPU: Final = METRICS.counter("process_cpu_seconds_total", "Processor time used, in seconds.")
_MEMORY: Final = METRICS.gauge("process_resident_memory_bytes", "Memory held, in bytes.")
_FILES: Final = METRICS.gauge("process_open_fds", "Open file descriptors.")


def follow_process() -> None:
    """Tell of this process from now on."""
    _CPU.follow(time.process_time)
    with suppress(OSError):
        _memory()
        _MEMORY.follow(_memory)
        _FILES.follow(lambda: len(os.listdir(_DESCRIPTORS)))


def _memory() -> float:
    return float(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
