"""Data of any size to measure growth on: accounts with people, and what these did in 30 days.

The first rows go through the importer. Most others are cast from what these left in the database,
byte for byte but for names, ids and moments, and stored as they are: without the events that an
import writes, and before most indexes are made. The last rows are left to be imported on top.
"""

import itertools
import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Self

from bson import encode
from bson.raw_bson import RawBSONDocument

from bench.ground import TENANT, Ground
from bench.importing import imported
from domain.folding import fold
from domain.identifiers import derived
from domain.identities import Identity
from store.driver import Database, unconfirmed
from store.indexes import ensure_indexes
from store.schema_version import SCHEMA_VERSION

DAYS: Final = 30
PEOPLE_OF_EACH: Final = 10
ACTS_OF_EACH: Final = 50
TITLES: Final = ("Chief Officer", "Engineer", "Clerk", "Engineer", "Assistant")
TYPES: Final = ("Click Link", "Visit Webpage", "Open Email", "Fill Out Form", "Page Views")

_MOST_ACTS_A_SITTING: Final = 4
_AT_ONCE: Final = 5_000
_LONG_AGO: Final = timedelta(hours=1)
_MOST_LEFT: Final = {"accounts": 2_000, "people": 10_000, "activities": 25_000}
_SECONDS_OF_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is; a group for each account is going to be made of it."""

    accounts: int
    people: int
    activities: int

    @classmethod
    def of(cls, accounts: int, most_activities: int | None = None) -> Self:
        """Accounts of ten people who act fifty times each, unless that is too much in all."""
        people = accounts * PEOPLE_OF_EACH
        acts = people * ACTS_OF_EACH
        return cls(accounts, people, min(acts, most_activities or acts))

    def left(self, kind: str) -> int:
        """How many of the last rows of a kind are imported: one in ten, up to a bound."""
        return min(int(getattr(self, kind)) // 10, _MOST_LEFT[kind])

    def stored(self, kind: str) -> int:
        """How many of the first rows of a kind are stored as they are."""
        return int(getattr(self, kind)) - self.left(kind)

    @property
    def firsts(self) -> Sequence[int]:
        """One person of each title."""
        return [place * self.accounts for place in range(len(TITLES))]

    def title(self, person: int) -> int:
        """The place of a person's job title: those of one account have one after the other."""
        return person // self.accounts % len(TITLES)

    def account(self, person: int) -> int:
        """Whose person it is; none that is stored is of an account that is not yet."""
        if person in self.firsts:
            return 0
        stored = person < self.stored("people")
        return person % (self.stored("accounts") if stored else self.accounts)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did: seconds since 1970, and a place in `TYPES`."""

    number: int
    person: int
    at: int
    type: int


class Mould:
    """A stored document from which others are cast, in which texts of the same length differ."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._bytes = encode(document)

    def cast(self, *changes: tuple[bytes, bytes]) -> RawBSONDocument:
        """A document like it, with each first text replaced by the second."""
        made = self._bytes
        for old, new in changes:
            made = made.replace(old, new)
        return RawBSONDocument(made)


def padded(number: int) -> str:
    """The number as it stands in names, keys and addresses."""
    return f"{number:09d}"


def an_id(prefix: str, number: int) -> str:
    """An id as long as those that are made."""
    return f"{prefix}_{number:026d}"


def acts(size: Size, now: datetime) -> Iterator[Act]:
    """What everybody did: a few acts at a time, on days and by people taken at random."""
    random, numbers = Random(1), itertools.count()
    today = _midnight(now.date())
    left = size.activities
    while left:
        person = int(random.random() * size.people)
        at = today - _SECONDS_OF_A_DAY * int(random.random() * DAYS) + int(random.random() * 80_000)
        for _ in range(min(left, 1 + int(random.random() * _MOST_ACTS_A_SITTING))):
            left, at = left - 1, at + 60
            yield Act(next(numbers), person, at, int(random.random() * len(TYPES)))


def last_rows(folder: Path, kind: str, size: Size) -> Path:
    """The file of the accounts or people that are left to be imported."""
    return _file(folder, kind, size, range(size.stored(kind), getattr(size, kind)))


async def store_people(where: Ground, size: Size, folder: Path) -> None:
    """Store accounts and people, all but those that are left to be imported."""
    database = where.database
    await imported(where, _file(folder, "accounts", size, [0]), "accounts")
    await imported(where, _file(folder, "people", size, size.firsts), "people")
    first_account = (await _owners(where, "account", [0]))[0]
    firsts = await _owners(where, "person", size.firsts)

    def accounts(number: int) -> tuple[int, list[tuple[bytes, bytes]]]:
        return 0, [(first_account, an_id("acc", number).encode())]

    def people(number: int) -> tuple[int, list[tuple[bytes, bytes]]]:
        first = size.firsts[size.title(number)]
        account = size.account(number)
        of = an_id("acc", account).encode() if account else first_account
        return first, [(firsts[first], an_id("per", number).encode()), (first_account, of)]

    for kind, owners, differ in (
        ("accounts", {0: first_account}, accounts),
        ("people", firsts, people),
    ):
        for collection in (kind, "identities"):
            path = "_id" if collection == kind else "owner"
            moulds = {
                number: await _moulds(database, collection, {path: id.decode()})
                for number, id in owners.items()
            }
            copies = (
                mould.cast((padded(first).encode(), padded(number).encode()), *changes)
                for number in range(size.stored(kind))
                if number not in owners
                for first, changes in [differ(number)]
                for mould in moulds[first]
            )
            await _store(database, collection, copies)
    await ensure_indexes(database)


async def store_activities(where: Ground, size: Size, folder: Path, now: datetime) -> Path:
    """Store activities and mark their days, for people who are all there by now.

    The file of all activities, one a line: the person's number, the second, and the type. Those
    that are left to be imported are in `activities.csv` beside it.
    """
    imported_ones = [*size.firsts, *range(size.stored("people"), size.people)]
    known = await _owners(where, "person", imported_ones)
    first_day = now.date() - timedelta(days=DAYS - 1)
    dates = [(first_day + timedelta(days=n)).isoformat().encode() for n in range(DAYS)]
    begins, stored = _midnight(first_day), size.stored("activities")
    days_of = array("I", bytes(4 * size.people))
    moulds, marked = [_act(type, now) for type in TYPES], _marked_day(now)

    def id_of(person: int) -> bytes:
        return known.get(person) or an_id("per", person).encode()

    def activities() -> Iterator[RawBSONDocument]:
        for act in acts(size, now):
            everything.write(f"{act.person},{act.at},{TYPES[act.type]}\n")
            if act.number >= stored:
                at = datetime.fromtimestamp(act.at, UTC).isoformat()
                later.write(
                    f"V{padded(act.number)},{TYPES[act.type]},{at},P{padded(act.person)},/page\n"
                )
                continue
            day = (act.at - begins) // _SECONDS_OF_A_DAY
            days_of[act.person] |= 1 << day
            id = derived("act", TENANT, "bench", f"V{padded(act.number)}").encode()
            yield moulds[act.type].cast(
                (_ACTIVITY, id),
                (_PERSON, id_of(act.person)),
                (b"V" + _NUMBER, b"V" + padded(act.number).encode()),
                (b"P" + _NUMBER, b"P" + padded(act.person).encode()),
                (struct.pack("<q", 1_000 * _MOMENT), struct.pack("<q", 1_000 * act.at)),
                (_DAY, dates[day]),
            )

    def days() -> Iterator[RawBSONDocument]:
        for person, bits in enumerate(days_of):
            for day in range(DAYS):
                if bits >> day & 1:
                    yield marked.cast((_PERSON, id_of(person)), (_DAY, dates[day]))

    path = folder / "all.csv"
    with path.open("w") as everything, (folder / "activities.csv").open("w") as later:
        later.write("id,type,at,person,page\n")
        await _store(where.database, "activities", activities())
    await _store(where.database, "activity_days", days())
    await ensure_indexes(where.database)
    return path


async def person_numbers(where: Ground, size: Size) -> dict[str, int]:
    """Which number stands for a person's id, of those who were imported; others show it."""
    numbers = [*size.firsts, *range(size.stored("people"), size.people)]
    return {id.decode(): n for n, id in (await _owners(where, "person", numbers)).items()}


async def _owners(where: Ground, kind: str, numbers: Iterable[int]) -> dict[int, bytes]:
    """The ids of accounts or people that were imported, by their numbers."""
    letter = kind[0].upper()
    keys = {Identity(f"{kind}.key.crm", f"{letter}{padded(n)}"): n for n in numbers}
    found = await where.ctx.stores.identities.find(keys, where.ctx.now())
    assert len(found) == len(keys)
    return {keys[identity]: claim.owner.encode() for identity, claim in found.items()}


async def _moulds(database: Database, collection: str, query: Mapping[str, str]) -> list[Mould]:
    return [Mould(document) async for document in database[collection].find(query)]


async def _store(database: Database, collection: str, documents: Iterator[Any]) -> None:
    """Insert them with no index but that of the ids; the others are made afterwards, quicker."""
    into = unconfirmed(database[collection])
    if collection != "identities":
        await into.drop_indexes()
    while part := list(itertools.islice(documents, _AT_ONCE)):
        await into.insert_many(part, ordered=False)


def _file(folder: Path, kind: str, size: Size, numbers: Iterable[int]) -> Path:
    """The file of these accounts or people."""
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in _lines(kind, size, numbers))
    return path


def _lines(kind: str, size: Size, numbers: Iterable[int]) -> Iterator[str]:
    if kind == "accounts":
        yield "id,name,industry,revenue,employees,website,city,country,products"
        for n in numbers:
            industry = ("software", "retail", "banking", "Öl & Gas")[n % 4]
            yield f"A{padded(n)},Account {padded(n)} Ltd,{industry},{n % 9_973}.5,{n % 5_000},,,AT,"
        return
    yield "id,email,first,last,title,phone,country,unsubscribed,account,relation"
    for n in numbers:
        yield (
            f"P{padded(n)},p{padded(n)}@example.com,Ann,Surname{padded(n)},"
            f"{TITLES[size.title(n)]},+43 {padded(n)},AT,no,A{padded(size.account(n))},employee"
        )


# What stands in a mould for what differs from one document to the next.
_ACTIVITY: Final = b"act_" + b"x" * 26
_PERSON: Final = b"per_" + b"x" * 26
_NUMBER: Final = b"x" * 9
_DAY: Final = b"yyyy-mm-dd"
_MOMENT: Final = 4_321_234_321


def _act(type: str, now: datetime) -> Mould:
    """An activity as an import stores it."""
    return Mould(
        {
            "_id": _ACTIVITY.decode(),
            "tenant": TENANT,
            "schema_version": SCHEMA_VERSION,
            "source": "bench",
            "source_id": f"V{_NUMBER.decode()}",
            "type_name": type,
            "type_folded": fold(type),
            "person_id": _PERSON.decode(),
            "named": f"person.key.crm|P{_NUMBER.decode()}",
            "at": datetime.fromtimestamp(_MOMENT, UTC),
            "day": _DAY.decode(),
            "zone": "UTC",
            "attributes": {"page": "/page"},
            "source_updated_at": None,
            "content_hash": "0" * 64,
            "stored_at": now,
        }
    )


def _marked_day(now: datetime) -> Mould:
    """A day that is to be counted, as recording leaves it."""
    person, day = _PERSON.decode(), _DAY.decode()
    return Mould(
        {
            "_id": f"{TENANT}|{person}|{day}",
            "tenant": TENANT,
            "schema_version": SCHEMA_VERSION,
            "person_id": person,
            "day": day,
            "counts": [],
            "dirty": {"token": "0" * 32, "at": now - _LONG_AGO},
        }
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(tzinfo=UTC)).timestamp())
