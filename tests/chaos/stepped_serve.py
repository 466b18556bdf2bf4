"""`quorum serve` with a clock that can be stepped: the machine's, moved by the seconds in a file.

python -m tests.chaos.stepped_serve FILE
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from server import contexts
from server.commands_serve import run_serve


def step_by(file: Path) -> None:
    """From now on the clock of this process is ahead by what stands in the file at the moment."""
    real = contexts.now

    def stepped() -> datetime:
        return real() + timedelta(seconds=float(file.read_text() or 0))

    contexts.now = stepped


if __name__ == "__main__":
    step_by(Path(sys.argv[1]))
    run_serve()
