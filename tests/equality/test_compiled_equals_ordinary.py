"""Compiled and ordinary execution give the same: shown on operations and data made at random.

`QUORUM_EQUALITY_CASES` says on how many operations, each of which is asked five times; for twenty
of them there is a mutation.
"""

import os
from typing import Final

import pytest

from schema.build import build_schema
from store.driver import Database
from tests.equality.asking import Asking, written
from tests.equality.cases import a_change, cases
from tests.equality.data import SHARES, Origin, a_world
from tests.equality.mutations import Changing
from tests.equality.shrinking import shrunk

CASES: Final = int(os.environ.get("QUORUM_EQUALITY_CASES", "200"))
WORLDS: Final = 10
MUTATIONS: Final = max(CASES // 20, 1)


# What an error cuts off is left unawaited by graphql-core, which is told whenever it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.usefixtures("_attributed", "_unlogged")
async def test_operations_at_random(database: Database, asking: Asking, origin: Origin) -> None:
    schema = build_schema()._schema
    worlds = [await a_world(database, origin, number) for number in range(1, WORLDS + 1)]

    for seed in range(CASES):
        async for asked, both in cases(asking, schema, worlds, seed):
            if both.difference is not None:
                asked, both = await shrunk(asked, both, asking.both)
                pytest.fail(f"seed {seed}: {written(asked, both)}", pytrace=False)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.usefixtures("_attributed", "_unlogged")
async def test_mutations_at_random(database: Database, asking: Asking, origin: Origin) -> None:
    schema = build_schema()._schema
    for seed in range(MUTATIONS):
        world = await a_world(database, origin, WORLDS + 1 + seed % len(SHARES))
        changing = Changing(asking, database, origin, world)
        asked = a_change(schema, world, seed)

        changed = await changing.both(asked)

        assert changed.difference is None, (
            f"seed {seed}: {changed.difference}\n{written(asked, changed.both)}"
        )
