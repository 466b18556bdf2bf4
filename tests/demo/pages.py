"""Pages of the documentation as a reader follows them: each operation, then its answer.

An operation is a block marked `graphql`, its answer the next block marked `json`. In an answer
`"…"` stands for anything, and `"<name>"` for a value that has this name in the rest of the page:
the first time it is learnt, later it must be the same, and operations say it as `"<name>"`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ANYTHING = "…"

_BLOCKS = re.compile(r"^```(graphql|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"<[a-z' ]+>")


@dataclass(frozen=True, slots=True)
class Step:
    """An operation and the answer the page shows."""

    operation: str
    answer: Any


def steps(page: str) -> list[Step]:
    """The steps of a page in order. Raises ValueError for an operation without an answer."""
    blocks = [(match[1], match[2]) for match in _BLOCKS.finditer(page)]
    kinds = [kind for kind, _ in blocks]
    if kinds != ["graphql", "json"] * (len(kinds) // 2):
        raise ValueError(f"operations and answers do not take turns: {kinds}")
    texts = [text for _, text in blocks]
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return [Step(operation, json.loads(answer)) for operation, answer in pairs]


def said(operation: str, names: dict[str, Any]) -> str:
    """The operation with the values that have been learnt in the place of their names."""
    return _NAME.sub(lambda match: str(names[match[0]]), operation)


def differences(
    shown: Any, given: Any, names: dict[str, Any], where: str = "answer"
) -> Iterator[str]:
    """Where the answer given is not the one shown; names that are new are learnt."""
    if shown == ANYTHING:
        return
    if isinstance(shown, str) and _NAME.fullmatch(shown):
        if names.setdefault(shown, given) != given:
            yield f"{where}: {shown} was {names[shown]!r}, is {given!r}"
    elif isinstance(shown, dict) and isinstance(given, dict) and list(shown) == list(given):
        for key, value in shown.items():
            yield from differences(value, given[key], names, f"{where}.{key}")
    elif isinstance(shown, list) and isinstance(given, list) and len(shown) == len(given):
        for number, value in enumerate(shown):
            yield from differences(value, given[number], names, f"{where}[{number}]")
    elif shown != given:
        yield f"{where}: shown {shown!r}, given {given!r}"
