from typing import Any

from execution.context import Right
from resolvers.tenants import create_tenant
from tests.schema.api import Api
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

MERGE = """
    mutation ($survivor: ID!, $merged: ID!, $key: String) {
      mergeAccounts(input: {survivorId: $survivor, mergedId: $merged, idempotencyKey: $key}) {
        __typename
        ... on MergeAccountsSuccess {
          survivor {
            id
            formerKeys { system id }
            people { nodes { email } }
            buyingGroups { nodes { name members { nodes { person { email } role { name } } } } }
          }
        }
        ... on UserError { message }
      }
    }
"""


async def merge(api: Api, survivor: str, merged: str, key: str | None = None) -> Any:
    return (await api(MERGE, survivor=survivor, merged=merged, key=key))["mergeAccounts"]


async def test_two_accounts_are_merged_and_what_cannot_be_says_why(api: Api) -> None:
    ctx = api.context()
    await create_tenant(ctx, "Home", "UTC")
    ids = await some_accounts(ctx, "Acme", "Acme Inc")
    acme, double = ids["Acme"], ids["Acme Inc"]
    await some_people(ctx, double, {"ada": "Chief"})
    await a_buying_group(ctx, double, await an_interest(ctx))

    merged = await merge(api, acme, double, "once")

    ada = {"email": "ada@example.com"}
    members = [{"person": ada, "role": {"name": "Decision Maker"}}]
    assert merged == {
        "__typename": "MergeAccountsSuccess",
        "survivor": {
            "id": acme,
            "formerKeys": [{"system": "crm", "id": "Acme Inc"}],
            "people": {"nodes": [ada]},
            "buyingGroups": {
                "nodes": [{"name": "Security for Acme", "members": {"nodes": members}}]
            },
        },
    }
    assert await merge(api, acme, double, "once") == merged
    gone = await api("query ($id: ID!) { account(id: $id) { id } }", id=double)
    assert gone == {"account": None}
    assert await merge(api, double, acme) == {
        "__typename": "NotFound",
        "message": f"There is no account {double}.",
    }
    assert await merge(api, acme, acme) == {
        "__typename": "InvalidInput",
        "message": "mergedId: must name another account than the survivor",
    }
    api.rights = (Right.EDIT_DATA,)
    assert await api.code(MERGE, survivor=acme, merged=double) == "FORBIDDEN"
