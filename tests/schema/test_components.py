from datetime import timedelta
from typing import Any

from domain.attributes import attribute
from domain.condition_documents import to_document
from domain.conditions import AllOf, AttributeTest, Not
from domain.operators import Operator
from tests.schema.api import Api
from tests.stored import (
    NOON,
    Stored,
    a_role,
    a_stored_group,
    a_template,
    an_account,
    an_activity_type,
    an_entry,
    an_interest,
)


def titled(title: str) -> AttributeTest:
    job_title = attribute("person.job_title")
    assert job_title is not None
    return AttributeTest(job_title, Operator.CONTAINS, title)


def a_component(collection: str, id: str, **fields: Any) -> Stored:
    stamps = {"created_at": NOON, "created_by": "sam", "updated_at": NOON, "updated_by": "sam"}
    return collection, {"_id": id, "version": 1, "name": id, **stamps, **fields}


async def test_a_role_template_is_shown_with_its_rules_as_a_client_would_write_them(
    api: Api,
) -> None:
    condition = to_document(AllOf((titled("chief"), Not(titled("former")))))
    template = a_template("rt_1", an_entry("role_dm"), an_entry("role_in", 3, is_required=False))
    template[1]["roles"][0]["weighting"] = "vital"
    template[1]["roles"][0]["condition"] = condition
    await api.has(
        a_role("role_dm", "Decision Maker"),
        a_role("role_in", "Influencer"),
        template,
        a_template("rt_2", template_id="rt_1", template_version=2, status="draft"),
        an_interest(),
        a_stored_group("bg_1"),
    )

    answer = await api(
        """{ roleTemplate(id: "rt_1") {
          name status templateVersion revision publishedBy publishedAt
          roles { role { name } weighting share isRequired membersRequired condition }
          versions { nodes { templateVersion status } }
          solutionInterests { nodes { name } } buyingGroups { totalCount }
        } }"""
    )

    assert answer["roleTemplate"] == {
        "name": "Standard",
        "status": "LIVE",
        "templateVersion": 1,
        "revision": 1,
        "publishedBy": "sam",
        "publishedAt": "2026-05-04T12:00:00.000Z",
        "roles": [
            {
                "role": {"name": "Decision Maker"},
                "weighting": "VITAL",
                "share": 62.5,
                "isRequired": True,
                "membersRequired": 1,
                "condition": {
                    "all": [
                        {"person": {"jobTitle": {"contains": "chief"}}},
                        {"not": {"person": {"jobTitle": {"contains": "former"}}}},
                    ]
                },
            },
            {
                "role": {"name": "Influencer"},
                "weighting": "NORMAL",
                "share": 37.5,
                "isRequired": False,
                "membersRequired": 3,
                "condition": None,
            },
        ],
        "versions": {
            "nodes": [
                {"templateVersion": 2, "status": "DRAFT"},
                {"templateVersion": 1, "status": "LIVE"},
            ]
        },
        "solutionInterests": {"nodes": [{"name": "Security"}]},
        "buyingGroups": {"totalCount": 1},
    }


async def test_a_solution_interest_is_shown_with_its_template_and_groups(api: Api) -> None:
    await api.has(
        a_template("rt_1"),
        an_interest(
            products=["Wall"],
            description="Keeps out",
            thresholds={"completeness": 75, "engagement": None},
        ),
        a_stored_group("bg_1", "Security for Acme"),
    )

    answer = await api(
        """{ solutionInterests(filter: {products: ["Wall"]}) { nodes {
          name description products updateExisting thresholds { completeness engagement }
          roleTemplate { name } buyingGroups { nodes { name } }
        } } }"""
    )

    assert answer["solutionInterests"]["nodes"] == [
        {
            "name": "Security",
            "description": "Keeps out",
            "products": ["Wall"],
            "updateExisting": False,
            "thresholds": {"completeness": 75, "engagement": None},
            "roleTemplate": {"name": "Standard"},
            "buyingGroups": {"nodes": [{"name": "Security for Acme"}]},
        }
    ]


async def test_an_audience_shows_its_rule_or_its_accounts(api: Api) -> None:
    name = attribute("account.name")
    assert name is not None
    rule = to_document(AttributeTest(name, Operator.STARTS_WITH, "A"))
    await api.has(
        an_account("acc_1", "Acme"),
        an_account("acc_2", "Beta"),
        a_component("account_audiences", "aud_1", condition=rule, account_ids=None),
        a_component("account_audiences", "aud_2", condition=None, account_ids=["acc_2", "acc_1"]),
    )

    answer = await api(
        "{ accountAudiences { nodes { name condition accounts { totalCount nodes { name } } } } }"
    )

    assert answer["accountAudiences"]["nodes"] == [
        {
            "name": "aud_2",
            "condition": None,
            "accounts": {"totalCount": 2, "nodes": [{"name": "Acme"}, {"name": "Beta"}]},
        },
        {
            "name": "aud_1",
            "condition": {"account": {"name": {"startsWith": "A"}}},
            "accounts": {"totalCount": 1, "nodes": [{"name": "Acme"}]},
        },
    ]


async def test_the_accounts_of_an_audience_are_paged_filtered_and_ordered(api: Api) -> None:
    name = attribute("account.name")
    assert name is not None
    rule = to_document(AttributeTest(name, Operator.CONTAINS, "a"))
    await api.has(
        an_account("acc_1", "Acme"),
        an_account("acc_2", "Beta"),
        an_account("acc_3", "Delta"),
        an_account("acc_4", "Echo"),
        a_component("account_audiences", "aud_1", condition=rule, account_ids=None),
    )
    query = """query ($after: String) { accountAudience(id: "aud_1") {
      accounts(first: 1, after: $after, filter: {search: "d"}) { totalCount nodes { name } }
      latest: accounts(first: 2, after: $after, orderBy: {field: NAME, direction: DESC}) {
        totalCount nodes { name } pageInfo { endCursor hasNextPage }
      }
    } }"""

    answer = (await api(query))["accountAudience"]
    assert answer["accounts"] == {"totalCount": 1, "nodes": [{"name": "Delta"}]}
    assert answer["latest"]["nodes"] == [{"name": "Delta"}, {"name": "Beta"}]
    assert answer["latest"]["pageInfo"]["hasNextPage"] is True

    rest = await api(
        """query ($after: String) { accountAudience(id: "aud_1") {
          accounts(first: 2, after: $after, orderBy: {field: NAME, direction: DESC}) {
            nodes { name } pageInfo { hasNextPage }
          }
        } }""",
        after=answer["latest"]["pageInfo"]["endCursor"],
    )
    assert rest["accountAudience"]["accounts"] == {
        "nodes": [{"name": "Acme"}],
        "pageInfo": {"hasNextPage": False},
    }


async def test_a_weighting_model_shows_what_each_type_weighs(api: Api) -> None:
    types = [{"activity_type_id": "at_1", "weight": 60, "daily_cap": 20}]
    await api.has(
        an_activity_type("at_1", "Attend Event", ["Came by"]),
        a_component(
            "weighting_models",
            "wm_1",
            model_id="wm_1",
            model_version=1,
            status="active",
            window_days=30,
            activated_at=NOON,
            types=types,
        ),
    )

    answer = await api(
        """{ weightingModels(filter: {status: [ACTIVE]}) { nodes {
          modelVersion status windowDays activatedAt
          types { totalCount nodes { activityType { name aliases } weight dailyCap } }
        } } }"""
    )

    assert answer["weightingModels"]["nodes"] == [
        {
            "modelVersion": 1,
            "status": "ACTIVE",
            "windowDays": 30,
            "activatedAt": "2026-05-04T12:00:00.000Z",
            "types": {
                "totalCount": 1,
                "nodes": [
                    {
                        "activityType": {"name": "Attend Event", "aliases": ["Came by"]},
                        "weight": 60,
                        "dailyCap": 20,
                    }
                ],
            },
        }
    ]


async def test_the_active_model_is_the_one_the_tenant_points_at(api: Api) -> None:
    await api.has(
        ("tenants", {"_id": api.tenant, "active_weighting_model_id": "wm_2"}),
        *(a_component("weighting_models", f"wm_{n}", model_version=n) for n in (1, 2, 3)),
    )

    answer = await api("{ activeWeightingModel { modelVersion } }")

    assert answer == {"activeWeightingModel": {"modelVersion": 2}}
    assert api.commands == ["find tenants", "find weighting_models"]


async def test_a_job_shows_how_far_it_is_and_for_whom_it_works(api: Api) -> None:
    progress = {
        "total": 85,
        "since": NOON - timedelta(seconds=40),
        "done": 20,
        "groups_created": 18,
        "members_assigned": 40,
    }
    await api.has(
        an_interest(),
        a_component("account_audiences", "aud_1", condition=None, account_ids=[]),
        a_component(
            "jobs",
            "job_1",
            kind="creation",
            status="running",
            progress=progress,
            parameters={"solution_interest_id": "si_1", "audience_id": "aud_1"},
            started_at=NOON,
            finished_at=None,
            failure=None,
            in_force=True,
        ),
        a_component(
            "jobs",
            "job_2",
            kind="scoring",
            status="waiting",
            progress={"total": None, "done": 0},
            parameters={},
            trigger="daily",
            day="2026-05-04",
        ),
    )

    answer = await api(
        """{ jobs { nodes {
          kind status trigger day isInForce startedAt finishedAt failure estimatedSecondsLeft
          progress { total done groupsCreated groupsChanged membersAssigned }
          solutionInterest { name } audience { name }
        } } }"""
    )

    assert answer["jobs"]["nodes"] == [
        {
            "kind": "SCORING",
            "status": "WAITING",
            "trigger": "DAILY",
            "day": "2026-05-04",
            "isInForce": False,
            "startedAt": None,
            "finishedAt": None,
            "failure": None,
            "estimatedSecondsLeft": None,
            "progress": {
                "total": None,
                "done": 0,
                "groupsCreated": 0,
                "groupsChanged": 0,
                "membersAssigned": 0,
            },
            "solutionInterest": None,
            "audience": None,
        },
        {
            "kind": "CREATION",
            "status": "RUNNING",
            "trigger": "ON_DEMAND",
            "day": None,
            "isInForce": True,
            "startedAt": "2026-05-04T12:00:00.000Z",
            "finishedAt": None,
            "failure": None,
            "estimatedSecondsLeft": 130,
            "progress": {
                "total": 85,
                "done": 20,
                "groupsCreated": 18,
                "groupsChanged": 0,
                "membersAssigned": 40,
            },
            "solutionInterest": {"name": "Security"},
            "audience": {"name": "aud_1"},
        },
    ]
    assert api.commands == ["find jobs", "aggregate solution_interests"]


async def test_components_are_searched_and_ordered_by_name(api: Api) -> None:
    await api.has(
        a_role("role_b", "Buyer"),
        a_role("role_a", "Auditor", is_default=False),
        a_role("role_c", "Chair"),
    )

    own = await api("{ roles(filter: {type: CUSTOM}) { nodes { name } } }")
    down = await api("{ roles(orderBy: {field: NAME, direction: DESC}) { nodes { name } } }")

    assert own["roles"]["nodes"] == [{"name": "Auditor"}]
    assert [role["name"] for role in down["roles"]["nodes"]] == ["Chair", "Buyer", "Auditor"]


async def test_creation_jobs_in_force_are_listed_and_ended(api: Api) -> None:
    job = {"progress": {"total": None, "done": 0}, "parameters": {}, "outbox": []}
    await api.has(
        a_component("jobs", "job_1", kind="creation", status="done", in_force=True, **job),
        a_component("jobs", "job_2", kind="creation", status="done", trigger="daily", **job),
        a_component("jobs", "job_3", kind="scoring", status="done", **job),
    )
    listed = "query ($is: Boolean) { jobs(filter: {isInForce: $is}) { nodes { id } } }"
    delete = """mutation ($id: ID!) { deleteJob(input: {jobId: $id}) {
      __typename ... on DeleteJobSuccess { jobId } ... on UserError { message } } }"""

    assert (await api(listed, **{"is": True}))["jobs"]["nodes"] == [{"id": "job_1"}]
    others = (await api(listed, **{"is": False}))["jobs"]["nodes"]
    assert sorted(each["id"] for each in others) == ["job_2", "job_3"]
    assert (await api(delete, id="job_2"))["deleteJob"] == {
        "__typename": "JobIsDaily",
        "message": "The job is part of a day's run: delete the creation job it carries on.",
    }
    assert (await api(delete, id="job_1"))["deleteJob"] == {
        "__typename": "DeleteJobSuccess",
        "jobId": "job_1",
    }
    assert (await api(listed, **{"is": True}))["jobs"]["nodes"] == []
    assert (await api(delete, id="job_1"))["deleteJob"]["__typename"] == "NotFound"
