from typing import Any

import pytest

from execution.context import Right
from tests.schema.api import Api

UPSERT = """
    mutation ($items: [OpportunityItemInput!]!) {
      upsertOpportunities(input: {items: $items}) {
        ... on UpsertOpportunitiesSuccess {
          created updated unchanged refused
          outcomes {
            index status
            opportunity {
              name product stage amount isClosed isWon closeDate keys { system id }
              account { name products }
            }
            error { message ... on InvalidInput { field } ... on UnknownRecord { field } }
          }
        }
        ... on TooManyItems { message count limit }
      }
    }
"""
ACCOUNT = """
    mutation {
      upsertAccounts(input: {items: [{name: "Acme", keys: [{system: "crm", id: "acme"}]}]}) {
        ... on UpsertAccountsSuccess { created }
      }
    }
"""
ACME = {"key": {"system": "crm", "id": "acme"}}


def by_key(key: str, **said: Any) -> dict[str, Any]:
    return {"keys": [{"system": "crm", "id": key}], **said}


async def upserted(api: Api, *items: dict[str, Any]) -> Any:
    return (await api(UPSERT, items=list(items)))["upsertOpportunities"]


async def test_all_that_is_said_about_an_opportunity_is_shown(api: Api) -> None:
    await api(ACCOUNT)

    [outcome] = (
        await upserted(
            api,
            by_key(
                "O1",
                account=ACME,
                product="GTX Pro",
                stage="Won",
                amount=12.5,
                isWon=True,
                closeDate="2026-05-04",
            ),
        )
    )["outcomes"]

    assert outcome["opportunity"] == {
        "name": "O1",
        "product": "GTX Pro",
        "stage": "Won",
        "amount": 12.5,
        "isClosed": True,
        "isWon": True,
        "closeDate": "2026-05-04",
        "keys": [{"system": "crm", "id": "O1"}],
        "account": {"name": "Acme", "products": ["GTX Pro"]},
    }


async def test_the_same_items_again_change_nothing(api: Api) -> None:
    await api(ACCOUNT)
    item = by_key("O1", account=ACME, amount=1, closeDate="2026-05-04", name=None)
    await upserted(api, item)

    assert (await upserted(api, item))["unchanged"] == 1


@pytest.mark.parametrize(
    ("item", "message", "field"),
    [
        pytest.param(
            by_key("O1"), "account is required of a new opportunity.", "account", id="no account"
        ),
        pytest.param(
            by_key("O1", account=None),
            "account is required and cannot be empty.",
            "account",
            id="null for the account",
        ),
        pytest.param(
            by_key("O1", account={"id": "acc_none"}),
            "account: there is no account acc_none.",
            "account",
            id="an unknown account",
        ),
        pytest.param(
            by_key("O1", account=ACME, isWon=True, isClosed=False),
            "isClosed must be true of a won opportunity.",
            "isClosed",
            id="won and open",
        ),
    ],
)
async def test_a_refusal_names_its_field(
    api: Api, item: dict[str, Any], message: str, field: str
) -> None:
    await api(ACCOUNT)

    [outcome] = (await upserted(api, item))["outcomes"]

    assert outcome["status"] == "REFUSED"
    assert outcome["error"] == {"message": message, "field": field}


async def test_who_may_not_edit_data_is_told_so(api: Api) -> None:
    api.rights = (Right.READ,)

    assert await api.code(UPSERT, items=[by_key("O1")]) == "FORBIDDEN"
