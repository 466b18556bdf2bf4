import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from domain.activities import PersonByEmail, Report
from domain.identifiers import TenantId
from domain.identities import OutsideKey, Reference
from domain.interest_signals import SignalReport, SignalSource, SignalStrength
from domain.opportunities import OpportunityItem
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import (
    activities,
    audiences,
    interest_signals,
    jobs,
    opportunities,
    scoring,
    stages,
    webhook_deliveries,
    webhook_endpoints,
)
from resolvers.audiences import AudienceAccounts
from resolvers.stages import Move
from resolvers.tenants import create_tenant
from resolvers.webhook_endpoints import WithSecret, WrittenEndpoint
from schema.build import build_schema
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.schema.test_lists import ROOTS
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

SCHEMA = build_schema()._schema
LEVELS = 3


@pytest.fixture(scope="module")
async def full(database: Database) -> Context:
    """A tenant that has at least one of everything, made as clients make it; tests only read it."""
    home = a_context(database, TenantId("whole-answers"), Clock())
    await create_tenant(home, "Home", "UTC")
    accounts = await some_accounts(home, "Acme", "Beta", industry="Energy")
    await some_people(home, accounts["Acme"], {"ada": "Chief Buyer", "bo": "Engineer"})
    deal = OpportunityItem(
        fields={"name": "Deal", "amount": 5.0},
        keys=[OutsideKey("crm", "1")],
        account=Reference(id=accounts["Acme"]),
    )
    await opportunities.upsert_opportunities(home, [deal])
    reports = [
        Report("web", str(n), name, PersonByEmail("ada@example.com"), home.now(), {"page": n})
        for n, name in enumerate(["Visit Webpage", "Danced"])
    ]
    await activities.record_activities(home, reports)
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    group = await a_buying_group(home, accounts["Acme"], interest)
    for stage in ("New", "Open"):
        await stages.move_buying_group_stage(home, Move(group, stage))
    signal = SignalReport(
        SignalSource.CHAT,
        "1",
        PersonByEmail("ada@example.com"),
        interest,
        SignalStrength.LOW,
        home.now(),
    )
    await interest_signals.record_interest_signals(home, [signal])
    everybody = AudienceAccounts(account_ids=list(accounts.values()))
    audience = await audiences.create_account_audience(home, "Everybody", None, everybody)
    assert isinstance(audience, str)
    await jobs.start_creation_job(home, interest, audience)
    await run_open_jobs(home, "worker")
    await scoring.run_scoring(home)
    await home.stores.daily_runs.begin(home.now().date(), home.now())
    await mutate(home, "saveView", "__typename", name="Ours", filter={})
    await _webhooks(home)
    return home


async def _webhooks(ctx: Context) -> None:
    written = WrittenEndpoint("Sales", "https://example.com/hook")
    made = await webhook_endpoints.create_webhook_endpoint(ctx, written)
    assert isinstance(made, WithSecret)
    await webhook_deliveries.send_test_webhook(ctx, made.id)


def everything(type_: GraphQLObjectType, levels: int) -> str:
    """A selection of all that can be selected of a type without arguments, so many objects deep."""
    parts = ["__typename"]
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif levels and not isinstance(inner, GraphQLUnionType):
            first = "(first: 2)" if "first" in field.args else ""
            parts.append(f"{name}{first} {{ {everything(inner, levels - 1)} }}")
    return " ".join(parts)


@pytest.mark.parametrize("root", ROOTS)
async def test_every_field_can_be_read_of_what_the_stores_write(full: Context, root: str) -> None:
    assert SCHEMA.query_type is not None
    connection = get_named_type(SCHEMA.query_type.fields[root].type)
    assert isinstance(connection, GraphQLObjectType)

    answer = await operate(
        full, f"{{ {root}(first: 5) {{ totalCount nodes {{ {_of_nodes(connection)} }} }} }}"
    )

    assert answer[root]["totalCount"] >= 1
    assert answer[root]["nodes"]


def _of_nodes(connection: GraphQLObjectType) -> str:
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, GraphQLObjectType)
    return everything(node, LEVELS - 1)


async def test_a_group_says_which_job_made_it(full: Context) -> None:
    answer = await operate(full, "{ buyingGroups { nodes { name createdByJob { kind } } } }")

    assert [(node["name"], node["createdByJob"]) for node in answer["buyingGroups"]["nodes"]] == [
        ("Security for Acme", None),
        ("Security for Beta", {"kind": "CREATION"}),
    ]
