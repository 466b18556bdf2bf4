"""A folder whose path leaves room for a socket's."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_path() -> Iterator[Path]:
    """An empty folder; unlike that of `tmp_path` its path does not grow with the test's name."""
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        yield Path(folder)
