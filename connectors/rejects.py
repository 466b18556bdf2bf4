"""The rejects file: what was not taken, where it stood, and why; there only when there is need."""

import csv
import json
import os
import stat
from collections.abc import Sequence
from hashlib import blake2b
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from store.import_steps import RejectsMark

COLUMNS: Final = ("line", "field", "reason", "row")
LONGEST_ROW: Final = 10_000
NOTHING: Final = RejectsMark()
_LONGEST_LINE: Final = 200_000


class Rejects:
    """Writes one entry for each fault, as JSON Lines if the path ends in .jsonl, else as CSV.

    The rejects of an earlier run go on entering, except for those up to a mark, which must have
    passed `is_there`; the file is made for the first entry. Nothing else is ever replaced: the
    path must have passed `why_not`. Raises OSError where the file cannot be made.
    """

    def __init__(self, path: Path, after: RejectsMark = NOTHING) -> None:
        self.path = path
        self._after = after
        self.count = after.count
        self._size = after.size
        self._hash = blake2b()
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self._after.count:
            self._file = self.path.open("r+b")
            self._hash.update(self._file.read(self._after.size))
            self._file.truncate()
        elif why_not(self.path) is None:
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
        if self._file is None:
            self._file = self.path.open("xb")
            if not _is_json_lines(self.path):
                self._write(self._file, _as_csv(COLUMNS))
                self._file.flush()  # so that it is known for ours even if this run breaks off
        entry = (line, field, reason, row)
        if _is_json_lines(self.path):
            shown = json.dumps(dict(zip(COLUMNS, entry, strict=True)), ensure_ascii=False) + "\n"
        else:
            shown = _as_csv(entry)
        self._write(self._file, shown)
        self.count += 1

    def mark(self) -> RejectsMark:
        """How far the file is written now; all of that has left this process."""
        if self._file is None:
            return NOTHING
        self._file.flush()
        return RejectsMark(self.count, self._size, self._hash.hexdigest())

    def _write(self, file: BinaryIO, text: str) -> None:
        # What could not be decoded is shown as an escape, so that the file itself is UTF-8.
        written = text.encode(errors="backslashreplace")
        file.write(written)
        self._hash.update(written)
        self._size += len(written)


def is_there(path: Path, mark: RejectsMark) -> bool:
    """Whether the file begins with exactly the rejects up to the mark."""
    if not mark.count:
        return True
    try:
        with path.open("rb") as file:
            return blake2b(file.read(mark.size)).hexdigest() == mark.digest
    except OSError:
        return False


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


def _as_csv(entry: Sequence[object]) -> str:
    text = StringIO()
    csv.writer(text).writerow(entry)
    return text.getvalue()
