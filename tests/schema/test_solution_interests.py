"""Solution interests as clients change and list them: what stays, what uses them, how found."""

from execution.context import Context
from tests.resolvers.test_deleting_groups import a_job
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, a_live_stage_model, an_interest, some_accounts

SAID = (
    "name description products updateExisting stageModel { name } "
    "thresholds { completeness engagement stages }"
)
UPDATED = (
    f"... on UpdateSolutionInterestSuccess {{ solutionInterest {{ {SAID} }} }} "
    "... on InvalidInput { field reason }"
)


async def test_what_uses_them_is_counted(home: Context) -> None:
    interest = await an_interest(home)
    await an_interest(home, name="Analytics")
    for account in (await some_accounts(home, "Acme", "Bolt")).values():
        await a_buying_group(home, account, interest)
    await a_job(home, interest)

    query = "{ solutionInterests(orderBy: {field: NAME}) { nodes { name creationJobs groupCount } }"
    answer = await operate(home, query + " }")

    assert answer["solutionInterests"]["nodes"] == [
        {"name": "Analytics", "creationJobs": 0, "groupCount": 0},
        {"name": "Security", "creationJobs": 1, "groupCount": 2},
    ]


async def test_they_are_found_by_the_switch_that_updates_groups(home: Context) -> None:
    await an_interest(home)
    await an_interest(home, name="Analytics", update_existing=True)

    answer = await operate(
        home,
        "{ on: solutionInterests(filter: {updateExisting: true}) { nodes { name } } "
        "off: solutionInterests(filter: {updateExisting: false}) { nodes { name } } }",
    )

    assert answer["on"]["nodes"] == [{"name": "Analytics"}]
    assert answer["off"]["nodes"] == [{"name": "Security"}]


async def test_a_change_leaves_what_it_does_not_name(home: Context) -> None:
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    said = {
        "description": "Keeps others out",
        "products": ["Locks"],
        "updateExisting": True,
        "thresholds": {"completeness": 75, "stages": ["Open"]},
    }
    await mutate(home, "updateSolutionInterest", "", solutionInterestId=interest, **said)

    renamed = await mutate(
        home, "updateSolutionInterest", UPDATED, solutionInterestId=interest, name="Safety"
    )
    cleared = await mutate(
        home,
        "updateSolutionInterest",
        UPDATED,
        solutionInterestId=interest,
        description=None,
        products=None,
        thresholds=None,
    )

    assert renamed["solutionInterest"] == {
        **said,
        "name": "Safety",
        "stageModel": {"name": "Sales"},
        "thresholds": {"completeness": 75, "engagement": None, "stages": ["Open"]},
    }
    assert cleared["solutionInterest"] == {
        "name": "Safety",
        "description": None,
        "products": [],
        "updateExisting": True,
        "stageModel": {"name": "Sales"},
        "thresholds": {"completeness": None, "engagement": None, "stages": []},
    }


async def test_a_model_without_the_stages_that_are_asked_for_is_refused(home: Context) -> None:
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    asked = {"thresholds": {"stages": ["Open"]}}
    await mutate(home, "updateSolutionInterest", "", solutionInterestId=interest, **asked)

    refused = await mutate(
        home, "updateSolutionInterest", UPDATED, solutionInterestId=interest, stageModelId=None
    )

    assert (refused["field"], refused["reason"]) == (
        "thresholds.stages[0]",
        "its stage model has no stage Open",
    )
