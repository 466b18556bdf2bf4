"""Webhooks as an administrator sets them up: endpoints, secrets, tests, replays, refusals."""

from dataclasses import replace
from typing import Any

import pytest

from domain.identifiers import WebhookEndpointId
from domain.webhook_endpoints import MOST_ENDPOINTS, DisabledReason
from execution.context import Context, Right, Viewer
from resolvers import webhook_endpoints
from store import records, transactions
from tests.contexts import Clock, a_context
from tests.rivals import in_the_way, outrun
from tests.schema.operations import mutate, operate
from tests.worlds import an_interest, some_accounts

CREATED = """... on CreateWebhookEndpointSuccess {
  secret
  webhookEndpoint {
    id name url format status leftAloneUntil position pendingDeliveries
    secrets { id expiresAt }
    filter { types solutionInterests { name } accounts { name } }
  }
}"""
STATUS = "{ webhookEndpoint { status disabledReason } }"
URL = "https://example.com/hook"


async def create(ctx: Context, name: str = "Sales", url: str = URL, **input: Any) -> Any:
    return await mutate(ctx, "createWebhookEndpoint", CREATED, name=name, url=url, **input)


async def created(ctx: Context, name: str = "Sales", **input: Any) -> str:
    id: str = (await create(ctx, name, **input))["webhookEndpoint"]["id"]
    return id


async def test_an_endpoint_is_made_with_a_secret_that_only_the_command_shows(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Bolt")
    interest = await an_interest(home)
    asked: dict[str, Any] = {
        "filter": {
            "types": ["BUYING_GROUP_READY"],
            "solutionInterests": [interest],
            "accounts": [accounts["Bolt"]],
        },
        "format": "CLOUD_EVENT",
        "idempotencyKey": "first",
    }

    made = await create(home, **asked)
    again = await create(home, **asked)

    assert made == again
    assert made["webhookEndpoint"].pop("leftAloneUntil") is None
    assert made["secret"].startswith("whsec_")
    endpoint = made["webhookEndpoint"]
    last = await home.stores.event_log.last()
    assert endpoint.pop("id").startswith("whe_")
    assert [each["expiresAt"] for each in endpoint.pop("secrets")] == [None]
    assert endpoint == {
        "name": "Sales",
        "url": URL,
        "format": "CLOUD_EVENT",
        "status": "ACTIVE",
        "position": last - 1,
        "pendingDeliveries": 0,
        "filter": {
            "types": ["BUYING_GROUP_READY"],
            "solutionInterests": [{"name": "Security"}],
            "accounts": [{"name": "Bolt"}],
        },
    }
    database = home.stores.database
    for name in ("events", "idempotency_keys"):
        assert not [d async for d in database[name].find({}) if made["secret"] in str(d)], name


@pytest.mark.parametrize(
    ("input", "field"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"url": "http://example.com"}, "url", id="without TLS"),
        pytest.param({"url": "https://10.0.0.1/"}, "url", id="in a private network"),
        pytest.param({"filter": {"types": []}}, "filter.types", id="of no type at all"),
        pytest.param({"filter": {"accounts": ["acc_x"]}}, "filter.accounts", id="no account"),
        pytest.param(
            {"filter": {"solutionInterests": ["si_x"]}},
            "filter.solutionInterests",
            id="no solution interest",
        ),
        pytest.param({"filter": {"accounts": []}}, "filter.accounts", id="of no account"),
        pytest.param({"afterPosition": 9_999}, "afterPosition", id="beyond the history"),
    ],
)
async def test_what_cannot_be_an_endpoint_is_refused(
    ctx: Context, input: dict[str, Any], field: str
) -> None:
    given = {"name": "Sales", "url": URL, **input}
    refused = await mutate(ctx, "createWebhookEndpoint", "... on InvalidInput { field }", **given)

    assert (refused["__typename"], refused.get("field")) == ("InvalidInput", field)
    assert await ctx.stores.webhook_endpoints.count() == 0


async def test_an_endpoint_is_changed_listed_and_deleted(home: Context) -> None:
    endpoint = await created(home)
    await created(home, "Warehouse")
    same = {"webhookEndpointId": endpoint, "url": URL}

    taken = await mutate(home, "updateWebhookEndpoint", "", name="warehouse", **same)
    bad = await mutate(home, "updateWebhookEndpoint", "", name="x", **{**same, "url": "x"})
    changed = await mutate(
        home,
        "updateWebhookEndpoint",
        "... on UpdateWebhookEndpointSuccess { webhookEndpoint { name url filter { types } } }",
        name="Marketing",
        filter={"types": ["ACCOUNT_CREATED"]},
        **{**same, "url": "https://example.org/x"},
    )

    selection = "... on UpdateWebhookEndpointSuccess { webhookEndpoint { name filter { types } } }"
    renamed, of_all = [
        await mutate(home, "updateWebhookEndpoint", selection, webhookEndpointId=endpoint, **asked)
        for asked in ({"name": "Marketing 2"}, {"name": "Marketing", "filter": None})
    ]

    assert renamed["webhookEndpoint"]["filter"] == {"types": ["ACCOUNT_CREATED"]}
    assert of_all["webhookEndpoint"]["filter"] == {"types": None}
    assert (taken["__typename"], bad["__typename"]) == ("NameTaken", "InvalidInput")
    assert changed["webhookEndpoint"] == {
        "name": "Marketing",
        "url": "https://example.org/x",
        "filter": {"types": ["ACCOUNT_CREATED"]},
    }
    events = [e async for e in home.stores.database["events"].find({"subject_id": endpoint})]
    assert "example.org" not in str(events)
    query = '{ webhookEndpoints(filter: { search: "mark", statuses: [ACTIVE] }) { nodes { id } } }'
    assert await operate(home, query) == {"webhookEndpoints": {"nodes": [{"id": endpoint}]}}
    await mutate(home, "sendTestWebhook", "", webhookEndpointId=endpoint)
    gone = await mutate(home, "deleteWebhookEndpoint", "", webhookEndpointId=endpoint)
    assert gone["__typename"] == "DeleteWebhookEndpointSuccess"
    one = f'{{ webhookEndpoint(id: "{endpoint}") {{ id }} webhookDeliveries {{ totalCount }} }}'
    assert await operate(home, one) == {
        "webhookEndpoint": None,
        "webhookDeliveries": {"totalCount": 0},
    }


async def test_a_tenant_has_so_many_endpoints_at_most(home: Context) -> None:
    first = await created(home)
    document = await home.stores.webhook_endpoints.one(first)
    assert document is not None
    others = [{**document, "_id": f"{first}_{n}"} for n in range(MOST_ENDPOINTS - 1)]
    await home.stores.webhook_endpoints.collection.insert_many(others)

    refused = await create(home, "One more")

    assert refused["message"] == f"name: a tenant has at most {MOST_ENDPOINTS} webhook endpoints"


async def test_an_endpoint_is_paused_disabled_and_resumed(home: Context) -> None:
    endpoint = await created(home)
    same = {"webhookEndpointId": endpoint}
    succeeded = f"... on PauseWebhookEndpointSuccess {STATUS}"

    paused = await mutate(home, "pauseWebhookEndpoint", succeeded, **same)
    await webhook_endpoints.disable_webhook_endpoint(
        home, WebhookEndpointId(endpoint), DisabledReason.GONE
    )
    query = f'{{ webhookEndpoint(id: "{endpoint}") {{ status disabledReason disabledAt }} }}'
    disabled = (await operate(home, query))["webhookEndpoint"]
    succeeded = f"... on ResumeWebhookEndpointSuccess {STATUS}"
    resumed = await mutate(home, "resumeWebhookEndpoint", succeeded, **same)
    again = await mutate(home, "resumeWebhookEndpoint", succeeded, **same)

    assert paused["webhookEndpoint"] == {"status": "PAUSED", "disabledReason": None}
    assert (disabled["status"], disabled["disabledReason"]) == ("DISABLED", "GONE")
    assert disabled["disabledAt"] is not None
    assert resumed["webhookEndpoint"] == {"status": "ACTIVE", "disabledReason": None}
    assert again == resumed
    events = home.stores.database["events"].find({"subject_id": endpoint}, sort=[("position", 1)])
    assert [event["type"].removeprefix("WEBHOOK_ENDPOINT_") async for event in events] == [
        "CREATED",
        "PAUSED",
        "DISABLED",
        "RESUMED",
    ]


async def test_a_secret_is_rotated_and_the_old_one_signs_for_a_while(home: Context) -> None:
    made = await create(home)
    endpoint = made["webhookEndpoint"]["id"]
    selection = """... on RotateWebhookSecretSuccess {
      secret webhookEndpoint { secrets { expiresAt } } }"""

    rotated = await mutate(
        home, "rotateWebhookSecret", selection, webhookEndpointId=endpoint, overlapHours=2
    )
    refused = await mutate(
        home, "rotateWebhookSecret", "", webhookEndpointId=endpoint, overlapHours=169
    )

    assert rotated["secret"] != made["secret"]
    assert rotated["webhookEndpoint"]["secrets"] == [
        {"expiresAt": "2026-05-04T14:00:00.000Z"},
        {"expiresAt": None},
    ]
    assert refused["__typename"] == "InvalidInput"


async def test_tests_and_replays_are_asked_for_and_found_in_the_log(home: Context) -> None:
    endpoint = await created(home, afterPosition=0)
    test = await mutate(
        home,
        "sendTestWebhook",
        """... on SendTestWebhookSuccess { webhookDelivery {
             id state isTest eventId event { id } attempts { status } nextAttemptAt
             webhookEndpoint { name } } }""",
        webhookEndpointId=endpoint,
    )
    delivery = test["webhookDelivery"]

    replayed = await mutate(
        home,
        "replayWebhookDelivery",
        "... on ReplayWebhookDeliverySuccess { webhookDelivery { state } }",
        webhookDeliveryId=delivery["id"],
    )
    nothing = await mutate(home, "replayWebhookEvents", "", webhookEndpointId=endpoint)
    await home.stores.webhook_endpoints.collection.update_one(
        {"_id": endpoint}, {"$set": {"position": 7}}
    )
    part = {"webhookEndpointId": endpoint, "afterPosition": 2, "since": "2020-01-01T00:00Z"}
    selection = "... on ReplayWebhookEventsSuccess { afterPosition untilPosition }"
    begun = await mutate(home, "replayWebhookEvents", selection, before="2030-01-01T00:00Z", **part)
    busy = await mutate(home, "replayWebhookEvents", "", **part)

    assert delivery.pop("id").startswith("whd_")
    assert delivery == {
        "state": "PENDING",
        "isTest": True,
        "eventId": None,
        "event": None,
        "attempts": [],
        "nextAttemptAt": "2026-05-04T12:00:00.000Z",
        "webhookEndpoint": {"name": "Sales"},
    }
    assert replayed["webhookDelivery"] == {"state": "PENDING"}
    assert nothing["message"].startswith("untilPosition: no event lies there")
    assert (begun["afterPosition"], begun["untilPosition"]) == (
        2,
        min(7, await home.stores.event_log.last()),
    )
    assert busy["__typename"] == "WebhookReplayUnderWay"
    query = """query ($e: ID!) { webhookDeliveries(filter: {
        webhookEndpoints: [$e], states: [PENDING], isTest: true, since: "2026-05-04T12:00Z"
      }) { totalCount } }"""
    assert await operate(home, query, e=endpoint) == {"webhookDeliveries": {"totalCount": 1}}


async def test_who_cannot_get_at_an_endpoint_for_others_is_told_so(
    home: Context, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (transactions, records):
        monkeypatch.setattr(module, "_DEADLINE_SECONDS", 0.05)
    active, paused = await created(home), await created(home, "Paused")
    await mutate(home, "pauseWebhookEndpoint", "", webhookEndpointId=paused)
    slow = a_context(home.stores.database, home.viewer.tenant, clock)
    outrun(slow.stores.webhook_endpoints)

    async def answer(name: str, id: str, /, **input: Any) -> Any:
        return (await mutate(slow, name, "", webhookEndpointId=id, **input))["__typename"]

    async with in_the_way(
        home.stores.database, tenants=home.viewer.tenant, webhook_endpoints=active
    ):
        refused = [
            (await create(slow, "Third"))["__typename"],
            await answer("updateWebhookEndpoint", active, name="Other", url=URL),
            await answer("deleteWebhookEndpoint", active),
        ]
    refused += [
        await answer("pauseWebhookEndpoint", active),
        await answer("rotateWebhookSecret", active),
        await answer("resumeWebhookEndpoint", paused),
    ]

    assert refused == ["Conflict"] * 6
    query = "{ webhookEndpoints { nodes { name status secrets { id } } } }"
    stored = (await operate(home, query))["webhookEndpoints"]["nodes"]
    assert [(each["name"], each["status"], len(each["secrets"])) for each in stored] == [
        ("Paused", "PAUSED", 1),
        ("Sales", "ACTIVE", 1),
    ]


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        pytest.param("updateWebhookEndpoint", {"name": "x", "url": URL}, id="changed"),
        pytest.param("pauseWebhookEndpoint", {}, id="paused"),
        pytest.param("resumeWebhookEndpoint", {}, id="resumed"),
        pytest.param("rotateWebhookSecret", {}, id="given a secret"),
        pytest.param("deleteWebhookEndpoint", {}, id="deleted"),
        pytest.param("sendTestWebhook", {}, id="tried out"),
        pytest.param("replayWebhookEvents", {}, id="told again"),
    ],
)
async def test_an_endpoint_that_is_not_there_cannot_be(
    ctx: Context, mutation: str, input: dict[str, Any]
) -> None:
    refused = await mutate(ctx, mutation, "", webhookEndpointId="whe_x", **input)

    assert refused["__typename"] == "NotFound"


async def test_webhooks_are_for_administrators_alone(home: Context) -> None:
    endpoint = await created(home)
    reader = replace(home, viewer=Viewer(home.viewer.tenant, "kim", frozenset({Right.READ})))

    for query in (
        "{ webhookEndpoints { nodes { id } } }",
        "{ webhookDeliveries { nodes { id } } }",
        f'{{ webhookEndpoint(id: "{endpoint}") {{ url }} }}',
    ):
        with pytest.raises(AssertionError, match="ADMIN"):
            await operate(reader, query)
    missing = await mutate(home, "replayWebhookDelivery", "", webhookDeliveryId="whd_x")
    assert missing["__typename"] == "NotFound"
