"""Engagement as a client sees it: from people, types and activities entered through the API."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import scoring, tenants
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.engagement_builders import some_people as people_named
from tests.held import executed
from tests.recorder import Recorder
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

GOLDEN = json.loads(
    (Path(__file__).parent.parent / "golden" / "engagement_example.json").read_text()
)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
async def ctx(recorded: tuple[Database, Recorder], tenant: TenantId) -> Context:
    database, _ = recorded
    ctx = a_context(database, tenant, Clock(NOON))
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


async def done(ctx: Context, name: str, selection: str, /, **input: Any) -> Any:
    """What a mutation that succeeds selects."""
    success = f"{name[0].upper()}{name[1:]}Success"
    answer = await mutate(ctx, name, f"... on {success} {{ {selection} }}", **input)
    assert answer["__typename"] == success, answer
    return answer


async def the_example(ctx: Context) -> str:
    """The worked example's group, entered as a client enters it."""
    entered = await done(
        ctx, "upsertAccounts", "outcomes { account { id } }", items=[{"name": "Acme"}]
    )
    account = entered["outcomes"][0]["account"]["id"]
    titles = {member["name"]: member["role"] for member in GOLDEN["members"]}
    persons = [
        {
            "firstName": name,
            "email": f"{name}@example.com",
            "relations": [{"account": {"id": account}, "relation": "EMPLOYEE"}],
        }
        for name in titles
    ]
    known = await done(ctx, "upsertPeople", "outcomes { person { id firstName } }", items=persons)
    people = {each["person"]["firstName"]: each["person"]["id"] for each in known["outcomes"]}
    roles = [
        {"role": entry["role"], "weighting": entry["weighting"]} for entry in GOLDEN["template"]
    ]
    template = (
        await done(ctx, "createRoleTemplate", "roleTemplate { id }", name="Three", roles=roles)
    )["roleTemplate"]["id"]
    await done(ctx, "publishRoleTemplate", "roleTemplate { id }", roleTemplateId=template)
    interest = await done(
        ctx,
        "createSolutionInterest",
        "solutionInterest { id }",
        name="Security",
        roleTemplateId=template,
    )
    group = await done(
        ctx,
        "createBuyingGroup",
        "buyingGroup { id }",
        accountId=account,
        solutionInterestId=interest["solutionInterest"]["id"],
    )
    id: str = group["buyingGroup"]["id"]
    members = [{"personId": people[name], "role": role} for name, role in titles.items()]
    await done(ctx, "assignMembers", "outcomes { status }", buyingGroupId=id, members=members)
    await done(
        ctx,
        "createActivityType",
        "activityType { name }",
        name="Downloaded pub",
        engagementType="WEB",
        weight=60,
    )
    items = [item for member in GOLDEN["members"] for item in reported(people, member)]
    recorded = await done(ctx, "recordActivities", "stored refused unmatchedPeople", items=items)
    assert (recorded["stored"], recorded["refused"]) == (len(items), 0)
    return id


def reported(people: Mapping[str, str], member: dict[str, Any]) -> list[dict[str, Any]]:
    """A member's activities of yesterday and today, one by one."""
    return [
        {
            "source": "example",
            "sourceId": f"{member['name']} {activity['type']} {day} {number}",
            "type": activity["type"],
            "person": {"id": people[member["name"]]},
            "at": (NOON - timedelta(days=before)).isoformat(),
        }
        for activity in member["activities"]
        for day, before in (("yesterday", 1), ("today", 0))
        for number in range(activity[day])
    ]


BREAKDOWN = """
query ($id: ID!) {
  buyingGroup(id: $id) {
    engagement {
      score exact raw isStale
      roleWeightedCount { score exact }
      breakdown {
        weightingModel { name modelVersion }
        window { firstDay lastDay days timeZone }
        normalisation { largestWeight largestPersonRaw largestGroupRaw }
        raw roleWeightedCount
        roles {
          role { name } weighting weight memberCount share filledShare total contribution
          exactContribution rawContribution
          members {
            person { name } score raw counted
            types {
              activityType { name } weight normalisedWeight dailyCap count capped points raw
              days { day count counted factor }
            }
          }
        }
      }
    }
  }
}
"""


async def test_the_documented_worked_example(ctx: Context) -> None:
    group = await the_example(ctx)
    await scoring.run_scoring(ctx)

    shown = (await operate(ctx, BREAKDOWN, id=group))["buyingGroup"]["engagement"]

    expected = GOLDEN["expected"]
    roles = shown["breakdown"]["roles"]
    assert {role["role"]["name"]: role["total"] for role in roles} == expected["role_totals"]
    assert {role["role"]["name"]: role["contribution"] for role in roles} == expected[
        "contributions"
    ]
    assert [role["share"] for role in roles] == [41.67, 33.33, 25.0]
    assert shown["roleWeightedCount"] == {"score": expected["shown"], "exact": expected["score"]}
    counted = {
        (member["person"]["name"], type["activityType"]["name"]): type["capped"]
        for role in roles
        for member in role["members"]
        for type in member["types"]
    }
    assert counted[("Adam", "Visit Webpage")] == 35
    assert counted[("Calvin", "Downloaded pub")] == 3
    assert sum(counted.values()) == 97


async def test_the_breakdown_adds_up_to_the_score(ctx: Context) -> None:
    group = await the_example(ctx)
    await scoring.run_scoring(ctx)

    shown = (await operate(ctx, BREAKDOWN, id=group))["buyingGroup"]["engagement"]

    explained = shown["breakdown"]
    assert (shown["score"], shown["exact"], shown["isStale"]) == (100, 100.0, False)
    assert explained["raw"] == shown["raw"] == explained["normalisation"]["largestGroupRaw"]
    parts = sum(role["rawContribution"] for role in explained["roles"])
    assert parts == pytest.approx(shown["raw"], abs=1e-8)
    assert explained["normalisation"]["largestPersonRaw"] == 1460
    assert explained["normalisation"]["largestWeight"] == 60
    assert explained["weightingModel"] == {"name": "Standard", "modelVersion": 2}
    assert explained["window"] == {
        "firstDay": "2026-04-05",
        "lastDay": "2026-05-04",
        "days": 30,
        "timeZone": "UTC",
    }
    adam = explained["roles"][0]["members"][0]
    assert (adam["person"]["name"], adam["score"], adam["raw"], adam["counted"]) == (
        "Adam",
        100,
        1460,
        37,
    )
    assert adam["types"][0] == {
        "activityType": {"name": "Visit Webpage"},
        "weight": 40,
        "normalisedWeight": 0.666666667,
        "dailyCap": 20,
        "count": 52,
        "capped": 35,
        "points": 23.333333333,
        "raw": 1400,
        "days": [
            {"day": "2026-05-03", "count": 37, "counted": 20, "factor": 1.0},
            {"day": "2026-05-04", "count": 15, "counted": 15, "factor": 1.0},
        ],
    }


async def test_a_breakdown_costs_one_command_for_each_collection_and_level(
    ctx: Context, recorded: tuple[Database, Recorder]
) -> None:
    group = await the_example(ctx)
    await scoring.run_scoring(ctx)
    recorder = recorded[1]
    recorder.forget()

    await operate(ctx, BREAKDOWN, id=group)

    assert sorted(recorder.commands) == [
        "aggregate weighting_models",
        "find activity_days",
        "find buying_groups",
        "find buying_groups",
        "find people",
        "find scoring_runs",
        "find tenants",
        "find tenants",
    ]


async def test_a_group_shows_as_many_members_of_a_role_as_are_asked_for(ctx: Context) -> None:
    group = await the_example(ctx)
    await scoring.run_scoring(ctx)
    query = """query ($id: ID!, $count: Int!) { buyingGroup(id: $id) { engagement {
        breakdown(membersPerRole: $count) {
            roles { memberCount total members { person { name } } } } } } }"""

    shown = await operate(ctx, query, id=group, count=1)

    roles = shown["buyingGroup"]["engagement"]["breakdown"]["roles"]
    assert roles[2] == {
        "memberCount": 3,
        "total": 17,
        "members": [{"person": {"name": "Calvin"}}],
    }
    for count in (0, 101):
        variables = {"id": group, "count": count}
        result = await executed(ctx, query, variables)
        assert result.errors is not None
        assert result.errors[0].extensions == {
            "code": "BAD_PAGE_SIZE",
            "field": "membersPerRole",
            "limit": 100,
        }


async def test_a_group_that_is_made_after_a_run_shows_its_score_at_once(ctx: Context) -> None:
    [account] = (await some_accounts(ctx, "Acme")).values()
    people = await some_people(ctx, account, {"Ada": "chief", "Bo": "chief"})
    await operate_activities(ctx, people["Ada"], 16)
    await operate_activities(ctx, people["Bo"], 4)
    await scoring.run_scoring(ctx)

    group = await a_buying_group(ctx, account, await an_interest(ctx))

    shown = await operate(
        ctx,
        "query ($id: ID!) { buyingGroup(id: $id) { engagement { score computedAt } } }",
        id=group,
    )
    assert shown["buyingGroup"]["engagement"] == {
        "score": 100,
        "computedAt": "2026-05-04T12:00:00.000Z",
    }


async def operate_activities(ctx: Context, person: str, count: int) -> None:
    """So many clicks of a person today."""
    items = [
        {
            "sourceId": f"{person} {number}",
            "type": "Click Link",
            "person": {"id": person},
            "at": NOON.isoformat(),
        }
        for number in range(count)
    ]
    await done(ctx, "recordActivities", "stored", items=items)


async def test_a_person_shows_their_engagement(ctx: Context) -> None:
    ada, bo, cy = await people_named(ctx, "ada", "bo", "cy")
    await record(ctx, acts(ada, "Click Link", NOON.date(), 16))
    await record(ctx, acts(bo, "Click Link", NOON.date(), 4))
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Person {
        engagement { score exact raw computedAt } } } }"""
    before = await operate(ctx, query, ids=[ada])

    await scoring.run_scoring(ctx)
    shown = await operate(ctx, query, ids=[ada, bo, cy])

    assert before["nodes"] == [{"engagement": None}]
    at = "2026-05-04T12:00:00.000Z"
    assert [node["engagement"] for node in shown["nodes"]] == [
        {"score": 100, "exact": 100.0, "raw": 640, "computedAt": at},
        {"score": 50, "exact": 50.0, "raw": 160, "computedAt": at},
        {"score": 0, "exact": 0.0, "raw": 0, "computedAt": at},
    ]


async def test_a_member_shows_what_did_not_count(ctx: Context) -> None:
    [account] = (await some_accounts(ctx, "Acme")).values()
    people = await some_people(ctx, account, {"Ada": "chief"})
    await done(
        ctx, "createActivityType", "activityType { id }", name="Blinked", engagementType="CALL"
    )
    for number, type in enumerate(("blinked", "Hummed", "HUMMED")):
        item = {"sourceId": f"{number}", "type": type, "person": {"id": people["Ada"]}}
        await done(ctx, "recordActivities", "stored", items=[item | {"at": NOON.isoformat()}])
    group = await a_buying_group(ctx, account, await an_interest(ctx))
    await scoring.run_scoring(ctx)

    shown = await operate(
        ctx,
        """query ($id: ID!) { buyingGroup(id: $id) { engagement { breakdown { roles { members {
            unweighted { activityType { name } count } unknown { spelling count } } } } } } }""",
        id=group,
    )

    [ada] = shown["buyingGroup"]["engagement"]["breakdown"]["roles"][0]["members"]
    assert ada == {
        "unweighted": [{"activityType": {"name": "Blinked"}, "count": 1}],
        "unknown": [{"spelling": "hummed", "count": 2}],
    }
