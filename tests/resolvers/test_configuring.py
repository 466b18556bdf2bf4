"""What a tenant has set up is one file; a file makes any tenant what it says, once."""

from typing import Any

import pytest

from domain.configuration import Configuration, read, written
from domain.configuration_shapes import Fault
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.configuration import configuration
from resolvers.configuring import Plan, Refusals, Stopped, apply, plan
from resolvers.members_required import change_members_required
from resolvers.roles import create_role
from resolvers.tenants import create_tenant
from tests.contexts import Clock, a_context
from tests.schema.operations import operate
from tests.worlds import some_accounts

CHIEF: dict[str, Any] = {
    "all": [
        {"test": {"attribute": "person.persona", "operator": "is", "value": "Deciders"}},
        {"has_interest_signal": {"solution_interest": "Cloud", "within_days": 30}},
        {"performed_activity": {"type": "Visited Booth", "at_least": 2}},
        {
            "test": {
                "attribute": "person.custom",
                "key": "seniority",
                "operator": "at_least",
                "value": 3,
            }
        },
    ]
}
WITH_GROUPS = {
    "has_matched_buying_group": {
        "solution_interest": "Cloud",
        "people_in_role": [{"role": "Sponsor", "at_least": 1}],
    }
}
JOB_TITLE = {"attribute": "person.job_title", "values": ["Chief", "CEO"]}
MANY = {"test": {"attribute": "account.employees", "operator": "at_least", "value": 1000}}
LARGE = {"test": {"attribute": "account.derived", "key": "size", "operator": "is", "value": "L"}}
FILE: dict[str, Any] = {
    "quorum_configuration": 1,
    "custom_fields": [
        {"name": "seniority", "scope": "person", "type": "number", "label": "Seniority"}
    ],
    "roles": [{"name": "Sponsor", "description": "Pays"}],
    "personas": [{"name": "Deciders", "attributes": [JOB_TITLE]}],
    "activity_types": [
        {
            "name": "Booth Visit",
            "engagement_type": "EVENT",
            "aliases": ["Visited Booth"],
            "excluded_as": "self",
        }
    ],
    "derived_fields": [
        {
            "name": "known",
            "type": "boolean",
            "label": "Known",
            "rules": [{"condition": LARGE, "value": True}],
        },
        {
            "name": "size",
            "type": "text",
            "label": "Size",
            "rules": [{"condition": MANY, "value": "L"}],
            "default": "S",
        },
    ],
    "weighting_models": [
        {
            "name": "Fresh",
            "decay": "half_life",
            "half_life_days": 7,
            "window_days": 60,
            "bands": [{"name": "High", "weight": 80}],
            "types": [
                {"type": "booth visit", "band": "high", "daily_cap": 5},
                {"type": "Click Link", "weight": 40},
                {"type": "Open Email", "weight": 0},
            ],
        },
        {"name": "Idea", "status": "draft", "types": [{"type": "Click Link", "weight": 1}]},
    ],
    "stage_models": [
        {
            "name": "Sales",
            "stages": [
                {"name": "New", "entry": True},
                {"name": "Won", "destination": "success"},
            ],
            "transitions": [{"from": "New", "to": "Won"}],
        }
    ],
    "role_templates": [
        {"name": "Asking", "roles": [{"role": "Sponsor", "condition": CHIEF}]},
        {"name": "Plain", "roles": [{"role": "decision maker", "members_required": 2}]},
        {"name": "Sketch", "status": "draft", "roles": []},
    ],
    "solution_interests": [
        {
            "name": "Cloud",
            "role_template": "Plain",
            "stage_model": "Sales",
            "threshold_stages": ["won"],
            "threshold_roles": ["Decision maker"],
        },
        {"name": "Security", "role_template": "Asking", "completeness_threshold": 75},
    ],
    "account_audiences": [
        {"name": "All with groups", "condition": WITH_GROUPS},
        {"name": "Listed", "accounts": ["crm:Acme"]},
        {"name": "Planned", "status": "draft", "condition": WITH_GROUPS},
    ],
}


def given(**sections: Any) -> Configuration:
    """The file with other entries in some sections."""
    wanted = read({**FILE, **sections})
    assert isinstance(wanted, dict), wanted
    return wanted


def only(**sections: Any) -> Configuration:
    """A file of these sections alone."""
    wanted = read({"quorum_configuration": 1, **sections})
    assert isinstance(wanted, dict), wanted
    return wanted


async def applied(ctx: Context, wanted: Configuration) -> Plan:
    planned = await plan(ctx, wanted)
    assert isinstance(planned, Plan), planned
    assert await apply(ctx, planned) is None
    return planned


async def refused(ctx: Context, wanted: Configuration) -> Refusals:
    """Why a file is refused, which writes nothing."""
    before = await configuration(ctx)
    planned = await plan(ctx, wanted)
    assert isinstance(planned, Refusals)
    assert await configuration(ctx) == before
    return planned


@pytest.fixture
async def ready(home: Context) -> Context:
    """A tenant with what every tenant begins with, and an account."""
    await create_tenant(home, "Home", "UTC")
    await some_accounts(home, "Acme")
    return home


async def test_a_file_makes_everything_in_it_once(ready: Context) -> None:
    first = await applied(ready, given())
    second = await plan(ready, given())

    made = [f"{step.section} {step.name}" for step in first.steps]
    assert len(made) == 17
    assert made.index("role_templates Plain") < made.index("solution_interests Cloud")
    assert made.index("solution_interests Cloud") < made.index("role_templates Asking")
    assert made.index("role_templates Asking") < made.index("solution_interests Security")
    assert second == Plan(())
    shown = await operate(
        ready,
        """{
          solutionInterests(filter: {search: "Cloud"}) {
            nodes { name roleTemplate { name status } stageModel { name status } }
          }
        }""",
    )
    assert shown == {
        "solutionInterests": {
            "nodes": [
                {
                    "name": "Cloud",
                    "roleTemplate": {"name": "Plain", "status": "LIVE"},
                    "stageModel": {"name": "Sales", "status": "LIVE"},
                }
            ]
        }
    }


async def test_an_export_makes_another_tenant_the_same_and_names_no_ids(
    ready: Context, clock: Clock
) -> None:
    await applied(ready, given())
    other = a_context(ready.stores.database, TenantId(f"{ready.viewer.tenant}-other"), clock)
    await create_tenant(other, "Other", "UTC")
    await some_accounts(other, "Acme")

    document = written(await configuration(ready))
    wanted = read(document)
    assert isinstance(wanted, dict), wanted
    assert await plan(ready, wanted) == Plan(())
    await applied(other, wanted)

    assert await configuration(other) == await configuration(ready)
    assert all(
        prefix not in str(document) for prefix in ("si_", "role_0", "rt_", "acc_", "persona_")
    )


async def test_what_may_change_is_changed_and_nothing_is_taken_away(ready: Context) -> None:
    await applied(ready, given())
    await create_role(ready, "Blocker")
    plain = {"name": "PLAIN", "roles": [{"role": "Decision Maker", "members_required": 3}]}
    wanted = only(
        custom_fields=[{**FILE["custom_fields"][0], "label": "Level"}],
        roles=[{"name": "sponsor", "description": "Signs"}],
        personas=[{"name": "Deciders", "attributes": [{**JOB_TITLE, "values": ["CFO"]}]}],
        activity_types=[{**FILE["activity_types"][0], "aliases": ["Booth", "visited  booth"]}],
        role_templates=[plain, {**FILE["role_templates"][2], "description": "Later"}],
        solution_interests=[
            {"name": "Cloud", "role_template": "plain", "products": ["VM"], "threshold_stages": []}
        ],
        account_audiences=[
            {"name": "Listed", "condition": WITH_GROUPS},
            {"name": "Planned", "condition": WITH_GROUPS},
        ],
        derived_fields=[{**FILE["derived_fields"][1], "default": None}],
        weighting_models=[
            {"name": "fresh", "types": [{"type": "Click Link", "weight": 9}]},
            {"name": "Idea", "status": "draft", "window_days": 10},
        ],
    )

    done = await applied(ready, wanted)

    differences = {
        step.name: {each.part: (each.before, each.after) for each in step.differences}
        for step in done.steps
    }
    assert differences["seniority"] == {"label": ("Seniority", "Level")}
    assert differences["sponsor"] == {"description": ("Pays", "Signs")}
    assert differences["Cloud"] == {
        "products": ([], ["VM"]),
        "stage_model": ("Sales", None),
        "threshold_stages": (["Won"], []),
    }
    assert set(differences["fresh"]) == {
        "window_days",
        "decay",
        "half_life_days",
        "bands",
        "types",
    }
    assert differences["size"] == {"default": ("S", None)}
    assert differences["Sketch"] == {"description": (None, "Later")}
    assert differences["Planned"] == {"status": ("draft", "live")}
    assert len(done.steps) == 12
    assert await plan(ready, wanted) == Plan(())
    now = await configuration(ready)
    models = {each["name"]: each for each in now["weighting_models"]}
    assert set(models) == {"Fresh", "Idea"}
    assert models["Fresh"]["types"] == [
        {"type": "Click Link", "weight": 9, "band": None, "daily_cap": 20}
    ]
    assert (models["Idea"]["status"], models["Idea"]["window_days"]) == ("draft", 10)
    assert [each["name"] for each in now["derived_fields"]] == ["known", "size"]
    assert [role["name"] for role in now["roles"]] == ["Blocker", "Sponsor"]
    [booth] = [each for each in now["activity_types"] if each["name"] == "Booth Visit"]
    assert booth["aliases"] == ["Booth", "Visited Booth"]
    [template] = [each for each in now["role_templates"] if each["name"] == "Plain"]
    assert template["roles"][0]["members_required"] == 3


async def test_what_is_live_or_never_changes_is_told_and_nothing_is_written(
    ready: Context,
) -> None:
    await applied(ready, given())
    sales = FILE["stage_models"][0]
    lost = {"name": "Lost", "destination": "failure"}
    stages = [sales["stages"][0], lost, {"name": "Yes", "destination": "success"}]
    moves = [{"from": "New", "to": "Lost"}, {"from": "New", "to": "Yes"}]
    nothing: dict[str, Any] = {"threshold_stages": [], "threshold_roles": []}

    found = await refused(
        ready,
        only(
            custom_fields=[{**FILE["custom_fields"][0], "type": "text"}],
            activity_types=[{**FILE["activity_types"][0], "weight": 50}],
            stage_models=[{**sales, "stages": stages, "transitions": moves}],
            role_templates=[{**FILE["role_templates"][1], "roles": [{"role": "Champion"}]}],
            solution_interests=[{"name": "Cloud", "role_template": "Asking", **nothing}],
            roles=[{"name": "New one"}],
            account_audiences=[{**FILE["account_audiences"][1], "status": "draft"}],
        ),
    )

    assert found.faults == ()
    assert [str(fault.path) for fault in found.blocked] == [
        "custom_fields[0].type",
        "activity_types[0].weight",
        "stage_models[0].stages",
        "stage_models[0].stages",
        "stage_models[0].transitions",
        "role_templates[0].roles",
        "solution_interests[0].role_template",
        "account_audiences[0].status",
    ]
    assert len(found.steps) == 7


async def test_every_fault_of_a_file_is_told_at_once(ready: Context) -> None:
    title = {"attribute": "person.job_title", "operator": "is", "value": "CEO"}
    found = await refused(
        ready,
        only(
            custom_fields=[
                {"name": "Bad Key", "scope": "account", "type": "text", "label": "x"},
            ],
            roles=[{"name": "champion"}],
            personas=[{"name": "Nobody", "attributes": []}],
            activity_types=[
                {"name": "Call Me", "engagement_type": "CALL", "weight": 101, "aliases": []},
                {"name": "Other", "engagement_type": "WEB", "aliases": ["Visit Webpage"]},
            ],
            stage_models=[{"name": "Empty", "stages": [], "transitions": []}],
            role_templates=[
                {"name": "A", "roles": [{"role": "Ghost", "condition": CHIEF}]},
                {"name": "B", "roles": [{"role": "Champion", "members_required": 0}]},
                {"name": "C", "status": "draft", "roles": []},
            ],
            solution_interests=[
                {"name": "X", "role_template": "C", "completeness_threshold": 101},
                {"name": "Y", "role_template": "D", "stage_model": "E"},
            ],
            account_audiences=[
                {"name": "Both", "condition": {"test": title}, "accounts": ["crm:nobody"]},
            ],
        ),
    )

    assert found.blocked == ()
    told = {fault.path for fault in found.faults}
    assert {
        "custom_fields[0].key",
        "roles[0].name",
        "personas[0].attributes",
        "activity_types[0].weight",
        "activity_types[1]",
        "stage_models[0].stages",
        "role_templates[0].roles[0].role",
        "role_templates[0].roles[0].condition",
        "role_templates[1].roles[0].members_required",
        "solution_interests[0].role_template",
        "solution_interests[0].completeness_threshold",
        "solution_interests[1].role_template",
        "solution_interests[1].stage_model",
        "account_audiences[0]",
        "account_audiences[0].accounts[0]",
    } <= told
    unknown = [f.reason for f in found.faults if f.path == "role_templates[0].roles[0].condition"]
    assert unknown == [
        "there is no persona Deciders, in the tenant or in the file",
        "there is no solution interest Cloud, in the tenant or in the file",
        "there is no activity type Visited Booth, in the tenant or in the file",
    ]
    of_account = [fault for fault in found.faults if "person.jobTitle" in fault.path]
    assert [fault.path.partition(".")[0] for fault in of_account] == ["account_audiences[0]"]


async def test_what_is_wrong_with_weights_fields_and_thresholds_is_told(ready: Context) -> None:
    await applied(ready, given())
    model = {"name": "Other", "types": [{"type": "Hum", "weight": 1}, {"type": "Click Link"}]}
    asks_itself = {"test": {**LARGE["test"], "key": "round"}}
    around = {
        "name": "round",
        "type": "text",
        "label": "Round",
        "rules": [{"condition": asks_itself, "value": "x"}],
    }

    found = await refused(
        ready,
        only(
            derived_fields=[around],
            weighting_models=[
                {"name": "Fresh", "status": "draft"},
                model,
                {"name": "Third", "window_days": 91},
            ],
            solution_interests=[
                {"name": "Cloud", "role_template": "Plain", "threshold_roles": ["Sponsor"]}
            ],
        ),
    )

    assert {(fault.path, fault.reason) for fault in found.faults} == {
        ("derived_fields[0].rules", "ask in a circle: round, round"),
        ("weighting_models[2].status", "is active beside another: only one can be"),
        (
            "weighting_models[1].types[0].type",
            "there is no activity type Hum, in the tenant or in the file",
        ),
        ("weighting_models[1].types[1]", "needs a weight or a band"),
        ("weighting_models[2].window_days", "must be between 1 and 90, not 91"),
        ("solution_interests[0].threshold_stages[0]", "its stage model has no stage Won"),
        ("solution_interests[0].threshold_roles[0]", "its template has no role Sponsor"),
    }
    assert found.blocked == ()


async def test_a_weighting_model_becomes_a_draft_where_a_file_activates_another(
    ready: Context,
) -> None:
    await applied(ready, given())
    weighs = {"types": [{"type": "Click Link", "weight": 7}]}
    fresh = {"name": "Fresh", "status": "draft", **weighs}

    blocked = await refused(ready, only(weighting_models=[fresh]))
    wanted = only(weighting_models=[fresh, {"name": "Next", **weighs}])
    await applied(ready, wanted)

    assert [fault.path for fault in blocked.blocked] == ["weighting_models[0].status"]
    models = (await configuration(ready))["weighting_models"]
    assert {each["name"]: each["status"] for each in models} == {
        "Fresh": "draft",
        "Next": "active",
        "Idea": "draft",
    }
    assert await plan(ready, wanted) == Plan(())


async def test_rules_that_wait_for_each_other_are_told(ready: Context) -> None:
    signal = {"has_interest_signal": {"solution_interest": "Loop"}}

    found = await refused(
        ready,
        only(
            role_templates=[
                {"name": "Looped", "roles": [{"role": "Champion", "condition": signal}]}
            ],
            solution_interests=[{"name": "Loop", "role_template": "Looped"}],
        ),
    )

    reason = "needs what needs it: a circle"
    assert found.faults == (
        Fault("role_templates[0]", reason),
        Fault("solution_interests[0]", reason),
    )


async def test_somebody_who_was_faster_stops_it(ready: Context) -> None:
    planned = await plan(ready, only(roles=[{"name": "A"}, {"name": "B"}]))
    await create_role(ready, "B")
    assert isinstance(planned, Plan)

    stopped = await apply(ready, planned)

    assert isinstance(stopped, Stopped)
    assert stopped.step.name == "B"
    assert await plan(ready, only(roles=[{"name": "A"}, {"name": "B"}])) == Plan(())


async def test_members_required_that_somebody_changed_are_set_again(ready: Context) -> None:
    await applied(ready, given())
    [plain] = await ready.stores.role_templates.found({"name": "Plain"}, {"_id": 1})
    await change_members_required(ready, plain["_id"], "Decision Maker", 5)

    done = await applied(ready, given())

    assert [step.name for step in done.steps] == ["Plain"]


async def test_roles_come_with_what_other_systems_call_them(ready: Context) -> None:
    given = only(
        roles=[
            {"name": "decision maker", "aliases": ["Economic Buyer"]},
            {"name": "Sponsor", "aliases": ["Patron", "Signer"]},
        ]
    )
    planned = await plan(ready, given)
    assert isinstance(planned, Plan)
    assert await apply(ready, planned) is None

    now = (await configuration(ready))["roles"]
    assert [(role["name"], role["aliases"]) for role in now] == [
        ("Decision Maker", ["Economic Buyer"]),
        ("Sponsor", ["Patron", "Signer"]),
    ]
    assert await plan(ready, given) == Plan(())
    otherwise = [
        {"name": "Decision Maker", "aliases": ["ECONOMIC_BUYER", "decision-maker"]},
        {"name": "Sponsor", "aliases": ["signer"]},
    ]
    assert await plan(ready, only(roles=otherwise)) == Plan(())
    wrong = await plan(
        ready,
        only(
            roles=[
                {"name": "Champion", "description": "Ours", "aliases": ["sponsor"]},
                {"name": "Signatory", "aliases": ["ECONOMIC-BUYER", "-"]},
            ]
        ),
    )
    assert not isinstance(wrong, Plan)
    assert {fault.path: fault.reason for fault in wrong.faults} == {
        "roles[0].description": "is no part of a role that every tenant has",
        "roles[0].aliases[0]": "means the role sponsor",
        "roles[1].aliases[0]": "means the role decision maker",
        "roles[1].aliases[1]": "is required and cannot be empty",
    }
