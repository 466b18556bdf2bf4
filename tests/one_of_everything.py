"""A tenant in which every collection has something, and some of it is odd."""

from datetime import timedelta

from domain.events import EventType
from domain.membership import Method
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import deleting_groups, derived_fields, merging_people, stamps
from resolvers.tenants import create_tenant
from store.event_documents import to_document
from store.import_steps import ImportStep, RejectsMark
from tests.schema.operations import mutate
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

ODD_NAME = 'ﬁ İ "\\ \u2028 Straße \U0001f9ea'
ODD_ATTRIBUTES = {
    "$date": "no date",
    "nested": [{"$oid": {"$numberLong": 5}}, {}],
    "a.b": 1.0,
    "whole": 2**40,
    "small": -0.0,
}


async def one_of_everything(ctx: Context) -> None:
    """Fill the tenant, which has to be new, through the resolvers."""
    await create_tenant(ctx, "Home", "Europe/Berlin")
    accounts = await some_accounts(ctx, "Acme", "Brink", ODD_NAME, annual_revenue=1.5e9)
    people = await some_people(
        ctx, accounts["Acme"], {"ada": "Chief", "bo": "Engineer", "ada2": "Chief"}
    )
    await some_people(ctx, accounts[ODD_NAME], {"cleo": "Chief"})
    await mutate(
        ctx,
        "upsertOpportunities",
        "... on UpsertOpportunitiesSuccess { outcomes { __typename } }",
        items=[{"account": {"id": accounts["Acme"]}, "name": "Deal"}],
    )
    interest = await an_interest(ctx, stage_model=await a_live_stage_model(ctx, ODD_NAME))
    group = await a_buying_group(ctx, accounts["Acme"], interest)
    for stage in ("New", "Lost"):
        await mutate(
            ctx, "moveBuyingGroupStage", "__typename", buyingGroupId=group, stage=stage, reason="?"
        )
    await mutate(
        ctx,
        "removeMembers",
        "... on RemoveMembersSuccess { outcomes { status } }",
        buyingGroupId=group,
        personIds=[people["bo"]],
        idempotencyKey="twice",
        method=Method.MANUAL.name,
    )
    gone = await a_buying_group(ctx, accounts["Brink"], interest)
    assert await deleting_groups.delete_buying_group(ctx, gone) == gone
    await mutate(ctx, "saveView", "__typename", name=ODD_NAME, filter={"search": ODD_NAME})
    await _derived_fields(ctx)
    await mutate(ctx, "createRole", "__typename", name="Sponsor", idempotencyKey="once")
    await _personas(ctx)
    await _activities(ctx)
    await mutate(
        ctx,
        "recordInterestSignals",
        "... on RecordInterestSignalsSuccess { recorded }",
        items=[
            {
                "source": "FORM",
                "sourceId": id,
                "person": {"email": "ada@example.com"},
                "solutionInterest": interest,
                "strength": "HIGH",
                "at": "2026-05-03T08:00:00.123Z",
            }
            for id in ("1", "2")
        ],
    )
    await _webhooks(ctx, interest)
    await _jobs(ctx, interest, accounts[ODD_NAME])
    await merging_people.merge_people(ctx, people["ada"], people["ada2"])
    await _what_waits(ctx, accounts["Acme"])


async def _derived_fields(ctx: Context) -> None:
    rule = {"condition": {"account": {"name": {"is": ODD_NAME}}}, "value": "2024-02-29"}
    fields = [{"key": "leap", "type": "DATE", "label": ODD_NAME, "rules": [rule]}]
    await mutate(ctx, "defineDerivedFields", "__typename", fields=fields)
    assert await derived_fields.refresh_next(ctx, "") is not None


async def _personas(ctx: Context) -> None:
    attributes = [{"jobTitle": [ODD_NAME, "Chief"]}, {"unsubscribed": [False]}]
    await mutate(ctx, "createPersona", "__typename", name=ODD_NAME, attributes=attributes)
    rule = {"person": {"persona": {"isNot": ODD_NAME}}}
    roles = [{"role": "Sponsor", "condition": rule}]
    await mutate(ctx, "createRoleTemplate", "__typename", name="Odd ones", roles=roles)


async def _webhooks(ctx: Context, interest: str) -> None:
    made = await mutate(
        ctx,
        "createWebhookEndpoint",
        "... on CreateWebhookEndpointSuccess { webhookEndpoint { id } secret }",
        name=ODD_NAME,
        url="https://example.com/hook",
        idempotencyKey="told",
        filter={"solutionInterests": [interest]},
    )
    endpoint = made["webhookEndpoint"]["id"]
    await mutate(ctx, "sendTestWebhook", "__typename", webhookEndpointId=endpoint)


async def _activities(ctx: Context) -> None:
    recorded = [
        ("1", "ada@example.com", ODD_ATTRIBUTES),
        ("2", "cleo@example.com", {}),
        ("3", "nobody@example.com", {}),
    ]
    items = [
        {
            "sourceId": id,
            "type": "Visited website",
            "person": {"email": email},
            "at": "2026-05-03T08:00:00.123Z",
            "attributes": attributes,
        }
        for id, email, attributes in recorded
    ]
    await mutate(ctx, "recordActivities", "... on RecordActivitiesSuccess { stored }", items=items)


async def _jobs(ctx: Context, interest: str, account: str) -> None:
    audience = await mutate(
        ctx,
        "createAccountAudience",
        "... on CreateAccountAudienceSuccess { accountAudience { id } }",
        name="Odd ones",
        accountIds=[account],
    )
    wanted = {
        "startScoringJob": {},
        "startCreationJob": {
            "solutionInterestId": interest,
            "accountAudienceId": audience["accountAudience"]["id"],
        },
    }
    for name, parameters in wanted.items():
        await mutate(ctx, name, "__typename", **parameters)
    assert await run_open_jobs(ctx, "worker") == len(wanted)


async def _what_waits(ctx: Context, account: str) -> None:
    """Work that was cut short: an import on its way, and an event that was not moved yet."""
    await ctx.stores.daily_runs.begin(ctx.now().date(), ctx.now())
    step = ImportStep(0, 0, b"\x00\xff\n", 0, 1, {"Fax": 2}, RejectsMark(1, 20, "ab"))
    await ctx.stores.import_steps.add("rows", 0, step, ctx.now() - timedelta(minutes=1))
    left = stamps.event(ctx, EventType.ACCOUNT_UPDATED, account)
    await ctx.stores.accounts.collection.update_one(
        {"_id": account, "tenant": ctx.viewer.tenant}, {"$push": {"outbox": to_document(left)}}
    )
