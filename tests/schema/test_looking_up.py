import pytest

from tests.schema.api import Api
from tests.stored import a_person, a_stored_group, an_account


async def test_anything_is_found_by_its_id_and_costs_one_command_a_kind(api: Api) -> None:
    await api.has(
        an_account("acc_1", "Acme"),
        an_account("acc_2", "Beta", tenant="another"),
        a_person("per_1", "Ada"),
        a_stored_group("bg_1", "One"),
    )

    answer = await api(
        """{ nodes(ids: ["bg_1", "acc_1", "acc_2", "per_1", "acc_1", "per_9", "cat_1", ""]) {
          __typename id ... on Account { name } ... on BuyingGroup { account { name } }
        } }"""
    )

    acme = {"__typename": "Account", "id": "acc_1", "name": "Acme"}
    assert answer["nodes"] == [
        {"__typename": "BuyingGroup", "id": "bg_1", "account": {"name": "Acme"}},
        acme,
        None,
        {"__typename": "Person", "id": "per_1"},
        acme,
        None,
        None,
        None,
    ]
    assert sorted(api.commands[:3]) == ["find accounts", "find buying_groups", "find people"]
    assert api.commands[3:] == ["find accounts"]


@pytest.mark.parametrize(
    "id",
    [
        pytest.param("acc_1", id="another tenant's"),
        pytest.param("acc_9", id="unknown"),
        pytest.param("nothing", id="without a prefix"),
        pytest.param("xyz_1", id="of an unknown prefix"),
        pytest.param("acc_\x00", id="with a NUL"),
        pytest.param("", id="empty"),
    ],
)
async def test_what_is_not_there_is_null(api: Api, id: str) -> None:
    await api.has(an_account("acc_1", tenant="another"))

    answer = await api("query ($id: ID!) { node(id: $id) { id } account(id: $id) { id } }", id=id)

    assert answer == {"node": None, "account": None}


async def test_an_id_of_another_kind_finds_nothing(api: Api) -> None:
    await api.has(an_account("acc_1"))

    assert await api('{ person(id: "acc_1") { id } }') == {"person": None}


async def test_more_than_100_ids_are_refused(api: Api) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert (await api(query, ids=["acc_1"] * 100))["nodes"] == [None] * 100
    (error,) = await api.errors(query, ids=["acc_1"] * 101)
    assert error["message"] == "ids must be 1 to 100, not 101."
    assert error["extensions"] == {"code": "BAD_PAGE_SIZE", "field": "ids", "limit": 100}
    assert api.commands == []
