from datetime import timedelta
from typing import Any

import pytest

from tests.schema.api import Api
from tests.stored import NOON, Stored, a_person, a_role, a_stored_group, an_account

TYPES = ("ACCOUNT_CREATED", "BUYING_GROUP_CREATED", "MEMBERSHIP_CHANGED", "MEMBERSHIP_CHANGED")


def an_event(tenant: str, position: int, /, **fields: Any) -> Stored:
    return "events", {
        "_id": f"{tenant}:{position:016d}",
        "position": position,
        "event_id": f"evt_{position}",
        "type": TYPES[(position - 1) % 4],
        "at": NOON + timedelta(hours=position),
        "actor": "sam",
        "subject_id": "bg_1" if position > 1 else "acc_1",
        **fields,
    }


@pytest.fixture
async def history(api: Api) -> Api:
    await api.has(
        an_event(api.tenant, 2, buying_group_id="bg_1", account_id="acc_1"),
        an_event(api.tenant, 1, account_id="acc_1", after={"level": 1, "at": NOON}),
        an_event(
            api.tenant,
            3,
            buying_group_id="bg_1",
            person_id="per_1",
            method="manual",
            before={"role_id": None},
            after={"role_id": "role_dm"},
            personal={"after": {"email": "a@example.com"}},
        ),
        an_event(api.tenant, 4, buying_group_id="bg_2"),
        an_event("another", 1, tenant="another"),
    )
    return api


async def test_events_are_listed_in_the_order_of_their_positions(history: Api) -> None:
    await history.has(an_account(), a_stored_group("bg_1"), a_person("per_1", "Ada"))

    answer = await history(
        """{ events(first: 3) { totalCount pageInfo { hasNextPage } nodes {
          id position type at actor method subjectId before after personal
          account { name } person { name } buyingGroup { name }
        } } }"""
    )

    events = answer["events"]
    assert history.read_concerns["events"] == "majority"
    assert events["totalCount"] == 4
    assert events["pageInfo"] == {"hasNextPage": True}
    assert [event["position"] for event in events["nodes"]] == [1, 2, 3]
    assert events["nodes"][0]["after"] == {"level": 1, "at": "2026-05-04T12:00:00.000Z"}
    assert events["nodes"][2] == {
        "id": "evt_3",
        "position": 3,
        "type": "MEMBERSHIP_CHANGED",
        "at": "2026-05-04T15:00:00.000Z",
        "actor": "sam",
        "method": "MANUAL",
        "subjectId": "bg_1",
        "before": {"role_id": None},
        "after": {"role_id": "role_dm"},
        "personal": {"after": {"email": "a@example.com"}},
        "account": None,
        "person": {"name": "Ada"},
        "buyingGroup": {"name": "Security for Acme"},
    }


async def test_events_are_followed_by_cursor_while_new_ones_come(history: Api) -> None:
    query = """query ($after: String) { events(first: 3, after: $after) {
      nodes { position } pageInfo { endCursor hasNextPage }
    } }"""
    first = (await history(query))["events"]
    await history.has(an_event(history.tenant, 5))

    second = (await history(query, after=first["pageInfo"]["endCursor"]))["events"]

    assert [event["position"] for event in second["nodes"]] == [4, 5]
    assert history.commands == ["find events"]


async def test_events_are_listed_the_latest_first(history: Api) -> None:
    query = """query ($after: String) {
      events(first: 2, after: $after, orderBy: {direction: DESC}, filter: {subjects: ["bg_1"]}) {
        nodes { position } pageInfo { endCursor hasNextPage }
      }
    }"""
    first = (await history(query))["events"]
    rest = (await history(query, after=first["pageInfo"]["endCursor"]))["events"]

    assert [event["position"] for event in first["nodes"]] == [4, 3]
    assert [event["position"] for event in rest["nodes"]] == [2]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_an_event_shows_the_roles_before_and_after(history: Api) -> None:
    await history.has(
        a_role("role_dm", "Decision Maker"),
        a_role("role_ch", "Champion"),
        an_event(
            history.tenant, 5, before={"role_id": "role_dm"}, after={"role_id": "role_ch", "x": 1}
        ),
    )

    answer = await history(
        "{ events(filter: {afterPosition: 2}) { nodes {"
        " role { name } previousRole { name } after } } }"
    )

    assert answer["events"]["nodes"] == [
        {"role": {"name": "Decision Maker"}, "previousRole": None, "after": {"role_id": "role_dm"}},
        {"role": None, "previousRole": None, "after": None},
        {
            "role": {"name": "Champion"},
            "previousRole": {"name": "Decision Maker"},
            "after": {"role_id": "role_ch", "x": 1},
        },
    ]
    assert history.commands == ["find events", "find roles"]


@pytest.mark.parametrize(
    ("asked", "positions"),
    [
        pytest.param({"afterPosition": 2}, [3, 4], id="a position"),
        pytest.param({"types": ["MEMBERSHIP_CHANGED"]}, [3, 4], id="a type"),
        pytest.param({"buyingGroups": ["bg_1"]}, [2, 3], id="a group"),
        pytest.param({"people": ["per_1"]}, [3], id="a person"),
        pytest.param({"subjects": ["acc_1"]}, [1], id="what changed"),
        pytest.param({"since": "2026-05-04T15:00:00Z"}, [3, 4], id="a moment"),
        pytest.param({"afterPosition": 2, "buyingGroups": ["bg_1"]}, [3], id="all that is given"),
    ],
)
async def test_events_are_filtered_by(
    history: Api, asked: dict[str, Any], positions: list[int]
) -> None:
    answer = await history(
        "query ($f: EventFilter) { events(filter: $f) { nodes { position } } }", f=asked
    )

    assert [event["position"] for event in answer["events"]["nodes"]] == positions
