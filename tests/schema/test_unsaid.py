"""Updates: what may not be empty is not emptied by null, and nothing by saying nothing."""

from typing import Any

import pytest

from execution.context import Context
from tests.schema.operations import mutate

SOLUTION_INTEREST = "updateSolutionInterest"
WEBHOOK = "updateWebhookEndpoint"
MODEL = "updateWeightingModel"


@pytest.mark.parametrize(
    ("update", "id", "field"),
    [
        pytest.param("updateRole", "roleId", "name", id="a role's name"),
        pytest.param("updatePersona", "personaId", "name", id="a persona's name"),
        pytest.param("updateRoleTemplate", "roleTemplateId", "name", id="a template's name"),
        pytest.param("updateRoleTemplate", "roleTemplateId", "roles", id="a template's roles"),
        pytest.param("updateStageModel", "stageModelId", "name", id="a stage model's name"),
        pytest.param("updateStageModel", "stageModelId", "stages", id="a stage model's stages"),
        pytest.param(SOLUTION_INTEREST, "solutionInterestId", "name", id="an interest's name"),
        pytest.param(SOLUTION_INTEREST, "solutionInterestId", "updateExisting", id="its switch"),
        pytest.param("updateAccountAudience", "accountAudienceId", "name", id="an audience's name"),
        pytest.param("updateView", "savedViewId", "name", id="a view's name"),
        pytest.param("updateView", "savedViewId", "filter", id="a view's filter"),
        pytest.param("updateView", "savedViewId", "isShared", id="whether a view is shared"),
        pytest.param(WEBHOOK, "webhookEndpointId", "name", id="an endpoint's name"),
        pytest.param(WEBHOOK, "webhookEndpointId", "url", id="where an endpoint is"),
        pytest.param(WEBHOOK, "webhookEndpointId", "format", id="how it is told"),
        pytest.param(MODEL, "weightingModelId", "name", id="a weighting model's name"),
        pytest.param(MODEL, "weightingModelId", "bands", id="its bands"),
        pytest.param(MODEL, "weightingModelId", "windowDays", id="its window"),
        pytest.param(MODEL, "weightingModelId", "decay", id="its decay"),
    ],
)
async def test_what_may_not_be_empty_is_not_emptied(
    home: Context, update: str, id: str, field: str
) -> None:
    given: dict[str, Any] = {id: "x", field: None}

    refused = await mutate(home, update, "... on InvalidInput { field reason }", **given)

    assert (refused.get("field"), refused.get("reason")) == (
        field,
        "must not be null; leave it out and it stays",
    )


@pytest.mark.parametrize(
    ("command", "given", "field"),
    [
        pytest.param(
            "updateBuyingGroupStatus", {"buyingGroupId": "x"}, "status", id="a group's status"
        ),
        pytest.param("markActivities", {"activityIds": ["x"]}, "markedAs", id="a mark"),
        pytest.param(
            "excludeActivityType", {"activityTypeId": "x"}, "excludedAs", id="whose a type is"
        ),
        pytest.param(
            "excludeActivitySource", {"source": "x"}, "excludedAs", id="whose a source is"
        ),
    ],
)
async def test_what_a_command_is_about_is_taken_away_by_null_alone(
    home: Context, command: str, given: dict[str, Any], field: str
) -> None:
    refused = await mutate(home, command, "... on InvalidInput { field reason }", **given)
    taken = await mutate(home, command, "", **given, **{field: None})

    assert (refused.get("field"), refused.get("reason")) == (
        field,
        "must be given; null takes away what there is",
    )
    assert taken["__typename"] != "InvalidInput"
