from datetime import timedelta

import pytest

from bench.query_shapes import WHOLE, Reach, Shape, merges, shapes, show, work
from domain.identifiers import TenantId
from store.driver import Database, close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.recorder import Recorder

OWN = {"tenant": "t"}


@pytest.mark.parametrize(
    ("sent", "reach", "named"),
    [
        pytest.param({"filter": {**OWN, "_id": "a"}}, Reach.ONE, (), id="one document"),
        pytest.param(
            {"filter": {**OWN, "_id": {"$in": ["a"]}, "n": 1}}, Reach.SOME, ("n",), id="some"
        ),
        pytest.param({"filter": {**OWN, "_id": {"$gt": "a"}}}, Reach.TENANT, (), id="a page"),
        pytest.param({"filter": {"$and": [OWN, {"_id": "a"}]}}, Reach.ONE, (), id="in parts"),
        pytest.param({"filter": {"_id": "a"}}, Reach.BY_ID, (), id="an id alone"),
        pytest.param({"filter": {"n": 1}}, Reach.ALL, ("n",), id="anything"),
        pytest.param({}, Reach.ALL, (), id="nothing"),
        pytest.param(
            {"filter": {"$or": [{**OWN, "n": 1}, {**OWN, "m": 1}]}},
            Reach.TENANT,
            ("m", "n"),
            id="one of several",
        ),
        pytest.param(
            {"filter": {"$or": [{**OWN, "n": 1}, {"m": 1}]}},
            Reach.ALL,
            ("m", "n"),
            id="one of several, one of which is anybody's",
        ),
    ],
)
def test_a_command_reaches_as_far_as_it_names_the_shard_key(
    sent: dict[str, object], reach: Reach, named: tuple[str, ...]
) -> None:
    assert list(shapes({"find": "shelf", **sent})) == [Shape("shelf", "find", reach, named)]


def test_all_parts_of_a_pipeline_are_looked_at() -> None:
    lookup = {"from": "people", "foreignField": "_id", "pipeline": [{"$match": OWN}]}
    stages = [
        {"$match": OWN},
        {"$unionWith": {"coll": "events", "pipeline": [{"$match": {"n": 1}}]}},
        {"$lookup": lookup},
    ]

    assert [shape.reach for shape in shapes({"aggregate": "shelf", "pipeline": stages})] == [
        Reach.TENANT,
        Reach.ALL,
        Reach.SOME,
    ]


async def test_every_command_of_a_tenants_work_names_the_tenant_and_every_one_by_id_both(
    mongodb_uri: str,
    database: Database,
    tenant: TenantId,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorder = Recorder()
    client = open_client(mongodb_uri, listeners=[recorder])
    clock.forward(timedelta(minutes=1))

    await work(a_context(open_database(client, database.name), tenant, clock))

    await close(client)
    found = [shape for sent in recorder.sent for shape in shapes(sent)]
    astray = {
        shape
        for shape in found
        if shape.reach in (Reach.BY_ID, Reach.ALL) and shape.collection not in WHOLE
    }
    assert astray == set()
    assert {shape.collection for shape in found} >= {
        "accounts",
        "activities",
        "activity_days",
        "buying_groups",
        "events",
        "identities",
        "interest_signals",
        "jobs",
        "opportunities",
        "people",
        "webhook_deliveries",
    }
    merged = {each for sent in recorder.sent for each in merges(sent)}
    assert merged == {("people", True), ("buying_groups", True)}
    show(found)
    assert "| `scoring_runs` | find, update | `is_open` |" in capsys.readouterr().out
