"""Stage models as clients draft, edit, publish, read, list and delete them."""

from typing import Any

from execution.context import Context
from tests.schema.operations import mutate, operate
from tests.worlds import (
    SALES_MOVES,
    a_buying_group,
    a_draft_stage_model,
    a_live_stage_model,
    an_interest,
    some_accounts,
)

STAGES = [
    {"name": "New", "description": "Just in", "isEntry": True},
    {"name": "Open"},
    {"name": "Won", "destination": "SUCCESS"},
    {"name": "Lost", "destination": "FAILURE"},
]
MOVES = [{"source": source, "target": target} for source, target in SALES_MOVES]
FAULTS = "... on StageModelFaulty { faults { path reason } }"


async def drafted(ctx: Context, selection: str = "", **input: Any) -> Any:
    given = {"name": "Sales", "stages": STAGES, "transitions": MOVES, **input}
    selected = f"... on CreateStageModelSuccess {{ stageModel {{ id {selection} }} }} {FAULTS}"
    return await mutate(ctx, "createStageModel", selected, **given)


async def test_a_draft_is_read_back_as_a_graph(home: Context) -> None:
    made = await drafted(
        home,
        """name status publishedAt createdBy faults { path }
        graph {
          nodes { name description isEntry destination }
          edges { source { name } target { name } }
        }
        entryStages { name } successStage { name } failureStages { name } mermaid""",
    )

    model = made["stageModel"]
    assert model.pop("id").startswith("sm_")
    assert model == {
        "name": "Sales",
        "status": "DRAFT",
        "publishedAt": None,
        "createdBy": "sam",
        "faults": [],
        "graph": {
            "nodes": [
                {"name": "New", "description": "Just in", "isEntry": True, "destination": None},
                {"name": "Open", "description": None, "isEntry": False, "destination": None},
                {"name": "Won", "description": None, "isEntry": False, "destination": "SUCCESS"},
                {"name": "Lost", "description": None, "isEntry": False, "destination": "FAILURE"},
            ],
            "edges": [
                {"source": {"name": source}, "target": {"name": target}}
                for source, target in SALES_MOVES
            ],
        },
        "entryStages": [{"name": "New"}],
        "successStage": {"name": "Won"},
        "failureStages": [{"name": "Lost"}],
        "mermaid": (
            "flowchart LR\n"
            '    s1(["New"])\n    s2["Open"]\n    s3{{"Won"}}\n    s4[/"Lost"/]\n'
            "    s1 --> s2\n    s1 --> s4\n    s2 --> s3\n    s2 --> s4\n    s4 --> s1\n"
        ),
    }


async def test_everything_that_keeps_a_draft_from_being_saved_is_told_at_once(
    home: Context,
) -> None:
    refused = await drafted(
        home,
        stages=[{"name": "New"}, {"name": " new"}, {"name": ""}],
        transitions=[{"source": "New", "target": "Gone"}],
    )

    assert refused["__typename"] == "StageModelFaulty"
    assert refused["message"] == (
        "stages[1].name: is the name of stages[0] already. There is more, 3 in all."
    )
    assert refused["faults"] == [
        {"path": "stages[1].name", "reason": "is the name of stages[0] already"},
        {"path": "stages[2].name", "reason": "must not be blank"},
        {"path": "transitions[0].target", "reason": "there is no stage Gone"},
    ]
    assert await home.stores.stage_models.count() == 0


async def test_a_models_own_name_is_checked_and_unique(home: Context) -> None:
    await drafted(home)

    blank = await drafted(home, name=" ")
    taken = await drafted(home, name=" SALES")

    assert (blank["__typename"], blank["message"]) == ("InvalidInput", "name: must not be blank")
    assert taken["__typename"] == "NameTaken"
    assert await home.stores.stage_models.count() == 1


async def test_a_draft_is_edited_all_through_and_its_stages_keep_their_ids(home: Context) -> None:
    made = await drafted(home, "stages { id name }")
    ids = {stage["name"]: stage["id"] for stage in made["stageModel"]["stages"]}

    edited = await mutate(
        home,
        "updateStageModel",
        "... on UpdateStageModelSuccess { stageModel { name description stages { id name isEntry } "
        "graph { edges { source { name } target { name } } } } }",
        stageModelId=made["stageModel"]["id"],
        name="Selling",
        description="How we sell",
        stages=[
            {"name": "Fresh", "id": ids["New"], "isEntry": True},
            {"name": "Won", "destination": "SUCCESS"},
            {"name": "New"},
            {"name": "open"},
            {"name": "Lost", "destination": "FAILURE"},
        ],
        transitions=[{"source": "Fresh", "target": ids["Won"]}],
    )

    model = edited["stageModel"]
    assert (model["name"], model["description"]) == ("Selling", "How we sell")
    assert [stage["name"] for stage in model["stages"]] == ["Fresh", "Won", "New", "open", "Lost"]
    known = {stage["name"]: stage["id"] for stage in model["stages"]}
    assert (known["Fresh"], known["open"]) == (ids["New"], ids["Open"])
    assert known["New"] not in ids.values()
    assert model["graph"]["edges"] == [{"source": {"name": "Fresh"}, "target": {"name": "Won"}}]
    assert (await drafted(home))["__typename"] == "CreateStageModelSuccess"


async def test_a_saved_stage_is_not_removed(home: Context) -> None:
    model = await a_draft_stage_model(home)

    refused = await mutate(
        home, "updateStageModel", FAULTS, stageModelId=model, name="Sales", stages=STAGES[:3]
    )

    assert refused["faults"] == [
        {"path": "stages", "reason": "the saved stage Lost can be renamed, but not removed"}
    ]
    stored = await home.stores.stage_models.one(model)
    assert stored is not None
    assert (len(stored["stages"]), stored["version"]) == (4, 1)


async def test_what_an_update_leaves_out_of_a_draft_stays(home: Context) -> None:
    model = await a_draft_stage_model(home)
    shown = """... on UpdateStageModelSuccess { stageModel { name description stages { id name }
      graph { edges { source { name } target { name } } } } }"""

    async def update(**input: Any) -> Any:
        answer = await mutate(home, "updateStageModel", shown, stageModelId=model, **input)
        return answer["stageModel"]

    described = await update(description="How we sell")
    renamed = await update(name="Selling")
    stages = [{"id": each["id"], "name": each["name"].upper()} for each in renamed["stages"]]
    louder = await update(stages=stages)
    bare = await update(transitions=None, description=None)

    assert renamed == {**described, "name": "Selling"}
    assert louder["stages"] == stages
    assert [each["source"]["name"] for each in louder["graph"]["edges"]] == [
        each["source"]["name"].upper() for each in renamed["graph"]["edges"]
    ]
    assert bare == {**louder, "description": None, "graph": {"edges": []}}
    assert (await drafted(home))["__typename"] == "CreateStageModelSuccess"
    assert (await drafted(home, name="Selling"))["__typename"] == "NameTaken"


async def test_a_name_that_cannot_be_is_told_with_whatever_else_is_wrong(home: Context) -> None:
    model = await a_draft_stage_model(home)
    stages = [*STAGES[:3], {"name": " "}]

    created = await mutate(home, "createStageModel", FAULTS, name=" ", stages=stages)
    updated = await mutate(home, "updateStageModel", FAULTS, stageModelId=model, name="", stages=[])
    alone = await mutate(home, "updateStageModel", "", stageModelId=model, name="")

    blank = {"path": "name", "reason": "must not be blank"}
    assert created["faults"] == [blank, {"path": "stages[3].name", "reason": "must not be blank"}]
    assert updated["faults"][0] == blank
    assert {each["path"] for each in updated["faults"][1:]} == {"stages"}
    assert alone["__typename"] == "InvalidInput"


async def test_a_refused_edit_keeps_the_name_and_lets_the_new_one_go(home: Context) -> None:
    model = await a_draft_stage_model(home)

    await mutate(home, "updateStageModel", "", stageModelId=model, name="Other", stages=[])

    assert (await drafted(home, name="Other"))["__typename"] == "CreateStageModelSuccess"
    assert (await drafted(home))["__typename"] == "NameTaken"


async def test_a_model_takes_no_name_that_another_has(home: Context) -> None:
    model = await a_draft_stage_model(home)
    await a_draft_stage_model(home, "Service")

    refused = await mutate(
        home, "updateStageModel", "", stageModelId=model, name="service", stages=STAGES
    )

    assert refused["__typename"] == "NameTaken"


async def test_a_draft_with_faults_does_not_go_live(home: Context) -> None:
    made = await drafted(home, "faults { path reason }", transitions=[], stages=STAGES[1:3])
    faults = [
        {"path": "stages", "reason": "at least one stage must be an entry stage"},
        {"path": "stages[0]", "reason": "is no destination, and no transition leads out of it"},
    ]

    refused = await mutate(home, "publishStageModel", FAULTS, stageModelId=made["stageModel"]["id"])

    assert made["stageModel"]["faults"] == faults
    assert (refused["__typename"], refused["faults"]) == ("StageModelFaulty", faults)


async def test_a_live_model_stays_as_it_is(home: Context) -> None:
    model = await a_draft_stage_model(home)
    published = await mutate(
        home,
        "publishStageModel",
        "... on PublishStageModelSuccess { stageModel { status publishedAt publishedBy } }",
        stageModelId=model,
    )

    edited = await mutate(
        home, "updateStageModel", "", stageModelId=model, name="Sales", stages=STAGES
    )
    again = await mutate(home, "publishStageModel", "", stageModelId=model)

    assert published["stageModel"] == {
        "status": "LIVE",
        "publishedAt": "2026-05-04T12:00:00.000Z",
        "publishedBy": "sam",
    }
    assert (edited["__typename"], again["__typename"]) == ("StageModelIsLive", "StageModelIsLive")


async def test_a_model_that_nothing_uses_is_deleted_draft_or_live(home: Context) -> None:
    for model in (await a_draft_stage_model(home), await a_live_stage_model(home, "Live")):
        gone = await mutate(
            home,
            "deleteStageModel",
            "... on DeleteStageModelSuccess { stageModelId }",
            stageModelId=model,
        )
        assert gone["stageModelId"] == model

    assert await home.stores.stage_models.count() == 0
    assert (await drafted(home))["__typename"] == "CreateStageModelSuccess"


async def test_a_model_in_use_is_not_deleted_and_what_uses_it_is_named(home: Context) -> None:
    model = await a_live_stage_model(home)
    interest = await an_interest(home, stage_model=model)
    [account] = (await some_accounts(home, "Acme")).values()
    await a_buying_group(home, account, interest)
    selection = (
        "... on StageModelInUse { solutionInterestCount solutionInterests { name } buyingGroups }"
    )

    refused = await mutate(home, "deleteStageModel", selection, stageModelId=model)
    await mutate(
        home,
        "updateSolutionInterest",
        "__typename",
        solutionInterestId=interest,
        stageModelId=None,
    )
    still = await mutate(home, "deleteStageModel", selection, stageModelId=model)

    assert refused == {
        "__typename": "StageModelInUse",
        "message": "The stage model is in use: solution interests that name it: 1, buying groups "
        "that follow it: 1.",
        "solutionInterestCount": 1,
        "solutionInterests": [{"name": "Security"}],
        "buyingGroups": 1,
    }
    assert (still["solutionInterestCount"], still["buyingGroups"]) == (0, 1)


async def test_what_is_not_there_is_not_found(home: Context) -> None:
    given = {"stageModelId": "sm_nothing"}

    for name, input in (
        ("updateStageModel", {**given, "name": "Sales", "stages": []}),
        ("publishStageModel", given),
        ("deleteStageModel", given),
    ):
        assert (await mutate(home, name, "", **input))["__typename"] == "NotFound"


async def test_models_are_listed_searched_and_looked_up(home: Context) -> None:
    live = await a_live_stage_model(home)
    await a_draft_stage_model(home, "Service calls")

    answer = await operate(
        home,
        """query ($id: ID!) {
          all: stageModels(orderBy: {field: NAME}) { nodes { name } }
          live: stageModels(filter: {status: LIVE}) { nodes { name } }
          found: stageModels(filter: {search: "cal"}) { nodes { name } }
          one: stageModel(id: $id) { name }
          node(id: $id) { ... on StageModel { name } }
        }""",
        id=live,
    )

    assert answer == {
        "all": {"nodes": [{"name": "Sales"}, {"name": "Service calls"}]},
        "live": {"nodes": [{"name": "Sales"}]},
        "found": {"nodes": [{"name": "Service calls"}]},
        "one": {"name": "Sales"},
        "node": {"name": "Sales"},
    }


async def test_a_solution_interest_takes_a_live_model_only(home: Context) -> None:
    draft = await a_draft_stage_model(home)
    interest = await an_interest(home)
    template = (await operate(home, "{ roleTemplates { nodes { id } } }"))["roleTemplates"]

    answers = [
        await mutate(
            home, "updateSolutionInterest", "", solutionInterestId=interest, stageModelId=model
        )
        for model in (draft, "sm_nothing")
    ] + [
        await mutate(
            home,
            "createSolutionInterest",
            "",
            name="Storage",
            roleTemplateId=template["nodes"][0]["id"],
            stageModelId=model,
        )
        for model in (draft, "sm_nothing")
    ]

    assert [each["__typename"] for each in answers] == ["StageModelNotLive", "NotFound"] * 2
    assert await home.stores.solution_interests.count() == 1


async def test_a_solution_interest_keeps_its_model_unless_it_is_named(home: Context) -> None:
    model = await a_live_stage_model(home)
    interest = await an_interest(home, stage_model=model)
    selection = "... on UpdateSolutionInterestSuccess { solutionInterest { stageModel { name } } }"

    kept = await mutate(home, "updateSolutionInterest", selection, solutionInterestId=interest)
    gone = await mutate(
        home,
        "updateSolutionInterest",
        selection,
        solutionInterestId=interest,
        stageModelId=None,
    )

    assert kept["solutionInterest"]["stageModel"] == {"name": "Sales"}
    assert gone["solutionInterest"]["stageModel"] is None


async def test_what_an_input_cannot_say_is_refused_whatever_is_asked_for(home: Context) -> None:
    model = {"stageModelId": "sm_1"}
    move = {"buyingGroupId": "bg_1", "stage": "New"}
    asked: dict[str, dict[str, Any]] = {
        "createStageModel": {"name": "Sales", "stages": []},
        "updateStageModel": {**model, "name": "Sales", "stages": []},
        "publishStageModel": model,
        "deleteStageModel": model,
        "moveBuyingGroupStage": move,
        "moveBuyingGroups": {"moves": [move]},
    }

    for name, input in asked.items():
        refused = await mutate(home, name, "", **input, idempotencyKey=" ")
        assert (refused["__typename"], refused["message"]) == (
            "InvalidInput",
            "idempotencyKey: must not be blank",
        )
    blank = await mutate(home, "updateStageModel", "", **model, name="", stages=[])
    assert (blank["__typename"], blank["message"]) == ("InvalidInput", "name: must not be blank")
