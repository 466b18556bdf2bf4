"""The physical lines of a text file: numbered, bounded, and undecodable bytes kept visible."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Final, Self

LONGEST: Final = 1 << 20
TOO_LONG: Final = f"the row is longer than {LONGEST:,} characters"
ESCAPED: Final = re.compile("[\udc80-\udcff]")
BOM: Final = "\ufeff"
LOOKED_AT_EVERY: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line with its end. A line over the limit keeps its first characters only."""

    number: int
    text: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Where a line leaves the encoding: the first such byte, counted from 1 within its line."""

    line: int
    byte: int
    value: int | None
    encoding: str

    @property
    def reason(self) -> str:
        shown = "it" if self.value is None else f"0x{self.value:02X}"
        return f"byte {self.byte} of line {self.line}: {shown} is not {self.encoding}"


class Lines:
    """The lines of one file from `after` on, read as they are asked for.

    Raises UnicodeError where the encoding leaves no way to go on (UTF-16 and its like).
    """

    def __init__(self, path: Path, encoding: str, *, after: int = 0) -> None:
        self._binary = path.open("rb")
        self._text = TextIOWrapper(self._binary, encoding, errors="surrogateescape", newline="")
        self._number = 0
        self.bytes_read = 0  # how far reading has come, looked at now and then
        while self._number < after and self._next() is not None:
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[Line]:
        while (line := self._next()) is not None:
            yield line

    def _next(self) -> Line | None:
        text = self._text.readline(LONGEST)
        if not text:
            self.bytes_read = self._binary.tell()
            return None
        if self._number == 0:
            text = text.removeprefix(BOM)
        self._number += 1
        if self._number % LOOKED_AT_EVERY == 1:
            self.bytes_read = self._binary.tell()
        is_cut = len(text) >= LONGEST and not text.endswith(("\n", "\r"))
        rest = text
        while is_cut and rest and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(LONGEST)
        return Line(self._number, text, is_cut)


def undecodable(line: Line, encoding: str) -> Undecodable | None:
    """The first byte of the line that its encoding does not know."""
    if line.text.isascii() or (found := ESCAPED.search(line.text)) is None:
        return None
    before = line.text[: found.start()].encode(encoding.removesuffix("-sig"), "surrogateescape")
    return Undecodable(line.number, len(before) + 1, ord(found.group()) - 0xDC00, encoding)
