"""A process of actors: many callers at once on one database, who log each call and its answer.

    python -m tests.concurrency.actors URI DATABASE ARENA LOG NAME SEED LANES SECONDS

ARENA is a file with the arena as JSON. Every line of LOG is written before what it tells goes on,
so that the log of a process that was killed is whole up to the moment of its death.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from domain.identifiers import TenantId
from store.driver import close, open_client, open_database
from store.relay import event_key
from store.stores import Stores
from tests.concurrency.arena import Arena
from tests.concurrency.calls import (
    Answer,
    Call,
    Record,
    attempt,
    begun_line,
    ended_line,
    random_call,
)

IMPATIENT = 0.03
SWEEP_EACH_SECONDS = 0.3


class Log:
    """A file to which every line goes at once."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, line: str) -> None:
        os.write(self._file, line.encode())


async def act(
    stores: Stores, arena: Arena, log: Log, random: Random, name: str, until: float
) -> None:
    """Call after call until the moment comes."""
    number = 0
    while time.monotonic() < until:
        number += 1
        record = Record(random_call(random, arena, f"{name}.{number}"), 0)
        patience = random.uniform(0, 0.05) if random.random() < IMPATIENT else None
        last = await _last_position(stores)
        record.called = time.monotonic_ns()
        log.write(begun_line(record))
        answer = await attempt(stores, arena, record.call, patience)
        record.returned = time.monotonic_ns()
        if answer is not None:
            record.answer = await _with_own_events(stores, record.call, answer, last)
        log.write(ended_line(record))


async def _last_position(stores: Stores) -> int:
    found = await stores.database["events"].find_one(
        {"tenant": stores.tenant}, {"position": 1}, sort=[("position", -1)]
    )
    return int(found["position"]) if found else 0


async def _with_own_events(stores: Stores, call: Call, answer: Answer, last: int) -> Answer:
    """The answer, with how many of its own events the caller finds behind the last of before."""
    behind = {"_id": {"$gt": event_key(stores.tenant, last), "$lt": f"{stores.tenant}:~"}}
    own = {**behind, "actor": call.id, "type": "MEMBERSHIP_CHANGED"}
    seen = await stores.database["events"].count_documents(own)
    return replace(answer, seen=seen)


async def sweep(stores: Stores, random: Random, until: float) -> None:
    """Move what others left behind, now and then, as the worker does."""
    while time.monotonic() < until:
        await stores.relay.sweep()
        await asyncio.sleep(random.uniform(0, SWEEP_EACH_SECONDS))


async def run(arguments: list[str]) -> None:
    """Act in as many lanes as asked for."""
    uri, database, path, log_path, name, seed, lanes, seconds = arguments
    arena = Arena.of(json.loads(await asyncio.to_thread(Path(path).read_text)))
    client = open_client(uri)
    stores = Stores(open_database(client, database), TenantId(arena.tenant))
    log = Log(Path(log_path))
    random = Random(f"{seed} {name}")
    until = time.monotonic() + float(seconds)
    tasks = [sweep(stores, random, until)]
    for lane in range(int(lanes)):
        own = Random(f"{seed} {name} {lane}")
        tasks.append(act(stores, arena, log, own, f"{name}.{lane}", until))
    await asyncio.gather(*tasks)
    await close(client)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
