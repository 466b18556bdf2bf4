"""Compiled and ordinary execution give the same: shown on operations and data made at random.

`QUORUM_EQUALITY_CASES` says on how many operations, each of which is asked five times.
"""

import os
from typing import Final

import pytest

from schema.build import build_schema
from store.driver import Database
from tests.equality.asking import Asking, written
from tests.equality.cases import cases
from tests.equality.data import Origin, a_world
from tests.equality.shrinking import shrunk

CASES: Final = int(os.environ.get("QUORUM_EQUALITY_CASES", "200"))
WORLDS: Final = 10


# What an error cuts off is left unawaited by graphql-core.
@pytest.mark.filterwarnings("ignore:coroutine 'Executor:RuntimeWarning")
@pytest.mark.usefixtures("_attributed", "_unlogged")
async def test_operations_at_random(database: Database, asking: Asking, origin: Origin) -> None:
    schema = build_schema()._schema
    worlds = [await a_world(database, origin, number) for number in range(1, WORLDS + 1)]

    for seed in range(CASES):
        async for asked, both in cases(asking, schema, worlds, seed):
            if both.difference is not None:
                asked, both = await shrunk(asked, both, asking.both)
                pytest.fail(f"seed {seed}: {written(asked, both)}", pytrace=False)
