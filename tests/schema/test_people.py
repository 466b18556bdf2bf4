from datetime import timedelta
from typing import Any

import pytest

from tests.schema.api import Api
from tests.stored import (
    NOON,
    a_person,
    a_stored_group,
    an_account,
    an_activity,
    an_activity_type,
)


async def test_a_person_is_shown_with_accounts_groups_and_activities(api: Api) -> None:
    relations = [
        {"account_id": "acc_2", "relation": "contractor", "roles": ["owner"]},
        {"account_id": "acc_1", "relation": "employee", "roles": []},
        {"account_id": "acc_gone", "relation": "other", "roles": []},
    ]
    await api.has(
        an_account("acc_1", "Acme"),
        an_account("acc_2", "Beta"),
        a_person("per_ada", "Ada", relations=relations, job_title="CIO", unsubscribed=True),
        a_stored_group("bg_1", "One", {"per_ada": "role_dm"}),
        a_stored_group("bg_2", "Two", {"per_ada": None}),
        an_activity_type("at_1", "Visit Webpage", ["Page Views"]),
        an_activity("act_1", "page views", at=NOON),
        an_activity("act_2", "Danced", at=NOON + timedelta(hours=1), attributes={"floor": 2}),
    )

    answer = await api(
        """{ person(id: "per_ada") {
          name firstName email jobTitle unsubscribed emailInvalid
          accounts { totalCount edges { relation roles node { name } } }
          buyingGroups { nodes { name } }
          activities { nodes { at typeName type { name engagementType } attributes source } }
        } }"""
    )

    assert answer["person"] == {
        "name": "Ada",
        "firstName": "Ada",
        "email": "ada@example.com",
        "jobTitle": "CIO",
        "unsubscribed": True,
        "emailInvalid": False,
        "accounts": {
            "totalCount": 3,
            "edges": [
                {"relation": "CONTRACTOR", "roles": ["owner"], "node": {"name": "Beta"}},
                {"relation": "EMPLOYEE", "roles": [], "node": {"name": "Acme"}},
            ],
        },
        "buyingGroups": {"nodes": [{"name": "One"}]},
        "activities": {
            "nodes": [
                {
                    "at": "2026-05-04T13:00:00.000Z",
                    "typeName": "Danced",
                    "type": None,
                    "attributes": {"floor": 2},
                    "source": "web",
                },
                {
                    "at": "2026-05-04T12:00:00.000Z",
                    "typeName": "page views",
                    "type": {"name": "Visit Webpage", "engagementType": "WEB"},
                    "attributes": {},
                    "source": "web",
                },
            ]
        },
    }
    assert api.commands[0] == "find people"
    assert sorted(api.commands[1:4]) == ["find accounts", "find activities", "find buying_groups"]
    assert api.commands[4:] == ["find activity_types"]


async def test_the_accounts_of_a_person_are_paged(api: Api) -> None:
    accounts = [f"acc_{n}" for n in range(3)]
    await api.has(*(an_account(id, id) for id in accounts), a_person("per_1", "Ada", accounts))
    query = """query ($after: String) { person(id: "per_1") { accounts(first: 2, after: $after) {
      nodes { name } pageInfo { hasNextPage endCursor }
    } } }"""

    first = (await api(query))["person"]["accounts"]
    second = (await api(query, after=first["pageInfo"]["endCursor"]))["person"]["accounts"]

    assert [node["name"] for node in first["nodes"]] == ["acc_0", "acc_1"]
    assert [node["name"] for node in second["nodes"]] == ["acc_2"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"search": "chief inf"}, ["Ada"], id="words of the title"),
        pytest.param({"search": "ada@ex"}, ["Ada"], id="the beginning of an e-mail address"),
        pytest.param({"search": "bo"}, ["Bo"], id="the name"),
        pytest.param({"email": ["ADA@example.com"]}, ["Ada"], id="an e-mail address, in any case"),
        pytest.param({"jobTitle": ["chief information officer"]}, ["Ada"], id="a title"),
        pytest.param({"accounts": ["acc_2"]}, ["Bo"], id="an account"),
        pytest.param({"relations": ["CONTRACTOR"]}, [], id="a kind of relation"),
        pytest.param({"relations": ["EMPLOYEE"], "accounts": ["acc_1"]}, ["Ada"], id="both"),
    ],
)
async def test_people_are_filtered_by(api: Api, asked: dict[str, Any], expected: list[str]) -> None:
    await api.has(
        a_person("per_1", "Ada", ["acc_1"], job_title="Chief Information Officer"),
        a_person("per_2", "Bo", ["acc_2"]),
    )

    answer = await api(
        "query ($f: PersonFilter) { people(filter: $f) { nodes { name } } }", f=asked
    )

    assert [node["name"] for node in answer["people"]["nodes"]] == expected


async def test_activities_of_nobody_known_are_found(api: Api) -> None:
    await api.has(
        a_person("per_ada", "Ada"),
        an_activity("act_1", "Call"),
        an_activity("act_2", "Call", person_id=None, at=NOON - timedelta(days=1)),
        an_activity("act_3", "Chat", at=NOON + timedelta(days=1)),
    )
    query = """query ($f: ActivityFilter) {
      activities(filter: $f, orderBy: {direction: ASC}) { nodes { id person { name } } }
    }"""

    unmatched = (await api(query, f={"isMatched": False}))["activities"]["nodes"]
    calls = (await api(query, f={"types": ["CALL"], "isMatched": True}))["activities"]["nodes"]
    window = {"since": "2026-05-04T12:00:00Z", "before": "2026-05-05T12:00:00Z"}
    of_a_day = (await api(query, f=window))["activities"]["nodes"]

    assert unmatched == [{"id": "act_2", "person": None}]
    assert calls == [{"id": "act_1", "person": {"name": "Ada"}}]
    assert [each["id"] for each in of_a_day] == ["act_1"]
