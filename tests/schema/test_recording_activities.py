from datetime import UTC, datetime
from typing import Any

import pytest

from domain.identifiers import PersonId, TenantId
from execution.context import Context, Right
from resolvers import tenants
from schema.build import build_schema
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import some_people
from tests.schema.operations import mutate, operate

NOON = "2026-05-04T12:00:00Z"
COUNTS = "stored updated unchanged refused unmatchedPeople unknownTypes { type count }"


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock(datetime(2026, 5, 4, 12, tzinfo=UTC)))
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


@pytest.fixture
async def ada(ctx: Context) -> PersonId:
    [ada] = await some_people(ctx, "ada")
    return ada


def an_item(ada: str, **changes: Any) -> dict[str, Any]:
    item = {"sourceId": "v-1", "type": "page views", "person": {"id": ada}, "at": NOON}
    return item | changes


async def record(ctx: Context, selection: str, *items: dict[str, Any]) -> Any:
    """What recording these activities answers."""
    return await mutate(
        ctx,
        "recordActivities",
        f"... on RecordActivitiesSuccess {{ {selection} }} "
        "... on TooManyItems { message count limit }",
        items=list(items),
    )


async def test_an_activity_is_stored_and_shown(ctx: Context, ada: PersonId) -> None:
    answer = await record(
        ctx,
        COUNTS + " outcomes { index status isPersonUnmatched isTypeUnknown error { message }"
        " activity { typeName type { name } person { name } source sourceId at attributes } }",
        an_item(ada, attributes={"url": "/pricing", "seconds": 12}),
    )

    assert answer == {
        "__typename": "RecordActivitiesSuccess",
        "stored": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": 0,
        "unmatchedPeople": 0,
        "unknownTypes": [],
        "outcomes": [
            {
                "index": 0,
                "status": "STORED",
                "isPersonUnmatched": False,
                "isTypeUnknown": False,
                "error": None,
                "activity": {
                    "typeName": "page views",
                    "type": {"name": "Visit Webpage"},
                    "person": {"name": "ada"},
                    "source": "api",
                    "sourceId": "v-1",
                    "at": "2026-05-04T12:00:00.000Z",
                    "attributes": {"url": "/pricing", "seconds": 12},
                },
            }
        ],
    }


async def test_a_person_is_named_by_e_mail_or_key_and_may_come_later(
    ctx: Context, ada: PersonId
) -> None:
    answer = await record(
        ctx,
        COUNTS + " outcomes { isPersonUnmatched isTypeUnknown activity { person { name } } }",
        an_item(ada, person={"email": "nobody@acme.com"}, type="Hummed"),
        an_item(ada, sourceId="v-2", person={"key": {"system": "crm", "id": "7"}}, type="HUMMED"),
    )

    unknown = {"isPersonUnmatched": True, "isTypeUnknown": True, "activity": {"person": None}}
    assert answer["outcomes"] == [unknown, unknown]
    assert (answer["unmatchedPeople"], answer["unknownTypes"]) == (
        2,
        [{"type": "Hummed", "count": 2}],
    )


async def test_each_activity_has_its_own_outcome(ctx: Context, ada: PersonId) -> None:
    first = await record(ctx, COUNTS, an_item(ada))

    answer = await record(
        ctx,
        COUNTS + " outcomes { status }",
        an_item(ada),
        an_item(ada, type="Click Link", sourceUpdatedAt=NOON),
        an_item(ada, sourceId="v-2"),
        an_item(ada, sourceId=""),
    )

    assert first["stored"] == 1
    assert [outcome["status"] for outcome in answer["outcomes"]] == [
        "UNCHANGED",
        "UPDATED",
        "STORED",
        "REFUSED",
    ]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        pytest.param(
            {"at": "2026-05-05T12:00:01Z"},
            "at",
            "must not be more than one day in the future",
            id="an activity more than a day ahead",
        ),
        pytest.param({"sourceId": " "}, "sourceId", "is required and cannot be empty", id="no id"),
        pytest.param({"type": "a\x00b"}, "type", "contains the character NUL", id="NUL"),
        pytest.param(
            {"person": {"email": "ada"}}, "person.email", "is not an e-mail address", id="e-mail"
        ),
        pytest.param({"attributes": [1]}, "attributes", "must be a JSON object", id="a list"),
    ],
)
async def test_a_refusal_names_the_field_and_the_reason(
    ctx: Context, ada: PersonId, changes: dict[str, Any], field: str, reason: str
) -> None:
    answer = await record(
        ctx,
        "refused outcomes { status activity { id } error { message ... on InvalidInput "
        "{ field reason } } }",
        an_item(ada, **changes),
    )

    assert answer["refused"] == 1
    error = {"message": f"{field} {reason}.", "field": field, "reason": reason}
    assert answer["outcomes"] == [{"status": "REFUSED", "activity": None, "error": error}]
    stored = await operate(ctx, "{ activities { totalCount } }")
    assert stored == {"activities": {"totalCount": 0}}


async def test_an_unknown_person_id_is_refused(ctx: Context, ada: PersonId) -> None:
    answer = await record(
        ctx,
        "outcomes { error { __typename message ... on UnknownRecord { field named } } }",
        an_item(ada, person={"id": "per_x"}),
    )

    assert answer["outcomes"][0]["error"] == {
        "__typename": "UnknownRecord",
        "message": "person.id: there is no person per_x.",
        "field": "person.id",
        "named": "per_x",
    }


async def test_more_than_a_thousand_are_too_many(ctx: Context, ada: PersonId) -> None:
    answer = await record(ctx, "stored", *(an_item(ada, sourceId=f"v-{n}") for n in range(1_001)))

    assert answer == {
        "__typename": "TooManyItems",
        "message": "A call takes at most 1,000 items, not 1,001.",
        "count": 1001,
        "limit": 1000,
    }
    assert await operate(ctx, "{ activities { totalCount } }") == {"activities": {"totalCount": 0}}


async def test_recording_asks_for_the_right_to_edit_data(
    database: Database, tenant: TenantId
) -> None:
    reader = a_context(database, tenant, Clock(), rights=[Right.READ])
    query = "mutation { recordActivities(input: {items: []}) { __typename } }"

    result = await build_schema().execute(query, context_value=reader)

    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "FORBIDDEN", "right": "EDIT_DATA"}
