from typing import Any

import pytest

from tests.schema.api import Api
from tests.stored import NOON, Stored, a_person, a_stored_group, an_account, an_opportunity


def a_hierarchy() -> list[Stored]:
    """A head office, two divisions, and a department below the first."""
    return [
        an_account("acc_head", "Head", annual_revenue=9.0, industry="Energy"),
        an_account("acc_east", "East", parent_id="acc_head", ancestor_ids=["acc_head"], level=2),
        an_account("acc_west", "West", parent_id="acc_head", ancestor_ids=["acc_head"], level=2),
        an_account(
            "acc_lab",
            "Lab",
            parent_id="acc_east",
            ancestor_ids=["acc_head", "acc_east"],
            level=3,
            annual_revenue=1.0,
        ),
    ]


async def test_an_account_is_shown_with_everything_that_is_known_of_it(api: Api) -> None:
    await api.has(
        an_account(
            industry="Energy",
            annual_revenue=2_500_000.5,
            employees=12,
            address={"city": "Ulm", "postal_code": "89073"},
            products=["GTX Pro"],
            custom={"tier": "gold", "signed": NOON.replace(hour=0)},
            keys={"crm": "17", "erp": "A1"},
        )
    )

    answer = await api(
        """{ account(id: "acc_1") {
          name industry annualRevenue employees website level products customFields
          address { street city postalCode } keys { system id }
          parent { id } ancestors { nodes { id } } people { totalCount }
        } }"""
    )

    assert answer["account"] == {
        "name": "Acme",
        "industry": "Energy",
        "annualRevenue": 2_500_000.5,
        "employees": 12,
        "website": None,
        "level": 1,
        "products": ["GTX Pro"],
        "customFields": {"tier": "gold", "signed": "2026-05-04"},
        "address": {"street": None, "city": "Ulm", "postalCode": "89073"},
        "keys": [{"system": "crm", "id": "17"}, {"system": "erp", "id": "A1"}],
        "parent": None,
        "ancestors": {"nodes": []},
        "people": {"totalCount": 0},
    }


async def test_a_hierarchy_is_read_upwards_and_downwards(api: Api) -> None:
    await api.has(*a_hierarchy())

    answer = await api(
        """{ accounts { nodes {
          name level parent { name } ancestors { nodes { name } }
          children { totalCount nodes { name } }
        } } }"""
    )

    seen = {
        node["name"]: (
            node["level"],
            node["parent"] and node["parent"]["name"],
            [each["name"] for each in node["ancestors"]["nodes"]],
            [each["name"] for each in node["children"]["nodes"]],
            node["children"]["totalCount"],
        )
        for node in answer["accounts"]["nodes"]
    }
    assert seen == {
        "East": (2, "Head", ["Head"], ["Lab"], 1),
        "Head": (1, None, [], ["East", "West"], 2),
        "Lab": (3, "East", ["Head", "East"], [], 0),
        "West": (2, "Head", ["Head"], [], 0),
    }
    assert sorted(api.commands[1:]) == ["aggregate accounts", "aggregate accounts", "find accounts"]


async def test_lists_of_many_accounts_are_paged_each_for_itself_by_one_command(api: Api) -> None:
    await api.has(
        an_account("acc_1", "Acme"),
        an_account("acc_2", "Beta"),
        *(
            a_person(f"per_{n}", f"P{n}", ["acc_1", "acc_2"] if n < 2 else ["acc_2"])
            for n in range(4)
        ),
        *(a_stored_group(f"bg_{n}", f"G{n}", account_id="acc_1") for n in range(2)),
    )

    answer = await api(
        """{ accounts { nodes {
          people(first: 2, orderBy: {field: NAME, direction: DESC}) {
            totalCount nodes { name } pageInfo { hasNextPage }
          }
          buyingGroups(first: 1) { edges { node { name } } pageInfo { hasNextPage } }
        } } }"""
    )

    acme, beta = answer["accounts"]["nodes"]
    assert acme == {
        "people": {
            "totalCount": 2,
            "nodes": [{"name": "P1"}, {"name": "P0"}],
            "pageInfo": {"hasNextPage": False},
        },
        "buyingGroups": {"edges": [{"node": {"name": "G0"}}], "pageInfo": {"hasNextPage": True}},
    }
    assert beta == {
        "people": {
            "totalCount": 4,
            "nodes": [{"name": "P3"}, {"name": "P2"}],
            "pageInfo": {"hasNextPage": True},
        },
        "buyingGroups": {"edges": [], "pageInfo": {"hasNextPage": False}},
    }
    assert api.commands[0] == "find accounts"
    assert sorted(api.commands[1:]) == [
        "aggregate accounts",
        "aggregate accounts",
        "aggregate people",
    ]


async def test_the_people_of_one_account_say_how_they_belong_to_it(api: Api) -> None:
    relations = [
        {"account_id": "acc_2", "relation": "employee", "roles": []},
        {"account_id": "acc_1", "relation": "contractor", "roles": ["owner", "designer"]},
    ]
    await api.has(an_account(), a_person("per_1", "Ada", relations=relations))

    answer = await api(
        """{ account(id: "acc_1") { people(filter: {relations: [CONTRACTOR], accounts: ["acc_1"]}) {
          edges { relation roles node { name } }
        } } }"""
    )

    assert answer["account"]["people"]["edges"] == [
        {"relation": "CONTRACTOR", "roles": ["owner", "designer"], "node": {"name": "Ada"}}
    ]
    assert api.commands == ["find accounts", "find people"]


async def test_the_open_opportunities_of_an_account(api: Api) -> None:
    await api.has(
        an_account(),
        an_opportunity("opp_1", "Old", is_closed=True, is_won=True),
        an_opportunity("opp_2", "New", amount=5.5, close_date=NOON.replace(hour=0)),
        an_opportunity("opp_3", "Elsewhere", account_id="acc_2"),
    )

    answer = await api(
        """{ account(id: "acc_1") { opportunities(filter: {isOpen: true}) {
          totalCount nodes { name amount isWon closeDate account { name } }
        } } }"""
    )

    assert answer["account"]["opportunities"] == {
        "totalCount": 1,
        "nodes": [
            {
                "name": "New",
                "amount": 5.5,
                "isWon": False,
                "closeDate": "2026-05-04",
                "account": {"name": "Acme"},
            }
        ],
    }


OVER_5 = {"account": {"annualRevenue": {"greaterThan": 5}}}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"search": "he"}, ["Head"], id="the name"),
        pytest.param({"industry": ["ENERGY"]}, ["Head"], id="the industry, in any case"),
        pytest.param({"isTopLevel": True}, ["Head"], id="the top of a hierarchy"),
        pytest.param({"isTopLevel": False}, ["East", "Lab", "West"], id="below the top"),
        pytest.param({"parents": ["acc_head"]}, ["East", "West"], id="directly below another"),
        pytest.param({"ancestors": ["acc_head"]}, ["East", "Lab", "West"], id="anywhere below"),
        pytest.param({"industry": ["Energy"], "isTopLevel": False}, [], id="all that is given"),
        pytest.param(
            {"condition": {"any": [OVER_5, {"account": {"name": {"is": "LAB"}}}]}},
            ["Head", "Lab"],
            id="a condition",
        ),
    ],
)
async def test_accounts_are_filtered_by(
    api: Api, asked: dict[str, Any], expected: list[str]
) -> None:
    await api.has(*a_hierarchy())

    answer = await api(
        "query ($f: AccountFilter) { accounts(filter: $f) { nodes { name } } }", f=asked
    )

    assert [node["name"] for node in answer["accounts"]["nodes"]] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param("{field: NAME, direction: DESC}", "West Lab Head East", id="name"),
        pytest.param("{field: ANNUAL_REVENUE}", "Lab Head East West", id="revenue, unknown last"),
        pytest.param(
            "{field: ANNUAL_REVENUE, direction: DESC}", "Head Lab West East", id="last either way"
        ),
        pytest.param("{field: CREATED}", "East Head Lab West", id="when they were made"),
    ],
)
async def test_accounts_are_ordered_by(api: Api, order: str, expected: str) -> None:
    await api.has(*a_hierarchy())

    answer = await api(f"{{ accounts(orderBy: {order}) {{ nodes {{ name }} }} }}")

    assert [node["name"] for node in answer["accounts"]["nodes"]] == expected.split()


async def test_a_condition_that_cannot_be_asked_is_refused_at_its_node(api: Api) -> None:
    upside_down = {"account": {"employees": {"between": {"low": 9, "high": 1}}}}

    (error,) = await api.errors(
        "query ($f: AccountFilter) { accounts(filter: $f) { nodes { name } } }",
        f={"condition": {"all": [OVER_5, upside_down]}},
    )

    assert error["extensions"] == {
        "code": "BAD_REQUEST",
        "field": "filter.condition.all[1].account.employees.between",
    }
    assert error["message"] == (
        "filter.condition.all[1].account.employees.between: The low value is above the high one."
    )
