"""The three queries that are printed answer what their titles ask."""

from typing import Any

import pytest

from demo.queries import queries
from schema.build import build_schema
from tests.demo.conftest import Loaded


@pytest.fixture
async def answers(loaded: Loaded) -> list[Any]:
    results = [
        await build_schema().execute(query.text, context_value=loaded.ctx)
        for query in await queries(loaded.ctx)
    ]
    assert [result.errors for result in results] == [None, None, None]
    return [result.data for result in results]


async def test_decision_makers_are_missing_somewhere(answers: list[Any]) -> None:
    found = answers[0]["buyingGroups"]

    assert found["totalCount"] == 30
    assert len(found["nodes"]) == 10
    for group in found["nodes"]:
        assert group["completeness"]["score"] < 50
        assert "Decision Maker" in [role["name"] for role in group["missingRoles"]]


async def test_one_group_is_shown_with_its_people_and_figures(answers: list[Any]) -> None:
    (group,) = answers[1]["buyingGroups"]["nodes"]

    assert group["name"] == "Security Suite for Acme Corporation"
    assert [role["role"]["name"] for role in group["roles"]][0] == "Decision Maker"
    (decision_maker,) = group["roles"][0]["members"]["nodes"]
    assert decision_maker["person"]["jobTitle"] == "IT Director"
    assert decision_maker["method"] == "MANUAL"
    assert group["engagement"]["score"] > 0


async def test_a_membership_is_explained(answers: list[Any]) -> None:
    why = answers[2]["explainMembership"]

    assert why["person"] == {"name": "Paula Reeves", "jobTitle": "CSO"}
    assert [claim["method"] for claim in why["claims"]] == ["MANUAL", "JOURNEY", "SYSTEM"]
    assert [rule["role"]["name"] for rule in why["rules"] if rule["givesRole"]] == [
        "Decision Maker"
    ]
