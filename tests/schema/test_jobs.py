import pytest

from domain.conditions import ALWAYS
from domain.identifiers import TenantId
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import audiences, jobs
from resolvers.audiences import AudienceAccounts
from resolvers.steering_jobs import pause_job
from resolvers.tenants import create_tenant
from store import transactions
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.rivals import in_the_way
from tests.schema.operations import mutate, operate
from tests.worlds import an_interest, some_accounts


@pytest.fixture(scope="module")
async def home(database: Database) -> Context:
    """A tenant with jobs that tests only read."""
    home = a_context(database, TenantId("jobs-there-are"), Clock())
    await create_tenant(home, "Home", "UTC")
    return home


@pytest.fixture(scope="module")
async def ids(home: Context) -> dict[str, str]:
    """By what they are: a creation job that is done, one that is paused, two of maintenance."""
    await some_accounts(home, "Acme")
    interest, other = [await an_interest(home, name=name) for name in ("Security", "Usage")]
    audience = await audiences.create_account_audience(
        home, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(audience, str)
    made = {
        "creation": await jobs.start_creation_job(home, interest, audience),
        "paused": await jobs.start_creation_job(home, other, audience),
        "maintenance": await jobs.start_maintenance_job(home, interest),
        "of all": await jobs.start_maintenance_job(home),
    }
    ids = {name: id for name, id in made.items() if isinstance(id, str)}
    assert await pause_job(home, ids["paused"]) == ids["paused"]
    await run_open_jobs(home, "worker")
    await home.stores.jobs.collection.update_one(
        {"_id": ids["of all"]}, {"$set": {"trigger": "daily"}}
    )
    await home.stores.jobs.collection.update_one(
        {"_id": ids["creation"]}, {"$unset": {"trigger": ""}}
    )
    return {**ids, "Security": interest, "Usage": other, "Everybody": audience}


async def test_a_creation_job_is_not_stored_while_others_change_what_it_is_for(
    home: Context, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "_DEADLINE_SECONDS", 0.05)
    before = await home.stores.jobs.count()
    asked = {"solutionInterestId": ids["Security"], "accountAudienceId": ids["Everybody"]}

    async with in_the_way(home.stores.database, account_audiences=ids["Everybody"]):
        refused = await mutate(home, "startCreationJob", "", **asked)

    assert refused == {
        "__typename": "Conflict",
        "message": "The account audience is changed by others again and again; try once more.",
    }
    assert await home.stores.jobs.count() == before


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        pytest.param({"statuses": ["PAUSED"]}, {"paused"}, id="of a state"),
        pytest.param({"triggers": ["DAILY"]}, {"of all"}, id="of the daily run"),
        pytest.param(
            {"triggers": ["ON_DEMAND"]}, {"creation", "paused", "maintenance"}, id="asked for"
        ),
        pytest.param({"triggers": []}, set(), id="started by nothing"),
        pytest.param(
            {"solutionInterests": ["Security"]},
            {"creation", "maintenance"},
            id="for a solution interest",
        ),
        pytest.param({"audiences": ["Everybody"]}, {"creation", "paused"}, id="for an audience"),
        pytest.param(
            {"audiences": ["Everybody"], "statuses": ["DONE"]}, {"creation"}, id="all of it holds"
        ),
    ],
)
async def test_jobs_are_found(
    home: Context, ids: dict[str, str], filter: dict[str, list[str]], expected: set[str]
) -> None:
    asked = {name: [ids.get(each, each) for each in values] for name, values in filter.items()}

    answer = await operate(
        home, "query ($filter: JobFilter) { jobs(filter: $filter) { nodes { id } } }", filter=asked
    )

    assert {node["id"] for node in answer["jobs"]["nodes"]} == {ids[name] for name in expected}


async def test_a_solution_interest_lists_its_jobs_and_those_that_have_not_ended_come_last(
    home: Context, ids: dict[str, str]
) -> None:
    answer = await operate(
        home,
        """query ($id: ID!) { solutionInterest(id: $id) {
          jobs(filter: {kinds: [CREATION]}) { totalCount nodes { id buyingGroups { totalCount } } }
        }
        jobs(orderBy: {field: FINISHED}) { nodes { id } } }""",
        id=ids["Security"],
    )

    assert answer["solutionInterest"]["jobs"] == {
        "totalCount": 1,
        "nodes": [{"id": ids["creation"], "buyingGroups": {"totalCount": 1}}],
    }
    assert answer["jobs"]["nodes"][-1] == {"id": ids["paused"]}
