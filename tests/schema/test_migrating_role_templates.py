from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.activities import PersonById, Report
from domain.identifiers import PersonId
from domain.membership import Method
from domain.plain_values import written_moment
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers.activities import record_activities
from resolvers.membership import Assignment, assign_members
from resolvers.readiness import measure_next
from resolvers.scoring import run_scoring
from tests.contexts import Clock
from tests.schema.operations import mutate, operate
from tests.worlds import (
    DECIDERS,
    FRIENDS,
    USERS,
    a_buying_group,
    an_interest,
    some_accounts,
    some_people,
)

SUCCESS = "solutionInterest { roleTemplate { name templateVersion } } job { id kind status }"
ENGINEERS = {
    "role": "Influencer",
    "weighting": "VITAL",
    "condition": {"person": {"jobTitle": {"contains": "engineer"}}},
}
CHIEFS = {
    "role": "Decision Maker",
    "condition": {"person": {"jobTitle": {"contains": "chief"}}},
}
PLAN = [{"role": "Practitioner", "becomes": "Influencer"}, {"role": "champion"}]


async def a_world(ctx: Context) -> tuple[str, str, dict[str, str]]:
    """An interest of a group of ada (by rule), bo (by rule) and cy (by hand); all ids."""
    accounts = await some_accounts(ctx, "Acme")
    people = await some_people(
        ctx, accounts["Acme"], {"ada": "Chief", "bo": "Engineer", "cy": "Clerk"}
    )
    interest = await an_interest(ctx, [DECIDERS, USERS, FRIENDS])
    group = await a_buying_group(ctx, accounts["Acme"], interest)
    by_hand = [Assignment(PersonId(people["cy"]), "Champion")]
    await assign_members(ctx, group, by_hand, Method.MANUAL, "a friend")
    return interest, group, people


async def followed(ctx: Context, interest: str) -> str:
    document = await ctx.stores.solution_interests.one(interest)
    assert document is not None
    return str(document["role_template_id"])


async def draft(ctx: Context, template: str, name: str = "Second") -> Any:
    selection = (
        "... on NewRoleTemplateVersionSuccess { roleTemplate { id status templateVersion "
        "versions { totalCount } roles { role { name } } } }"
    )
    return await mutate(
        ctx, "newRoleTemplateVersion", selection, roleTemplateId=template, name=name
    )


async def a_version(ctx: Context, interest: str, name: str = "Second") -> str:
    """The next version of the interest's template, live."""
    made = (await draft(ctx, await followed(ctx, interest), name))["roleTemplate"]["id"]
    roles = [CHIEFS, ENGINEERS]
    await mutate(ctx, "updateRoleTemplate", "", roleTemplateId=made, roles=roles)
    await mutate(ctx, "publishRoleTemplate", "", roleTemplateId=made)
    return str(made)


async def start(ctx: Context, interest: str, to: str, roles: Any = PLAN) -> Any:
    selection = (
        f"... on StartRoleTemplateMigrationSuccess {{ {SUCCESS} }} "
        "... on InvalidInput { field reason }"
    )
    return await mutate(
        ctx,
        "startRoleTemplateMigration",
        selection,
        solutionInterestId=interest,
        toRoleTemplateId=to,
        roles=roles,
    )


async def undo(ctx: Context, interest: str) -> Any:
    selection = (
        f"... on UndoRoleTemplateMigrationSuccess {{ {SUCCESS} }} "
        "... on InvalidInput { field reason }"
    )
    return await mutate(ctx, "undoRoleTemplateMigration", selection, solutionInterestId=interest)


GROUP = """
  query ($id: ID!) {
    buyingGroup(id: $id) {
      roleTemplate { templateVersion }
      completeness { score }
      roles { role { name } members { nodes { person { firstName } } } }
    }
  }
"""


async def shown(ctx: Context, group: str) -> Mapping[str, Any]:
    """The version, the completeness, and who is in which role."""
    found = (await operate(ctx, GROUP, id=group))["buyingGroup"]
    return {
        "version": found["roleTemplate"]["templateVersion"],
        "completeness": found["completeness"]["score"],
        **{
            each["role"]["name"]: sorted(m["person"]["firstName"] for m in each["members"]["nodes"])
            for each in found["roles"]
        },
    }


BEFORE = {
    "version": 1,
    "completeness": 75,
    "Decision Maker": ["ada"],
    "Practitioner": ["bo"],
    "Champion": ["cy"],
}
AFTER = {"version": 2, "completeness": 100, "Decision Maker": ["ada"], "Influencer": ["bo"]}


async def test_versions_of_a_live_template_are_counted(home: Context) -> None:
    interest, _, _ = await a_world(home)
    first = await followed(home, interest)

    second = (await draft(home, first, "Second"))["roleTemplate"]
    third = (await draft(home, first, "Third"))["roleTemplate"]

    assert (second["status"], second["templateVersion"]) == ("DRAFT", 2)
    assert (third["templateVersion"], third["versions"]["totalCount"]) == (3, 3)
    assert [each["role"]["name"] for each in third["roles"]] == [
        "Decision Maker",
        "Practitioner",
        "Champion",
    ]


async def test_what_has_no_next_version(home: Context) -> None:
    interest, _, _ = await a_world(home)
    first = await followed(home, interest)
    second = (await draft(home, first))["roleTemplate"]["id"]

    of_draft = await draft(home, second, "Third")
    unknown = await draft(home, "rt_none", "Third")
    taken = await draft(home, first, "second")
    blank = await draft(home, first, "")

    assert of_draft["__typename"] == "TemplateNotLive"
    assert unknown["message"] == "There is no role template rt_none."
    assert taken["__typename"] == "NameTaken"
    assert blank["__typename"] == "InvalidInput"


async def test_a_migration_is_looked_at_before_it_is_done(home: Context) -> None:
    interest, group, _ = await a_world(home)
    version = await a_version(home, interest)
    query = """
      query ($input: PreviewRoleTemplateMigrationInput!) {
        previewRoleTemplateMigration(input: $input) {
          ... on UserError { message }
          ... on RoleTemplateMigrationPreview {
            groups membersKept membersMoved membersDropped completenessChanges isWhole
            roles { before { name } after { name } members }
          }
        }
      }
    """
    asked = {"solutionInterestId": interest, "toRoleTemplateId": version, "roles": PLAN}

    answer = (await operate(home, query, input=asked))["previewRoleTemplateMigration"]
    unknown = await operate(home, query, input={**asked, "solutionInterestId": "si_none"})

    by_role = {each["before"]["name"]: each for each in answer.pop("roles")}
    assert answer == {
        "groups": 1,
        "membersKept": 1,
        "membersMoved": 1,
        "membersDropped": 1,
        "completenessChanges": 1,
        "isWhole": True,
    }
    assert by_role["Practitioner"]["after"] == {"name": "Influencer"}
    assert by_role["Champion"]["after"] is None
    assert unknown["previewRoleTemplateMigration"]["message"] == (
        "There is no solution interest si_none."
    )
    assert await shown(home, group) == BEFORE


async def test_an_interest_and_its_groups_go_over_to_a_version_and_back(home: Context) -> None:
    interest, group, _ = await a_world(home)
    version = await a_version(home, interest)
    before = await home.stores.groups.one(group)

    begun = await start(home, interest, version)
    at_once = await shown(home, group)
    await run_open_jobs(home, "worker")
    over = await shown(home, group)
    undone = await undo(home, interest)
    await run_open_jobs(home, "worker")

    assert begun["solutionInterest"]["roleTemplate"] == {"name": "Second", "templateVersion": 2}
    assert (begun["job"]["kind"], begun["job"]["status"]) == ("TEMPLATE_MIGRATION", "WAITING")
    assert at_once == BEFORE
    assert over == AFTER
    assert undone["solutionInterest"]["roleTemplate"]["templateVersion"] == 1
    assert await shown(home, group) == BEFORE
    after = await home.stores.groups.one(group)
    assert before is not None
    assert after is not None
    said = {member["person_id"]: member["claims"] for member in before["members"]}
    for member in after["members"]:
        for method, claim in member["claims"].items():
            assert {**claim, "reason": None} == {
                **said[member["person_id"]][method],
                "reason": None,
            }
    types = ("BUYING_GROUP_MIGRATED", "MEMBERSHIP_CHANGED")
    events = home.stores.database["events"]
    of_group = {"tenant": home.viewer.tenant, "buying_group_id": group}
    counts = [await events.count_documents({**of_group, "type": each}) for each in types]
    assert counts == [2, 3 + 2 + 2]
    job = await home.stores.jobs.one(begun["job"]["id"])
    assert job is not None
    assert (job["progress"]["total"], job["progress"]["groups_changed"]) == (1, 1)


async def test_what_was_said_since_is_kept_on_the_way_back(home: Context) -> None:
    interest, group, people = await a_world(home)
    version = await a_version(home, interest)
    await start(home, interest, version)
    await run_open_jobs(home, "worker")
    by_hand = [Assignment(PersonId(people["ada"]), "Influencer")]
    await assign_members(home, group, by_hand, Method.MANUAL)

    await undo(home, interest)
    await run_open_jobs(home, "worker")

    assert await shown(home, group) == {
        "version": 1,
        "completeness": 50,
        "Decision Maker": [],
        "Practitioner": ["ada", "bo"],
        "Champion": ["cy"],
    }


async def test_the_roles_that_readiness_asks_for_go_over_and_back(home: Context) -> None:
    interest, group, _ = await a_world(home)
    asked = ["Decision Maker", "Practitioner", "Champion"]
    await mutate(
        home,
        "updateSolutionInterest",
        "",
        solutionInterestId=interest,
        thresholds={"roles": asked},
    )
    version = await a_version(home, interest)
    before = await readiness_of(home, interest, group)

    await start(home, interest, version)
    await home.stores.groups.collection.update_one({"_id": group}, {"$unset": {"readiness": ""}})
    await measure_next(home)
    at_once = await readiness_of(home, interest, group)
    await run_open_jobs(home, "worker")
    over = await readiness_of(home, interest, group)
    await undo(home, interest)
    await run_open_jobs(home, "worker")

    assert before == {"asked": asked, "isReady": False, "missing": ["Practitioner"]}
    assert at_once == {
        "asked": ["Decision Maker", "Influencer"],
        "isReady": False,
        "missing": ["Practitioner"],
    }
    assert over == {"asked": ["Decision Maker", "Influencer"], "isReady": True, "missing": []}
    assert await readiness_of(home, interest, group) == before


async def test_what_a_group_scored_before_it_went_over_is_told_by_the_version_of_then(
    home: Context, clock: Clock
) -> None:
    interest, group, people = await a_world(home)
    acts = [
        Report("test", name, "Visit Webpage", PersonById(PersonId(people[name])), clock.at, {})
        for name in ("ada", "bo")
    ]
    await record_activities(home, acts)
    await run_scoring(home)
    version, then = await a_version(home, interest), clock.at
    document = await home.stores.groups.one(group)
    clock.forward(timedelta(hours=1))
    await start(home, interest, version)
    await run_open_jobs(home, "worker")
    query = """
      query ($id: ID!, $then: DateTime!, $now: DateTime!) {
        then: pastBuyingGroup(id: $id, asOf: $then) { engagement { raw } }
        now: pastBuyingGroup(id: $id, asOf: $now) { engagement { raw } }
      }
    """

    told = await operate(
        home, query, id=group, then=written_moment(then), now=written_moment(clock.at)
    )

    over = await home.stores.groups.one(group)
    assert document is not None
    assert over is not None
    assert document["engagement"]["raw"] != over["engagement"]["raw"]
    assert told["then"]["engagement"]["raw"] == document["engagement"]["raw"]
    assert told["now"]["engagement"]["raw"] == over["engagement"]["raw"]


async def readiness_of(ctx: Context, interest: str, group: str) -> Mapping[str, Any]:
    """The roles that are asked for, whether the group is ready, and which roles are missing."""
    query = """
      query ($interest: ID!, $group: ID!) {
        solutionInterest(id: $interest) { thresholds { roles { name } } }
        buyingGroup(id: $group) { readiness { isReady missing { role { name } } } }
      }
    """
    found = await operate(ctx, query, interest=interest, group=group)
    readiness = found["buyingGroup"]["readiness"]
    return {
        "asked": [role["name"] for role in found["solutionInterest"]["thresholds"]["roles"]],
        "isReady": readiness["isReady"],
        "missing": [each["role"]["name"] for each in readiness["missing"]],
    }


async def test_a_group_that_is_made_meanwhile_follows_the_version(home: Context) -> None:
    interest, _, _ = await a_world(home)
    version = await a_version(home, interest)
    brink = (await some_accounts(home, "Brink"))["Brink"]

    await start(home, interest, version)
    made = await a_buying_group(home, brink, interest)

    assert (await shown(home, made))["version"] == 2


async def test_a_migration_whose_job_was_deleted_goes_on_by_asking_again(home: Context) -> None:
    interest, group, _ = await a_world(home)
    version = await a_version(home, interest)
    begun = await start(home, interest, version)
    await mutate(home, "deleteJob", "", jobId=begun["job"]["id"])

    again = await start(home, interest, version, [])
    await run_open_jobs(home, "worker")
    once_more = await start(home, interest, version)

    assert again["__typename"] == "StartRoleTemplateMigrationSuccess"
    assert await shown(home, group) == AFTER
    assert (once_more["field"], once_more["reason"]) == (
        "toRoleTemplateId",
        "is what the solution interest follows already",
    )


async def test_a_migration_that_is_asked_for_again_is_the_one_that_goes_on(home: Context) -> None:
    interest, group, _ = await a_world(home)
    version = await a_version(home, interest)

    begun, repeated = await start(home, interest, version), await start(home, interest, version)
    await mutate(home, "pauseJob", "", jobId=begun["job"]["id"])
    paused = await start(home, interest, version, [])
    await mutate(home, "resumeJob", "", jobId=begun["job"]["id"])
    ended = await run_open_jobs(home, "worker")
    undone, undone_again = await undo(home, interest), await undo(home, interest)

    assert repeated == begun
    assert (paused["job"]["id"], paused["job"]["status"]) == (begun["job"]["id"], "PAUSED")
    assert ended == 1
    assert await shown(home, group) == AFTER
    assert undone_again == undone
    assert await home.stores.jobs.count() == 2


async def test_a_migration_is_undone_before_its_job_has_begun(home: Context) -> None:
    interest, group, _ = await a_world(home)
    version = await a_version(home, interest)

    await start(home, interest, version)
    await undo(home, interest)
    ended = await run_open_jobs(home, "worker")
    again = await undo(home, interest)

    assert ended == 2
    assert await shown(home, group) == BEFORE
    assert (again["field"], again["reason"]) == (
        "solutionInterestId",
        "has no migration that could be undone",
    )


@pytest.mark.parametrize(
    ("roles", "field", "reason"),
    [
        pytest.param(
            [],
            "roles",
            "Practitioner is not in the new version: say what becomes of it",
            id="nothing said",
        ),
        pytest.param(
            [{"role": "Sponsor"}], "roles[0].role", "there is no role Sponsor", id="no such role"
        ),
        pytest.param(
            [{"role": "Champion", "becomes": "Sponsor"}],
            "roles[0].becomes",
            "there is no role Sponsor",
            id="no such new role",
        ),
        pytest.param(
            [{"role": "Champion"}, {"role": "champion"}],
            "roles[1].role",
            "is given twice",
            id="a role twice",
        ),
        pytest.param(
            [{"role": "Champion"}, {"role": "Other"}],
            "roles[1]",
            "Other is no role of the version that groups follow now",
            id="a role of neither",
        ),
        pytest.param(
            [{"role": "Champion", "becomes": "Other"}],
            "roles[0]",
            "Champion is to become a role that the new version does not have",
            id="a role the version lacks",
        ),
    ],
)
async def test_a_plan_that_cannot_be_followed(
    home: Context, roles: Any, field: str, reason: str
) -> None:
    interest, _, _ = await a_world(home)
    version = await a_version(home, interest)

    refused = await start(home, interest, version, roles)

    assert (refused["field"], refused["reason"]) == (field, reason)
    assert await followed(home, interest) != version
    assert await home.stores.jobs.count() == 0


async def test_a_version_that_cannot_be_followed(home: Context) -> None:
    interest, _, _ = await a_world(home)
    first = await followed(home, interest)
    second = (await draft(home, first))["roleTemplate"]["id"]
    other = await an_interest(home, [DECIDERS], "Storage")

    of_draft = await start(home, interest, second)
    unknown = await start(home, interest, "rt_none")
    stranger = await start(home, interest, await followed(home, other))
    nowhere = await start(home, "si_none", second)
    nothing = await undo(home, interest)
    nobody = await undo(home, "si_none")

    assert of_draft["__typename"] == "TemplateNotLive"
    assert unknown["message"] == "There is no role template rt_none."
    assert stranger["reason"] == (
        "is no version of the template that the solution interest follows"
    )
    assert nowhere["message"] == "There is no solution interest si_none."
    assert nothing["reason"] == "has no migration that could be undone"
    assert nobody["message"] == "There is no solution interest si_none."


async def test_one_migration_ends_before_the_next_begins(home: Context) -> None:
    interest, _, _ = await a_world(home)
    second = await a_version(home, interest)
    third = await a_version(home, interest, "Third")
    await start(home, interest, second)

    refused = await start(home, interest, third, [])
    await run_open_jobs(home, "worker")
    begun = await start(home, interest, third, [])

    assert (refused["field"], refused["reason"]) == (
        "solutionInterestId",
        "has groups that still wait for the migration before this one",
    )
    assert begun["__typename"] == "StartRoleTemplateMigrationSuccess"
