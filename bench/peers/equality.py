"""Whether all servers give the same answers: only the order of keys may differ."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from bench.peers.operations import Operation
from bench.peers.servers import Running

ASKED: Final = 5
"""With how many sets of variables each operation is asked."""


class AnswersDiffer(Exception):
    """A server answers otherwise than the first, or with an error: nothing can be compared."""


async def check(
    servers: Sequence[Running],
    operations: Sequence[Operation],
    put_back: Callable[[], Awaitable[None]],
) -> int:
    """How many answers were compared; raises `AnswersDiffer`. What is written is put back."""
    compared = 0
    for operation in operations:
        bodies = operation.bodies()[:ASKED]
        expected: list[Any] = []
        for server in servers:
            if operation.writes:
                await put_back()
            answers = [server.ask(body) for body in bodies]
            expected = expected or answers
            for answer, wanted in zip(answers, expected, strict=True):
                where = f"{server.server.name}, {operation.name}"
                if "errors" in answer or not answer.get("data"):
                    raise AnswersDiffer(f"{where}: {str(answer)[:1_000]}")
                if difference := first_difference(answer["data"], wanted["data"]):
                    raise AnswersDiffer(f"{where}: {difference}")
                compared += 1
        if operation.writes:
            await put_back()
    return compared


def first_difference(one: Any, other: Any, path: str = "data") -> str | None:
    """Where two values of JSON differ first, or None; keys may stand in any order."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{path} has {sorted(one)}, not {sorted(other)}"
        pairs = ((f"{path}.{key}", value, other[key]) for key, value in one.items())
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{path} has {len(one)} entries, not {len(other)}"
        pairs = ((f"{path}[{n}]", *each) for n, each in enumerate(zip(one, other, strict=True)))
    elif one == other and isinstance(one, bool) == isinstance(other, bool):
        return None
    else:
        return f"{path} is {one!r}, not {other!r}"
    return next(
        (found for pair in pairs if (found := first_difference(pair[1], pair[2], pair[0]))), None
    )
