from typing import Any

from execution.context import Right
from tests.schema.api import Api

UPSERT = """
    mutation ($items: [AccountItemInput!]!) {
      upsertAccounts(input: {items: $items}) {
        ... on UpsertAccountsSuccess {
          created updated unchanged refused
          outcomes {
            index status
            account {
              id name industry annualRevenue employees sicCode website phone products level
              address { street city state region postalCode country }
              customFields keys { system id } parent { name } ancestors { nodes { name } }
              version createdBy updatedBy
            }
            error {
              message
              ... on InvalidInput { field reason }
              ... on OwnedByAnother { field ownerId }
              ... on UnknownRecord { field named }
              ... on HierarchyCircle { field parentId }
            }
          }
        }
        ... on TooManyItems { message count limit }
      }
    }
"""


def by_key(key: str, **said: Any) -> dict[str, Any]:
    return {"keys": [{"system": "crm", "id": key}], **said}


async def upserted(api: Api, *items: dict[str, Any]) -> Any:
    return (await api(UPSERT, items=list(items)))["upsertAccounts"]


async def account(api: Api, **said: Any) -> Any:
    """The only account of a call as it is shown."""
    [outcome] = (await upserted(api, by_key("A1", **said)))["outcomes"]
    assert outcome["error"] is None
    return outcome["account"]


async def errors(api: Api, *items: dict[str, Any]) -> list[Any]:
    outcomes = (await upserted(api, *items))["outcomes"]
    return [outcome["error"] for outcome in outcomes]


async def test_all_that_is_said_about_an_account_is_shown(api: Api) -> None:
    shown = await account(
        api,
        name="Acme",
        industry="Mining",
        annualRevenue=1.5,
        employees=7,
        sicCode="1000",
        website="https://acme.example",
        phone="+49 1",
        address={"street": "A 1", "city": "Bonn", "postalCode": "53111", "country": "DE"},
        products=["GTX Pro"],
    )

    assert shown.pop("id").startswith("acc_")
    assert shown == {
        "name": "Acme",
        "industry": "Mining",
        "annualRevenue": 1.5,
        "employees": 7,
        "sicCode": "1000",
        "website": "https://acme.example",
        "phone": "+49 1",
        "products": ["GTX Pro"],
        "level": 1,
        "address": {
            "street": "A 1",
            "city": "Bonn",
            "state": None,
            "region": None,
            "postalCode": "53111",
            "country": "DE",
        },
        "customFields": {},
        "keys": [{"system": "crm", "id": "A1"}],
        "parent": None,
        "ancestors": {"nodes": []},
        "version": 1,
        "createdBy": "sam",
        "updatedBy": "sam",
    }


async def test_absent_leaves_and_null_clears(api: Api) -> None:
    await account(
        api, name="Acme", industry="Mining", phone="1", address={"city": "Bonn", "state": "NW"}
    )

    shown = await account(api, industry=None, address={"city": None})

    assert shown["name"] == "Acme"
    assert shown["industry"] is None
    assert shown["phone"] == "1"
    assert (shown["address"]["city"], shown["address"]["state"]) == (None, "NW")


async def test_outcomes_are_counted_and_stand_in_order(api: Api) -> None:
    done = await upserted(
        api,
        by_key("A1", name="Acme"),
        by_key("A1", name="Acme"),
        by_key("A1", name="Acme AG"),
        {"name": " "},
    )

    counts = ("created", "updated", "unchanged", "refused")
    assert [done[word] for word in counts] == [1, 1, 1, 1]
    assert [(each["index"], each["status"]) for each in done["outcomes"]] == [
        (0, "CREATED"),
        (1, "UNCHANGED"),
        (2, "UPDATED"),
        (3, "REFUSED"),
    ]
    assert done["outcomes"][3]["account"] is None
    assert done["outcomes"][0]["account"]["name"] == "Acme AG"


async def test_a_parent_is_named_by_id_or_key_and_taken_away_by_null(api: Api) -> None:
    top = await account(api, name="Top")
    low = by_key("A2", name="Low", parent={"key": {"system": "crm", "id": "A1"}})

    [shown] = (await upserted(api, low))["outcomes"]
    assert shown["account"]["parent"] == {"name": "Top"}
    assert shown["account"]["level"] == 2
    [shown] = (await upserted(api, by_key("A2", parent={"id": top["id"]})))["outcomes"]
    assert shown["status"] == "UNCHANGED"
    [shown] = (await upserted(api, by_key("A2", parent=None)))["outcomes"]
    assert shown["account"]["ancestors"] == {"nodes": []}


async def test_every_refusal_names_its_field(api: Api) -> None:
    acme = await account(api, name="Acme")
    beta, low = (
        await upserted(
            api, by_key("A2", name="Beta"), by_key("A3", name="Low", parent={"id": acme["id"]})
        )
    )["outcomes"]

    assert await errors(
        api,
        {"name": "x" * 256},
        {"id": "acc_none", "name": "Acme"},
        {"id": acme["id"], "keys": [{"system": "crm", "id": "A2"}]},
        {"name": "New", "parent": {"key": {"system": "crm", "id": "none"}}},
        {"id": acme["id"], "parent": {"id": low["account"]["id"]}},
        {"name": "New", "customFields": {"my_tier": 1}},
        {"name": "New", "customFields": 5},
    ) == [
        {
            "message": "name is longer than 255 characters.",
            "field": "name",
            "reason": "is longer than 255 characters",
        },
        {"message": "id: there is no account acc_none.", "field": "id", "named": "acc_none"},
        {
            "message": f"keys[0] belongs to {beta['account']['id']}.",
            "field": "keys[0]",
            "ownerId": beta["account"]["id"],
        },
        {
            "message": "parent: there is no account crm:none.",
            "field": "parent",
            "named": "crm:none",
        },
        {
            "message": (
                f"parent: below {low['account']['id']} the account would stand above itself."
            ),
            "field": "parent",
            "parentId": low["account"]["id"],
        },
        {
            "message": "customFields.my_tier is no field that is known here.",
            "field": "customFields.my_tier",
            "reason": "is no field that is known here",
        },
        {
            "message": "customFields must be an object of values by key.",
            "field": "customFields",
            "reason": "must be an object of values by key",
        },
    ]


async def test_more_than_a_thousand_items_are_refused_as_a_whole(api: Api) -> None:
    refused = await upserted(api, *({"name": str(n)} for n in range(1_001)))

    assert refused == {
        "message": "A call takes at most 1,000 items, not 1,001.",
        "count": 1_001,
        "limit": 1_000,
    }
    assert await api("{ accounts { totalCount } }") == {"accounts": {"totalCount": 0}}


async def test_who_may_not_edit_data_is_told_so(api: Api) -> None:
    api.rights = (Right.READ,)

    assert await api.code(UPSERT, items=[{"name": "Acme"}]) == "FORBIDDEN"


async def test_the_accounts_of_a_call_are_read_with_one_query_a_level(api: Api) -> None:
    await upserted(api, *(by_key(str(n), name=f"Account {n}") for n in range(50)))
    before = len(api.commands)

    await upserted(api, *(by_key(str(n), name=f"Account {n}") for n in range(2)))

    assert len(api.commands) <= before
    loaded = ["find tenants", "find identities", "find accounts"]
    assert api.commands == [*loaded, "find accounts", "find accounts"]
