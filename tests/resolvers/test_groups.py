from dataclasses import replace
from datetime import date

from domain.accounts import AccountItem
from domain.identifiers import BuyingGroupId, PersonId
from execution.context import Context, Right, Viewer
from resolvers import accounts, engagement, engagement_breakdowns, groups, members_required
from resolvers.groups import GroupExists
from resolvers.outcomes import Invalid, NotFound
from store.driver import Document, close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.engagement_builders import acts, record
from tests.recorder import Recorder
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


async def stored(ctx: Context, id: str) -> Document:
    document = await ctx.stores.groups.one(id)
    assert document is not None
    return document


async def test_a_new_group_holds_the_people_whom_the_rules_place(home: Context) -> None:
    ids = await some_accounts(home, "Acme", "Other")
    people = await some_people(
        home, ids["Acme"], {"ada": "Chief Security Officer", "bo": "Engineer", "cy": "Clerk"}
    )
    await some_people(home, ids["Other"], {"dee": "Chief of Staff"})
    interest = await an_interest(home)

    group = await stored(home, await a_buying_group(home, ids["Acme"], interest))

    roles = {role["_id"]: role["name"] for role in await home.stores.roles.all()}
    placed = {member["person_id"]: roles[member["role_id"]] for member in group["members"]}
    assert placed == {people["ada"]: "Decision Maker", people["bo"]: "Practitioner"}
    assert {member["method"] for member in group["members"]} == {"system"}
    assert group["name"] == "Security for Acme"
    assert group["completeness"] == {"exact": 75.0}
    assert group["missing_role_ids"] == []
    assert (group["member_count"], group["version"]) == (2, 1)


async def test_a_new_group_is_an_event_and_so_is_every_member(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    people = await some_people(home, ids["Acme"], {"ada": "Chief", "bo": "Engineer"})
    group = await a_buying_group(home, ids["Acme"], await an_interest(home))

    events = home.stores.database["events"].find(
        {"tenant": home.viewer.tenant, "buying_group_id": group}, sort=[("position", 1)]
    )

    found = [(event["type"], event.get("person_id")) async for event in events]
    members = sorted(people.values())
    assert found[0] == ("BUYING_GROUP_CREATED", None)
    assert found[1:3] == [("MEMBERSHIP_CHANGED", person) for person in members]


async def test_the_first_group_of_a_tenant_has_its_score_at_once(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    people = await some_people(home, account, {"ada": "Chief", "bo": "Engineer"})
    ada = PersonId(people["ada"])
    await record(home, acts(ada, "Click Link", date(2026, 5, 4), 16))
    interest = await an_interest(home)
    rights = frozenset({Right.READ, Right.EDIT_GROUPS})
    editor = replace(home, viewer=Viewer(home.viewer.tenant, "ed", rights))

    group = await stored(home, await a_buying_group(editor, account, interest))

    # A Vital role of weight 100 and a Normal one of 60: (100 * sqrt(16 * 40) + 60 * 0) / 160.
    assert group["engagement"]["raw"] == 15.811388301
    assert "score_due" not in group
    [shown] = await engagement.of_groups(editor, [group])
    assert shown is not None
    assert (shown["exact"], shown["is_stale"]) == (100.0, False)
    [breakdown] = await engagement_breakdowns.of_groups(editor, [{"group_id": group["_id"]}])
    assert breakdown is not None
    assert (breakdown["raw"], breakdown["run_id"]) == (
        15.811388301,
        group["engagement"]["run_id"],
    )


async def test_an_account_has_one_group_for_a_solution_interest(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    interest = await an_interest(home)
    group = await a_buying_group(home, ids["Acme"], interest)

    again = await groups.create_buying_group(home, ids["Acme"], interest)

    assert again == GroupExists(group)
    assert (await stored(home, group))["version"] == 1


async def test_a_group_needs_an_account_and_an_interest_that_exist(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    interest = await an_interest(home)

    nobody = await groups.create_buying_group(home, "acc_nobody", interest)
    nothing = await groups.create_buying_group(home, ids["Acme"], "si_nothing")

    assert nobody == NotFound("account", "acc_nobody")
    assert nothing == NotFound("solution interest", "si_nothing")
    assert await home.stores.groups.count() == 0


async def test_a_groups_name_follows_its_accounts(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    group = await a_buying_group(home, ids["Acme"], await an_interest(home))

    await accounts.upsert_accounts(home, [AccountItem(id=ids["Acme"], fields={"name": "Äcme"})])

    renamed = await stored(home, group)
    assert renamed["name"] == "Security for Äcme"
    assert renamed["search"] == ["security", "for", "äcme"]


async def test_a_status_is_set_cleared_and_bounded(home: Context) -> None:
    ids = await some_accounts(home, "Acme")
    group = await a_buying_group(home, ids["Acme"], await an_interest(home))

    assert await groups.update_status(home, group, "Called twice") == group
    assert (await stored(home, group))["status"] == "Called twice"
    assert await groups.update_status(home, group, "x" * 51) == Invalid(
        "status", "must have at most 50 characters, not 51"
    )
    assert await groups.update_status(home, group, None) == group

    cleared = await stored(home, group)
    assert (cleared["status"], cleared["version"]) == (None, 3)
    missing = BuyingGroupId("bg_nothing")
    assert await groups.update_status(home, missing, "x") == NotFound("buying group", missing)


async def test_an_answer_that_changed_nothing_is_confirmed_by_a_majority(
    home: Context, mongodb_uri: str
) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    group = await a_buying_group(home, account, await an_interest(home))
    template = (await stored(home, group))["role_template_id"]
    commands = Recorder()
    client = open_client(mongodb_uri, listeners=[commands])
    watched = a_context(
        open_database(client, home.stores.database.name), home.viewer.tenant, Clock()
    )
    confirming: list[int] = []

    for status, least in (("In talks", 4), ("In talks", 4)):
        commands.forget()
        await groups.update_status(watched, group, status)
        await members_required.change_members_required(watched, template, "Practitioner", least)
        levels = [sent.get("readConcern", {}).get("level") for sent in commands.sent]
        confirming.append(levels.count("linearizable"))
    await close(client)

    assert confirming == [0, 2]
