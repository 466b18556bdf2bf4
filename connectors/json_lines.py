"""The rows of a JSON Lines file: one object a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from connectors import json_values
from connectors.lines import TOO_LONG, Line, Lines, undecodable
from connectors.rows import BadRow, Row

ONE_ARRAY: Final = (
    "it is one JSON array; put each object on a line of its own, as `jq -c '.[]'` does"
)
SPREAD: Final = "its objects go over several lines; put each on one line, as `jq -c .` does"


def check(path: Path, encoding: str) -> str | None:
    """Why the file is JSON, but as a whole not JSON Lines; told by how it begins."""
    with Lines(path, encoding) as lines:
        first = next((text for line in lines if (text := line.text.strip())), "")
    if first.startswith("["):
        return ONE_ARRAY
    return SPREAD if first == "{" else None


def rows(path: Path, encoding: str) -> Iterator[Row | BadRow]:
    """Every line that is not blank; decimals come as `Decimal`."""
    with Lines(path, encoding) as lines:
        for line in lines:
            if not line.text.strip() and not line.is_cut:
                continue
            raw = line.text.rstrip("\r\n")
            parsed = _parsed(line, encoding)
            if isinstance(parsed, str):
                yield BadRow(line.number, parsed, raw, lines.bytes_read)
            else:
                yield Row(line.number, parsed, raw, lines.bytes_read)


def _parsed(line: Line, encoding: str) -> dict[str, object] | str:
    """The object on the line, or why there is none."""
    if line.is_cut:
        return TOO_LONG
    if bad := undecodable(line, encoding):
        return bad.reason
    try:
        parsed = json_values.parsed(line.text)
    except RecursionError:
        return "the row is nested too deeply"
    except ValueError as error:
        return f"the row is not JSON: {error}"
    return parsed if isinstance(parsed, dict) else "the row is no JSON object"
