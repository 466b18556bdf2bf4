"""The rows of a JSON Lines file: one object a line."""

from collections.abc import Iterator
from pathlib import Path

from connectors import json_values
from connectors.lines import TOO_LONG, Line, Lines, undecodable
from connectors.rows import BadRow, Row


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
