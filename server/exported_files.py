"""Files of exports: written whole or not at all, packed when their name says so."""

import gzip
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, cast

from server.process import CommandFailed

_MAGIC: Final = b"\x1f\x8b"
_PACKED_QUICKLY: Final = 3
_LONGEST_LINE: Final = 128 * 1024 * 1024
"""In bytes: a document has at most 16 MB, and a byte of it at most six in JSON."""


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """A file to write to, for its owner's eyes; it is there once the block has come to its end."""
    part = file.with_name(f"{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            if file.suffix == ".gz":
                with gzip.GzipFile("", "wb", _PACKED_QUICKLY, target, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield target
            target.flush()
            os.fsync(target.fileno())
        os.replace(part, file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


@contextmanager
def standard_output() -> Iterator[BinaryIO]:
    """Standard output, for bytes."""
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def lines(file: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked if need be; CommandFailed when the packed data is damaged."""
    number = 1
    with file.open("rb") as raw:
        is_packed = raw.peek(len(_MAGIC)).startswith(_MAGIC)
        source = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_packed else raw
        try:
            while line := source.readline(_LONGEST_LINE):
                yield line
                number += 1
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise CommandFailed(
                f"{file}, line {number}: the packed file is damaged or cut off."
            ) from error
