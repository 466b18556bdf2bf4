"""Everything that can be deleted, through the schema."""

from typing import Any

from execution.context import Context
from tests.resolvers.test_deleting_accounts import an_opportunity
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

NODE = "query ($id: ID!) { node(id: $id) { id } }"
EVENTS = """query ($id: ID!) {
  events(filter: {subjects: [$id]}, orderBy: {direction: DESC}, first: 1) {
    nodes { type personal buyingGroup { id } account { id } person { id } }
  }
}"""


async def is_there(ctx: Context, id: str) -> bool:
    return (await operate(ctx, NODE, id=id))["node"] is not None


async def last_event(ctx: Context, id: str) -> Any:
    [event] = (await operate(ctx, EVENTS, id=id))["events"]["nodes"]
    return event


async def test_a_group_is_deleted_once_with_a_key_and_made_again_by_command(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    await some_people(home, account, {"ada": "Chief"})
    interest = await an_interest(home)
    group = await a_buying_group(home, account, interest)
    asked = {"buyingGroupId": group, "reason": "sold", "idempotencyKey": "k"}
    selection = "... on DeleteBuyingGroupSuccess { buyingGroupId }"

    first = await mutate(home, "deleteBuyingGroup", selection, **asked)
    gone = await is_there(home, group)
    event = await last_event(home, group)
    made = await mutate(
        home,
        "createBuyingGroup",
        "... on CreateBuyingGroupSuccess { buyingGroup { id version members { totalCount } } }",
        accountId=account,
        solutionInterestId=interest,
    )
    again = await mutate(home, "deleteBuyingGroup", selection, **asked)

    assert first == {"__typename": "DeleteBuyingGroupSuccess", "buyingGroupId": group}
    assert not gone
    assert event == {
        "type": "BUYING_GROUP_DELETED",
        "personal": {"reason": "sold"},
        "buyingGroup": None,
        "account": {"id": account},
        "person": None,
    }
    assert made["buyingGroup"] == {"id": group, "version": 2, "members": {"totalCount": 1}}
    assert again == first
    assert await is_there(home, group)


async def test_components_in_use_say_by_what(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    interest = await an_interest(home)
    group = await a_buying_group(home, account, interest)
    audience = await mutate(
        home,
        "createAccountAudience",
        "... on CreateAccountAudienceSuccess { accountAudience { id } }",
        name="All",
        accountIds=[account],
    )
    audience_id = audience["accountAudience"]["id"]
    await mutate(
        home,
        "startCreationJob",
        "",
        solutionInterestId=interest,
        accountAudienceId=audience_id,
    )

    refused = await mutate(
        home,
        "deleteSolutionInterest",
        "... on SolutionInterestInUse { solutionInterestId buyingGroups jobs users { what name } }",
        solutionInterestId=interest,
    )
    in_use = await mutate(
        home,
        "deleteAccountAudience",
        "... on AccountAudienceInUse { accountAudienceId jobs users { what name } }",
        accountAudienceId=audience_id,
    )

    assert refused == {
        "__typename": "SolutionInterestInUse",
        "message": "The solution interest is in use: buying groups for it: 1, "
        "jobs unfinished or in force: 1, role templates that ask for it: 0, "
        "account audiences that do: 0. They are: creation job, Security for Acme.",
        "solutionInterestId": interest,
        "buyingGroups": 1,
        "jobs": 1,
        "users": [
            {"what": "job", "name": "creation job"},
            {"what": "buying group", "name": "Security for Acme"},
        ],
    }
    assert in_use == {
        "__typename": "AccountAudienceInUse",
        "message": "The audience is in use: jobs for it, unfinished or in force: 1. "
        "They are: creation job.",
        "accountAudienceId": audience_id,
        "jobs": 1,
        "users": [{"what": "job", "name": "creation job"}],
    }
    await home.stores.jobs.collection.delete_many({"tenant": home.viewer.tenant})
    await mutate(home, "deleteBuyingGroup", "", buyingGroupId=group)
    for name, id in (("SolutionInterest", interest), ("AccountAudience", audience_id)):
        field = f"{name[0].lower()}{name[1:]}Id"
        selection = f"... on Delete{name}Success {{ {field} }}"
        deleted = await mutate(home, f"delete{name}", selection, **{field: id})
        assert deleted == {"__typename": f"Delete{name}Success", field: id}
        assert not await is_there(home, id)


async def test_accounts_people_and_opportunities_are_deleted(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    people = await some_people(home, account, {"ada": "Chief", "bo": "Engineer"})
    group = await a_buying_group(home, account, await an_interest(home))
    opportunity = await an_opportunity(home, account, "Firewall", "one")

    deal = await mutate(
        home,
        "deleteOpportunity",
        "... on DeleteOpportunitySuccess { opportunityId }",
        opportunityId=opportunity,
    )
    ada = await mutate(
        home, "deletePerson", "... on DeletePersonSuccess { personId }", personId=people["ada"]
    )
    members = await operate(
        home,
        "query ($id: ID!) { buyingGroup(id: $id) { members { nodes { person { id } } } } }",
        id=group,
    )
    selection = "... on AccountHasBuyingGroups { accountId buyingGroups }"
    refused = await mutate(home, "deleteAccount", selection, accountId=account)
    gone = await mutate(
        home,
        "deleteAccount",
        "... on DeleteAccountSuccess { accountId }",
        accountId=account,
        withBuyingGroups=True,
    )

    assert deal == {"__typename": "DeleteOpportunitySuccess", "opportunityId": opportunity}
    assert ada == {"__typename": "DeletePersonSuccess", "personId": people["ada"]}
    assert members["buyingGroup"]["members"]["nodes"] == [{"person": {"id": people["bo"]}}]
    assert refused == {
        "__typename": "AccountHasBuyingGroups",
        "message": "The account is in use: buying groups of it: 1. Set withBuyingGroups to delete "
        "them as well.",
        "accountId": account,
        "buyingGroups": 1,
    }
    assert gone == {"__typename": "DeleteAccountSuccess", "accountId": account}
    for id in (account, people["ada"], opportunity, group):
        assert not await is_there(home, id)
    assert (await last_event(home, group))["personal"] == {"reason": "the account was deleted"}
    assert (await last_event(home, people["ada"]))["type"] == "PERSON_DELETED"
    assert (await last_event(home, account))["account"] is None
    left = await operate(
        home,
        "query ($id: ID!) { person(id: $id) { name accounts { totalCount } } }",
        id=people["bo"],
    )
    assert left["person"] == {"name": "bo", "accounts": {"totalCount": 0}}


async def test_a_keyed_deletion_of_a_draft_has_its_first_answer(home: Context) -> None:
    made = await mutate(
        home,
        "createRoleTemplate",
        "... on CreateRoleTemplateSuccess { roleTemplate { id } }",
        name="Draft",
        roles=[],
    )
    asked = {"roleTemplateId": made["roleTemplate"]["id"], "idempotencyKey": "k"}
    selection = "... on DeleteRoleTemplateSuccess { roleTemplateId }"

    first = await mutate(home, "deleteRoleTemplate", selection, **asked)
    again = await mutate(home, "deleteRoleTemplate", selection, **asked)

    assert first == {
        "__typename": "DeleteRoleTemplateSuccess",
        "roleTemplateId": asked["roleTemplateId"],
    }
    assert again == first
