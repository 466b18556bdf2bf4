from typing import Any

import pytest

from execution.context import Context
from tests.schema.operations import mutate, operate
from tests.worlds import a_live_template, some_accounts

INVALID = "... on InvalidInput { field reason }"


async def a_draft(ctx: Context, **input: Any) -> Any:
    given: dict[str, Any] = {"name": "Standard", "roles": [{"role": "Champion"}], **input}
    selection = (
        "... on CreateRoleTemplateSuccess { roleTemplate { id name status templateVersion revision "
        "roles { role { name } weighting isRequired membersRequired share condition } } } "
        "... on NameTaken { name ownerId } " + INVALID
    )
    return await mutate(ctx, "createRoleTemplate", selection, **given)


async def test_the_default_roles(home: Context) -> None:
    answer = await operate(home, "{ roles { totalCount nodes { name type } } }")

    assert answer["roles"]["totalCount"] == 6
    assert {role["name"] for role in answer["roles"]["nodes"]} == {
        "Decision Maker",
        "Influencer",
        "Practitioner",
        "Executive Steering Committee",
        "Champion",
        "Other",
    }
    assert all(role["type"] == "DEFAULT" for role in answer["roles"]["nodes"])


async def test_a_role_of_ones_own(home: Context) -> None:
    selection = "... on CreateRoleSuccess { role { name type } }"

    made = await mutate(home, "createRole", selection, name="Economic Buyer")
    again = await mutate(home, "createRole", "", name="  economic   BUYER ")

    assert made["role"] == {"name": "Economic Buyer", "type": "CUSTOM"}
    assert again["__typename"] == "NameTaken"


async def test_a_tenant_has_20_roles_at_most(home: Context) -> None:
    for number in range(14):
        made = await mutate(home, "createRole", "", name=f"Role {number}")
        assert made["__typename"] == "CreateRoleSuccess"

    refused = await mutate(home, "createRole", INVALID, name="One more")

    assert refused["reason"] == "a tenant has at most 20 roles"
    assert await home.stores.roles.count() == 20


async def test_a_template_is_drafted_with_its_roles_in_order(home: Context) -> None:
    rule = {
        "all": [
            {"person": {"jobTitle": {"contains": "CIO"}}},
            {"relation": {"kind": {"isAnyOf": ["EMPLOYEE"]}}},
        ]
    }

    made = await a_draft(
        home,
        roles=[
            {"role": "Decision Maker", "weighting": "VITAL", "condition": rule},
            {"role": "influencer", "weighting": "IMPORTANT", "required": False},
            {"role": "Practitioner", "membersRequired": 3},
        ],
    )

    template = made["roleTemplate"]
    assert (template["status"], template["templateVersion"], template["revision"]) == (
        "DRAFT",
        1,
        1,
    )
    assert template["roles"] == [
        {
            "role": {"name": "Decision Maker"},
            "weighting": "VITAL",
            "isRequired": True,
            "membersRequired": 1,
            "share": 41.666666667,
            "condition": rule,
        },
        {
            "role": {"name": "Influencer"},
            "weighting": "IMPORTANT",
            "isRequired": False,
            "membersRequired": 1,
            "share": 33.333333333,
            "condition": None,
        },
        {
            "role": {"name": "Practitioner"},
            "weighting": "NORMAL",
            "isRequired": True,
            "membersRequired": 3,
            "share": 25.0,
            "condition": None,
        },
    ]


@pytest.mark.parametrize(
    ("input", "field", "reason"),
    [
        pytest.param({"name": " "}, "name", "must not be blank", id="a blank name"),
        pytest.param(
            {"name": "x" * 256},
            "name",
            "must have at most 255 characters, not 256",
            id="a long name",
        ),
        pytest.param({"name": "a\x00b"}, "name", "must not contain the character NUL", id="a NUL"),
        pytest.param(
            {"roles": [{"role": "Sponsor"}]},
            "roles[0].role",
            "there is no role Sponsor",
            id="an unknown role",
        ),
        pytest.param(
            {"roles": [{"role": "Champion"}, {"role": "champion"}]},
            "roles[1].role",
            "stands in the template already",
            id="a role twice",
        ),
        pytest.param(
            {"roles": [{"role": "Champion", "membersRequired": 0}]},
            "roles[0].membersRequired",
            "must be at least 1",
            id="no members required",
        ),
        pytest.param(
            {
                "roles": [
                    {
                        "role": "Champion",
                        "condition": {
                            "all": [
                                {"person": {"city": {"is": "Paris"}}},
                                {"account": {"annualRevenue": {"between": {"low": 5, "high": 1}}}},
                            ]
                        },
                    }
                ]
            },
            "roles[0].condition.all[1].account.annualRevenue.between",
            "The low value is above the high one.",
            id="a range upside down, deep inside",
        ),
        pytest.param(
            {
                "roles": [
                    {
                        "role": "Champion",
                        "condition": {
                            "person": {"custom": {"field": "shoe", "test": {"number": {"is": 1}}}}
                        },
                    }
                ]
            },
            "roles[0].condition.person.custom.field",
            "person.custom has no field 'shoe'.",
            id="an undeclared field",
        ),
    ],
)
async def test_a_draft_that_cannot_be_saved(
    home: Context, input: dict[str, Any], field: str, reason: str
) -> None:
    refused = await a_draft(home, **input)

    assert (refused["__typename"], refused["field"], refused["reason"]) == (
        "InvalidInput",
        field,
        reason,
    )
    assert await home.stores.role_templates.count() == 0


async def test_a_test_that_does_not_fit_a_custom_field_is_named_as_it_was_written(
    home: Context,
) -> None:
    await mutate(
        home,
        "defineCustomFields",
        "",
        scope="PERSON",
        fields=[{"key": "shoe", "type": "NUMBER", "label": "Shoe"}],
    )
    asked = {"person": {"custom": {"field": "shoe", "test": {"text": {"contains": "4"}}}}}

    refused = await a_draft(home, roles=[{"role": "Champion", "condition": asked}])

    assert (refused["field"], refused["reason"]) == (
        "roles[0].condition.person.custom.test.text",
        "The field is of type number; its test is `number`.",
    )


async def test_a_condition_deeper_than_8_levels_is_refused(home: Context) -> None:
    condition: dict[str, Any] = {"person": {"city": {"is": "Paris"}}}
    for _ in range(8):
        condition = {"not": condition}

    refused = await a_draft(home, roles=[{"role": "Champion", "condition": condition}])

    assert refused["field"] == "roles[0].condition." + ".".join(["not"] * 8)
    assert refused["reason"] == "A condition is at most 8 levels deep."


async def test_a_name_is_a_templates_own(home: Context) -> None:
    first = await a_draft(home)

    second = await a_draft(home, name=" STANDARD ")

    assert second["__typename"] == "NameTaken"
    assert second["message"] == "The name STANDARD is taken."
    assert second["ownerId"] == first["roleTemplate"]["id"]


async def test_a_draft_is_edited_published_and_then_fixed(home: Context) -> None:
    id = (await a_draft(home))["roleTemplate"]["id"]
    roles = [{"role": "Champion"}, {"role": "Other", "required": False}]

    edited = await mutate(
        home,
        "updateRoleTemplate",
        "... on UpdateRoleTemplateSuccess { roleTemplate { version roles { role { name } } } }",
        roleTemplateId=id,
        roles=roles,
    )
    published = await mutate(
        home,
        "publishRoleTemplate",
        "... on PublishRoleTemplateSuccess { roleTemplate { status publishedBy } }",
        roleTemplateId=id,
    )
    refused = [
        await mutate(home, "publishRoleTemplate", "", roleTemplateId=id),
        await mutate(home, "updateRoleTemplate", "", roleTemplateId=id, roles=roles),
        await mutate(home, "deleteRoleTemplate", "", roleTemplateId=id),
    ]

    assert [role["role"]["name"] for role in edited["roleTemplate"]["roles"]] == [
        "Champion",
        "Other",
    ]
    assert published["roleTemplate"] == {"status": "LIVE", "publishedBy": "sam"}
    assert [answer["__typename"] for answer in refused] == ["TemplateIsLive"] * 3
    assert [answer["message"] for answer in refused[1:]] == [
        "The template is live, so its roles stay; of a role, members required can be changed.",
        "The template is live; only drafts are deleted.",
    ]


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        pytest.param([], "a live template needs at least one role", id="no role"),
        pytest.param(
            [{"role": "Champion", "required": False}],
            "at least one role must be required for completeness",
            id="none required",
        ),
    ],
)
async def test_a_draft_that_cannot_go_live(
    home: Context, roles: list[dict[str, Any]], reason: str
) -> None:
    id = (await a_draft(home, roles=roles))["roleTemplate"]["id"]

    refused = await mutate(home, "publishRoleTemplate", INVALID, roleTemplateId=id)

    assert (refused["field"], refused["reason"]) == ("roles", reason)


async def test_a_deleted_drafts_name_is_free_again(home: Context) -> None:
    id = (await a_draft(home))["roleTemplate"]["id"]

    gone = await mutate(
        home,
        "deleteRoleTemplate",
        "... on DeleteRoleTemplateSuccess { roleTemplateId }",
        roleTemplateId=id,
    )
    again = await a_draft(home)

    assert gone["roleTemplateId"] == id
    assert again["__typename"] == "CreateRoleTemplateSuccess"
    assert (await mutate(home, "deleteRoleTemplate", "", roleTemplateId=id))["message"] == (
        f"There is no role template {id}."
    )


async def test_a_solution_interest_needs_a_live_template(home: Context) -> None:
    draft = (await a_draft(home))["roleTemplate"]["id"]
    live = await a_live_template(home, name="Live one")
    selection = (
        "... on CreateSolutionInterestSuccess { solutionInterest { name roleTemplate { id } } } "
        + INVALID
    )

    refused = await mutate(
        home, "createSolutionInterest", selection, name="Security", roleTemplateId=draft
    )
    made = await mutate(
        home, "createSolutionInterest", selection, name="Security", roleTemplateId=live
    )
    taken = await mutate(
        home, "createSolutionInterest", selection, name="security", roleTemplateId=live
    )
    bounded = await mutate(
        home,
        "createSolutionInterest",
        selection,
        name="Other",
        roleTemplateId=live,
        thresholds={"completeness": 101},
    )

    assert refused["__typename"] == "TemplateNotLive"
    assert made["solutionInterest"] == {"name": "Security", "roleTemplate": {"id": live}}
    assert taken["__typename"] == "NameTaken"
    assert (bounded["field"], bounded["reason"]) == (
        "thresholds.completeness",
        "must be from 0 to 100, not 101",
    )
    assert await home.stores.solution_interests.count() == 1


async def test_an_audience_is_a_rule_or_a_list(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    selection = (
        "... on CreateAccountAudienceSuccess { accountAudience { name condition } } " + INVALID
    )
    rule = {"account": {"products": {"is": "GTX Pro"}}}

    by_rule = await mutate(home, "createAccountAudience", selection, name="Owners", condition=rule)
    by_list = await mutate(
        home, "createAccountAudience", selection, name="Listed", accountIds=list(ids.values())
    )
    neither = await mutate(home, "createAccountAudience", selection, name="Neither")
    unknown = await mutate(
        home, "createAccountAudience", selection, name="Unknown", accountIds=["acc_x"]
    )
    of_people = await mutate(
        home,
        "createAccountAudience",
        selection,
        name="People",
        condition={"person": {"city": {"is": "Paris"}}},
    )

    assert by_rule["accountAudience"] == {"name": "Owners", "condition": rule}
    assert by_list["accountAudience"] == {"name": "Listed", "condition": None}
    assert (neither["field"], unknown["field"], of_people["field"]) == (
        "condition",
        "accountIds[0]",
        "condition.person.city",
    )
    assert await home.stores.audiences.count() == 2


async def test_a_job_is_started_and_seen(home: Context) -> None:
    live = await a_live_template(home)
    interest = await mutate(
        home,
        "createSolutionInterest",
        "... on CreateSolutionInterestSuccess { solutionInterest { id } }",
        name="Security",
        roleTemplateId=live,
    )
    audience = await mutate(
        home,
        "createAccountAudience",
        "... on CreateAccountAudienceSuccess { accountAudience { id } }",
        name="All",
        condition={"all": []},
    )

    started = await mutate(
        home,
        "startCreationJob",
        "... on StartCreationJobSuccess { job { kind status } }",
        solutionInterestId=interest["solutionInterest"]["id"],
        accountAudienceId=audience["accountAudience"]["id"],
    )
    refused = await mutate(
        home, "startCreationJob", "", solutionInterestId="si_x", accountAudienceId="aud_x"
    )

    assert started["job"] == {"kind": "CREATION", "status": "WAITING"}
    assert refused["message"] == "There is no solution interest si_x."
