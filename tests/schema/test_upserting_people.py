from typing import Any

from execution.context import Right
from tests.schema.api import Api

UPSERT = """
    mutation ($items: [PersonItemInput!]!) {
      upsertPeople(input: {items: $items}) {
        ... on UpsertPeopleSuccess {
          created updated unchanged refused
          outcomes {
            index status
            person {
              id name firstName lastName email jobTitle phone mobilePhone address { city }
              emailInvalid emailSuspended unsubscribed marketingSuspended
              inferredState inferredRegion customFields keys { system id }
              accounts { edges { relation roles node { name } } }
            }
            error {
              message
              ... on InvalidInput { field reason }
              ... on OwnedByAnother { field ownerId }
              ... on UnknownRecord { field named }
            }
          }
        }
        ... on TooManyItems { message count limit }
      }
    }
"""
ACCOUNTS = """
    mutation {
      upsertAccounts(input: {items: [
        {name: "Acme", keys: [{system: "crm", id: "acme"}]}
        {name: "Beta", keys: [{system: "crm", id: "beta"}]}
      ]}) { ... on UpsertAccountsSuccess { created } }
    }
"""


def at(key: str, **said: Any) -> dict[str, Any]:
    return {"account": {"key": {"system": "crm", "id": key}}, **said}


async def upserted(api: Api, *items: dict[str, Any]) -> Any:
    return (await api(UPSERT, items=list(items)))["upsertPeople"]


async def person(api: Api, **said: Any) -> Any:
    """The only person of a call as they are shown."""
    [outcome] = (await upserted(api, {"email": "ada@x.example", **said}))["outcomes"]
    assert outcome["error"] is None
    return outcome["person"]


async def relations(api: Api, **said: Any) -> list[Any]:
    edges = (await person(api, **said))["accounts"]["edges"]
    return [(edge["node"]["name"], edge["relation"], edge["roles"]) for edge in edges]


async def test_all_that_is_said_about_a_person_is_shown(api: Api) -> None:
    await api(ACCOUNTS)

    shown = await person(
        api,
        firstName="Ada",
        lastName="Lovelace",
        jobTitle="VP Engineering",
        phone="1",
        mobilePhone="2",
        address={"city": "London"},
        emailInvalid=True,
        unsubscribed=True,
        inferredState="Kent",
        inferredRegion="South",
        keys=[{"system": "crm", "id": "P1"}],
        relations=[at("acme", relation="CONTRACTOR", roles=["owner"])],
    )

    assert shown.pop("id").startswith("per_")
    assert shown == {
        "name": "Ada Lovelace",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "email": "ada@x.example",
        "jobTitle": "VP Engineering",
        "phone": "1",
        "mobilePhone": "2",
        "address": {"city": "London"},
        "emailInvalid": True,
        "emailSuspended": False,
        "unsubscribed": True,
        "marketingSuspended": False,
        "inferredState": "Kent",
        "inferredRegion": "South",
        "customFields": {},
        "keys": [{"system": "crm", "id": "P1"}],
        "accounts": {
            "edges": [{"relation": "CONTRACTOR", "roles": ["owner"], "node": {"name": "Acme"}}]
        },
    }


async def test_relations_are_merged_and_removed_account_by_account(api: Api) -> None:
    await api(ACCOUNTS)

    assert await relations(api, relations=[at("acme", roles=["owner"])]) == [
        ("Acme", "EMPLOYEE", ["owner"])
    ]
    assert await relations(api, relations=[at("acme", relation="OTHER"), at("beta")]) == [
        ("Acme", "OTHER", ["owner"]),
        ("Beta", "EMPLOYEE", []),
    ]
    assert await relations(
        api,
        relations=[at("beta", roles=None)],
        removeRelations=[{"key": {"system": "crm", "id": "acme"}}],
    ) == [("Beta", "EMPLOYEE", [])]
    assert await relations(api, relations=None) == []


async def test_an_address_that_belongs_to_another_is_refused_with_its_owner(api: Api) -> None:
    ada = await person(api)
    [bo] = (await upserted(api, {"email": "bo@x.example"}))["outcomes"]

    [refused] = (await upserted(api, {"id": bo["person"]["id"], "email": "ADA@x.example"}))[
        "outcomes"
    ]

    assert refused["error"] == {
        "message": f"email belongs to {ada['id']}.",
        "field": "email",
        "ownerId": ada["id"],
    }


async def test_every_refusal_names_its_field(api: Api) -> None:
    outcomes = (
        await upserted(
            api,
            {"firstName": "Ada"},
            {"email": "nobody"},
            {"email": "ada@x.example", "relations": [at("none")]},
            {"email": "ada@x.example", "address": {"city": "x" * 1_001}},
        )
    )["outcomes"]

    assert [outcome["error"]["message"] for outcome in outcomes] == [
        "email is required of a new person.",
        "email is not an e-mail address.",
        "relations[0].account: there is no account crm:none.",
        "address.city is longer than 1000 characters.",
    ]
    assert [outcome["error"]["field"] for outcome in outcomes] == [
        "email",
        "email",
        "relations[0].account",
        "address.city",
    ]
    assert await api("{ people { totalCount } }") == {"people": {"totalCount": 0}}


async def test_who_may_not_edit_data_is_told_so(api: Api) -> None:
    api.rights = (Right.READ, Right.EDIT_COMPONENTS, Right.EDIT_GROUPS)

    assert await api.code(UPSERT, items=[{"email": "ada@x.example"}]) == "FORBIDDEN"


async def test_the_people_of_a_call_are_read_with_one_query_a_level(api: Api) -> None:
    await api(ACCOUNTS)
    items = [{"email": f"p{n}@x.example", "relations": [at("acme"), at("beta")]} for n in range(50)]
    await upserted(api, *items)

    await upserted(api, *items)

    assert api.commands == [
        "find tenants",
        "find identities",
        "find accounts",
        "find people",
        "find people",
        "find people",
        "find accounts",
    ]
