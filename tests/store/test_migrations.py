"""Documents are brought to another shape once each, whoever dies or writes meanwhile."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from bson import encode

from store.driver import Client, Database, Document, open_database
from store.migrations import STEPS, NewerDatabase, Step, brought_up, latest, migrate
from store.schema_version import SCHEMA_VERSION

MANY = int(os.environ.get("QUORUM_MIGRATED_DOCUMENTS", "800"))
DEPLOYMENT = {"_id": "schema", "version": 3, "begun": 3}


def _staff(document: Document) -> Document:
    new = {**document, "staff": {"count": document["employees"]}}
    del new["employees"]
    return new


def _title(document: Document) -> Document:
    return {**document, "title": document["name"].upper()}


def _doubled(document: Document) -> Document:
    return {**document, "staff": {"count": document["staff"]["count"] * 2}}


TO_2 = Step(2, {"accounts": _staff, "roles": _title})
TO_3 = Step(3, {"accounts": _doubled})


def _account(number: int, **fields: Any) -> Document:
    own = {"_id": f"acc_{number:05}", "tenant": "home", "version": 7, "employees": number}
    return own | ({"schema_version": 1} if number % 2 else {}) | fields


def _migrated(number: int, **fields: Any) -> Document:
    own = {"_id": f"acc_{number:05}", "tenant": "home", "version": 7}
    return own | {"staff": {"count": 2 * number}, "schema_version": 3} | fields


@pytest.fixture
async def own(client: Client) -> AsyncIterator[Database]:
    database = open_database(client, "quorum_tests_migrations")
    yield database
    await client.drop_database(database.name)


async def _accounts(database: Database) -> list[Document]:
    return await database["accounts"].find({}, sort=[("_id", 1)]).to_list(None)


async def test_rules_list_what_they_name(own: Database) -> None:
    asking = {"has_matched_buying_group": {"people_in_role": [{"role": "role_1", "at_least": 1}]}}
    before = {"tenant": "home", "schema_version": 2}
    roles: list[Document] = [
        {"role_id": "role_2", "condition": asking},
        {"role_id": "role_3", "condition": None},
    ]
    await own["role_templates"].insert_one({"_id": "rt_1", "roles": roles, **before})
    await own["account_audiences"].insert_many(
        [
            {"_id": "aud_1", "condition": asking, **before},
            {"_id": "aud_2", "condition": None, **before},
        ]
    )

    await migrate(own)

    template = await own["role_templates"].find_one({"_id": "rt_1"})
    audiences = await own["account_audiences"].find({}, sort=[("_id", 1)]).to_list(None)
    assert template is not None
    assert template["roles"] == [{**roles[0], "reference_ids": ["role_1"]}, roles[1]]
    assert [each.get("reference_ids") for each in audiences] == [["role_1"], None]


async def test_only_what_is_brought_up_is_told(
    own: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "store.migrations")
    await migrate(own)
    assert caplog.messages == []
    await own["accounts"].insert_one(_account(1))

    await migrate(own, [*STEPS, Step(4, {"accounts": _staff, "roles": _title})])

    assert caplog.messages == ["Bringing accounts to schema version 4."]


@pytest.mark.parametrize(
    ("job", "is_in_force"),
    [
        pytest.param({"kind": "creation"}, True, id="a creation job of before"),
        pytest.param({"kind": "creation", "trigger": "on_demand"}, True, id="one asked for"),
        pytest.param({"kind": "creation", "trigger": "daily"}, False, id="one of a day's run"),
        pytest.param({"kind": "maintenance"}, False, id="another kind"),
    ],
)
async def test_a_creation_job_that_somebody_started_is_in_force(
    own: Database, job: Document, is_in_force: bool
) -> None:
    await own["jobs"].insert_one({"_id": "job_1", "tenant": "home", "schema_version": 1, **job})

    await migrate(own)

    marked = {"in_force": True} if is_in_force else {}
    assert await own["jobs"].find_one({"_id": "job_1"}) == {
        "_id": "job_1",
        "tenant": "home",
        "schema_version": 2,
        **job,
        **marked,
    }


def test_the_last_step_leads_to_what_is_stored_now() -> None:
    assert latest() == SCHEMA_VERSION
    assert [step.version for step in STEPS] == list(range(2, SCHEMA_VERSION + 1))


async def test_a_new_database_is_of_the_last_version_at_once(own: Database) -> None:
    assert await migrate(own, [TO_2, TO_3]) is None

    assert await own["deployment"].find_one({}) == DEPLOYMENT


async def test_each_document_takes_each_step_once_and_nothing_else_of_it_changes(
    own: Database,
) -> None:
    await own["accounts"].insert_many([_account(n, name=f"A{n}") for n in range(10)])
    await own["roles"].insert_one({"_id": "role_1", "name": "Champion", "version": 1})
    await own["people"].insert_one({"_id": "per_1", "version": 1})

    for _ in range(2):
        assert await migrate(own, [TO_2, TO_3]) is None

    assert await _accounts(own) == [_migrated(n, name=f"A{n}") for n in range(10)]
    role = {"_id": "role_1", "name": "Champion", "version": 1, "schema_version": 2}
    assert await own["roles"].find_one({}) == role | {"title": "CHAMPION"}
    assert await own["people"].find_one({}) == {"_id": "per_1", "version": 1}


async def test_a_database_is_brought_up_again_by_a_later_program(own: Database) -> None:
    await own["accounts"].insert_many([_account(n) for n in range(10)])
    await migrate(own, [TO_2])
    await own["accounts"].insert_one({"_id": "acc_new", "staff": {"count": 4}, "schema_version": 2})

    await migrate(own, [TO_2, TO_3])

    new = {"_id": "acc_new", "staff": {"count": 8}, "schema_version": 3}
    assert await _accounts(own) == [*(_migrated(n) for n in range(10)), new]


async def test_a_start_that_is_killed_anywhere_is_taken_up_by_the_next(own: Database) -> None:
    await own["accounts"].insert_many([_account(n) for n in range(MANY)])
    chance = random.Random(7)
    deaths = 0

    while True:
        fatal = chance.randrange(1, 4 * MANY // 5)
        steps = [Step(s.version, _mortal(s, fatal)) for s in (TO_2, TO_3)]
        try:
            await migrate(own, steps)
        except InterruptedError:
            deaths += 1
            continue
        break

    assert deaths >= 2
    assert await _accounts(own) == [_migrated(n) for n in range(MANY)]
    assert await own["deployment"].find_one({}) == DEPLOYMENT


def _mortal(step: Step, fatal: int) -> dict[str, Callable[[Document], Document]]:
    """The step for a process that dies at so many documents."""
    left = fatal

    def change(document: Document) -> Document:
        nonlocal left
        left -= 1
        if left == 0:
            raise InterruptedError
        return step.documents["accounts"](document)

    return {"accounts": change}


async def test_two_processes_may_start_at_once_while_others_write(own: Database) -> None:
    await own["accounts"].insert_many([_account(n, seen=0, outbox=[1, 2]) for n in range(300)])

    async def disturb() -> None:
        # As the relay and the scoring do: without telling, beside what a step alters and on it.
        for number in range(0, 300, 3):
            await own["accounts"].update_one(
                {"_id": f"acc_{number:05}"},
                {"$inc": {"seen": 1}, "$pull": {"outbox": 1}},
            )

    def numbered(document: Document) -> Document:
        return {**_staff(document), "outbox": [{"entry": each} for each in document["outbox"]]}

    steps = [Step(2, {"accounts": numbered}), TO_3]
    await asyncio.gather(migrate(own, steps), migrate(own, steps), disturb())

    for number, document in enumerate(await _accounts(own)):
        seen = 0 if number % 3 else 1
        assert document == _migrated(number, seen=seen, outbox=document["outbox"])
        assert {"entry": 2} in document["outbox"]


async def test_a_database_of_a_newer_program_is_left_alone(own: Database) -> None:
    await own["accounts"].insert_one(_account(1))
    await own["deployment"].insert_one({"_id": "schema", "version": 2, "begun": 3})

    found = await migrate(own, [TO_2])

    assert found == NewerDatabase(3, 2)
    assert await _accounts(own) == [_account(1)]


async def test_a_number_becomes_one_of_another_type(own: Database) -> None:
    await own["accounts"].insert_one(_account(1, revenue=5))

    await migrate(own, [Step(2, {"accounts": lambda each: {**each, "revenue": 5.0}})])

    stored = await own["accounts"].find_one({})
    assert stored is not None
    assert encode({"revenue": stored["revenue"]}) == encode({"revenue": 5.0})


async def test_a_step_must_not_change_an_id(own: Database) -> None:
    await own["accounts"].insert_one(_account(1))

    with pytest.raises(ValueError, match="changed the id acc_00001 to acc_2"):
        await migrate(own, [Step(2, {"accounts": lambda each: {**each, "_id": "acc_2"}})])

    assert await _accounts(own) == [_account(1)]


async def test_nothing_is_read_but_one_document_when_nothing_is_to_be_done(own: Database) -> None:
    await migrate(own, [TO_2, TO_3])
    await own["accounts"].insert_one({"_id": "left", "schema_version": 1})

    await migrate(own, [TO_2, TO_3])

    assert await _accounts(own) == [{"_id": "left", "schema_version": 1}]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            _account(2), _migrated(1, _id="acc_00002") | {"staff": {"count": 4}}, id="old"
        ),
        pytest.param(
            {"_id": "a", "staff": {"count": 3}, "schema_version": 2},
            {"_id": "a", "staff": {"count": 6}, "schema_version": 3},
            id="of the version between",
        ),
        pytest.param(
            {"_id": "a", "staff": {"count": 3}, "schema_version": 3},
            {"_id": "a", "staff": {"count": 3}, "schema_version": 3},
            id="of the last version",
        ),
    ],
)
def test_one_document_is_brought_up_by_itself(document: Document, expected: Document) -> None:
    assert brought_up("accounts", document, [TO_2, TO_3]) == expected
