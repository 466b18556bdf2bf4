from typing import Any

from execution.context import Right
from resolvers.tenants import create_tenant
from tests.schema.api import Api
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

MERGE = """
    mutation ($survivor: ID!, $merged: ID!, $key: String) {
      mergePeople(input: {survivorId: $survivor, mergedId: $merged, idempotencyKey: $key}) {
        __typename
        ... on MergePeopleSuccess {
          survivor {
            id email formerEmails formerKeys { system id }
            buyingGroups { nodes { id members { nodes { person { id } role { name } } } } }
          }
        }
        ... on UserError { message }
      }
    }
"""


async def merge(api: Api, survivor: str, merged: str, key: str | None = None) -> Any:
    return (await api(MERGE, survivor=survivor, merged=merged, key=key))["mergePeople"]


async def test_two_people_are_merged_and_what_cannot_be_says_why(api: Api) -> None:
    ctx = api.context()
    await create_tenant(ctx, "Home", "UTC")
    [account] = (await some_accounts(ctx, "Acme")).values()
    ids = await some_people(ctx, account, {"ada": "Chief", "eva": "Clerk"})
    group = await a_buying_group(ctx, account, await an_interest(ctx))
    ada, eva = ids["ada"], ids["eva"]

    merged = await merge(api, eva, ada, "once")

    members = [{"person": {"id": eva}, "role": {"name": "Decision Maker"}}]
    assert merged == {
        "__typename": "MergePeopleSuccess",
        "survivor": {
            "id": eva,
            "email": "eva@example.com",
            "formerEmails": ["ada@example.com"],
            "formerKeys": [],
            "buyingGroups": {"nodes": [{"id": group, "members": {"nodes": members}}]},
        },
    }
    assert await merge(api, eva, ada, "once") == merged
    assert await api("query ($id: ID!) { person(id: $id) { id } }", id=ada) == {"person": None}
    assert await merge(api, ada, eva) == {
        "__typename": "NotFound",
        "message": f"There is no person {ada}.",
    }
    assert await merge(api, eva, eva) == {
        "__typename": "InvalidInput",
        "message": "mergedId: must name another person than the survivor",
    }
    api.rights = (Right.READ,)
    assert await api.code(MERGE, survivor=eva, merged=ada) == "FORBIDDEN"
