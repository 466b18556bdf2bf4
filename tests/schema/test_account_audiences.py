from typing import Any

from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers.audience_refreshes import start_due_refreshes
from tests.schema.operations import mutate, operate
from tests.worlds import an_interest, some_accounts

BIG = {"account": {"name": {"startsWith": "A"}}}
NOTED = "accountAudience { id name status kind isRefreshDue memberCount publishedBy }"


async def said(ctx: Context, verb: str, **input: Any) -> Any:
    noted = "__typename" if verb == "refresh" else NOTED
    selection = f"... on {verb.title()}AccountAudienceSuccess {{ {noted} }}"
    return await mutate(ctx, f"{verb}AccountAudience", selection, **input)


async def test_an_audience_is_drafted_duplicated_renamed_and_published(home: Context) -> None:
    ids = await some_accounts(home, "Acme", "Bolt")
    draft = (await said(home, "create", name="Big", condition=BIG, isDraft=True))["accountAudience"]
    assert draft == {
        "id": draft["id"],
        "name": "Big",
        "status": "DRAFT",
        "kind": "RULE",
        "isRefreshDue": False,
        "memberCount": None,
        "publishedBy": None,
    }
    id = {"accountAudienceId": draft["id"]}

    copy = (await said(home, "duplicate", **id, name="Big ones"))["accountAudience"]
    taken = await said(home, "duplicate", **id, name="big")
    assert (copy["name"], copy["status"], taken["__typename"]) == ("Big ones", "DRAFT", "NameTaken")
    listed = {"accountAudienceId": copy["id"], "accountIds": [ids["Bolt"]]}
    assert (await said(home, "update", **listed, name=" BIG "))["__typename"] == "NameTaken"
    renamed = await said(home, "update", **listed, name="Listed ones")
    assert renamed["accountAudience"]["name"] == "Listed ones"
    assert (await said(home, "create", name="Big ones", condition=BIG))["accountAudience"]["name"]

    refused = await said(home, "refresh", **id)
    assert refused == {
        "__typename": "AccountAudienceNotLive",
        "message": "The audience is a draft; publish it first.",
    }
    interest = await an_interest(home)
    asked = {"solutionInterestId": interest, **id}
    assert (await mutate(home, "startCreationJob", "", **asked))["__typename"] == (
        "AccountAudienceNotLive"
    )
    published = (await said(home, "publish", **id))["accountAudience"]
    assert published == {**draft, "status": "LIVE", "isRefreshDue": True, "publishedBy": "sam"}
    assert (await said(home, "publish", **id)) == {
        "__typename": "AccountAudienceIsLive",
        "message": "The audience is live already.",
    }
    for verb in ("publish", "refresh", "duplicate"):
        given = {"accountAudienceId": "aud_x"} | ({"name": "X"} if verb == "duplicate" else {})
        assert (await said(home, verb, **given))["__typename"] == "NotFound"

    names = "{ totalCount nodes { name } }"
    answer = await operate(
        home,
        f"""{{
          drafts: accountAudiences(filter: {{status: DRAFT}}) {names}
          live: accountAudiences(filter: {{status: LIVE, search: "big"}}, orderBy: {{field: NAME}})
            {names}
          lists: accountAudiences(filter: {{kind: LIST}}) {names}
          rules: accountAudiences(filter: {{kind: RULE}}) {{ totalCount }}
        }}""",
    )
    assert answer == {
        "drafts": {"totalCount": 1, "nodes": [{"name": "Listed ones"}]},
        "live": {"totalCount": 2, "nodes": [{"name": "Big"}, {"name": "Big ones"}]},
        "lists": {"totalCount": 1, "nodes": [{"name": "Listed ones"}]},
        "rules": {"totalCount": 2},
    }


async def test_members_are_listed_with_the_moment_they_joined(home: Context) -> None:
    await some_accounts(home, "Acme", "Bolt", "Avon")
    made = (await said(home, "create", name="Big", condition=BIG))["accountAudience"]
    assert made["isRefreshDue"] is True
    await start_due_refreshes(home)
    assert await run_open_jobs(home, "worker") == 1
    started = await mutate(
        home,
        "refreshAccountAudience",
        "... on RefreshAccountAudienceSuccess { job { kind status audience { name } } }",
        accountAudienceId=made["id"],
    )
    assert started["job"] == {
        "kind": "AUDIENCE_REFRESH",
        "status": "WAITING",
        "audience": {"name": "Big"},
    }

    answer = await operate(
        home,
        """query ($id: ID!) {
          accountAudience(id: $id) {
            memberCount refreshedAt isRefreshDue
            members { totalCount edges { joinedAt node { name } } }
            found: members(filter: {search: "av"}) { totalCount nodes { name } }
            backwards: members(orderBy: {field: NAME, direction: DESC}) { nodes { name } }
          }
          accounts(filter: {audiences: [$id]}) {
            nodes { name audiences { totalCount edges { joinedAt node { name } } } }
          }
          others: accounts(filter: {search: "Bolt"}) { nodes { audiences { totalCount } } }
        }""",
        id=made["id"],
    )

    noon = "2026-05-04T12:00:00.000Z"
    assert answer["accountAudience"] == {
        "memberCount": 2,
        "refreshedAt": noon,
        "isRefreshDue": False,
        "members": {
            "totalCount": 2,
            "edges": [
                {"joinedAt": noon, "node": {"name": "Acme"}},
                {"joinedAt": noon, "node": {"name": "Avon"}},
            ],
        },
        "found": {"totalCount": 1, "nodes": [{"name": "Avon"}]},
        "backwards": {"nodes": [{"name": "Avon"}, {"name": "Acme"}]},
    }
    of_both = {"totalCount": 1, "edges": [{"joinedAt": noon, "node": {"name": "Big"}}]}
    assert answer["accounts"]["nodes"] == [
        {"name": "Acme", "audiences": of_both},
        {"name": "Avon", "audiences": of_both},
    ]
    assert answer["others"]["nodes"] == [{"audiences": {"totalCount": 0}}]


async def test_what_an_update_leaves_out_of_an_audience_stays(home: Context) -> None:
    ids = await some_accounts(home, "Acme", "Bolt")
    made = await said(home, "create", name="Big", condition=BIG, description="Large")
    shown = """... on UpdateAccountAudienceSuccess {
      accountAudience { name description condition accounts { totalCount } isRefreshDue } }
      ... on UserError { message }"""
    await run_open_jobs(home, "worker")

    async def update(**input: Any) -> Any:
        id = made["accountAudience"]["id"]
        return await mutate(home, "updateAccountAudience", shown, accountAudienceId=id, **input)

    renamed = (await update(name="Bigger"))["accountAudience"]
    undescribed = (await update(description=None))["accountAudience"]
    listed = (await update(condition=None, accountIds=[ids["Bolt"]]))["accountAudience"]
    kept = (await update(description="Bolt alone"))["accountAudience"]

    assert (renamed["name"], renamed["description"], renamed["condition"]) == (
        "Bigger",
        "Large",
        BIG,
    )
    assert (undescribed["name"], undescribed["description"]) == ("Bigger", None)
    assert (listed["condition"], listed["accounts"]["totalCount"]) == (None, 1)
    assert kept == {**listed, "description": "Bolt alone"}
    message = "condition: give either a condition or a list of accounts"
    assert (await update(accountIds=None))["message"] == message
    assert (await update(condition=None))["message"] == message
    assert (await update(name=None))["message"] == (
        "name: must not be null; leave it out and it stays"
    )
