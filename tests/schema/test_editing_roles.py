from typing import Any

import pytest

from domain.role_templates import Weighting
from execution.context import Context
from resolvers.role_templates import RoleEntry
from tests.schema.operations import mutate, operate
from tests.schema.test_deleting import is_there, last_event
from tests.worlds import a_buying_group, a_live_template, an_interest, some_accounts

SHOWN = "role { id name description type updatedBy version }"
REFUSED = "... on InvalidInput { field reason } ... on NameTaken { name ownerId }"


async def a_role(ctx: Context, name: str = "Sponsor", **input: Any) -> str:
    made = await mutate(
        ctx, "createRole", f"... on CreateRoleSuccess {{ {SHOWN} }}", name=name, **input
    )
    return str(made["role"]["id"])


async def updated(ctx: Context, role: str, **input: Any) -> Any:
    selection = f"... on UpdateRoleSuccess {{ {SHOWN} }} {REFUSED}"
    return await mutate(ctx, "updateRole", selection, roleId=role, **input)


async def renamed(ctx: Context, role: str, name: str, **input: Any) -> Any:
    return await updated(ctx, role, name=name, **input)


async def deleted(ctx: Context, role: str) -> Any:
    selection = (
        "... on DeleteRoleSuccess { roleId } ... on RoleIsDefault { roleId } "
        "... on RoleInUse { roleId roleTemplates buyingGroups users { what id name } }"
    )
    return await mutate(ctx, "deleteRole", selection, roleId=role)


async def default_role(ctx: Context, name: str = "Champion") -> str:
    found = await operate(
        ctx, "query ($s: String) { roles(filter: {search: $s}) { nodes { id } } }", s=name
    )
    return str(found["roles"]["nodes"][0]["id"])


async def test_a_role_is_renamed_and_described(home: Context) -> None:
    role = await a_role(home, description="Pays")

    made = await renamed(home, role, "Economic Buyer", description="Signs")
    event = await last_event(home, role)
    again = await renamed(home, role, "Economic Buyer", description="Signs")
    spelled = await renamed(home, role, "economic buyer")
    undescribed = await updated(home, role, description=None)
    nameless = await updated(home, role, name=None)

    assert made["role"] == {
        "id": role,
        "name": "Economic Buyer",
        "description": "Signs",
        "type": "CUSTOM",
        "updatedBy": "sam",
        "version": 2,
    }
    assert event["type"] == "ROLE_UPDATED"
    assert again["role"]["version"] == 2
    assert (spelled["role"]["name"], spelled["role"]["description"]) == ("economic buyer", "Signs")
    shown = undescribed["role"]
    assert (shown["name"], shown["description"], shown["version"]) == ("economic buyer", None, 4)
    assert (nameless["field"], nameless["reason"]) == (
        "name",
        "must not be null; leave it out and it stays",
    )


async def test_a_name_that_was_given_up_is_free_and_one_that_is_had_is_not(home: Context) -> None:
    role, other = await a_role(home, "Sponsor"), await a_role(home, "Blocker")
    champion = await default_role(home)

    taken = await renamed(home, role, " blocker ")
    default = await renamed(home, role, "CHAMPION")
    await renamed(home, role, "Patron")
    again = await renamed(home, other, "Sponsor")

    assert (taken["__typename"], taken["ownerId"]) == ("NameTaken", other)
    assert (default["__typename"], default["ownerId"]) == ("NameTaken", champion)
    assert again["role"]["name"] == "Sponsor"


async def test_roles_are_searched_by_the_name_they_have_now(home: Context) -> None:
    role = await a_role(home, "Sponsor")
    await renamed(home, role, "Economic Buyer")
    query = """query ($filter: RoleFilter, $orderBy: RoleOrderOf) {
      roles(filter: $filter, orderBy: $orderBy, first: 2) { totalCount nodes { name type } }
    }""".replace("RoleOrderOf", "ComponentOrder")

    found = await operate(home, query, filter={"search": "econ"})
    before = await operate(home, query, filter={"search": "sponsor"})
    own = await operate(home, query, filter={"type": "CUSTOM"})
    default = await operate(home, query, filter={"type": "DEFAULT"}, orderBy={"field": "NAME"})

    assert found["roles"]["nodes"] == [{"name": "Economic Buyer", "type": "CUSTOM"}]
    assert before["roles"]["nodes"] == []
    assert own["roles"] == found["roles"]
    assert default["roles"]["totalCount"] == 6
    assert [each["name"] for each in default["roles"]["nodes"]] == ["Champion", "Decision Maker"]


async def test_the_default_roles_stay(home: Context) -> None:
    champion = await default_role(home)

    update = await renamed(home, champion, "Fan")
    deletion = await deleted(home, champion)

    assert update["__typename"] == "RoleIsDefault"
    assert deletion == {
        "__typename": "RoleIsDefault",
        "message": "It is one of the six default roles, which cannot be changed or deleted.",
        "roleId": champion,
    }
    assert await is_there(home, champion)


async def test_a_role_that_nobody_uses_is_deleted(home: Context) -> None:
    role = await a_role(home)

    assert await deleted(home, role) == {"__typename": "DeleteRoleSuccess", "roleId": role}
    assert (await last_event(home, role))["type"] == "ROLE_DELETED"
    assert not await is_there(home, role)
    assert (await deleted(home, role))["__typename"] == "NotFound"
    assert (await renamed(home, role, "Patron"))["__typename"] == "NotFound"
    assert await a_role(home) != role


async def test_a_role_in_use_says_by_what(home: Context) -> None:

    role = await a_role(home)
    entries = [RoleEntry("Sponsor", Weighting.NORMAL)]
    interest = await an_interest(home, entries)
    for number in range(10):
        await a_live_template(home, entries, f"Draft {number}")
    [account] = (await some_accounts(home, "Acme")).values()
    group = await a_buying_group(home, account, interest)

    refused = await deleted(home, role)
    used = await operate(
        home,
        """query ($id: ID!) { role(id: $id) {
          roleTemplates(first: 1) { totalCount } buyingGroups { totalCount nodes { id } } } }""",
        id=role,
    )

    assert refused["__typename"] == "RoleInUse"
    assert (refused["roleTemplates"], refused["buyingGroups"]) == (11, 1)
    assert len(refused["users"]) == 10
    named = {each["name"] for each in refused["users"]}
    assert named < {"Template of Security", *(f"Draft {number}" for number in range(10))}
    assert {each["what"] for each in refused["users"]} == {"role template"}
    assert refused["message"].startswith(
        "The role is in use: role templates: 11, buying groups: 1, account audiences: 0. They are: "
    )
    assert refused["message"].endswith(" and 2 more.")
    assert used["role"] == {
        "roleTemplates": {"totalCount": 11},
        "buyingGroups": {"totalCount": 1, "nodes": [{"id": group}]},
    }
    assert await is_there(home, role)


@pytest.mark.parametrize(
    ("input", "field"),
    [
        pytest.param({"name": " "}, "name", id="a blank name"),
        pytest.param({"name": "x" * 256}, "name", id="a name that is too long"),
        pytest.param({"name": "x", "description": "\0"}, "description", id="a NUL"),
    ],
)
async def test_what_a_role_cannot_be_called(
    home: Context, input: dict[str, str], field: str
) -> None:
    role = await a_role(home)

    created = await mutate(home, "createRole", REFUSED, **input)
    updated = await renamed(home, role, **input)

    assert (created["__typename"], created["field"]) == ("InvalidInput", field)
    assert (updated["__typename"], updated["field"]) == ("InvalidInput", field)
