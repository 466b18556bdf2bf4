import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from domain.identifiers import TenantId
from domain.role_templates import Weighting
from execution.context import Context, Right
from resolvers.role_templates import RoleEntry
from schema.build import build_schema
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import DECIDERS, USERS, a_buying_group, an_interest, some_accounts, some_people

GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "precedence.json").read_text())
UNRULED = tuple(
    RoleEntry(name, Weighting.NORMAL) for name in ("Decision Maker", "Influencer", "Practitioner")
)
OUTCOMES = """
... on MembershipCommandResult {
  buyingGroup { memberCount completeness { score } }
  outcomes {
    status person { firstName } error { __typename message }
    overruledBy { method role { name } }
  }
}
"""
MEMBERSHIP = """
query ($group: ID!) {
  buyingGroup(id: $group) {
    completeness { score }
    members { nodes { role { name } method person { firstName } } }
    removedMembers { nodes { method isRemoved person { firstName } } }
  }
}
"""


async def a_group_of(
    ctx: Context, titles: Mapping[str, str], roles: tuple[RoleEntry, ...] = UNRULED
) -> tuple[str, dict[str, str]]:
    ids = await some_accounts(ctx, "Acme")
    people = await some_people(ctx, ids["Acme"], titles)
    return await a_buying_group(ctx, ids["Acme"], await an_interest(ctx, roles)), people


async def say(ctx: Context, group: str, person: str, method: str, do: str, role: str | None) -> Any:
    if do == "ASSIGN":
        members = [{"personId": person, "role": role}]
        answer = await mutate(
            ctx,
            "assignMembers",
            "... on AssignMembersSuccess { outcomes { status } }",
            buyingGroupId=group,
            method=method,
            members=members,
        )
    else:
        answer = await mutate(
            ctx,
            "removeMembers",
            "... on RemoveMembersSuccess { outcomes { status } }",
            buyingGroupId=group,
            method=method,
            personIds=[person],
        )
    return answer["outcomes"][0]["status"]


def spoken(case: Mapping[str, Any]) -> str:
    said = case["deciding"] or {"method": "nobody", "kind": "SPOKE"}
    return f"{said['method']} {said['kind']}, then {case['command']['method']} {case['command']}"


@pytest.mark.parametrize("case", [pytest.param(c, id=spoken(c)) for c in GOLDEN["cases"]])
async def test_the_documented_precedence(home: Context, case: Mapping[str, Any]) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk"})
    before, asked, after = case["deciding"], case["command"], case["after"]
    if before is not None:
        if before["kind"] == "REMOVED":
            # Somebody has to have spoken before a removal says anything.
            await say(home, group, people["ada"], before["method"], "ASSIGN", "Practitioner")
        do = "ASSIGN" if before["kind"] == "ASSIGNED" else "REMOVE"
        await say(home, group, people["ada"], before["method"], do, before.get("role"))

    outcome = await say(home, group, people["ada"], asked["method"], asked["do"], asked.get("role"))

    shown = (await operate(home, MEMBERSHIP, group=group))["buyingGroup"]
    members = [(m["role"]["name"], m["method"]) for m in shown["members"]["nodes"]]
    removed = [m["method"] for m in shown["removedMembers"]["nodes"]]
    assert outcome == case["outcome"]
    assert members == (
        [(after["role"], after["method"])] if after and after["kind"] == "ASSIGNED" else []
    )
    assert removed == ([after["method"]] if after and after["kind"] == "REMOVED" else [])


async def test_each_person_of_a_command_has_an_outcome_of_their_own(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk", "bo": "Clerk"})
    others = await some_accounts(home, "Other")
    people |= await some_people(home, others["Other"], {"cy": "Clerk"})
    selection = OUTCOMES.replace("MembershipCommandResult", "AssignMembersSuccess")

    answer = await mutate(
        home,
        "assignMembers",
        selection,
        buyingGroupId=group,
        members=[
            {"personId": people["ada"], "role": "decision maker"},
            {"personId": people["cy"], "role": "Influencer"},
            {"personId": "per_nobody", "role": "Influencer"},
            {"personId": people["bo"], "role": "Champion"},
            {"personId": people["bo"], "role": "Sponsor"},
        ],
    )

    assert answer["__typename"] == "AssignMembersSuccess"
    assert [
        (each["status"], each["error"] and each["error"]["__typename"])
        for each in answer["outcomes"]
    ] == [
        ("APPLIED", None),
        ("REFUSED", "PersonOutsideAccount"),
        ("REFUSED", "PersonUnknown"),
        ("REFUSED", "RoleNotInTemplate"),
        ("REFUSED", "RoleNotInTemplate"),
    ]
    assert answer["buyingGroup"] == {"memberCount": 1, "completeness": {"score": 33}}


async def test_an_overruled_command_names_who_overruled_it(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk"})
    await say(home, group, people["ada"], "MANUAL", "ASSIGN", "Influencer")

    answer = await mutate(
        home,
        "removeMembers",
        OUTCOMES.replace("MembershipCommandResult", "RemoveMembersSuccess"),
        buyingGroupId=group,
        personIds=[people["ada"]],
        method="JOURNEY",
    )

    (outcome,) = answer["outcomes"]
    assert outcome["status"] == "OVERRULED"
    assert outcome["overruledBy"] == {"method": "MANUAL", "role": {"name": "Influencer"}}


async def test_a_released_claim_lets_the_weaker_one_decide(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Chief"}, (DECIDERS, USERS))
    await say(home, group, people["ada"], "MANUAL", "REMOVE", None)

    answer = await mutate(
        home,
        "releaseMembers",
        "... on ReleaseMembersSuccess { outcomes { status } buyingGroup { memberCount } }",
        buyingGroupId=group,
        personIds=[people["ada"]],
    )

    assert answer["outcomes"] == [{"status": "APPLIED"}]
    assert answer["buyingGroup"] == {"memberCount": 1}


async def test_only_a_members_role_is_changed(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk", "bo": "Clerk"})
    await say(home, group, people["ada"], "MANUAL", "ASSIGN", "Influencer")

    answer = await mutate(
        home,
        "changeMemberRoles",
        OUTCOMES.replace("MembershipCommandResult", "ChangeMemberRolesSuccess"),
        buyingGroupId=group,
        members=[
            {"personId": people["ada"], "role": "Practitioner"},
            {"personId": people["bo"], "role": "Practitioner"},
        ],
    )

    assert [each["status"] for each in answer["outcomes"]] == ["APPLIED", "REFUSED"]
    assert answer["outcomes"][1]["error"]["__typename"] == "NotAMember"


@pytest.mark.parametrize(
    ("people", "words"),
    [
        pytest.param(51, "personIds: a command takes at most 50 people, not 51", id="too many"),
        pytest.param(0, "personIds: a command needs at least one person", id="nobody"),
    ],
)
async def test_a_command_names_1_to_50_people(home: Context, people: int, words: str) -> None:
    group, _ = await a_group_of(home, {})

    answer = await mutate(
        home, "removeMembers", "", buyingGroupId=group, personIds=["per_x"] * people
    )

    assert answer == {"__typename": "InvalidInput", "message": words}
    document = await home.stores.groups.one(group)
    assert document is not None
    assert document["version"] == 1


async def test_another_tenants_group_and_people_are_not_there(home: Context, clock: Clock) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk"})
    stranger = a_context(home.stores.database, TenantId("stranger"), clock)

    answer = await mutate(
        stranger, "removeMembers", "", buyingGroupId=group, personIds=[people["ada"]]
    )

    assert answer == {"__typename": "NotFound", "message": f"There is no buying group {group}."}


@pytest.mark.parametrize(
    ("method", "right"),
    [
        pytest.param("MANUAL", Right.EDIT_GROUPS, id="by hand"),
        pytest.param("JOURNEY", Right.ACT_AS_JOURNEY, id="as a journey"),
        pytest.param("SYSTEM", Right.ACT_AS_SYSTEM, id="as the system"),
    ],
)
async def test_each_method_needs_its_right(
    home: Context, clock: Clock, method: str, right: Right
) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk"})
    rights = set(Right) - {right, Right.ADMIN}
    viewer = a_context(home.stores.database, home.viewer.tenant, clock, rights=rights)
    input = {"buyingGroupId": group, "personIds": [people["ada"]], "method": method}
    query = "mutation ($input: RemoveMembersInput!) { removeMembers(input: $input) { __typename } }"

    result = await build_schema().execute(
        query, variable_values={"input": input}, context_value=viewer
    )

    assert result.errors is not None
    assert [error.extensions and error.extensions["code"] for error in result.errors] == [
        "FORBIDDEN"
    ]


async def test_a_command_costs_this_many_events_and_no_more(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Clerk"})
    events = home.stores.database["events"]
    own = {"tenant": home.viewer.tenant, "buying_group_id": group, "type": "MEMBERSHIP_CHANGED"}

    await say(home, group, people["ada"], "MANUAL", "ASSIGN", "Influencer")
    await say(home, group, people["ada"], "MANUAL", "ASSIGN", "Influencer")
    await say(home, group, people["ada"], "SYSTEM", "REMOVE", None)

    changes = [event async for event in events.find(own, sort=[("position", 1)])]
    assert [event["method"] for event in changes] == ["manual", "system"]
    overruled = changes[1]
    assert set(overruled["before"]["claims"]) == {"manual"}
    assert set(overruled["after"]["claims"]) == {"manual", "system"}
    assert overruled["before"]["role_id"] == overruled["after"]["role_id"]


EXPLAIN = """
query ($group: ID!, $person: ID!) {
  explainMembership(buyingGroupId: $group, personId: $person) {
    __typename
    ... on MembershipExplained {
      summary isMember isRelated
      decidingClaim { method role { name } }
      claims { method }
      rules { role { name } hasRule held givesRole decisive { attribute actual held condition } }
    }
    ... on UserError { message }
  }
}
"""


async def test_a_membership_is_explained(home: Context) -> None:
    group, people = await a_group_of(home, {"ada": "Engineer"}, (DECIDERS, USERS))
    await say(home, group, people["ada"], "JOURNEY", "ASSIGN", "Decision Maker")

    explained = (await operate(home, EXPLAIN, group=group, person=people["ada"]))[
        "explainMembership"
    ]

    assert explained["summary"] == (
        "JOURNEY decides: assigned as Decision Maker, by sam on 2026-05-04. "
        "Overruled: SYSTEM said assigned as Practitioner."
    )
    assert explained["decidingClaim"] == {"method": "JOURNEY", "role": {"name": "Decision Maker"}}
    assert [claim["method"] for claim in explained["claims"]] == ["JOURNEY", "SYSTEM"]
    assert (explained["isMember"], explained["isRelated"]) == (True, True)
    decider, user = explained["rules"]
    assert (decider["held"], decider["givesRole"]) == (False, False)
    assert decider["decisive"] == [
        {
            "attribute": "person.jobTitle",
            "actual": "Engineer",
            "held": False,
            "condition": {"person": {"jobTitle": {"contains": "chief"}}},
        }
    ]
    assert (user["held"], user["givesRole"]) == (True, True)


async def test_no_rule_is_asked_about_somebody_of_another_account(home: Context) -> None:
    group, _ = await a_group_of(home, {}, (DECIDERS, USERS))
    others = await some_accounts(home, "Other")
    people = await some_people(home, others["Other"], {"cy": "Chief"})

    explained = (await operate(home, EXPLAIN, group=group, person=people["cy"]))[
        "explainMembership"
    ]

    assert (explained["isRelated"], explained["rules"]) == (False, [])
    assert explained["summary"] == (
        "Nobody has spoken about this person, who has no current relation to the group's account: "
        "the rules do not apply."
    )


async def test_explaining_somebody_unknown(home: Context) -> None:
    group, _ = await a_group_of(home, {})

    answer = await operate(home, EXPLAIN, group=group, person="per_nobody")

    assert answer["explainMembership"] == {
        "__typename": "NotFound",
        "message": "There is no person per_nobody.",
    }
