"""Plain values: what is stored, in the words of JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any


def plain(value: Any) -> Any:
    """A stored value in JSON's words: a midnight is a day, any other moment a moment in UTC.

    Raises `TypeError` for what JSON has no word for.
    """
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return moment.date().isoformat() if moment.time() == time() else written_moment(moment)
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"JSON has no word for {type(value).__name__}")


def written_moment(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, to the millisecond."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"
