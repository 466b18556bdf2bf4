from datetime import timedelta
from typing import Any

import pytest

from tests.schema.api import Api
from tests.stored import NOON, Stored, a_role, a_scored_tenant, a_stored_group, an_entry

ROLES = (an_entry("role_dm"), an_entry("role_in", 2))
BROWSE = """
query ($filter: BuyingGroupFilter, $orderBy: BuyingGroupOrder) {
  buyingGroups(filter: $filter, orderBy: $orderBy) { nodes { id } totalCount }
}
"""


def some_groups() -> list[Stored]:
    """Four groups that differ in everything that can be asked."""
    roles = [a_role("role_dm", "Decision Maker"), a_role("role_in", "Influencer")]
    return [
        *roles,
        a_stored_group(
            "bg_full",
            "Security for Acme",
            {"per_1": "role_dm", "per_2": "role_in", "per_3": "role_in"},
            ROLES,
            engagement={"raw": 4.0},
            status="Hot Lead",
            folded={"name": "security for acme", "status": "hot lead"},
        ),
        a_stored_group(
            "bg_half",
            "Security for Beta",
            {"per_2": "role_dm", "per_4": None},
            ROLES,
            account_id="acc_2",
            engagement={"raw": 1.0},
            created_at=NOON + timedelta(days=1),
            updated_at=NOON + timedelta(days=2),
        ),
        a_stored_group(
            "bg_part",
            "Tracking for Acme",
            {"per_5": "role_in"},
            ROLES,
            solution_interest_id="si_2",
            role_template_id="rt_2",
            engagement={"raw": 0.0},
        ),
        a_stored_group("bg_none", "Tracking for Zeta", {}, ROLES, account_id="acc_3"),
    ]


async def browse(api: Api, **variables: Any) -> list[str]:
    found = (await api(BROWSE, **variables))["buyingGroups"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"].removeprefix("bg_") for node in found["nodes"]]


@pytest.fixture
async def groups(api: Api) -> Api:
    await api.has(a_scored_tenant(api.tenant, 4.0, 9), *some_groups())
    return api


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({}, "full half part none", id="nothing is asked"),
        pytest.param({"search": "acm"}, "full part", id="the name, by the beginning of a word"),
        pytest.param({"search": "ZETA track"}, "none", id="the name, by two words"),
        pytest.param({"solutionInterests": ["si_2"]}, "part", id="the solution interest"),
        pytest.param({"accounts": ["acc_2", "acc_3"]}, "half none", id="one of two accounts"),
        pytest.param({"accounts": []}, "", id="one of no accounts"),
        pytest.param({"roleTemplates": ["rt_2"]}, "part", id="the template"),
        pytest.param({"statuses": ["HOT lead", "cold"]}, "full", id="the status, in any case"),
        pytest.param({"completeness": {"lessThan": 50}}, "part none", id="completeness below"),
        pytest.param({"completeness": {"atMost": 50}}, "half part none", id="completeness to"),
        pytest.param({"completeness": {"greaterThan": 25}}, "full half", id="completeness above"),
        pytest.param({"completeness": {"atLeast": 25, "lessThan": 100}}, "half part", id="between"),
        pytest.param({"engagement": {"atLeast": 50}}, "full half", id="the shown score from"),
        pytest.param({"engagement": {"greaterThan": 50}}, "full", id="the shown score above"),
        pytest.param({"engagement": {"lessThan": 50}}, "part", id="the score below, if scored"),
        pytest.param({"engagement": {"atMost": 100}}, "full half part", id="every score there is"),
        pytest.param({"engagement": {"atLeast": 101}}, "", id="a score nobody can have"),
        pytest.param({"engagement": {}}, "full half part", id="any score"),
        pytest.param(
            {"missingRoles": {"anyOf": ["Decision Maker"]}}, "part none", id="a role by its name"
        ),
        pytest.param({"missingRoles": {"anyOf": ["role_dm"]}}, "part none", id="a role by its id"),
        pytest.param(
            {"missingRoles": {"allOf": ["decision maker", "INFLUENCER"]}},
            "none",
            id="both roles missing",
        ),
        pytest.param(
            {"missingRoles": {"anyOf": ["Decision Maker"]}, "completeness": {"lessThan": 50}},
            "part none",
            id="Decision Maker missing and less than half complete",
        ),
        pytest.param(
            {"missingRoles": {"noneOf": ["Influencer"]}},
            "full part",
            id="a role that somebody has, if too few",
        ),
        pytest.param({"missingRoles": {"anyOf": []}}, "", id="one of no roles missing"),
        pytest.param(
            {"peopleInRole": [{"role": "Influencer", "atLeast": 2}]}, "full", id="two in a role"
        ),
        pytest.param(
            {
                "peopleInRole": [
                    {"role": "Influencer", "atMost": 1},
                    {"role": "Decision Maker", "atLeast": 1},
                ]
            },
            "half",
            id="few in one role and somebody in another",
        ),
        pytest.param({"memberCount": {"atLeast": 1, "atMost": 1}}, "half part", id="one member"),
        pytest.param({"members": ["per_2"]}, "full half", id="a member"),
        pytest.param({"members": ["per_4"]}, "", id="who is removed is no member"),
        pytest.param({"removedPeople": ["per_4"]}, "half", id="a person removed"),
        pytest.param({"createdSince": "2026-05-05T12:00:00Z"}, "half", id="made since"),
        pytest.param({"updatedSince": "2026-05-06T14:00:00+02:00"}, "half", id="changed since"),
        pytest.param({"updatedSince": "2026-05-06T12:00:00.001Z"}, "", id="changed a moment later"),
    ],
)
async def test_groups_are_filtered_by(groups: Api, asked: dict[str, Any], expected: str) -> None:
    assert await browse(groups, filter=asked) == expected.split()


@pytest.mark.parametrize(
    ("field", "ascending", "descending"),
    [
        pytest.param("NAME", "full half part none", "none part half full", id="name"),
        pytest.param("COMPLETENESS", "none part half full", "full half part none", id="filled"),
        pytest.param("ENGAGEMENT", "part half full none", "full half part none", id="engagement"),
        pytest.param("MEMBERS", "none half part full", "full part half none", id="members"),
        pytest.param("CREATED", "full none part half", "half part none full", id="creation"),
        pytest.param("UPDATED", "full none part half", "half part none full", id="last change"),
    ],
)
async def test_groups_are_ordered_by(
    groups: Api, field: str, ascending: str, descending: str
) -> None:
    assert await browse(groups, orderBy={"field": field}) == ascending.split()
    down = {"field": field, "direction": "DESC"}
    assert await browse(groups, orderBy=down) == descending.split()


async def test_the_example_of_every_demo_costs_two_commands(groups: Api) -> None:
    answer = await groups(
        """{ buyingGroups(
               filter: {missingRoles: {anyOf: ["Decision Maker"]}, completeness: {lessThan: 50}}
             ) { nodes { name missingRoles { name } completeness { score } } } }"""
    )

    assert answer["buyingGroups"]["nodes"] == [
        {
            "name": "Tracking for Acme",
            "missingRoles": [{"name": "Decision Maker"}],
            "completeness": {"score": 25},
        },
        {
            "name": "Tracking for Zeta",
            "missingRoles": [{"name": "Decision Maker"}, {"name": "Influencer"}],
            "completeness": {"score": 0},
        },
    ]
    assert groups.commands == ["find roles", "find buying_groups", "find roles"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        pytest.param(
            {"missingRoles": {"anyOf": ["Influencer", "Sponsor"]}},
            "filter.missingRoles.anyOf[1]",
            id="as missing",
        ),
        pytest.param(
            {"peopleInRole": [{"role": "Sponsor"}]}, "filter.peopleInRole[0].role", id="as counted"
        ),
    ],
)
async def test_a_role_that_nobody_knows_is_refused_where_it_stands(
    groups: Api, asked: dict[str, Any], field: str
) -> None:
    (error,) = await groups.errors(BROWSE.replace("totalCount", ""), filter=asked)

    assert error["message"] == f"{field} names no role of the tenant: 'Sponsor'."
    assert error["extensions"] == {"code": "BAD_REQUEST", "field": field}


async def test_a_filter_is_understood_once_for_rows_and_count(groups: Api) -> None:
    asked = {"missingRoles": {"anyOf": ["Influencer"]}, "engagement": {"atLeast": 50}}

    assert await browse(groups, filter=asked) == ["half"]
    assert groups.commands[:2] == ["find tenants", "find roles"]
    assert sorted(groups.commands[2:]) == ["aggregate buying_groups", "find buying_groups"]
