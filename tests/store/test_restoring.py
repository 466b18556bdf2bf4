"""A restore makes a tenant wholly or not at all, and never where there is one."""

import asyncio
from collections.abc import AsyncIterator, Callable

import orjson
import pytest

from domain.identifiers import TenantId
from resolvers.tenants import BeingRestored, create_tenant
from store import restoring
from store.driver import Client, Database, Document, open_database
from store.exported_files import Fault
from store.migrations import Step
from store.restoring import (
    BrokenOff,
    Incomplete,
    NotEmpty,
    Restored,
    Sound,
    check,
    discard,
    restore,
)
from store.tenants import all_tenants
from tests.contexts import Clock, a_context
from tests.exports import an_export

HOME = TenantId("home")
NOW = Clock()()


@pytest.fixture
async def empty(client: Client) -> AsyncIterator[Database]:
    database = open_database(client, "quorum_tests_restoring")
    yield database
    await client.drop_database(database.name)


def _sound(lines: list[bytes]) -> Sound:
    sound = check(lines)
    assert isinstance(sound, Sound), sound
    return sound


async def _all(database: Database) -> dict[str, int]:
    names = await database.list_collection_names()
    counts = {name: await database[name].count_documents({}) for name in sorted(names)}
    return {name: count for name, count in counts.items() if count}


async def _broken_off(database: Database, lines: list[bytes], after: int) -> None:
    """A restore whose process ends after so many lines."""

    def until_the_end() -> object:
        yield from lines[:after]
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await restore(database, _sound(lines), until_the_end(), NOW)  # type: ignore[arg-type]


Damage = Callable[[list[bytes]], list[bytes]]


def _replaced(place: int, line: bytes) -> Damage:
    return lambda lines: [*lines[:place], line + b"\n", *lines[place + 1 :]]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        pytest.param(
            lambda _: [],
            Fault(1, "the file is cut off: its last line is missing"),
            id="an empty file",
        ),
        pytest.param(
            lambda lines: lines[:-1],
            Fault(5, "the file is cut off: its last line is missing"),
            id="no last line",
        ),
        pytest.param(
            lambda lines: [*lines[:2], lines[2][:-9]],
            Fault(3, "the file is cut off within this line"),
            id="half a line",
        ),
        pytest.param(
            _replaced(1, b"{"),
            Fault(2, "this is no JSON"),
            id="no JSON",
        ),
        pytest.param(_replaced(1, b"[]"), Fault(2, "this is no JSON object"), id="no object"),
        pytest.param(
            _replaced(1, b'{"a":1}'),
            Fault(2, "this is neither a document nor the end of an export"),
            id="something else",
        ),
        pytest.param(
            lambda lines: lines[1:],
            Fault(1, "this is not the beginning of an export"),
            id="no first line",
        ),
        pytest.param(
            _replaced(0, b'{"quorum_export":1,"schema_version":1,"tenant":"home"}'),
            Fault(1, "this is not the beginning of an export"),
            id="half a first line",
        ),
        pytest.param(
            _replaced(0, b'{"quorum_export":2,"schema_version":1}'),
            Fault(1, "the export has the format 2; this program knows 1"),
            id="another format",
        ),
        pytest.param(
            _replaced(0, b'{"quorum_export":1,"schema_version":9}'),
            Fault(
                1, "this is of the schema version 9, written by a newer Quorum; this one knows 3"
            ),
            id="a newer program's export",
        ),
        pytest.param(
            _replaced(1, b'{"collection":"moons","document":{}}'),
            Fault(2, "there is no collection moons"),
            id="an unknown collection",
        ),
        pytest.param(
            _replaced(1, b'{"collection":"people","document":{"a":{"$moon":1}}}'),
            Fault(2, "there is no type $moon"),
            id="a value of no type",
        ),
        pytest.param(
            _replaced(1, b'{"collection":"people","document":{"tenant":"home"}}'),
            Fault(2, "the document has no id"),
            id="a document without an id",
        ),
        pytest.param(
            _replaced(1, b'{"collection":"people","document":{"_id":"1"}}'),
            Fault(2, "the document is not of the tenant home"),
            id="somebody else's document",
        ),
        pytest.param(
            _replaced(1, b'{"collection":"tenants","document":{"_id":"1","tenant":"home"}}'),
            Fault(2, "the tenant is not home"),
            id="another tenant",
        ),
        pytest.param(
            _replaced(
                1,
                b'{"collection":"people",'
                b'"document":{"_id":"1","tenant":"home","schema_version":9}}',
            ),
            Fault(
                2, "this is of the schema version 9, written by a newer Quorum; this one knows 3"
            ),
            id="a newer document",
        ),
        pytest.param(
            lambda lines: [*lines[:2], *lines[3:]],
            Fault(4, "the export should hold 2 documents of people and holds 1"),
            id="a missing line",
        ),
        pytest.param(
            lambda lines: [*lines[:2], lines[2].replace(b"Bo", b"Al"), *lines[3:]],
            Fault(5, "the documents are not those that were exported: the file was altered"),
            id="an altered line",
        ),
        pytest.param(
            lambda lines: [*lines, b"{}\n"],
            Fault(6, "something stands behind the last line"),
            id="more than an export",
        ),
        pytest.param(
            lambda _: an_export(("people", {"_id": "per_1"}), tenant=None),
            Fault(3, "the export does not hold its tenant"),
            id="no tenant",
        ),
    ],
)
def test_a_file_that_is_no_sound_export_is_refused(damage: Damage, fault: Fault) -> None:
    lines = an_export(("people", {"_id": "per_1"}), ("people", {"_id": "per_2", "name": "Bo"}))

    assert check(damage(lines)) == fault


async def test_a_tenant_that_is_there_is_left_as_it_is(empty: Database) -> None:
    ctx = a_context(empty, HOME, Clock())
    await create_tenant(ctx, "Home", "UTC")
    lines = an_export(("people", {"_id": "per_1"}))
    before = await _all(empty)

    outcome = await restore(empty, _sound(lines), lines, NOW)

    assert outcome == NotEmpty(
        {
            "tenants": 1,
            "roles": 6,
            "personas": 10,
            "activity_types": 37,
            "weighting_models": 1,
            "identities": before["identities"],
            "events": before["events"],
        }
    )
    assert await _all(empty) == before


async def test_a_document_of_a_tenant_that_is_not_there_stands_in_the_way(
    empty: Database,
) -> None:
    await empty["identities"].insert_one({"_id": "home|a|b", "tenant": "home"})
    lines = an_export(("people", {"_id": "per_1"}))

    outcome = await restore(empty, _sound(lines), lines, NOW)

    assert outcome == NotEmpty({"identities": 1})
    assert await _all(empty) == {"identities": 1}


async def test_other_tenants_are_not_in_the_way(empty: Database) -> None:
    others = an_export(("people", {"_id": "per_0"}), tenant="others")
    lines = an_export(("people", {"_id": "per_1"}))

    assert await restore(empty, _sound(others), others, NOW) == Restored(2)
    assert await restore(empty, _sound(lines), lines, NOW) == Restored(2)


async def test_a_restore_that_was_broken_off_is_ended_by_the_same_file(empty: Database) -> None:
    people: list[tuple[str, Document]] = [("people", {"_id": f"per_{n}"}) for n in range(4_500)]
    lines = an_export(*people)
    await _broken_off(empty, lines, 4_200)
    half = await _all(empty)

    outcome = await restore(empty, _sound(lines), lines, NOW)

    assert half == {"people": 4_000, "tenants": 1}
    assert outcome == Restored(4_501)
    assert await _all(empty) == {"people": 4_500, "tenants": 1}
    assert [each["_id"] for each in await all_tenants(empty)] == [HOME]


async def test_a_tenant_that_is_being_restored_is_not_there_and_cannot_be_made(
    empty: Database,
) -> None:
    ctx = a_context(empty, HOME, Clock())
    lines = an_export(("people", {"_id": "per_1"}))
    await _broken_off(empty, lines, 2)

    made = await create_tenant(ctx, "Home", "UTC")

    assert made == BeingRestored(HOME)
    assert await ctx.stores.tenants.own() is None
    assert await all_tenants(empty) == []
    assert await _all(empty) == {"tenants": 1}


async def test_another_file_has_to_wait_until_a_broken_off_restore_is_discarded(
    empty: Database,
) -> None:
    people: list[tuple[str, Document]] = [("people", {"_id": f"per_{n}"}) for n in range(2_500)]
    await _broken_off(empty, an_export(*people), 2_400)
    lines = an_export(("people", {"_id": "per_1"}))

    refused = await restore(empty, _sound(lines), lines, NOW)
    removed = await discard(empty, HOME)
    outcome = await restore(empty, _sound(lines), lines, NOW)

    assert refused == BrokenOff()
    assert removed == 2_000
    assert outcome == Restored(2)


async def test_nothing_comes_in_any_more_once_a_restore_that_goes_on_is_discarded(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people: list[tuple[str, Document]] = [("people", {"_id": f"per_{n}"}) for n in range(4_500)]
    lines = an_export(*people)
    ctx = a_context(empty, HOME, Clock())
    reached, discarded = asyncio.Event(), asyncio.Event()

    async def discarding() -> None:
        await reached.wait()
        assert await discard(empty, HOME) == 2_000
        assert await create_tenant(ctx, "Anew", "UTC") == HOME
        discarded.set()

    store = restoring._Waiting.store

    async def waiting(batch: restoring._Waiting) -> None:
        if await empty["people"].find_one({}) is not None:
            reached.set()
            await discarded.wait()
        await store(batch)

    monkeypatch.setattr(restoring._Waiting, "store", waiting)
    outcome, _ = await asyncio.gather(restore(empty, _sound(lines), lines, NOW), discarding())

    assert outcome == Incomplete("somebody else has ended or discarded the restore")
    assert await empty["people"].find_one({}) is None
    own = await ctx.stores.tenants.own()
    assert own is not None
    assert own["name"] == "Anew"


async def test_a_restore_that_ends_meanwhile_is_not_taken_away(empty: Database) -> None:
    lines = an_export(("people", {"_id": "per_1"}))

    outcome, removed = await asyncio.gather(
        restore(empty, _sound(lines), lines, NOW), discard(empty, HOME)
    )

    is_there = await a_context(empty, HOME, Clock()).stores.tenants.own() is not None
    assert is_there == (outcome == Restored(2))
    assert await empty["people"].count_documents({}) == is_there
    assert is_there or removed is not None


async def test_what_is_restored_cannot_be_discarded(empty: Database) -> None:
    lines = an_export(("people", {"_id": "per_1"}))
    await restore(empty, _sound(lines), lines, NOW)

    assert await discard(empty, HOME) is None
    assert await _all(empty) == {"people": 1, "tenants": 1}


async def test_a_file_that_changes_after_it_was_checked_makes_no_tenant(empty: Database) -> None:
    lines = an_export(("people", {"_id": "per_1"}))
    changed = an_export(("people", {"_id": "per_2"}))

    outcome = await restore(empty, _sound(lines), changed, NOW)

    assert outcome == Incomplete("the file was changed meanwhile")
    assert await all_tenants(empty) == []


async def test_an_id_that_occurs_twice_makes_no_tenant(empty: Database) -> None:
    lines = an_export(("people", {"_id": "per_1"}), ("people", {"_id": "per_1"}))

    outcome = await restore(empty, _sound(lines), lines, NOW)

    assert outcome == Incomplete("1 of 2 documents of people are stored")
    assert await all_tenants(empty) == []


async def test_an_older_export_is_brought_up_while_it_is_restored(empty: Database) -> None:
    def change(document: Document) -> Document:
        return {**document, "moved": True}

    lines = an_export(("people", {"_id": "per_1"}), ("roles", {"_id": "role_1"}))

    await restore(
        empty, _sound(lines), lines, NOW, [Step(2, {"people": change, "tenants": change})]
    )

    stored = [
        await empty[name].find_one({}, {"_id": 0, "moved": 1, "schema_version": 1})
        for name in ("people", "tenants", "roles")
    ]
    new = {"moved": True, "schema_version": 2}
    assert stored == [new, new, {"schema_version": 1}]


def test_the_last_line_says_how_many_documents_there_are_of_each_collection() -> None:
    lines = an_export(("people", {"_id": "per_1"}), ("roles", {"_id": "role_1"}))

    counts = orjson.loads(lines[-1])["counts"]

    assert {name: count for name, count in counts.items() if count} == {
        "people": 1,
        "roles": 1,
        "tenants": 1,
    }
