"""What a filter costs: every one that growing lists offer, on rows of which few fit."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from execution.lists import Listed
from schema.accounts import Account
from schema.activities import Activity
from schema.buying_groups import BuyingGroup
from schema.conditions import RelationKind
from schema.events import Event, EventType
from schema.group_filters import MissingRolesFilter, RoleCountFilter
from schema.opportunities import Opportunity
from schema.ordering import CountRange, FigureRange
from schema.people import Person
from store.driver import Database
from store.reading import Reader, Window, ranges
from tests.contexts import Clock, a_context
from tests.schema.test_lists import GROWING
from tests.stored import (
    NOON,
    Stored,
    a_person,
    a_role,
    a_scored_tenant,
    a_stored_group,
    an_account,
    an_activity,
    an_entry,
    an_opportunity,
)

ROWS = 1_500
KINDS = 300  # of each kind of row there are 5 among all
RARE = 299  # no other begins with it
PAGE = 25
LATE = NOON + timedelta(minutes=ROWS - 5)
CROWD = TenantId("crowd")

SELECTIVE: dict[type[Listed], dict[str, object]] = {
    Account: {
        "search": "name299",
        "industry": ["Industry 299"],
        "country": ["Country 299"],
        "region": ["Region 299"],
        "products": ["Product 299"],
        "parents": ["acc_of_299"],
        "ancestors": ["acc_over_299"],
    },
    Person: {
        "search": "name299",
        "email": ["name299@example.com"],
        "job_title": ["Title 299"],
        "accounts": ["acc_of_299"],
        "relations": [RelationKind.CONTRACTOR],
    },
    Opportunity: {
        "search": "name299",
        "accounts": ["acc_of_299"],
        "products": ["Product 299"],
        "stages": ["Stage 299"],
    },
    Activity: {
        "people": ["per_299"],
        "types": ["Type 299"],
        "sources": ["Source 299"],
        "since": LATE,
        "before": NOON + timedelta(minutes=5),
        "is_matched": False,
    },
    Event: {
        "after_position": ROWS - 5,
        "types": [EventType.JOB_CREATED],
        "buying_groups": ["bg_299"],
        "people": ["per_299"],
        "subjects": ["x_299"],
        "since": LATE,
    },
    BuyingGroup: {
        "search": "name299",
        "solution_interests": ["si_299"],
        "accounts": ["acc_of_299"],
        "role_templates": ["rt_299"],
        "statuses": ["Status 299"],
        "completeness": FigureRange(greater_than=50.0),
        "engagement": FigureRange(at_least=99.9),
        "missing_roles": MissingRolesFilter(any_of=["role_rare"]),
        "people_in_role": [RoleCountFilter(role="role_dm", at_least=2)],
        "member_count": CountRange(at_least=2),
        "members": ["per_299"],
        "removed_people": ["per_out_299"],
        "created_since": LATE,
        "updated_since": LATE,
    },
}
# Half of all rows may fit these, and a condition may ask about anything.
NOT_SELECTIVE = {
    (Account, "is_top_level"),
    (Account, "condition"),
    (Opportunity, "is_open"),
    (Opportunity, "is_won"),
}


def rows(n: int) -> Iterator[Stored]:
    """The n-th row of every growing collection."""
    id, kind, at = f"{CROWD}_{n:05}", n % KINDS, NOON + timedelta(minutes=n)
    is_rare = kind == RARE
    account = f"acc_of_{kind}"
    yield an_account(
        id,
        f"Name{kind} {n:05}",
        industry=f"Industry {kind}",
        address={"country": f"Country {kind}", "region": f"Region {kind}"},
        products=[f"Product {kind}"],
        parent_id=account,
        ancestor_ids=[f"acc_over_{kind}", account],
        level=1 + n % 2,
    )
    relation = "contractor" if is_rare else "employee"
    yield a_person(
        id,
        f"Name{kind}",
        job_title=f"Title {kind}",
        relations=[{"account_id": account, "relation": relation, "roles": []}],
    )
    yield an_opportunity(
        id,
        f"Name{kind} {n:05}",
        account_id=account,
        folded={"product": f"product {kind}", "stage": f"stage {kind}"},
        updated_at=at,
    )
    yield an_activity(
        id,
        f"Type {kind}",
        source=f"Source {kind}",
        person_id=None if kind == RARE - 1 else f"per_{kind}",
        at=at,
    )
    yield (
        "events",
        {
            "_id": id,
            "position": n + 1,
            "type": "JOB_CREATED" if is_rare else "PERSON_UPDATED",
            "buying_group_id": f"bg_{kind}",
            "person_id": f"per_{kind}",
            "subject_id": f"x_{kind}",
            "at": at,
        },
    )
    deciders = {f"per_{kind}": "role_dm", f"per_{kind}b": "role_dm"}
    name = f"Name{kind} {n:05}"
    yield a_stored_group(
        id,
        name,
        (deciders if is_rare else {f"per_{kind}": "role_x"}) | {f"per_out_{kind}": None},
        [an_entry("role_dm"), an_entry("role_rare")] if is_rare else [an_entry("role_dm")],
        account_id=account,
        solution_interest_id=f"si_{kind}",
        role_template_id=f"rt_{kind}",
        folded={"name": name.lower(), "status": f"status {kind}"},
        completeness={"exact": 100.0 if is_rare else float(n % 50)},
        engagement={"raw": 100.0 if is_rare else n / ROWS},
        created_at=at,
        updated_at=at,
    )


@pytest.fixture(scope="module")
async def crowd(database: Database) -> AsyncIterator[Context]:
    """A tenant with many rows of everything that grows."""
    stored = [each for n in range(ROWS) for each in rows(n)]
    stored += [a_role("role_dm"), a_role("role_rare", "Rare"), a_scored_tenant(CROWD, 100.0, 1)]
    by_collection: dict[str, list[dict[str, Any]]] = {}
    for collection, document in stored:
        by_collection.setdefault(collection, []).append({**document, "tenant": CROWD})
    for collection, documents in by_collection.items():
        await database[collection].insert_many(documents)
    yield a_context(database, CROWD, Clock())
    for collection in by_collection:
        await database[collection].delete_many({"tenant": CROWD})


def test_every_filter_of_a_growing_list_is_measured_or_known_to_fit_half_of_it() -> None:
    offered = {
        (kind, field.name)
        for kind in GROWING
        for field in dataclasses.fields(kind.listing.filter)  # type: ignore[arg-type]
    }

    measured = {(kind, name) for kind, asked in SELECTIVE.items() for name in asked}

    assert measured | NOT_SELECTIVE == offered
    assert not measured & NOT_SELECTIVE


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind.__name__} by {name}")
        for kind, asked in SELECTIVE.items()
        for name in asked
    ],
)
async def test_a_filter_that_few_rows_fit_examines_few_keys(
    database: Database, crowd: Context, kind: type[Listed], name: str
) -> None:
    listing = kind.listing
    assert listing.filter is not None
    assert listing.where is not None
    query = await listing.where(crowd, listing.filter(**{name: SELECTIVE[kind][name]}))
    (part,) = ranges(Window(listing.default, PAGE))

    plan = await database.command(
        "explain",
        {
            "find": kind.collection,
            "filter": Reader(database, CROWD)._own(query, part.query),
            "sort": dict(part.sort),
            "limit": PAGE,
        },
        verbosity="executionStats",
    )

    found = plan["executionStats"]["nReturned"]
    assert 1 <= found <= 10
    assert plan["executionStats"]["totalKeysExamined"] <= 5 * found + 100
    assert plan["executionStats"]["totalDocsExamined"] <= 5 * found + 100
