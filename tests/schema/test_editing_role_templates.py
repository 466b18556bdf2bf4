from typing import Any

from execution.context import Context
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, a_live_template, an_interest, some_accounts

ROLES = "roles { role { name } membersRequired condition }"


async def a_draft(ctx: Context, name: str = "Standard", **input: Any) -> Any:
    given: dict[str, Any] = {"roles": [{"role": "Champion"}, {"role": "Other"}], **input}
    selection = "... on CreateRoleTemplateSuccess { roleTemplate { id } }"
    return (await mutate(ctx, "createRoleTemplate", selection, name=name, **given))["roleTemplate"][
        "id"
    ]


async def update(ctx: Context, id: str, **input: Any) -> Any:
    selection = (
        "... on UpdateRoleTemplateSuccess { roleTemplate { name description version "
        "roles { role { name } } } } ... on NameTaken { name ownerId } "
        "... on InvalidInput { field reason }"
    )
    return await mutate(ctx, "updateRoleTemplate", selection, roleTemplateId=id, **input)


async def test_a_draft_is_renamed_and_its_roles_are_reordered_and_removed(home: Context) -> None:
    id = await a_draft(home)

    reordered = await update(home, id, roles=[{"role": "Other"}, {"role": "Champion"}])
    renamed = await update(home, id, name="Renamed", roles=[{"role": "Other"}])
    again = await update(home, id, name="Renamed", roles=[{"role": "Other"}])

    assert [each["role"]["name"] for each in reordered["roleTemplate"]["roles"]] == [
        "Other",
        "Champion",
    ]
    assert reordered["roleTemplate"]["name"] == "Standard"
    assert renamed["roleTemplate"] == {
        "name": "Renamed",
        "description": None,
        "version": 3,
        "roles": [{"role": {"name": "Other"}}],
    }
    assert again["roleTemplate"]["version"] == 3
    assert await a_draft(home, "Standard") != id


async def test_what_an_update_leaves_out_of_a_draft_stays(home: Context) -> None:
    id = await a_draft(home)
    kept = (await update(home, id, description="Buys"))["roleTemplate"]["roles"]

    renamed = await update(home, id, name="Renamed")
    undescribed = await update(home, id, description=None)
    without_roles = await update(home, id, roles=None)

    assert renamed["roleTemplate"] == {
        "name": "Renamed",
        "description": "Buys",
        "version": 3,
        "roles": kept,
    }
    assert (undescribed["roleTemplate"]["description"], kept != []) == (None, True)
    assert (without_roles["field"], without_roles["reason"]) == (
        "roles",
        "must not be null; leave it out and it stays",
    )


async def test_a_draft_cannot_have_the_name_of_another(home: Context) -> None:
    taken = await a_draft(home, "Taken")
    id = await a_draft(home)

    refused = await update(home, id, name=" TAKEN", roles=[{"role": "Other"}])
    blank = await update(home, id, name=" ", roles=[{"role": "Other"}])

    assert (refused["__typename"], refused["name"], refused["ownerId"]) == (
        "NameTaken",
        "TAKEN",
        taken,
    )
    assert (blank["field"], blank["reason"]) == ("name", "must not be blank")
    stored = await home.stores.role_templates.one(id)
    assert stored is not None
    assert (stored["name"], stored["version"], len(stored["roles"])) == ("Standard", 1, 2)


async def test_a_live_template_is_not_renamed(home: Context) -> None:
    live = await a_live_template(home)

    refused = await update(home, live, name="Other name", roles=[{"role": "Other"}])

    assert refused["__typename"] == "TemplateIsLive"


async def duplicate(ctx: Context, id: str, name: str) -> Any:
    selection = (
        "... on DuplicateRoleTemplateSuccess { roleTemplate { id name description status "
        f"templateVersion revision publishedAt {ROLES} }} }} ... on InvalidInput {{ field reason }}"
    )
    return await mutate(ctx, "duplicateRoleTemplate", selection, roleTemplateId=id, name=name)


async def test_a_live_template_is_drafted_anew_under_another_name(home: Context) -> None:
    live = await a_live_template(home)

    made = await duplicate(home, live, "Second")

    template = made["roleTemplate"]
    assert template.pop("id") != live
    assert template == {
        "name": "Second",
        "description": None,
        "status": "DRAFT",
        "templateVersion": 1,
        "revision": 1,
        "publishedAt": None,
        "roles": [
            {
                "role": {"name": "Decision Maker"},
                "membersRequired": 1,
                "condition": {"person": {"jobTitle": {"contains": "chief"}}},
            },
            {
                "role": {"name": "Practitioner"},
                "membersRequired": 2,
                "condition": {"person": {"jobTitle": {"contains": "engineer"}}},
            },
            {"role": {"name": "Champion"}, "membersRequired": 1, "condition": None},
        ],
    }


async def test_what_cannot_be_duplicated(home: Context) -> None:
    live = await a_live_template(home)

    unknown = await duplicate(home, "rt_none", "Second")
    taken = await duplicate(home, live, "STANDARD")
    blank = await duplicate(home, live, "")

    assert unknown["message"] == "There is no role template rt_none."
    assert taken["message"] == "The name STANDARD is taken."
    assert blank["field"] == "name"
    assert await home.stores.role_templates.count() == 1


async def test_a_template_says_what_follows_it(home: Context) -> None:
    interest = await an_interest(home)
    accounts = await some_accounts(home, "Acme", "Brink")
    for account in accounts.values():
        await a_buying_group(home, account, interest)
    await a_draft(home)
    query = (
        "{ roleTemplates(orderBy: { field: PUBLISHED, direction: DESC }) "
        "{ nodes { name publishedBy usedBy { solutionInterests buyingGroups } } } "
        "drafts: roleTemplates(filter: { status: DRAFT }, orderBy: { field: STATUS }) "
        "{ nodes { name } } }"
    )

    answer = await operate(home, query)

    assert answer["roleTemplates"]["nodes"] == [
        {
            "name": "Template of Security",
            "publishedBy": "sam",
            "usedBy": {"solutionInterests": 1, "buyingGroups": 2},
        },
        {
            "name": "Standard",
            "publishedBy": None,
            "usedBy": {"solutionInterests": 0, "buyingGroups": 0},
        },
    ]
    assert answer["drafts"]["nodes"] == [{"name": "Standard"}]
