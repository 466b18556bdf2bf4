from typing import Any

import pytest

from domain.membership import Method
from tests.schema.api import Api
from tests.stored import (
    NOON,
    Stored,
    a_claim_of,
    a_person,
    a_role,
    a_scored_tenant,
    a_stored_group,
    a_template,
    an_account,
    an_entry,
    an_interest,
)

ROLES = (an_entry("role_dm"), an_entry("role_in", 2), an_entry("role_ch", is_required=False))


def a_world(*groups: Stored) -> list[Stored]:
    """An account with three people, a template of three roles, an interest, and groups."""
    return [
        an_account(),
        a_role("role_dm", "Decision Maker"),
        a_role("role_in", "Influencer"),
        a_role("role_ch", "Champion"),
        a_template("rt_1", *ROLES),
        an_interest(),
        a_person("per_ada", "Ada", job_title="CIO", phone="1"),
        a_person("per_bo", "Bo"),
        a_person("per_cy", "Cy"),
        *groups,
    ]


async def test_the_people_of_all_groups_are_read_at_once(api: Api) -> None:
    await api.has(
        a_person("per_ada", "Ada"),
        a_person("per_bo", "Bo"),
        a_stored_group("bg_1", "One", {"per_ada": "role_dm"}),
        a_stored_group("bg_2", "Two", {"per_bo": "role_dm"}),
    )

    answer = await api(
        "{ buyingGroups(first: 2) { nodes { members { nodes { person { name } } } } } }"
    )

    assert answer["buyingGroups"]["nodes"] == [
        {"members": {"nodes": [{"person": {"name": "Ada"}}]}},
        {"members": {"nodes": [{"person": {"name": "Bo"}}]}},
    ]
    assert api.commands == ["find buying_groups", "find people"]


DETAIL = """
query ($id: ID!) {
  buyingGroup(id: $id) {
    name status memberCount templateRevision version createdAt createdBy
    account { name }
    solutionInterest { name roleTemplate { name } }
    roleTemplate { roles { role { name } share } }
    completeness { score exact }
    missingRoles { name }
    roles {
      role { name } weighting isRequired membersRequired assigned isMissing completeness { score }
      members { totalCount nodes { person { name email jobTitle phone } method since } }
    }
    removedMembers { nodes { person { name } role { name } isRemoved } }
  }
}
"""


async def test_a_group_is_shown_with_its_roles_their_members_and_who_was_removed(api: Api) -> None:
    members = {"per_ada": "role_dm", "per_bo": "role_in", "per_cy": None}
    await api.has(*a_world(a_stored_group("bg_1", members=members, roles=ROLES, status="Hot")))

    group = (await api(DETAIL, id="bg_1"))["buyingGroup"]

    roles = group.pop("roles")
    assert group == {
        "name": "Security for Acme",
        "status": "Hot",
        "memberCount": 2,
        "templateRevision": 1,
        "version": 1,
        "createdAt": "2026-05-04T12:00:00.000Z",
        "createdBy": "sam",
        "account": {"name": "Acme"},
        "solutionInterest": {"name": "Security", "roleTemplate": {"name": "Standard"}},
        "roleTemplate": {
            "roles": [
                {"role": {"name": "Decision Maker"}, "share": 33.333333333},
                {"role": {"name": "Influencer"}, "share": 33.333333333},
                {"role": {"name": "Champion"}, "share": 33.333333333},
            ]
        },
        "completeness": {"score": 75, "exact": 75.0},
        "missingRoles": [],
        "removedMembers": {"nodes": [{"person": {"name": "Cy"}, "role": None, "isRemoved": True}]},
    }
    assert [role["role"]["name"] for role in roles] == ["Decision Maker", "Influencer", "Champion"]
    assert roles[0]["members"] == {
        "totalCount": 1,
        "nodes": [
            {
                "person": {
                    "name": "Ada",
                    "email": "ada@example.com",
                    "jobTitle": "CIO",
                    "phone": "1",
                },
                "method": "SYSTEM",
                "since": "2026-05-04T12:00:00.000Z",
            }
        ],
    }
    del roles[1]["members"]
    assert roles[1] == {
        "role": {"name": "Influencer"},
        "weighting": "NORMAL",
        "isRequired": True,
        "membersRequired": 2,
        "assigned": 1,
        "isMissing": False,
        "completeness": {"score": 50},
    }
    assert roles[2]["isMissing"] is False
    assert api.commands == [
        "find buying_groups",
        "aggregate accounts",
        "aggregate role_templates",
    ]


async def test_a_member_is_shown_with_every_claim_the_strongest_first(api: Api) -> None:
    claims = [
        a_claim_of(Method.SYSTEM, "role_dm"),
        a_claim_of(Method.MANUAL, "role_in", 2, "knows the budget"),
        a_claim_of(Method.JOURNEY, None, 3),
    ]
    await api.has(*a_world(a_stored_group("bg_1", members={"per_ada": claims}, roles=ROLES)))

    answer = await api(
        """{ buyingGroup(id: "bg_1") { members { nodes {
          role { name } method isUnrelated claims { method role { name } actor at reason }
        } } } }"""
    )

    (member,) = answer["buyingGroup"]["members"]["nodes"]
    assert (member["role"], member["method"]) == ({"name": "Influencer"}, "MANUAL")
    assert member["isUnrelated"] is False
    at = "2026-05-04T12:00:00.000Z"
    assert member["claims"] == [
        {
            "method": "MANUAL",
            "role": {"name": "Influencer"},
            "actor": "sam",
            "at": at,
            "reason": "knows the budget",
        },
        {"method": "JOURNEY", "role": None, "actor": "sam", "at": at, "reason": None},
        {
            "method": "SYSTEM",
            "role": {"name": "Decision Maker"},
            "actor": "sam",
            "at": at,
            "reason": None,
        },
    ]


@pytest.mark.parametrize(
    ("exact", "score"),
    [
        pytest.param(66.666666667, 67, id="two thirds"),
        pytest.param(12.5, 13, id="a half, upwards"),
        pytest.param(37.5, 38, id="another half, upwards too"),
        pytest.param(49.499999999, 49, id="less than a half"),
        pytest.param(0.0, 0, id="nothing"),
        pytest.param(100.0, 100, id="everything"),
    ],
)
async def test_completeness_is_rounded_half_up_where_it_is_shown(
    api: Api, exact: float, score: int
) -> None:
    await api.has(a_stored_group("bg_1", completeness={"exact": exact}))

    answer = await api('{ buyingGroup(id: "bg_1") { completeness { score exact } } }')

    assert answer["buyingGroup"]["completeness"] == {"score": score, "exact": exact}


MEMBERS = """
query ($first: Int!, $after: String) {
  buyingGroup(id: "bg_1") {
    members(first: $first, after: $after) {
      nodes { person { name } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
    }
  }
}
"""


async def test_members_are_paged_and_a_page_begins_after_the_same_member_when_others_go(
    api: Api,
) -> None:
    names = ["Ada", "Bo", "Cy", "Di"]
    people = {f"per_{name}": "role_dm" for name in names}
    await api.has(
        *(a_person(f"per_{name}", name) for name in names),
        a_stored_group("bg_1", members={**people, "per_Ed": None}),
    )

    first = await _members(api, 2, None)
    assert [node["person"]["name"] for node in first["nodes"]] == ["Ada", "Bo"]
    assert first["totalCount"] == 4
    assert first["pageInfo"]["hasNextPage"] is True
    assert first["pageInfo"]["hasPreviousPage"] is False

    erased = {name: people[name] for name in people if name != "per_Ada"}
    await api.replace(a_stored_group("bg_1", members={**erased, "per_Ed": None}))
    second = await _members(api, 2, first["pageInfo"]["endCursor"])
    assert [node["person"]["name"] for node in second["nodes"]] == ["Cy", "Di"]
    assert second["pageInfo"]["hasNextPage"] is False
    assert second["pageInfo"]["hasPreviousPage"] is True

    last_seen_erased = {name: people[name] for name in people if name != "per_Bo"}
    await api.replace(a_stored_group("bg_1", members={**last_seen_erased, "per_Ed": None}))
    again = await _members(api, 2, first["pageInfo"]["endCursor"])
    assert [node["person"]["name"] for node in again["nodes"]] == ["Cy", "Di"]


async def _members(api: Api, first: int, after: str | None) -> Any:
    return (await api(MEMBERS, first=first, after=after))["buyingGroup"]["members"]


async def test_only_what_is_selected_is_fetched(api: Api) -> None:
    await api.has(*a_world(a_stored_group("bg_1", members={"per_ada": "role_dm"}, roles=ROLES)))

    await api("{ buyingGroups { nodes { name ...More account { ... on Node { id } } } } }" + MORE)

    assert api.projections["buying_groups"] == {
        "_id",
        "folded.name",
        "name",
        "account_id",
        "completeness.exact",
        "members.is_member",
        "members.person_id",
    }
    assert api.projections["accounts"] == {"_id"}
    assert api.projections["people"] == {"_id", "name", "address.city"}


MORE = """
fragment More on BuyingGroup {
  completeness { score }
  members { nodes { person { name address { city } } } totalCount }
}
"""


async def test_only_the_total_costs_only_the_count(api: Api) -> None:
    await api.has(a_stored_group("bg_1"), a_stored_group("bg_2"))

    assert await api("{ buyingGroups { totalCount } }") == {"buyingGroups": {"totalCount": 2}}
    assert api.commands == ["aggregate buying_groups"]


async def test_another_tenants_group_is_not_there(api: Api) -> None:
    await api.has(a_stored_group("bg_1", tenant="another"))

    answer = await api(
        '{ buyingGroup(id: "bg_1") { id } buyingGroups { totalCount nodes { id } } }'
    )

    assert answer == {"buyingGroup": None, "buyingGroups": {"totalCount": 0, "nodes": []}}


async def test_the_engagement_of_many_groups_and_people_costs_one_command_a_level(
    api: Api,
) -> None:
    scored = {"run_id": "run_1", "computed_at": NOON, "role_weighted_count": 35.25}
    await api.has(
        a_scored_tenant(api.tenant, largest_group_raw=4.0, largest_person_raw=900),
        a_person("per_ada", "Ada", engagement={"raw": 225, "computed_at": NOON}),
        a_stored_group("bg_1", "One", {"per_ada": "role_dm"}, engagement={"raw": 2.25, **scored}),
        a_stored_group("bg_2", "Two", engagement={"raw": 1.0, **scored}, score_due=1),
        a_stored_group("bg_3", "Three"),
    )

    answer = await api(
        """{ buyingGroups(orderBy: {field: ENGAGEMENT, direction: DESC}) { nodes {
          engagement { score exact computedAt isStale roleWeightedCount { score exact } }
          members { nodes { person { engagement { score } } } }
        } } }"""
    )

    one, two, three = answer["buyingGroups"]["nodes"]
    assert one["engagement"] == {
        "score": 75,
        "exact": 75.0,
        "computedAt": "2026-05-04T12:00:00.000Z",
        "isStale": False,
        "roleWeightedCount": {"score": 35, "exact": 35.25},
    }
    assert one["members"]["nodes"] == [{"person": {"engagement": {"score": 50}}}]
    assert (two["engagement"]["score"], two["engagement"]["isStale"]) == (50, True)
    assert three["engagement"] is None
    assert api.commands[0] == "aggregate buying_groups"
    assert api.commands[1:] == ["aggregate tenants"]
