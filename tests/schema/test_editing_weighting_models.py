"""Weighting models as clients duplicate, edit, activate, read, list and delete them."""

from typing import Any

from domain.identifiers import ActivityTypeId
from execution.context import Context
from resolvers import scoring
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts

MODEL = "weightingModel { id }"


async def active(ctx: Context) -> str:
    id: str = (await operate(ctx, "{ activeWeightingModel { id } }"))["activeWeightingModel"]["id"]
    return id


async def drafted(ctx: Context, **input: Any) -> str:
    given = {"weightingModelId": await active(ctx), **input}
    selection = f"... on DuplicateWeightingModelSuccess {{ {MODEL} }}"
    made = await mutate(ctx, "duplicateWeightingModel", selection, **given)
    id: str = made["weightingModel"]["id"]
    return id


async def activated(ctx: Context, id: str) -> Any:
    selection = """... on ActivateWeightingModelSuccess {
      weightingModel { status activatedBy activatedAt }
    } ... on WeightingModelNotDraft { weightingModelId status }"""
    return await mutate(ctx, "activateWeightingModel", selection, weightingModelId=id)


async def type_id(ctx: Context, name: str) -> ActivityTypeId:
    found = {each.name: each.id for each in await ctx.stores.activity_types.types()}
    return found[name]


async def test_a_duplicate_is_the_next_version_or_a_model_of_its_own(home: Context) -> None:
    first = await active(home)
    following = await drafted(home)
    other = await drafted(home, weightingModelId=following, name=" Autumn ")

    shown = await operate(
        home,
        """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on WeightingModel {
          name modelId modelVersion status createdBy activatedBy bands { name weight }
          types(first: 1) { totalCount }
        } } }""",
        ids=[following, other],
    )

    bands = [("Trivial", 20), ("Minor", 40), ("Normal", 60), ("Important", 80), ("Vital", 100)]
    alike = {
        "status": "DRAFT",
        "createdBy": "sam",
        "activatedBy": None,
        "bands": [{"name": name, "weight": weight} for name, weight in bands],
        "types": {"totalCount": 37},
    }
    assert shown["nodes"] == [
        {"name": "Standard", "modelId": first, "modelVersion": 2, **alike},
        {"name": "Autumn", "modelId": other, "modelVersion": 1, **alike},
    ]


async def test_a_draft_is_edited(home: Context) -> None:
    draft = await drafted(home)
    click = await type_id(home, "Click Link")

    made = await mutate(
        home,
        "updateWeightingModel",
        """... on UpdateWeightingModelSuccess { weightingModel {
          name windowDays decay halfLifeDays bands { name weight } types(first: 100) { nodes {
            activityType { name } weight band dailyCap
          } }
        } }""",
        weightingModelId=draft,
        name="Spring",
        windowDays=60,
        decay="HALF_LIFE",
        halfLifeDays=14,
        bands=[{"name": "Strong", "weight": 95}],
        types=[{"activityTypeId": click, "band": "strong", "dailyCap": 5}],
    )

    model = made["weightingModel"]
    weights = {each["activityType"]["name"]: each for each in model.pop("types")["nodes"]}
    assert model == {
        "name": "Spring",
        "windowDays": 60,
        "decay": "HALF_LIFE",
        "halfLifeDays": 14,
        "bands": [{"name": "Strong", "weight": 95}],
    }
    assert weights["Click Link"] == {
        "activityType": {"name": "Click Link"},
        "weight": 95,
        "band": "Strong",
        "dailyCap": 5,
    }
    assert weights["Visit Webpage"]["weight"] == 40


async def test_an_edit_that_cannot_be_names_the_field(home: Context) -> None:
    draft = await drafted(home)

    refused = await mutate(
        home,
        "updateWeightingModel",
        "... on InvalidInput { field reason }",
        weightingModelId=draft,
        types=[{"activityTypeId": "at_x", "weight": 5}],
    )

    assert (refused["__typename"], refused["field"]) == ("InvalidInput", "types[0].activityTypeId")
    assert refused["reason"] == "is no activity type"


async def test_activating_archives_the_former_and_leaves_a_scoring_job(home: Context) -> None:
    first, draft = await active(home), await drafted(home)

    made = await activated(home, draft)

    assert made["weightingModel"]["status"] == "ACTIVE"
    assert made["weightingModel"]["activatedBy"] == "sam"
    assert await active(home) == draft
    listed = await operate(
        home,
        """{ weightingModels(filter: {search: "stand", status: [ARCHIVED]}) { nodes { id } }
        jobs(first: 10) { nodes { kind status } } }""",
    )
    assert listed["weightingModels"]["nodes"] == [{"id": first}]
    assert listed["jobs"]["nodes"] == [{"kind": "SCORING", "status": "WAITING"}]


async def test_scores_say_which_version_they_come_from(home: Context) -> None:
    interest = await an_interest(home)
    account = (await some_accounts(home, "Acme"))["Acme"]
    group = await a_buying_group(home, account, interest)
    query = """query ($id: ID!) { buyingGroup(id: $id) { engagement { weightingModel { id } } } }"""

    async def version() -> str:
        shown = (await operate(home, query, id=group))["buyingGroup"]["engagement"]
        id: str = shown["weightingModel"]["id"]
        return id

    first, draft = await active(home), await drafted(home)
    await activated(home, draft)
    before = await version()
    await scoring.run_scoring(home)

    assert (before, await version()) == (first, draft)


async def test_what_was_active_once_stays_as_it_is(home: Context) -> None:
    first, draft = await active(home), await drafted(home)
    await activated(home, draft)
    selection = "... on WeightingModelNotDraft { weightingModelId status }"

    answers = [
        await mutate(home, name, selection, weightingModelId=id)
        for name in (
            "updateWeightingModel",
            "activateWeightingModel",
            "deleteWeightingModel",
        )
        for id in (first, draft)
    ]

    assert {each["__typename"] for each in answers} == {"WeightingModelNotDraft"}
    assert [each["status"] for each in answers] == ["ARCHIVED", "ACTIVE"] * 3
    assert answers[0]["message"] == (
        "The version is archived and stays as it is; duplicate it instead."
    )


async def test_a_draft_is_deleted(home: Context) -> None:
    draft = await drafted(home)
    selection = "... on DeleteWeightingModelSuccess { weightingModelId }"

    gone = await mutate(home, "deleteWeightingModel", selection, weightingModelId=draft)

    assert gone["weightingModelId"] == draft
    found = await operate(home, "query ($id: ID!) { weightingModel(id: $id) { id } }", id=draft)
    assert found == {"weightingModel": None}


async def test_versions_that_are_not_there_are_not_found(home: Context) -> None:
    names = ("duplicate", "update", "activate", "delete")

    answers = [
        await mutate(
            home, f"{name}WeightingModel", "... on NotFound { what }", weightingModelId="x"
        )
        for name in names
    ]

    assert [each.get("what") for each in answers] == ["weighting model"] * 4


async def test_a_model_of_its_own_has_a_name(home: Context) -> None:
    refused = await mutate(
        home,
        "duplicateWeightingModel",
        "... on InvalidInput { field reason }",
        weightingModelId=await active(home),
        name=" ",
    )

    assert (refused["field"], refused["reason"]) == ("name", "must not be blank")
