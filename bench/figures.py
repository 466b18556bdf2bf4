"""How figures are taken and shown: percentiles, memory of a process, one line each."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

QUIET: Final = {"QUORUM_LOG_LEVEL": "warning"}
"""For servers that are measured: nobody reads their logs, and a full pipe stops who writes."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of some values, of which there must be one."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def peak_memory(pid: int) -> int:
    """The most memory a process has held, in bytes (`VmHWM` of Linux)."""
    return _status(pid, "VmHWM")


def memory(pid: int) -> int:
    """The memory a process holds now, in bytes (`VmRSS` of Linux)."""
    return _status(pid, "VmRSS")


def processor_time(pid: int) -> float:
    """How long a process has worked, in seconds (Linux)."""
    _, _, fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def show(what: str, figure: float, unit: str, note: str = "") -> None:
    """Print one figure on one line."""
    shown = f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:,.3g}"
    print(f"{what:<60} {shown:>12} {unit}{'  ' + note if note else ''}", flush=True)


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(f"/proc/{pid}/status has no {field}")
