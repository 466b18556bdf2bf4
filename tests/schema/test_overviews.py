"""How many groups there are of each kind, and that each bar's filter lists just these."""

from typing import Any

from tests.schema.api import Api
from tests.stored import NOON, a_scored_tenant, a_stored_group, an_account, an_interest

OVERVIEW = """
query ($filter: BuyingGroupFilter) {
  overview(filter: $filter) {
    total
    byCompleteness { definition bands { atLeast below groups filter } unscored }
    byEngagement { definition bands { groups filter } unscored }
    bySolutionInterest { definition bars { solutionInterest { name } groups filter } }
    byStage { definition bars { stageId name groups filter } }
  }
}
"""


async def six_groups(api: Api) -> None:
    """Groups at the ends of the bands, for two interests, in two stages and in none."""
    figures = [(0.0, 0.0), (24.999, 0.25), (25.0, 1.0), (50.0, 2.25), (75.0, 4.0), (100.0, None)]
    await api.has(
        a_scored_tenant(api.tenant, largest_group_raw=4.0, largest_person_raw=16),
        an_account("acc_1", "Acme", industry="Steel"),
        an_account("acc_2", "Bolt", industry="Wood", address={"region": "North"}),
        an_interest("si_1", "Security"),
        an_interest("si_2", "Storage"),
        (
            "stage_models",
            {
                "_id": "sm_1",
                "stages": [
                    {"stage_id": "stg_1", "name": "New"},
                    {"stage_id": "stg_2", "name": "Won"},
                ],
            },
        ),
        *(
            a_stored_group(
                f"bg_{number}",
                f"Group {number}",
                account_id="acc_1" if number < 4 else "acc_2",
                solution_interest_id="si_1" if number < 4 else "si_2",
                completeness={"exact": complete},
                engagement=_scored(raw),
                stage=_stage(number),
            )
            for number, (complete, raw) in enumerate(figures)
        ),
    )


def _scored(raw: float | None) -> dict[str, object] | None:
    if raw is None:
        return None
    return {"raw": raw, "role_weighted_count": 0.0, "computed_at": NOON, "run_id": "run_1"}


def _stage(number: int) -> dict[str, object] | None:
    return None if number == 5 else {"stage_id": "stg_1" if number < 3 else "stg_2", "since": NOON}


async def asked(api: Api, **filter: Any) -> Any:
    return (await api(OVERVIEW, filter=filter))["overview"]


async def test_groups_are_counted_by_one_command(api: Api) -> None:
    await six_groups(api)

    shown = await asked(api)

    assert shown["total"] == 6
    bands = shown["byCompleteness"]["bands"]
    assert [(band["atLeast"], band["below"], band["groups"]) for band in bands] == [
        (0, 25, 2),
        (25, 50, 1),
        (50, 75, 1),
        (75, 100, 2),
    ]
    assert [band["groups"] for band in shown["byEngagement"]["bands"]] == [1, 1, 1, 2]
    assert (shown["byCompleteness"]["unscored"], shown["byEngagement"]["unscored"]) == (0, 1)
    assert [
        (bar["solutionInterest"]["name"], bar["groups"])
        for bar in shown["bySolutionInterest"]["bars"]
    ] == [("Security", 4), ("Storage", 2)]
    assert [(bar["name"], bar["groups"]) for bar in shown["byStage"]["bars"]] == [
        ("New", 3),
        ("Won", 2),
        (None, 1),
    ]
    assert all(part["definition"] for part in shown.values() if isinstance(part, dict))
    assert sorted(api.commands) == [
        "aggregate buying_groups",
        "find solution_interests",
        "find stage_models",
        "find tenants",
    ]


async def test_the_filter_of_each_bar_lists_the_groups_it_counts(api: Api) -> None:
    await six_groups(api)
    filter = {"industries": ["steel", "WOOD"], "completeness": {"lessThan": 80}}

    shown = await asked(api, **filter)

    bars = [
        *shown["byCompleteness"]["bands"],
        *shown["byEngagement"]["bands"],
        *shown["bySolutionInterest"]["bars"],
        *shown["byStage"]["bars"],
    ]
    counts = [bar["groups"] for bar in bars]
    assert counts == [2, 1, 1, 1, 1, 1, 1, 2, 4, 1, 3, 2]
    query = "query ($filter: BuyingGroupFilter) { buyingGroups(filter: $filter) { totalCount } }"
    listed = [(await api(query, filter=bar["filter"]))["buyingGroups"] for bar in bars]
    assert [each["totalCount"] for each in listed] == counts


async def test_an_overview_is_narrowed_by_the_filters_of_the_list(api: Api) -> None:
    await six_groups(api)

    assert (await asked(api, industries=["Steel"]))["total"] == 4
    assert (await asked(api, regions=["north"]))["total"] == 2
    assert (await asked(api, industries=["Steel"], regions=["north"]))["total"] == 0
    assert (await asked(api, stage={"anyOf": ["stg_1"]}))["total"] == 3


async def test_without_groups_every_band_is_empty(api: Api) -> None:
    shown = await asked(api)

    assert shown["total"] == 0
    assert [band["groups"] for band in shown["byEngagement"]["bands"]] == [0, 0, 0, 0]
    assert shown["byStage"]["bars"] == shown["bySolutionInterest"]["bars"] == []


async def test_a_filter_that_no_list_takes_is_refused(api: Api) -> None:
    code = await api.code(OVERVIEW, filter={"missingRoles": {"anyOf": ["Nobody"]}})

    assert code == "BAD_REQUEST"
