"""Logs: one line a record on standard error, as text or as JSON, without what people have stored.

The messages of unexpected errors may quote a name or an address: a key that is taken, a value that
does not fit. So a trace shows where and what kind, and the message only to who asks for it.
"""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from enum import Enum
from types import TracebackType
from typing import Final, TypeAlias

import orjson

LEVELS: Final = ("debug", "info", "warning", "error")
FIELDS: Final = "fields"
"""What a record may carry besides its message (`extra={FIELDS: {...}}`): members in JSON."""

_ROOMS: Final = (
    "quorum",
    "server",
    "store",
    "execution",
    "resolvers",
    "schema",
    "connectors",
    "jobs",
    "demo",
)
_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class LogFormat(Enum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


def configure(
    level: str, format: LogFormat = LogFormat.TEXT, *, shows_values: bool = False
) -> None:
    """Log everything of at least this level; libraries speak up for warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = _Json if format is LogFormat.JSON else _Text
    handler.setFormatter(formatter(shows_values))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in _ROOMS:
        logging.getLogger(room).setLevel(level.upper())


class _Text(logging.Formatter):
    """The time in UTC, the level, who speaks, and what."""

    def __init__(self, shows_values: bool) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        self.converter = time.gmtime
        self._shows_values = shows_values

    def formatException(self, raised: _Raised) -> str:
        error = raised[1]
        if self._shows_values or error is None:
            return super().formatException(raised)
        return "\n".join(_trace(error))


class _Json(_Text):
    """One object a line; a trace is one member of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _trace(error: BaseException) -> Iterator[str]:
    """Where an error was raised and what kind it is, the one that caused it first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _trace(before)
        yield "which led to:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        if frame.line:
            yield f"    {frame.line}"
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _trace(part)
