"""Views: filters of buying groups under a name, one's own or shared with everybody."""

from dataclasses import replace
from typing import Any

from execution.context import Context, Right, Viewer
from resolvers import deleting_accounts
from schema.build import build_schema
from schema.conditions import RelationKind
from schema.group_filters import BuyingGroupFilter, MissingRolesFilter, RoleCountFilter, StageFilter
from schema.ordering import CountRange, FigureRange
from schema.people import PersonasAsked, PersonFilter
from schema.written_inputs import read, written
from tests.held import executed
from tests.schema.operations import mutate, operate
from tests.stored import NOON
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

SAVED = "... on SaveViewSuccess { savedView { id name owner isShared filter orderBy } }"


async def save(ctx: Context, name: str = "Ours", **input: Any) -> Any:
    given = {"filter": {"completeness": {"lessThan": 50}}, **input}
    return await mutate(ctx, "saveView", SAVED, name=name, **given)


async def saved(ctx: Context, name: str = "Ours", **input: Any) -> str:
    id: str = (await save(ctx, name, **input))["savedView"]["id"]
    return id


def somebody_else(ctx: Context, *rights: Right) -> Context:
    viewer = Viewer(ctx.viewer.tenant, "kim", frozenset(rights or {Right.READ}))
    return replace(ctx, viewer=viewer)


async def listed(ctx: Context, view: str, rest: str = "") -> list[str]:
    query = "query ($view: ID!) {" + f"buyingGroups(view: $view{rest})" + "{ nodes { name } } }"
    answer = await operate(ctx, query, view=view)
    return [group["name"] for group in answer["buyingGroups"]["nodes"]]


async def three_groups(ctx: Context) -> dict[str, str]:
    """Groups of three accounts, the first of which has a decision maker; the accounts' ids."""
    ids = await some_accounts(ctx, "Acme", "Bolt", "Core")
    await some_people(ctx, ids["Acme"], {"ada": "Chief"})
    interest = await an_interest(ctx)
    for account in ids.values():
        await a_buying_group(ctx, account, interest)
    return ids


async def test_a_view_is_kept_as_it_was_written_with_roles_by_their_ids(home: Context) -> None:
    made = await save(
        home,
        filter={"missingRoles": {"anyOf": ["decision maker"]}, "updatedSince": "2026-05-04T12:00Z"},
        orderBy={"field": "ENGAGEMENT", "direction": "DESC"},
        isShared=True,
    )

    view = made["savedView"]
    (role,) = view["filter"].pop("missingRoles")["anyOf"]
    assert role.startswith("role_")
    assert view.pop("id").startswith("view_")
    assert view == {
        "name": "Ours",
        "owner": "sam",
        "isShared": True,
        "filter": {"updatedSince": "2026-05-04T12:00:00.000Z"},
        "orderBy": {"field": "ENGAGEMENT", "direction": "DESC"},
    }


async def test_a_view_narrows_and_orders_the_list_and_filters_narrow_it_further(
    home: Context,
) -> None:
    await three_groups(home)
    view = await saved(
        home,
        filter={"missingRoles": {"anyOf": ["Decision Maker"]}},
        orderBy={"field": "NAME", "direction": "DESC"},
    )

    assert await listed(home, view) == ["Security for Core", "Security for Bolt"]
    assert await listed(home, view, ', filter: { search: "bolt" }') == ["Security for Bolt"]
    assert await listed(home, view, ", orderBy: { field: NAME }") == [
        "Security for Bolt",
        "Security for Core",
    ]


async def test_a_page_of_a_view_is_followed_by_the_next(home: Context) -> None:
    await three_groups(home)
    view = await saved(home, filter={"memberCount": {"atMost": 0}})

    query = """query ($view: ID, $after: String) {
      buyingGroups(view: $view, first: 1, after: $after) {
        totalCount nodes { name } pageInfo { endCursor hasNextPage }
      } }"""
    first = (await operate(home, query, view=view))["buyingGroups"]
    cursor = first["pageInfo"]["endCursor"]
    second = (await operate(home, query, view=view, after=cursor))["buyingGroups"]

    assert (first["totalCount"], first["nodes"]) == (2, [{"name": "Security for Bolt"}])
    assert second["nodes"] == [{"name": "Security for Core"}]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_a_view_that_names_what_is_gone_still_lists_and_says_so(home: Context) -> None:
    ids = await three_groups(home)
    view = await saved(home, filter={"accounts": [ids["Bolt"], ids["Core"]]})
    await deleting_accounts.delete_account(home, ids["Bolt"], with_buying_groups=True)

    answer = await operate(home, "{ savedViews { nodes { name gaps { path id } } } }")

    gap = {"path": "accounts[0]", "id": ids["Bolt"]}
    assert answer["savedViews"]["nodes"] == [{"name": "Ours", "gaps": [gap]}]
    assert await listed(home, view) == ["Security for Core"]


async def test_nothing_fits_a_role_that_was_deleted(home: Context) -> None:
    made = await mutate(home, "createRole", "... on CreateRoleSuccess { role { id } }", name="Owl")
    await three_groups(home)
    view = await saved(home, filter={"missingRoles": {"anyOf": ["Owl"]}})
    await mutate(home, "deleteRole", "__typename", roleId=made["role"]["id"])

    answer = await operate(home, "{ savedViews { nodes { gaps { path id } } } }")

    gap = {"path": "missingRoles.anyOf[0]", "id": made["role"]["id"]}
    assert answer["savedViews"]["nodes"] == [{"gaps": [gap]}]
    assert await listed(home, view) == []


async def test_others_see_what_is_shared_and_nothing_else(home: Context) -> None:
    shared, own = await saved(home, isShared=True), await saved(home, "Mine")
    kim = somebody_else(home)

    answer = await operate(kim, "{ savedViews { totalCount nodes { id } } }")

    assert answer["savedViews"] == {"totalCount": 1, "nodes": [{"id": shared}]}
    assert await listed(kim, shared) == []
    assert await refused(kim, own) == "BAD_REQUEST"


async def refused(ctx: Context, view: str) -> Any:

    query = "query ($view: ID) { buyingGroups(view: $view) { totalCount } }"
    result = await executed(ctx, query, {"view": view})
    (error,) = result.errors or []
    return (error.extensions or {})["code"]


async def test_a_view_is_changed_and_deleted_by_its_owner(home: Context) -> None:
    view = await saved(home)
    selection = "... on UpdateViewSuccess { savedView { name filter orderBy } }"

    changed = await mutate(
        home, "updateView", selection, savedViewId=view, name="Hot", filter={"statuses": ["Hot"]}
    )
    gone = await mutate(home, "deleteView", "__typename", savedViewId=view)

    assert changed["savedView"] == {"name": "Hot", "filter": {"statuses": ["Hot"]}, "orderBy": None}
    assert gone["__typename"] == "DeleteViewSuccess"
    assert (await save(home, "Hot"))["__typename"] == "SaveViewSuccess"


async def test_what_an_update_leaves_out_of_a_view_stays(home: Context) -> None:
    order = {"field": "ENGAGEMENT", "direction": "DESC"}
    view = await saved(home, isShared=True, orderBy=order)
    selection = """... on UpdateViewSuccess { savedView { name filter orderBy isShared } }
      ... on UserError { message }"""

    async def update(**input: Any) -> Any:
        return await mutate(home, "updateView", selection, savedViewId=view, **input)

    shown = {
        "name": "Hot",
        "filter": {"completeness": {"lessThan": 50}},
        "orderBy": order,
        "isShared": True,
    }
    assert (await update(name="Hot"))["savedView"] == shown
    ordered = {"orderBy": None, "isShared": False}
    assert (await update(**ordered))["savedView"] == {**shown, **ordered}
    for field in ("name", "filter", "isShared"):
        message = f"{field}: must not be null; leave it out and it stays"
        assert (await update(**{field: None}))["message"] == message


async def test_a_reader_changes_no_view_that_stays_shared(home: Context) -> None:
    view = await saved(home, isShared=True)
    reader = replace(
        home, viewer=Viewer(home.viewer.tenant, home.viewer.actor, frozenset({Right.READ}))
    )
    query = "mutation ($input: UpdateViewInput!) { updateView(input: $input) { __typename } }"

    result = await executed(reader, query, {"input": {"savedViewId": view, "name": "Hot"}})
    unshared = await mutate(reader, "updateView", "", savedViewId=view, isShared=False)

    (error,) = result.errors or []
    assert (error.extensions or {})["code"] == "FORBIDDEN"
    assert unshared["__typename"] == "UpdateViewSuccess"


async def test_somebody_elses_view_is_not_changed(home: Context) -> None:
    shared, own = await saved(home, isShared=True), await saved(home, "Mine")
    kim = somebody_else(home)

    async def update(id: str) -> Any:
        selection = "... on SavedViewNotOwned { owner savedViewId }"
        return await mutate(kim, "updateView", selection, savedViewId=id, name="Kim's", filter={})

    assert await update(shared) == {
        "__typename": "SavedViewNotOwned",
        "message": "The view belongs to sam, who shares it.",
        "owner": "sam",
        "savedViewId": shared,
    }
    assert (await update(own))["__typename"] == "NotFound"
    for id, answer in ((shared, "SavedViewNotOwned"), (own, "NotFound"), ("view_no", "NotFound")):
        gone = await mutate(kim, "deleteView", "", savedViewId=id)
        assert gone["__typename"] == answer
    listed = await operate(home, "{ savedViews { nodes { name } } }")
    assert listed["savedViews"]["nodes"] == [{"name": "Mine"}, {"name": "Ours"}]


async def test_an_administrator_changes_what_others_share(home: Context) -> None:
    kim = somebody_else(home, Right.READ, Right.EDIT_COMPONENTS)
    shared = await saved(kim, isShared=True)

    gone = await mutate(home, "deleteView", "", savedViewId=shared)

    assert gone["__typename"] == "DeleteViewSuccess"


async def test_names_are_unique_and_not_blank(home: Context) -> None:
    first = await saved(home)
    await saved(home, "Other")

    taken = await save(home, "OURS")
    renamed = await mutate(home, "updateView", "", savedViewId=first, name="other", filter={})

    assert taken["__typename"] == renamed["__typename"] == "NameTaken"
    assert (await save(home, " "))["__typename"] == "InvalidInput"
    blank = await mutate(home, "updateView", "", savedViewId=first, name="", filter={})
    assert blank["__typename"] == "InvalidInput"


async def test_a_reader_shares_nothing(home: Context) -> None:

    query = "mutation ($input: SaveViewInput!) { saveView(input: $input) { __typename } }"
    result = await build_schema().execute(
        query,
        variable_values={"input": {"name": "All", "filter": {}, "isShared": True}},
        context_value=somebody_else(home),
    )

    (error,) = result.errors or []
    assert (error.extensions or {})["code"] == "FORBIDDEN"


def test_an_input_is_read_as_it_was_written() -> None:
    groups = BuyingGroupFilter(
        search="acme",
        completeness=FigureRange(at_least=0.5),
        missing_roles=MissingRolesFilter(all_of=["role_1"]),
        people_in_role=[RoleCountFilter(role="role_1", at_least=0)],
        member_count=CountRange(at_most=3),
        stage=StageFilter(is_set=False),
        updated_since=NOON,
    )
    people = PersonFilter(
        relations=[RelationKind.CONTRACTOR], personas=PersonasAsked(any_of=["IT"])
    )

    assert written(groups)["updatedSince"] == "2026-05-04T12:00:00.000Z"
    assert written(people)["relations"] == ["CONTRACTOR"]
    assert read(BuyingGroupFilter, written(groups)) == groups
    assert read(PersonFilter, written(people)) == people
