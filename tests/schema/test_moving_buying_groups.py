"""Groups move through their stages: what clients are told, and what is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.identifiers import BuyingGroupId
from execution.context import Context, Right, Viewer
from schema.build import build_schema
from store.driver import Document
from tests.contexts import Clock
from tests.schema.api import Api
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, a_live_stage_model, an_interest, some_accounts

REFUSED = (
    "... on StageTransitionNotAllowed { stage currentStage allowed allowedIds } "
    "... on StageNotInModel { stage allowed allowedIds } "
    "... on NoStageModel { buyingGroupId }"
)
MOVED = (
    "... on MoveBuyingGroupStageSuccess { status buyingGroup { stage { name } version } } "
    + REFUSED
)


async def some_groups(ctx: Context, *names: str) -> dict[str, BuyingGroupId]:
    """The ids of groups of accounts of these names, which follow one stage model."""
    interest = await an_interest(ctx, stage_model=await a_live_stage_model(ctx))
    accounts = await some_accounts(ctx, *names)
    return {name: await a_buying_group(ctx, accounts[name], interest) for name in names}


async def moved(ctx: Context, group: str, stage: str, **input: Any) -> Any:
    return await mutate(
        ctx, "moveBuyingGroupStage", MOVED, buyingGroupId=group, stage=stage, **input
    )


async def events_of(ctx: Context, group: str) -> list[Document]:
    found = ctx.stores.database["events"].find(
        {"tenant": ctx.viewer.tenant, "buying_group_id": group, "type": "BUYING_GROUP_MOVED"},
        sort=[("position", 1)],
    )
    return [event async for event in found]


async def test_a_group_enters_at_an_entry_stage_and_goes_along_transitions(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]

    entered = await moved(home, group, "new")
    onward = await moved(home, group, "Open")

    assert entered == {
        "__typename": "MoveBuyingGroupStageSuccess",
        "status": "APPLIED",
        "buyingGroup": {"stage": {"name": "New"}, "version": 2},
    }
    assert onward["buyingGroup"] == {"stage": {"name": "Open"}, "version": 3}


async def test_a_move_to_the_same_stage_changes_nothing(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]
    await moved(home, group, "New")

    again = await moved(home, group, "New")

    assert (again["status"], again["buyingGroup"]["version"]) == ("UNCHANGED", 2)
    assert len(await events_of(home, group)) == 1


async def test_what_the_model_does_not_allow_is_refused_with_what_it_does(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]

    outside = await moved(home, group, "Won")
    await moved(home, group, "New")
    across = await moved(home, group, "Won")
    unknown = await moved(home, group, "Signed")

    for refused in (outside, across, unknown):
        assert len(refused.pop("allowedIds")) == len(refused["allowed"])
    assert outside == {
        "__typename": "StageTransitionNotAllowed",
        "message": "The group is in no stage yet and cannot enter at Won; it may go to: New.",
        "stage": "Won",
        "currentStage": None,
        "allowed": ["New"],
    }
    assert across == {
        "__typename": "StageTransitionNotAllowed",
        "message": "The group cannot go from New to Won; it may go to: Open, Lost.",
        "stage": "Won",
        "currentStage": "New",
        "allowed": ["Open", "Lost"],
    }
    assert unknown == {
        "__typename": "StageNotInModel",
        "message": "The group's stage model has no stage Signed; it may go to: Open, Lost.",
        "stage": "Signed",
        "allowed": ["Open", "Lost"],
    }
    stored = await home.stores.groups.one(group)
    assert stored is not None
    assert (stored["stage"]["name"], stored["version"]) == ("New", 2)
    assert len(await events_of(home, group)) == 1


async def test_other_refusals(home: Context) -> None:
    [account] = (await some_accounts(home, "Acme")).values()
    group = await a_buying_group(home, account, await an_interest(home))

    without = await moved(home, group, "New")
    nowhere = await moved(home, "bg_nothing", "New")
    wordy = await moved(home, group, "New", reason="x" * 501)

    assert (without["__typename"], without["buyingGroupId"]) == ("NoStageModel", group)
    assert nowhere["__typename"] == "NotFound"
    assert wordy["message"] == "reason: must have at most 500 characters, not 501"


async def test_each_method_asks_for_its_right(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]
    seller = replace(
        home, viewer=Viewer(home.viewer.tenant, "sue", frozenset({Right.READ, Right.EDIT_GROUPS}))
    )

    result = await build_schema().execute(
        'mutation { moveBuyingGroupStage(input: {buyingGroupId: "bg", stage: "New", '
        "method: JOURNEY}) { __typename } }",
        context_value=seller,
    )

    assert result.errors is not None
    assert [error.message for error in result.errors] == ["This needs the right ACT_AS_JOURNEY."]
    assert (await moved(seller, group, "New"))["status"] == "APPLIED"
    assert (await moved(home, group, "Open", method="JOURNEY"))["status"] == "APPLIED"
    assert (await moved(home, group, "Won", method="SYSTEM"))["status"] == "APPLIED"
    said = [(event["actor"], event["method"]) for event in await events_of(home, group)]
    assert said == [("sue", "manual"), ("sam", "journey"), ("sam", "system")]


async def test_a_move_is_one_event_with_what_was_and_what_is(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]
    await moved(home, group, "New")

    await moved(home, group, "Open", reason="Ada called")

    event = (await events_of(home, group))[-1]
    assert event["before"]["name"] == "New"
    assert (event["after"]["name"], event["after"]["is_forward"]) == ("Open", True)
    assert event["after"]["stage_model_id"] == event["before"]["stage_model_id"]
    assert event["personal"] == {"reason": "Ada called"}


async def test_many_moves_have_an_outcome_each_and_never_stop_half_way(home: Context) -> None:
    groups = await some_groups(home, "Acme", "Beta", "Ceta")
    await moved(home, groups["Beta"], "New")
    [account] = (await some_accounts(home, "Delta")).values()
    without = await a_buying_group(home, account, await an_interest(home, name="Storage"))
    moves = [
        (groups["Acme"], "Won"),
        ("bg_nothing", "New"),
        (groups["Acme"], "New"),
        (groups["Beta"], "New"),
        (without, "New"),
        (groups["Acme"], "Open"),
        (groups["Ceta"], "Signed"),
        (groups["Ceta"], "New"),
    ]

    done = await mutate(
        home,
        "moveBuyingGroups",
        "... on MoveBuyingGroupsSuccess { outcomes { buyingGroupId status "
        "buyingGroup { stage { name } } error { __typename } } }",
        moves=[{"buyingGroupId": group, "stage": stage} for group, stage in moves],
    )

    assert [
        (each["status"], each["error"] and each["error"]["__typename"]) for each in done["outcomes"]
    ] == [
        ("REFUSED", "StageTransitionNotAllowed"),
        ("REFUSED", "NotFound"),
        ("APPLIED", None),
        ("UNCHANGED", None),
        ("REFUSED", "NoStageModel"),
        ("APPLIED", None),
        ("REFUSED", "StageNotInModel"),
        ("APPLIED", None),
    ]
    assert [each["buyingGroupId"] for each in done["outcomes"]] == [group for group, _ in moves]
    assert done["outcomes"][1]["buyingGroup"] is None
    assert done["outcomes"][5]["buyingGroup"] == {"stage": {"name": "Open"}}


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        pytest.param(0, "moves: a command takes 1 to 50 moves, not 0", id="none"),
        pytest.param(51, "moves: a command takes 1 to 50 moves, not 51", id="51"),
    ],
)
async def test_a_command_takes_up_to_fifty_moves(home: Context, count: int, reason: str) -> None:
    moves = [{"buyingGroupId": "bg_nothing", "stage": "New"}] * count

    refused = await mutate(home, "moveBuyingGroups", "", moves=moves)

    assert (refused["__typename"], refused["message"]) == ("InvalidInput", reason)


async def test_a_repeated_command_is_answered_as_the_first_time(home: Context) -> None:
    groups = await some_groups(home, "Acme")
    input = {
        "moves": [
            {"buyingGroupId": groups["Acme"], "stage": stage} for stage in ("New", "Won", "Lost")
        ],
        "idempotencyKey": "once",
    }
    selection = (
        "... on MoveBuyingGroupsSuccess { outcomes { status error { message "
        "... on StageTransitionNotAllowed { allowed } } } }"
    )

    first = await mutate(home, "moveBuyingGroups", selection, **input)
    await moved(home, groups["Acme"], "New")
    again = await mutate(home, "moveBuyingGroups", selection, **input)

    assert first == again
    assert [each["status"] for each in first["outcomes"]] == ["APPLIED", "REFUSED", "APPLIED"]
    assert first["outcomes"][1]["error"]["allowed"] == ["Open", "Lost"]


FIGURES = """
query ($id: ID!) { buyingGroup(id: $id) {
  stage { name isEntry destination since actor method timeInStageSeconds timeInStageDays }
  allowedStages { name }
  stageHistory { totalCount nodes {
    name enteredAt leftAt seconds isForward actor method reason stageModel { name }
  } }
  velocity { per30Days forward moves since }
  stagnation { isStagnant since }
} }
"""


async def test_a_group_tells_where_it_is_and_where_it_was(home: Context, clock: Clock) -> None:
    groups = await some_groups(home, "Acme", "Beta")
    await moved(home, groups["Acme"], "New", reason="Called")
    await moved(home, groups["Beta"], "New")
    clock.forward(timedelta(days=1))
    await moved(home, groups["Acme"], "Open", method="JOURNEY")
    clock.forward(timedelta(days=59))

    answer = (await operate(home, FIGURES, id=groups["Acme"]))["buyingGroup"]

    assert answer["stage"] == {
        "name": "Open",
        "isEntry": False,
        "destination": None,
        "since": "2026-05-05T12:00:00.000Z",
        "actor": "sam",
        "method": "JOURNEY",
        "timeInStageSeconds": 59 * 86_400,
        "timeInStageDays": 59,
    }
    assert answer["allowedStages"] == [{"name": "Won"}, {"name": "Lost"}]
    assert answer["stageHistory"] == {
        "totalCount": 2,
        "nodes": [
            {
                "name": "Open",
                "enteredAt": "2026-05-05T12:00:00.000Z",
                "leftAt": None,
                "seconds": 59 * 86_400,
                "isForward": True,
                "actor": "sam",
                "method": "JOURNEY",
                "reason": None,
                "stageModel": {"name": "Sales"},
            },
            {
                "name": "New",
                "enteredAt": "2026-05-04T12:00:00.000Z",
                "leftAt": "2026-05-05T12:00:00.000Z",
                "seconds": 86_400,
                "isForward": False,
                "actor": "sam",
                "method": "MANUAL",
                "reason": "Called",
                "stageModel": {"name": "Sales"},
            },
        ],
    }
    assert answer["velocity"] == {
        "per30Days": 0.5,
        "forward": 1,
        "moves": 2,
        "since": "2026-05-04T12:00:00.000Z",
    }


async def test_a_group_that_has_not_entered(home: Context) -> None:
    group = (await some_groups(home, "Acme"))["Acme"]

    answer = (await operate(home, FIGURES, id=group))["buyingGroup"]

    assert answer == {
        "stage": None,
        "allowedStages": [{"name": "New"}],
        "stageHistory": {"totalCount": 0, "nodes": []},
        "velocity": None,
        "stagnation": {"isStagnant": False, "since": None},
    }


async def test_groups_are_found_by_stage_and_by_standing_still(home: Context, clock: Clock) -> None:
    groups = await some_groups(home, "Acme", "Beta", "Ceta")
    await moved(home, groups["Acme"], "New")
    clock.forward(timedelta(days=31))
    await moved(home, groups["Beta"], "New")
    await moved(home, groups["Beta"], "Lost")
    complete = {"$set": {"completeness.exact": 75.0}}
    await home.stores.groups.collection.update_many({"tenant": home.viewer.tenant}, complete)
    lost = (await home.stores.groups.one(groups["Beta"]) or {})["stage"]["stage_id"]

    async def found(filter: str, order: str = "NAME") -> list[str]:
        answer = await operate(
            home,
            f"{{ buyingGroups(filter: {{ {filter} }}, orderBy: {{ field: {order} }}) "
            "{ nodes { account { name } } } }",
        )
        return [each["account"]["name"] for each in answer["buyingGroups"]["nodes"]]

    assert await found('stage: {anyOf: ["new", "LOST"]}') == ["Acme", "Beta"]
    assert await found(f'stage: {{anyOf: ["{lost}"]}}') == ["Beta"]
    assert await found(f'stage: {{anyOf: ["{lost}", "new"]}}') == ["Acme", "Beta"]
    assert await found('stage: {noneOf: ["Lost"]}') == ["Acme", "Ceta"]
    assert await found("stage: {isSet: false}") == ["Ceta"]
    assert await found('stage: {isSet: true, noneOf: ["new"]}') == ["Beta"]
    assert await found("stage: {anyOf: []}") == []
    assert await found("isStagnant: true") == ["Acme"]
    assert await found("isStagnant: false") == ["Beta", "Ceta"]
    assert await found("", "STAGE_ENTERED") == ["Acme", "Beta", "Ceta"]


async def test_a_solution_interest_counts_its_groups_by_stage(home: Context) -> None:
    groups = await some_groups(home, "Acme", "Beta", "Ceta", "Delta")
    for name in ("Acme", "Beta"):
        await moved(home, groups[name], "New")
    await moved(home, groups["Ceta"], "New")
    await moved(home, groups["Ceta"], "Lost")

    answer = await operate(
        home, "{ solutionInterests { nodes { stageCounts { stage { name } groups } } } }"
    )

    [interest] = answer["solutionInterests"]["nodes"]
    assert interest["stageCounts"] == [
        {"stage": {"name": "New"}, "groups": 2},
        {"stage": {"name": "Open"}, "groups": 0},
        {"stage": {"name": "Won"}, "groups": 0},
        {"stage": {"name": "Lost"}, "groups": 1},
        {"stage": None, "groups": 1},
    ]


async def test_stages_of_many_groups_cost_as_many_commands_as_of_one(
    api: Api, home: Context
) -> None:
    groups = await some_groups(home, "Acme", "Beta", "Ceta")
    for group in groups.values():
        for stage in ("New", "Open"):
            await moved(home, group, stage)
    query = (
        "query ($first: Int!) { buyingGroups(first: $first) { nodes { stage { timeInStageDays } "
        "allowedStages { name } stageHistory { nodes { name leftAt } } velocity { forward } "
        "stagnation { isStagnant } } } solutionInterests { nodes { stageCounts { groups } } } }"
    )

    await api(query, first=1)
    of_one = len(api.commands)
    answer = await api(query, first=3)

    assert len(answer["buyingGroups"]["nodes"]) == 3
    assert len(api.commands) == of_one == 7
