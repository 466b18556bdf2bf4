"""Where the processor time of a query goes, compiled and ordinary: no server, no HTTP.

    python -m bench.executing [--groups 20000] [--seconds 2] [--small]

The queries are those of the comparison with other servers. Shown for each is what one answer takes,
and of it: reading (the same commands alone, with what the driver does), building the answer from
what was read, and writing it as JSON. The rest is preparing, gathering and looking after the
request. The ordinary execution of the same query is the ratio.
"""

import argparse
import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import orjson
import uvloop
from graphql.execution.values import VariableValues

from bench.figures import show
from bench.ground import Ground, ground
from bench.peers.filling import fill
from bench.peers.operations import BROWSE, DEEP, DETAIL, OVERVIEW
from execution.gatherers import gather
from execution.gathering import Run
from schema.build import QuorumSchema, build_schema
from schema.serving import execute
from store.driver import Document
from store.reading import Fields, Keyed, Query, Reader, Window

SMALL: Final = 200

Ask = Callable[[], Awaitable[object]]


class _Noting(Reader):
    """Reads as any, and notes what is asked of it."""

    def noting(self) -> list[Ask]:
        """What is asked from now on."""
        self.noted: list[Ask] = []
        return self.noted

    async def page(
        self, collection: str, query: Query, window: Window, fields: Fields
    ) -> list[Document]:
        read = super().page
        self.noted.append(lambda: read(collection, query, window, fields))
        return await read(collection, query, window, fields)

    async def by_keys(self, asked: Sequence[Keyed]) -> list[list[Document]]:
        read = super().by_keys
        self.noted.append(lambda: read(asked))
        return await read(asked)


async def milliseconds(ask: Ask, seconds: float) -> float:
    """The processor time that one of many takes, of this process and all its threads."""
    await ask()
    count, until, begun = 0, time.monotonic() + seconds, time.process_time()
    while time.monotonic() < until:
        await ask()
        count += 1
    return (time.process_time() - begun) / count * 1_000


async def built(made: Ground, schema: QuorumSchema, text: str, given: Mapping[str, Any]) -> Ask:
    """What builds the answer of a query again and again, from what was read once."""
    compiled = schema.plans.known(text, None)
    assert compiled is not None
    variables = compiled.variables.of(given)
    assert isinstance(variables, VariableValues)
    (plan,) = compiled.plans.values()
    run = Run(schema, plan, variables, made.ctx, gather)
    await run.gather()

    async def build() -> None:
        run.root.answers()

    return build


async def measure(made: Ground, name: str, text: str, given: dict[str, Any], each: float) -> None:
    """Take and show the figures of one query."""
    compiled, ordinary = build_schema(), build_schema(is_compiled=False)
    reader = _Noting(made.database, made.ctx.viewer.tenant)
    made.ctx.stores.reader = reader
    noted = reader.noting()
    answer = await execute(compiled, made.ctx, text, given)
    assert "errors" not in answer.body, answer.body
    reads = list(noted)

    async def read() -> None:
        for ask in reads:
            await ask()

    async def written() -> None:
        orjson.dumps(answer.body)

    async def asked(schema: QuorumSchema) -> None:
        reader.noted.clear()
        await execute(schema, made.ctx, text, given)

    whole = await milliseconds(lambda: asked(compiled), each)
    show(f"{name}: an answer", whole, "ms")
    parts = {
        "reading": await milliseconds(read, each) if reads else None,
        "building": await milliseconds(await built(made, compiled, text, given), each),
        "writing": await milliseconds(written, each),
    }
    for part, taken in parts.items():
        if taken is not None:
            show(f"{name}: {part}", taken / whole * 100, "%")
    show(f"{name}: ordinary", await milliseconds(lambda: asked(ordinary), each) / whole, "times")


async def run(groups: int, seconds: float) -> None:
    """Take the figures of all queries."""
    async with ground() as made:
        filled = await fill(made.ctx, groups, 20)
        of_interest = {"solutionInterest": filled.interests[0]}
        for name, text, given in (
            ("browse", BROWSE, of_interest),
            ("deep", DEEP, of_interest),
            ("detail", DETAIL, {"id": filled.shown[0]}),
            ("overview", OVERVIEW, of_interest),
        ):
            await measure(made, name, text, given, seconds)


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--groups", type=int, default=20_000)
    arguments.add_argument("--seconds", type=float, default=2.0, help="for each figure")
    arguments.add_argument("--small", action="store_true", help="to see that it runs")
    given = arguments.parse_args()
    if given.small:
        given.groups, given.seconds = SMALL, 0.05
    gc.set_threshold(100_000, 50, 100)  # as a server has it
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(given.groups, given.seconds))


if __name__ == "__main__":
    main()
