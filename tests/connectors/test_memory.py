"""The memory of an import does not grow with the rows of the file."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors import reading, repeats, tables
from connectors.fields import Kind, Sort
from connectors.mappings import Field, FileMapping, Reading

FEW, MANY = 1_000, 6_000
MAPPING = FileMapping(
    Kind.PEOPLE,
    (
        Field("keys.crm", Reading(Sort.TEXT), "id"),
        Field("email", Reading(Sort.TEXT), "email"),
        Field("account.keys.crm", Reading(Sort.TEXT), "account"),
    ),
)
SLACK = 50_000


def a_file(folder: Path, rows: int) -> Path:
    path = folder / f"{rows}.csv"
    lines = (f"{n},p{n}@acme.example,A{n % 9}," + "x" * 200 for n in range(rows))
    path.write_text("\n".join(["id,email,account,note", *lines]))
    return path


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def memory_of(work: Callable[[], object]) -> int:
    with peak() as so_far:
        work()
        return so_far()


def through(path: Path) -> None:
    for _ in reading.batches(path, MAPPING):
        pass


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_ROWS", 100)


def test_reading_many_rows_takes_as_much_as_reading_few(tmp_path: Path) -> None:
    few, many = a_file(tmp_path, FEW), a_file(tmp_path, MANY)
    through(few)

    assert memory_of(lambda: through(many)) < memory_of(lambda: through(few)) + SLACK


def test_checking_many_rows_takes_as_much_as_checking_few(tmp_path: Path) -> None:
    few, many = a_file(tmp_path, FEW), a_file(tmp_path, MANY)
    tables.check(few, MAPPING)

    more = memory_of(lambda: tables.check(many, MAPPING))
    assert more < memory_of(lambda: tables.check(few, MAPPING)) + SLACK


def test_looking_for_repeats_takes_as_much_for_many_rows_as_for_few(tmp_path: Path) -> None:
    few, many = a_file(tmp_path, FEW), a_file(tmp_path, MANY)
    repeats.find(few, MAPPING)

    more = memory_of(lambda: repeats.find(many, MAPPING))

    bits_of_size = 2 * many.stat().st_size
    assert more < memory_of(lambda: repeats.find(few, MAPPING)) + SLACK + 2 * bits_of_size // 8
