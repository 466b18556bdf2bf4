"""What a group's page begins with: its first people, what they did last, what else they are in."""

from datetime import timedelta

from domain.highlights import DECISION_MAKER
from resolvers.roles import default_role
from tests.schema.api import Api
from tests.stored import (
    NOON,
    a_person,
    a_role,
    a_scored_tenant,
    a_stored_group,
    an_account,
    an_activity,
    an_activity_type,
    an_opportunity,
)


async def a_busy_tenant(api: Api) -> None:
    """Two groups of five people, who did this and that."""
    decider = default_role(api.tenant, DECISION_MAKER)
    raws = {"ada": 9, "bo": 4, "cy": 0, "di": 16, "ed": 1}
    first = {f"per_{name}": decider for name in ("ada", "bo", "cy", "di")} | {"per_ed": "role_in"}
    await api.has(
        a_scored_tenant(api.tenant, largest_group_raw=4.0, largest_person_raw=16),
        an_account(),
        a_role(decider, DECISION_MAKER),
        a_role("role_in", "Influencer"),
        *(
            a_person(f"per_{name}", name.title(), engagement={"raw": raw, "computed_at": NOON})
            for name, raw in raws.items()
        ),
        a_stored_group("bg_1", "One", first, engagement=_scored(1.0)),
        a_stored_group("bg_2", "Two", {"per_ed": "role_in", "per_cy": "role_in"}),
        a_stored_group("bg_3", "Three", {"per_ed": "role_in"}, engagement=_scored(4.0)),
        an_activity_type("at_im", "Interesting Moment", ["Highlight"]),
        an_activity("act_1", "Highlight", person_id="per_ed", at=NOON),
        an_activity("act_2", "interesting moment", person_id="per_bo", at=_after(1)),
        an_activity("act_3", "Visit", person_id="per_bo", at=_after(2)),
        an_activity("act_4", "Visit", person_id="per_ed", at=_after(3)),
    )


def _after(minutes: int) -> object:
    return NOON + timedelta(minutes=minutes)


def _scored(raw: float) -> dict[str, object]:
    return {"raw": raw, "role_weighted_count": 0.0, "computed_at": NOON, "run_id": "run_1"}


GROUPS = """
{ buyingGroups { nodes { name %s } } }
"""


async def test_decision_makers_and_others_come_by_their_engagement(api: Api) -> None:
    await a_busy_tenant(api)

    answer = await api(
        GROUPS
        % "topDecisionMakers { person { name } role { name } } topEngaged { person { name } }"
    )

    one, three, two = answer["buyingGroups"]["nodes"]
    assert one == {
        "name": "One",
        "topDecisionMakers": [
            {"person": {"name": name}, "role": {"name": "Decision Maker"}}
            for name in ("Di", "Ada", "Bo")
        ],
        "topEngaged": [{"person": {"name": "Ed"}}],
    }
    assert two["topDecisionMakers"] == three["topDecisionMakers"] == []
    assert two["topEngaged"] == three["topEngaged"] == [{"person": {"name": "Ed"}}]
    assert sorted(api.commands) == [
        "aggregate people",
        "find buying_groups",
        "find people",
        "find people",
    ]


async def test_what_members_did_last_is_read_at_once_for_all_groups(api: Api) -> None:
    await a_busy_tenant(api)

    answer = await api(
        GROUPS % "latestActivities { id person { name } } lastInterestingMoment { id at typeName }"
    )

    one, _, two = answer["buyingGroups"]["nodes"]
    assert one["latestActivities"] == [
        {"id": "act_4", "person": {"name": "Ed"}},
        {"id": "act_3", "person": {"name": "Bo"}},
    ]
    assert one["lastInterestingMoment"] == {
        "id": "act_2",
        "at": "2026-05-04T12:01:00.000Z",
        "typeName": "interesting moment",
    }
    assert two["lastInterestingMoment"]["id"] == "act_1"
    assert api.commands.count("aggregate people") == 2
    assert api.commands.count("find activities") == 1
    assert len(api.commands) == 6


async def test_a_member_shows_what_else_the_person_is_in_the_most_engaged_group_first(
    api: Api,
) -> None:
    await a_busy_tenant(api)

    answer = await api(
        GROUPS % "members { nodes { person { name lastInterestingMoment { id } } "
        "otherBuyingGroups { name } } }"
    )

    members = {
        (group["name"], member["person"]["name"]): member
        for group in answer["buyingGroups"]["nodes"]
        for member in group["members"]["nodes"]
    }
    others = {key: [g["name"] for g in m["otherBuyingGroups"]] for key, m in members.items()}
    assert others["One", "Ed"] == ["Three", "Two"]
    assert others["Two", "Ed"] == ["Three", "One"]
    assert others["Two", "Cy"] == ["One"]
    assert others["One", "Ada"] == []
    assert members["One", "Ed"]["person"]["lastInterestingMoment"] == {"id": "act_1"}
    assert members["One", "Ada"]["person"]["lastInterestingMoment"] is None
    assert sorted(api.commands) == [
        "aggregate people",
        "aggregate people",
        "find activities",
        "find activity_types",
        "find buying_groups",
        "find buying_groups",
        "find people",
    ]


async def test_only_so_many_are_shown_as_were_asked_for(api: Api) -> None:
    await a_busy_tenant(api)

    answer = await api(
        """{ buyingGroup(id: "bg_1") {
          latestActivities(first: 1) { id }
          activities(first: 1, filter: { types: ["Visit"] }) { totalCount nodes { id } }
          members { nodes { otherBuyingGroups(first: 1) { name } } }
        } }"""
    )

    group = answer["buyingGroup"]
    assert group["latestActivities"] == [{"id": "act_4"}]
    assert group["activities"] == {"totalCount": 2, "nodes": [{"id": "act_4"}]}
    assert group["members"]["nodes"][-1] == {"otherBuyingGroups": [{"name": "Three"}]}


async def test_too_many_activities_are_refused(api: Api) -> None:
    await a_busy_tenant(api)

    code = await api.code('{ buyingGroup(id: "bg_1") { latestActivities(first: 101) { id } } }')

    assert code == "BAD_PAGE_SIZE"


async def test_accounts_are_shown_at_a_glance_by_as_many_commands_as_one(api: Api) -> None:
    await a_busy_tenant(api)
    await api.has(
        an_account("acc_2", "Bolt", industry="Steel"),
        an_opportunity("opp_1", amount=10.5),
        an_opportunity("opp_2", amount=None),
        an_opportunity("opp_3", amount=7, is_closed=True, is_won=True),
    )

    answer = await api(
        """{ accounts { nodes { name overview {
          industry peopleCount buyingGroupCount engagement { score exact definition }
          openOpportunities { count amount } closedOpportunities { count amount }
        } } } }"""
    )

    assert answer["accounts"]["nodes"] == [
        {
            "name": "Acme",
            "overview": {
                "industry": None,
                "peopleCount": 5,
                "buyingGroupCount": 3,
                "engagement": {
                    "score": 100,
                    "exact": 100.0,
                    "definition": "The engagement score of the account's most engaged buying "
                    "group: 100 is the tenant's most engaged group, 0 no activity.",
                },
                "openOpportunities": {"count": 2, "amount": 10.5},
                "closedOpportunities": {"count": 1, "amount": 7.0},
            },
        },
        {
            "name": "Bolt",
            "overview": {
                "industry": "Steel",
                "peopleCount": 0,
                "buyingGroupCount": 0,
                "engagement": None,
                "openOpportunities": {"count": 0, "amount": 0.0},
                "closedOpportunities": {"count": 0, "amount": 0.0},
            },
        },
    ]
    assert sorted(api.commands) == [
        "aggregate buying_groups",
        "aggregate opportunities",
        "aggregate people",
        "find accounts",
        "find tenants",
    ]
