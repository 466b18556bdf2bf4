"""The file an import reads, as it was when the import began."""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

_DIGEST = "blake2b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file: the hash of what it holds, its size in bytes, and what shows that it changed."""

    path: Path
    digest: str
    size: int
    mark: tuple[int, ...]

    @property
    def has_changed(self) -> bool:
        """Whether the file is another one by now, or gone."""
        try:
            return _mark(self.path) != self.mark
        except OSError:
            return True


def source(path: Path) -> Source:
    """The file as it is now; reads it from end to end. Raises OSError where it cannot be read."""
    mark = _mark(path)
    with path.open("rb") as file:
        digest = file_digest(file, _DIGEST).hexdigest()
    return Source(path, digest, path.stat().st_size, mark)


def _mark(path: Path) -> tuple[int, ...]:
    now = path.stat()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns
