"""What has become of the rows of a file so far: one byte for each, and a few counts."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from connectors.storing import Result, Taken
from domain.folding import fold
from store.import_steps import ImportStep, RejectsMark

REJECTED: Final = 0
CODES: Final = {result: code for code, result in enumerate(Result, start=1)}
WAITING: Final = len(CODES) + 1


class Tally:
    """The rows of one import, numbered from 0. It is written down step by step."""

    def __init__(self) -> None:
        self._results = bytearray()
        self._unknown_types: dict[str, tuple[str, int]] = {}
        self._types_of_step: Counter[str] = Counter()
        self._unmatched_before = 0
        self._without_parent_before = 0
        self.unmatched = 0
        self.without_parent = 0

    @property
    def rows(self) -> int:
        """How many rows there are so far."""
        return len(self._results)

    @property
    def unknown_types(self) -> dict[str, int]:
        """Activities of each type that nobody has defined.

        Spellings that are one name count together, under the first of them.
        """
        return dict(self._unknown_types.values())

    def expect(self, rows: int) -> None:
        """So many more rows are read; nothing has become of them yet."""
        self._results += bytes([WAITING]) * rows

    def take(self, row: int, taken: Taken) -> None:
        """The row is stored."""
        self._results[row] = CODES[taken.result]
        self.unmatched += taken.is_unmatched
        if taken.unknown_type is not None:
            self._types_of_step[taken.unknown_type] += 1

    def reject(self, row: int) -> None:
        """The row is not taken."""
        self._results[row] = REJECTED

    def update(self, row: int) -> None:
        """More of the row is stored: it changed something after all."""
        if self.is_one(row, CODES[Result.UNCHANGED]):
            self._results[row] = CODES[Result.UPDATED]

    def is_one(self, row: int, code: int) -> bool:
        """Whether that has become of the row."""
        return self._results[row] == code

    def is_stored(self, row: int) -> bool:
        """Whether the row was taken."""
        return self._results[row] not in (REJECTED, WAITING)

    def count(self, code: int) -> int:
        """How many rows that has become of."""
        return self._results.count(code)

    def count_stored(self, rows: Iterable[int]) -> int:
        """How many of these rows were taken."""
        return sum(map(self.is_stored, rows))

    def step(self, pass_number: int, rows: range, rejects: RejectsMark) -> ImportStep:
        """What came of these rows since the step before."""
        step = ImportStep(
            pass_number,
            rows.start,
            bytes(self._results[rows.start : rows.stop]),
            self.without_parent - self._without_parent_before,
            self.unmatched - self._unmatched_before,
            dict(self._types_of_step),
            rejects,
        )
        self._count_types()
        self._without_parent_before = self.without_parent
        self._unmatched_before = self.unmatched
        return step

    def repeat(self, step: ImportStep) -> None:
        """Take a step as it was written down in an earlier run."""
        self._results[step.first_row : step.first_row + len(step.results)] = step.results
        self.without_parent += step.without_parent
        self.unmatched += step.unmatched
        self._types_of_step.update(step.unknown_types)
        self._count_types()
        self._without_parent_before = self.without_parent
        self._unmatched_before = self.unmatched

    def _count_types(self) -> None:
        for name, more in self._types_of_step.items():
            first, count = self._unknown_types.get(fold(name), (name, 0))
            self._unknown_types[fold(name)] = (first, count + more)
        self._types_of_step.clear()
