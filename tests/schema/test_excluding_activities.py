from datetime import UTC, datetime
from typing import Any

import pytest

from domain.identifiers import PersonId
from execution.context import Context
from tests.engagement_builders import acts, record, some_people
from tests.schema.operations import mutate, operate

TODAY = datetime(2026, 5, 4, tzinfo=UTC).date()
SHOWN = (
    "{ activities(filter: {excludedAs: [BOT, SELF]}) { nodes { excludedAs markedAs markedBy } } }"
)


@pytest.fixture
async def ada(home: Context) -> PersonId:
    [ada] = await some_people(home, "ada")
    await record(home, acts(ada, "Click Link", TODAY, 2))
    return ada


async def mark(ctx: Context, ids: list[str], marked_as: str | None) -> Any:
    shown = "... on MarkActivitiesSuccess { changed unchanged unknownIds } "
    refused = "... on TooManyItems { count limit }"
    return await mutate(ctx, "markActivities", shown + refused, activityIds=ids, markedAs=marked_as)


async def exclude(ctx: Context, source: str, excluded_as: str | None) -> Any:
    shown = (
        "... on ExcludeActivitySourceSuccess "
        "{ excludedActivitySources { source excludedAs since } } "
        "... on InvalidInput { field reason }"
    )
    return await mutate(ctx, "excludeActivitySource", shown, source=source, excludedAs=excluded_as)


async def test_activities_are_marked_and_found_by_it(home: Context, ada: PersonId) -> None:
    nodes = (await operate(home, "{ activities { nodes { id excludedAs markedAs } } }"))[
        "activities"
    ]["nodes"]
    ids = [node["id"] for node in nodes]
    assert {node["excludedAs"] for node in nodes} == {None}

    assert await mark(home, [ids[0], "act_x"], "SELF") == {
        "__typename": "MarkActivitiesSuccess",
        "changed": 1,
        "unchanged": 0,
        "unknownIds": ["act_x"],
    }
    found = (await operate(home, SHOWN))["activities"]["nodes"]
    assert found == [{"excludedAs": "SELF", "markedAs": "SELF", "markedBy": "sam"}]

    assert (await mark(home, [ids[0]], "SELF"))["unchanged"] == 1
    assert (await mark(home, [ids[0]], None))["changed"] == 1
    assert (await operate(home, SHOWN))["activities"]["nodes"] == []
    told = await operate(
        home,
        """{ events(filter: { types: [ACTIVITY_MARKED] }) {
          nodes { subjectId actor person { id } before after } } }""",
    )
    event = {"subjectId": ids[0], "actor": "sam", "person": {"id": ada}}
    was, now = {"marked_as": None}, {"marked_as": "self"}
    assert told["events"]["nodes"] == [
        {**event, "before": was, "after": now},
        {**event, "before": now, "after": was},
    ]
    waiting = {"tenant": home.viewer.tenant, "outbox.0": {"$exists": True}}
    assert await home.stores.database["activities"].count_documents(waiting) == 0
    assert await mark(home, ["act_x"] * 1_001, "BOT") == {
        "__typename": "TooManyItems",
        "message": "A call takes at most 1,000 items, not 1,001.",
        "count": 1001,
        "limit": 1000,
    }


async def test_a_source_is_excluded_and_its_reports_say_so(home: Context, ada: PersonId) -> None:
    assert await exclude(home, "api", "BOT") == {
        "__typename": "ExcludeActivitySourceSuccess",
        "excludedActivitySources": [
            {"source": "api", "excludedAs": "BOT", "since": "2026-05-04T12:00:00.000Z"}
        ],
    }
    item = {"type": "Click Link", "person": {"id": ada}, "at": "2026-05-04T09:00:00Z"}
    await mutate(
        home,
        "recordActivities",
        "",
        items=[{"sourceId": "1", **item}, {"sourceId": "2", "excludedAs": "SELF", **item}],
    )

    found = (await operate(home, SHOWN))["activities"]["nodes"]
    assert sorted(each["excludedAs"] for each in found) == ["BOT", "SELF"]
    listed = await operate(home, "{ excludedActivitySources { source } }")
    assert listed == {"excludedActivitySources": [{"source": "api"}]}
    assert (await exclude(home, "api", None))["excludedActivitySources"] == []
    assert await exclude(home, " ", "BOT") == {
        "__typename": "InvalidInput",
        "message": "source: is required and cannot be empty",
        "field": "source",
        "reason": "is required and cannot be empty",
    }
