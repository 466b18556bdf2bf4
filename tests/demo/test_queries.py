"""The queries worth trying answer what their titles ask."""

from typing import Any

import pytest

from demo.queries import QUERIES, why
from tests.demo.conftest import Loaded
from tests.held import executed


@pytest.fixture
async def answers(loaded: Loaded) -> list[Any]:
    texts = [query.text for query in (*QUERIES, await why(loaded.ctx))]
    results = [await executed(loaded.ctx, text) for text in texts]
    assert [result.errors for result in results] == [None, None, None, None]
    return [result.data for result in results]


async def test_decision_makers_are_missing_somewhere(answers: list[Any]) -> None:
    found = answers[0]["buyingGroups"]

    assert found["totalCount"] == 47
    assert len(found["nodes"]) == 10
    for group in found["nodes"]:
        assert group["completeness"]["score"] < 50
        assert "Decision Maker" in [role["name"] for role in group["missingRoles"]]


async def test_one_group_is_shown_with_its_people_and_figures(answers: list[Any]) -> None:
    (group,) = answers[1]["buyingGroups"]["nodes"]

    assert group["name"] == "Security Suite for Acme Corporation"
    assert group["roles"][0]["role"] == {"name": "Decision Maker"}
    (decision_maker,) = group["roles"][0]["members"]["nodes"]
    assert decision_maker["person"]["jobTitle"] == "IT Director"
    assert decision_maker["method"] == "MANUAL"
    assert group["engagement"]["score"] > 0


async def test_a_company_is_shown_from_the_head_office_down(answers: list[Any]) -> None:
    (acme,) = answers[2]["accounts"]["nodes"]
    names = {
        group["name"]
        for part in acme["children"]["nodes"]
        for group in part["buyingGroups"]["nodes"]
    }

    assert {group["name"] for group in acme["buyingGroups"]["nodes"]} == {
        "Bug Tracking for Acme Corporation",
        "Security Suite for Acme Corporation",
    }
    assert len(acme["children"]["nodes"]) == 4
    assert {"Bug Tracking for Codehow", "Usage Analytics for Codehow"} < names


async def test_a_membership_is_explained(answers: list[Any]) -> None:
    found = answers[3]["explainMembership"]

    assert found["person"] == {"name": "Paula Reeves", "jobTitle": "CSO"}
    assert [claim["method"] for claim in found["claims"]] == ["MANUAL", "JOURNEY", "SYSTEM"]
    assert [rule["role"]["name"] for rule in found["rules"] if rule["givesRole"]] == [
        "Decision Maker"
    ]
