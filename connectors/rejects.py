"""The rejects file: what was not taken, where it stood, and why; there only when there is need."""

import csv
import json
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

COLUMNS: Final = ("line", "field", "reason", "row")
LONGEST_ROW: Final = 10_000
_LONGEST_LINE: Final = 200_000


class Rejects:
    """Writes one entry for each fault, as JSON Lines if the path ends in .jsonl, else as CSV.

    The rejects of an earlier run go on entering; the file is made for the first entry. Nothing
    else is ever replaced: the path must have passed `why_not`. Raises OSError where the file
    cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        self._csv: Any = None

    def __enter__(self) -> Self:
        if why_not(self.path) is None:
            self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: int, field: str, reason: str, raw: str) -> None:
        """Enter one fault; a row of more than 10,000 characters is cut there."""
        row = raw if len(raw) <= LONGEST_ROW else f"{raw[:LONGEST_ROW]}..."
        entry = dict(zip(COLUMNS, (line, field, reason, row), strict=True))
        file = self._file or self._open()
        if self._csv is None:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        else:
            self._csv.writerow(entry)
        self.count += 1

    def _open(self) -> TextIO:
        # What could not be decoded is shown as an escape, so that the file itself is UTF-8.
        self._file = self.path.open("x", encoding="utf-8", errors="backslashreplace", newline="")
        if not _is_json_lines(self.path):
            self._csv = csv.DictWriter(self._file, COLUMNS)
            self._csv.writeheader()
            self._file.flush()  # so that it is known for a rejects file even if this run breaks off
        return self._file


def why_not(path: Path) -> str | None:
    """Why rejects cannot go to the path, to be read after its name; None if they can.

    They can if nothing is there, or the rejects of an earlier run. Raises OSError where that
    cannot be found out.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None if _is_writable(path.parent) else "is in no folder that can be written to"
    if not stat.S_ISREG(mode):
        return "is no ordinary file"
    if not _is_ours(path):
        return "is a file that holds something else than rejects"
    return None if _is_writable(path.parent) else "is in no folder that can be written to"


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _is_json_lines(path: Path) -> bool:
    return path.suffix.lower() == ".jsonl"


def _is_ours(path: Path) -> bool:
    """Whether the file begins as a rejects file of its form does."""
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE)
    if not _is_json_lines(path):
        return first.rstrip(b"\r\n") == ",".join(COLUMNS).encode()
    try:
        entry = json.loads(first)
    except ValueError:
        return False
    return isinstance(entry, dict) and tuple(entry) == COLUMNS
