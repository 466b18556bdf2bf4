"""Readiness as clients ask for it, list it and see what is missing; what thresholds refuse."""

from typing import Any

import pytest

from execution.context import Context
from tests.schema.operations import mutate, operate
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

UPDATED = (
    "... on UpdateSolutionInterestSuccess { solutionInterest { name thresholds { completeness "
    "engagement stages roles { name } } } } ... on InvalidInput { field reason } "
    "... on NameTaken { name ownerId }"
)
READINESS = (
    "readiness { isReady since missing { what wanted actual wantedStages stage role { name } } }"
)


@pytest.fixture
async def interest(home: Context) -> str:
    return await an_interest(home, stage_model=await a_live_stage_model(home))


async def update(ctx: Context, interest: str, **input: Any) -> Any:
    return await mutate(
        ctx, "updateSolutionInterest", UPDATED, solutionInterestId=interest, **input
    )


async def test_what_a_group_lacks_is_shown_with_what_is_wanted(
    home: Context, interest: str
) -> None:
    account = (await some_accounts(home, "Acme"))["Acme"]
    await some_people(home, account, {"bob": "Engineer"})
    group = await a_buying_group(home, account, interest)
    thresholds = {
        "completeness": 80,
        "engagement": 40,
        "stages": ["open"],
        "roles": ["practitioner"],
    }

    updated = await update(home, interest, thresholds=thresholds)
    shown = await operate(home, f'{{ buyingGroup(id: "{group}") {{ {READINESS} }} }}')

    assert updated["solutionInterest"]["thresholds"] == {
        "completeness": 80,
        "engagement": 40,
        "stages": ["Open"],
        "roles": [{"name": "Practitioner"}],
    }
    nothing: dict[str, Any] = {
        "wanted": None,
        "wantedStages": [],
        "stage": None,
        "role": None,
        "actual": None,
    }
    assert shown["buyingGroup"]["readiness"] == {
        "isReady": False,
        "since": None,
        "missing": [
            {**nothing, "what": "COMPLETENESS", "wanted": 80.0, "actual": 25.0},
            {**nothing, "what": "ENGAGEMENT", "wanted": 40.0, "actual": 0.0},
            {**nothing, "what": "STAGE", "wantedStages": ["Open"]},
            {
                **nothing,
                "what": "ROLE",
                "wanted": 2.0,
                "actual": 1.0,
                "role": {"name": "Practitioner"},
            },
        ],
    }


async def test_groups_are_listed_by_whether_they_are_ready(home: Context, interest: str) -> None:
    accounts = await some_accounts(home, "Acme", "Double")
    await some_people(home, accounts["Acme"], {"ada": "Chief"})
    for account in accounts.values():
        await a_buying_group(home, account, interest)
    before = await listed(home, is_ready=False)

    await update(home, interest, thresholds={"completeness": 50})

    assert before == ["Security for Acme", "Security for Double"]
    assert await listed(home, is_ready=True) == ["Security for Acme"]
    assert await listed(home, is_ready=False) == ["Security for Double"]


async def listed(ctx: Context, *, is_ready: bool) -> list[str]:
    given = str(is_ready).lower()
    query = f"{{ buyingGroups(filter: {{ isReady: {given} }}) {{ nodes {{ name }} }} }}"
    answer = await operate(ctx, query)
    return [node["name"] for node in answer["buyingGroups"]["nodes"]]


async def test_a_group_of_which_nothing_is_asked_has_no_readiness(
    home: Context, interest: str
) -> None:
    account = (await some_accounts(home, "Acme"))["Acme"]
    group = await a_buying_group(home, account, interest)

    shown = await operate(home, f'{{ buyingGroup(id: "{group}") {{ {READINESS} }} }}')

    assert shown["buyingGroup"]["readiness"] is None


@pytest.mark.parametrize(
    ("thresholds", "field", "reason"),
    [
        pytest.param(
            {"stages": ["Open", "Nowhere"]},
            "thresholds.stages[1]",
            "its stage model has no stage Nowhere",
            id="a stage that the model does not have",
        ),
        pytest.param(
            {"roles": ["Influencer"]},
            "thresholds.roles[0]",
            "its template has no role Influencer",
            id="a role that the template does not have",
        ),
        pytest.param(
            {"engagement": 101},
            "thresholds.engagement",
            "must be from 0 to 100, not 101",
            id="a score that nobody can have",
        ),
    ],
)
async def test_thresholds_that_no_group_could_reach_are_refused(
    home: Context, interest: str, thresholds: dict[str, Any], field: str, reason: str
) -> None:
    refused = await update(home, interest, thresholds=thresholds)

    assert (refused["__typename"], refused["field"], refused["reason"]) == (
        "InvalidInput",
        field,
        reason,
    )
    stored = await home.stores.solution_interests.one(interest)
    assert stored is not None
    assert stored["version"] == 1


async def test_another_name_is_taken_if_nobody_has_it(home: Context, interest: str) -> None:
    other = await an_interest(home, name="Analytics")

    taken = await update(home, interest, name="analytics")
    free = await update(home, interest, name="Safety")
    again = await update(home, other, name="Security")

    assert (taken["__typename"], taken["ownerId"]) == ("NameTaken", other)
    assert free["solutionInterest"]["name"] == "Safety"
    assert again["solutionInterest"]["name"] == "Security"
