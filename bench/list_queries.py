"""What the pages of lists cost on many rows: index keys and documents examined, by `explain`.

    python -m bench.list_queries [--rows 1000000] [--only accounts]

A page may examine five keys for each row it shows, and a hundred more. Three sorts of questions
are held against that: filters that few rows fit, filters that one row in a hundred fits, and
whole lists in every order. A search is asked with ever shorter beginnings of a word, and shown.
"""

import argparse
import asyncio
import dataclasses
import sys
import time
from collections.abc import Iterator, Mapping

from bench.ground import TENANT, Ground, ground
from execution.lists import Listed
from schema.accounts import Account
from schema.activities import Activity
from schema.buying_groups import BuyingGroup
from schema.events import Event
from schema.opportunities import Opportunity
from schema.people import Person
from store.indexes import ensure_indexes
from store.reading import Order
from tests.schema.crowd import Crowd
from tests.schema.list_costs import Cost, cost_of_page

KINDS = (Account, Person, Opportunity, Activity, Event, BuyingGroup)
AT_ONCE = 5_000

Question = tuple[str, Mapping[str, object], Order | None]


async def fill(ground: Ground, crowd: Crowd, collection: str) -> None:
    """Store a collection's rows; its indexes are made afterwards, which is quicker."""
    rows = ground.database[collection]
    await rows.drop_indexes()
    for start in range(0, crowd.size, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, crowd.size))
        documents = [{**crowd.row(collection, n)[1], "tenant": crowd.tenant} for n in numbers]
        await rows.insert_many(documents, ordered=False)
    await ensure_indexes(ground.database)


def questions(crowd: Crowd, kind: type[Listed]) -> Iterator[Question]:
    """What is asked of a list, each with its name."""
    for name, value in crowd.selective()[kind].items():
        yield f"few by {name}", {name: value}, None
    for name, value in crowd.wide()[kind].items():
        yield f"1 % by {name}", {name: value}, None
    for name, order in kind.listing.orders.items():
        yield f"all by {name}", {}, order
        yield f"all by {name}, last first", {}, dataclasses.replace(order, is_descending=True)


def searches(crowd: Crowd, kind: type[Listed]) -> Iterator[Question]:
    """The first word of a name, then its number, and ever shorter beginnings of them."""
    if "search" in crowd.selective()[kind]:
        word, number = f"name{crowd.rare}", "0" * 7
        begun = [word[:length] for length in range(len(word) - 1, len("name"), -1)]
        for text in (*begun, *(number[:length] for length in range(6, 0, -1))):
            yield f"search {text}", {"search": text}, None


async def measure(ground: Ground, crowd: Crowd, kind: type[Listed]) -> int:
    """Print what each question costs; how many cost too much."""
    missed = 0
    for name, filter, order in questions(crowd, kind):
        cost, milliseconds = await _timed(ground, kind, filter, order)
        missed += not cost.is_low
        _show(kind, name, cost, milliseconds, "" if cost.is_low else "TOO MUCH")
    for name, filter, order in searches(crowd, kind):
        cost, milliseconds = await _timed(ground, kind, filter, order)
        _show(kind, name, cost, milliseconds, "" if cost.is_low else "(many rows fit)")
    return missed


async def _timed(
    ground: Ground, kind: type[Listed], filter: Mapping[str, object], order: Order | None
) -> tuple[Cost, float]:
    start = time.perf_counter()
    cost = await cost_of_page(ground.database, ground.ctx, kind, filter, order)
    return cost, 1_000 * (time.perf_counter() - start)


def _show(kind: type[Listed], name: str, cost: Cost, milliseconds: float, note: str) -> None:
    print(
        f"{kind.__name__:<12} {name:<34} {cost.found:>3} rows {cost.keys:>8,} keys "
        f"{cost.documents:>8,} documents {milliseconds:>8,.1f} ms  {note}",
        flush=True,
    )


async def run(size: int, only: str | None = None) -> int:
    """Measure the lists on this many rows of each; how many questions cost too much."""
    missed = 0
    async with ground() as where:
        crowd = Crowd(TENANT, size)
        for collection, document in crowd.one_of_a_kind():
            await where.database[collection].update_one(
                {"_id": document.pop("_id"), "tenant": TENANT}, {"$set": document}, upsert=True
            )
        for kind in KINDS:
            if only in (None, kind.collection):
                start = time.perf_counter()
                await fill(where, crowd, kind.collection)
                seconds = time.perf_counter() - start
                print(f"{size:,} {kind.collection} stored in {seconds:,.0f} s", flush=True)
                missed += await measure(where, crowd, kind)
                await where.database[kind.collection].drop()
    print(f"{missed} questions cost more than 5 keys for each row and 100")
    return missed


def main() -> None:
    """The command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--only", help="one collection")
    given = arguments.parse_args()
    sys.exit(1 if asyncio.run(run(given.rows, given.only)) else 0)


if __name__ == "__main__":
    main()
