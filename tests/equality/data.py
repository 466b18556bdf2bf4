"""Stored data of every collection: a tenant made through the resolvers, copied, mixed and spoilt.

Copies hold what stores have written, under ids of their own; spoilt ones also hold what no store
would write, so that fields fail at every depth.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any, Final

from pymongo.errors import BulkWriteError

from domain.identifiers import TenantId, prefix_of
from execution.context import Context
from store.driver import Database, Document, unconfirmed
from store.exported_files import COLLECTIONS
from tests.contexts import Clock, a_context
from tests.equality.damage import spoilt
from tests.equality.values import Vocabulary
from tests.one_of_everything import one_of_everything
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

SHARES: Final = (0.0, 0.1, 0.25, 0.5, 0.9)
"""Which part of its documents is spoilt in one world after the other."""

_ORIGIN: Final = TenantId("equality-origin")
_DIGITS: Final = 5
_ID: Final = re.compile(r"\b[a-z]+_[0-9a-z]{26}\b")
_WORDS: Final = (
    "", "a", "acme", "Straße", "\U0001f9ea", "Security", "web", "employee", "Chief", "Software",
    "ada@example.com", "Decision Maker", "Engineer", "Open", "New", "Won", "Interesting Moment",
    "fay", "crm", "leap", "Standard",
)  # fmt: skip
_MIXED: Final = {"buying_groups": 2, "people": 1, "activities": 1, "opportunities": 3}
"""How many copies of each document of a collection are made, with values of others in them."""

Origin = Mapping[str, Sequence[Document]]


@dataclass(frozen=True, slots=True)
class World:
    """A tenant, and what its data speak of; worlds differ in the last digits of ids alone."""

    number: int
    tenant: TenantId
    vocabulary: Vocabulary

    def own(self, value: Any) -> Any:
        """A value sent to another world, with the ids of this one."""
        return _renamed(value, lambda found: found[:-_DIGITS] + _suffix(self.number))


async def an_origin(database: Database, clock: Clock) -> Origin:
    """Every document of a tenant that has something of everything, by collection."""
    tenant = _ORIGIN
    for name in COLLECTIONS:
        await database[name].delete_many({"tenant": tenant})
    ctx = a_context(database, tenant, clock)
    await one_of_everything(ctx)
    await _more(ctx)
    return {
        name: await database[name].find({"tenant": tenant}).sort("_id", 1).to_list(None)
        for name in COLLECTIONS
    }


async def _more(ctx: Context) -> None:
    """More groups, a hierarchy of accounts, and groups in all states."""
    accounts = await some_accounts(ctx, "Cone", "Delta", "Eon", industry="Software", employees=40)
    ids = list(accounts.values())
    people: dict[str, str] = {}
    for number, account in enumerate(ids):
        titles = {f"fay{number}": "Chief", f"gus{number}": "Engineer", f"hal{number}": "Chief"}
        people |= await some_people(ctx, account, titles)
    interests = [await an_interest(ctx, name=name) for name in ("Cloud", "Analytics")]
    groups = [
        await a_buying_group(ctx, account, interest) for account in ids for interest in interests
    ]
    items = [{"id": child, "parent": {"id": parent}} for parent, child in pairwise(ids)]
    await mutate(ctx, "upsertAccounts", "__typename", items=items)
    for group, status in zip(groups, ("Open", "Ünsure"), strict=False):
        await mutate(
            ctx, "updateBuyingGroupStatus", "__typename", buyingGroupId=group, status=status
        )
    reported = [
        {
            "sourceId": f"more{number}",
            "type": kind,
            "person": {"id": person},
            "at": f"2026-05-0{1 + number % 4}T0{number % 9}:00:00Z",
            "attributes": {"page": f"/{number}"},
        }
        for number, person in enumerate(people.values())
        for kind in ("Interesting Moment",)
    ]
    await mutate(ctx, "recordActivities", "__typename", items=reported)
    await operate(ctx, "{ dailySchedule { __typename } }")


def numbered(origin: Origin) -> Origin:
    """The same under ids that are counted, so that data is the same whenever it is made."""
    found: set[str] = set()
    for documents in origin.values():
        for document in documents:
            _collect(document, found)
    names = {
        id: f"{prefix_of(id)}_{place:020d}0{_suffix(0)}" for place, id in enumerate(sorted(found))
    }
    return {
        name: [_renamed(document, lambda id: names[id]) for document in documents]
        for name, documents in origin.items()
    }


async def a_world(database: Database, origin: Origin, number: int) -> World:
    """The world of a number, from 1, stored in place of what there was of it; always the same."""
    random = Random(number)
    tenant = TenantId(f"equality-{number}")
    share = SHARES[number % len(SHARES)]
    ids: set[str] = set()
    for name, documents in origin.items():
        mixed = [*documents, *_copies(name, documents, random)]
        own = [_of_world(document, tenant, number) for document in mixed]
        for document in own:
            _collect(document, ids)
        stored = [
            spoilt(document, random) if random.random() < share else document
            for document in own
            if random.random() > share / 10
        ]
        collection = unconfirmed(database[name])
        await collection.delete_many({"tenant": tenant})
        if stored:
            with suppress(BulkWriteError):  # what no index can hold is left out
                await collection.insert_many(stored, ordered=False)
    by_kind: dict[str, list[str]] = {}
    for id in sorted(ids):
        by_kind.setdefault(prefix_of(id), []).append(id)
    return World(number, tenant, Vocabulary(by_kind, _WORDS))


def _copies(name: str, documents: Sequence[Document], random: Random) -> list[Document]:
    """Further documents of a collection, each value of which stands in one of these."""
    made: list[Document] = []
    for times in range(_MIXED.get(name, 0)):
        for document in documents:
            copy = dict(document)
            for path in document:
                if path not in ("_id", "tenant") and random.random() < 0.3:
                    copy[path] = random.choice(documents).get(path)
            copy["_id"] = _again(document["_id"], times + 1)
            made.append(copy)
    return made


def _again(id: str, times: int) -> str:
    return f"{id[: -_DIGITS - 1]}{times}{id[-_DIGITS:]}"


def _of_world(document: Document, tenant: TenantId, number: int) -> Document:
    own: Document = _renamed(document, lambda found: found[:-_DIGITS] + _suffix(number))
    id = own["_id"].replace(_ORIGIN, tenant)
    if id == document["_id"]:
        id = f"{id} of {tenant}"
    return own | {"_id": id, "tenant": tenant}


def _suffix(number: int) -> str:
    return f"{number:0{_DIGITS}d}"


def _collect(value: Any, found: set[str]) -> None:
    match value:
        case str():
            found.update(_ID.findall(value))
        case dict():
            for part in value.values():
                _collect(part, found)
        case list():
            for part in value:
                _collect(part, found)


def _renamed(value: Any, name: Callable[[str], str]) -> Any:
    """A value with every id in it under the name that it is given."""
    match value:
        case str():
            return _ID.sub(lambda found: name(found.group()), value)
        case dict():
            return {_renamed(key, name): _renamed(part, name) for key, part in value.items()}
        case list():
            return [_renamed(part, name) for part in value]
        case _:
            return value
