"""The rejects file: what was not taken, where it stood, and why; there only when there is need."""

import csv
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TextIO

COLUMNS: Final = ("line", "field", "reason", "row")
LONGEST_ROW: Final = 10_000


class Rejects:
    """Writes one entry for each fault, as JSON Lines if the path ends in .jsonl, else as CSV.

    An older file of this path is replaced, and removed when nothing is rejected this time.
    Raises OSError on entering where no file can be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        self._csv: Any = None

    def __enter__(self) -> Self:
        self.path.touch()
        self.path.unlink()
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
        self._file = self.path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        if self.path.suffix.lower() != ".jsonl":
            self._csv = csv.DictWriter(self._file, COLUMNS)
            self._csv.writeheader()
        return self._file
