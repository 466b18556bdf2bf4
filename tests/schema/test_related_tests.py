from typing import Any

import pytest

from domain.activities import PersonByEmail, Report
from domain.interest_signals import SignalReport, SignalSource, SignalStrength
from execution.context import Context
from resolvers import activities, interest_signals, roles
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


async def template(ctx: Context, condition: dict[str, Any]) -> Any:
    """What drafting a template of one role with this rule answers."""
    return await mutate(
        ctx,
        "createRoleTemplate",
        "... on CreateRoleTemplateSuccess { roleTemplate { id roles { condition } } } "
        "... on InvalidInput { field reason }",
        name="Rules",
        roles=[{"role": "Decision Maker", "weighting": "VITAL", "condition": condition}],
    )


async def test_a_rule_reads_back_as_it_was_written(home: Context) -> None:
    interest = await an_interest(home)
    role = (await roles.directory(home)).find("Champion")
    condition = {
        "all": [
            {
                "person": {
                    "hasInterestSignal": {
                        "solutionInterest": interest,
                        "atLeast": "MEDIUM",
                        "withinDays": 30,
                    }
                }
            },
            {"not": {"person": {"performedActivity": {"type": "Clicked email", "atLeast": 2}}}},
            {
                "account": {
                    "hasMatchedBuyingGroup": {
                        "solutionInterest": interest,
                        "stages": ["Won"],
                        "statuses": ["new"],
                        "engagement": {"atLeast": 50.0},
                        "completeness": {"lessThan": 100.0},
                        "peopleInRole": [{"role": role, "atLeast": 3}],
                    }
                }
            },
            {"account": {"hasMatchedBuyingGroup": {}}},
        ]
    }

    answer = await template(home, condition)

    assert answer["roleTemplate"]["roles"] == [{"condition": condition}]


@pytest.mark.parametrize(
    ("condition", "field", "reason"),
    [
        pytest.param(
            {"person": {"hasInterestSignal": {"solutionInterest": "si_1", "withinDays": 0}}},
            "roles[0].condition.person.hasInterestSignal.withinDays",
            "The value is a whole number from 1 to 3,650.",
            id="no days",
        ),
        pytest.param(
            {"not": {"person": {"performedActivity": {"type": "Sneeze"}}}},
            "roles[0].condition.not.person.performedActivity.type",
            "there is no activity type Sneeze",
            id="an activity type nobody knows",
        ),
    ],
)
async def test_a_bad_test_is_refused_with_its_place(
    home: Context, condition: dict[str, Any], field: str, reason: str
) -> None:
    answer = await template(home, condition)

    assert answer["__typename"] == "InvalidInput"
    assert (answer["field"], answer["reason"]) == (field, reason)


async def test_an_audience_asks_about_groups_and_not_about_people(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Brink")
    interest = await an_interest(home)
    await a_buying_group(home, accounts["Brink"], interest)
    show = (
        "... on CreateAccountAudienceSuccess { accountAudience { condition "
        "accounts { totalCount nodes { name } } } } ... on InvalidInput { field }"
    )
    has_group = {"account": {"hasMatchedBuyingGroup": {"solutionInterest": interest}}}

    audience = await mutate(home, "createAccountAudience", show, name="In", condition=has_group)
    others = await mutate(
        home, "createAccountAudience", show, name="Out", condition={"not": has_group}
    )
    refused = await mutate(
        home,
        "createAccountAudience",
        show,
        name="People",
        condition={"person": {"performedActivity": {"type": "Click Email"}}},
    )

    assert audience["accountAudience"] == {
        "condition": has_group,
        "accounts": {"totalCount": 1, "nodes": [{"name": "Brink"}]},
    }
    assert others["accountAudience"]["accounts"]["nodes"] == [{"name": "Acme"}]
    assert refused["field"] == "condition.person.performedActivity"


async def test_a_list_of_accounts_asks_about_groups(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Brink", "Crown")
    interest = await an_interest(home)
    for name in ("Acme", "Crown"):
        await a_buying_group(home, accounts[name], interest)

    found = await operate(
        home,
        "query ($condition: ConditionInput) { accounts(filter: { condition: $condition }, "
        "first: 1) { totalCount nodes { name } } }",
        condition={"account": {"hasMatchedBuyingGroup": {"statuses": None}}},
    )

    assert found["accounts"] == {"totalCount": 2, "nodes": [{"name": "Acme"}]}


async def test_an_explanation_says_how_many_were_found_and_when_last(home: Context) -> None:
    acme = (await some_accounts(home, "Acme"))["Acme"]
    people = await some_people(home, acme, {"ada": "Chief"})
    cheese = await an_interest(home, name="Cheese")
    condition = {
        "all": [
            {"person": {"hasInterestSignal": {"solutionInterest": cheese}}},
            {"not": {"person": {"performedActivity": {"type": "Click Email", "atLeast": 3}}}},
            {"not": {"account": {"hasMatchedBuyingGroup": {"solutionInterest": cheese}}}},
        ]
    }
    drafted = (await template(home, condition))["roleTemplate"]["id"]
    await mutate(home, "publishRoleTemplate", "__typename", roleTemplateId=drafted)
    made = await mutate(
        home,
        "createSolutionInterest",
        "... on CreateSolutionInterestSuccess { solutionInterest { id } }",
        name="Wine",
        roleTemplateId=drafted,
    )
    ada = PersonByEmail("ada@example.com")
    await interest_signals.record_interest_signals(
        home,
        [
            SignalReport(SignalSource.CHAT, id, ada, cheese, SignalStrength.LOW, home.now())
            for id in ("1", "2")
        ],
    )
    await activities.record_activities(
        home, [Report("web", "1", "Clicked email", ada, home.now(), {})]
    )
    group = await a_buying_group(home, acme, made["solutionInterest"]["id"])

    answer = await operate(
        home,
        "query ($group: ID!, $person: ID!) { explainMembership(buyingGroupId: $group, "
        "personId: $person) { ... on MembershipExplained { isMember rules { held decisive "
        "{ attribute actual held condition } } } } }",
        group=group,
        person=people["ada"],
    )

    latest = "2026-05-04T12:00:00.000Z"
    explained = answer["explainMembership"]
    assert explained["isMember"] is True
    assert [{**each, "condition": None} for each in explained["rules"][0]["decisive"]] == [
        {
            "attribute": "person.hasInterestSignal",
            "actual": {"count": 2, "latest": latest},
            "held": True,
            "condition": None,
        },
        {
            "attribute": "person.performedActivity",
            "actual": {"count": 1, "latest": latest},
            "held": False,
            "condition": None,
        },
        {
            "attribute": "account.hasMatchedBuyingGroup",
            "actual": {"count": 0},
            "held": False,
            "condition": None,
        },
    ]
