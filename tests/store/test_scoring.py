import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import engagement
from domain.engagement import MemberFigures, Window
from domain.identifiers import (
    ActivityTypeId,
    BuyingGroupId,
    PersonId,
    RoleId,
    ScoringRunId,
    TenantId,
)
from domain.role_templates import WEIGHTS, Weighting
from domain.weighting_models import TypeWeight
from store.driver import Database, Document
from store.relay import Relay
from store.scoring import ScoringStore
from store.scoring_pipelines import Stamp

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
WINDOW = Window.ending(date(2026, 5, 4), 30)
STAMP = Stamp(ScoringRunId("run_1"), 1, NOW)
SPELLINGS = {
    "visit": ActivityTypeId("at_visit"),
    "page view": ActivityTypeId("at_visit"),
    "$click": ActivityTypeId("at_click"),
    "call": ActivityTypeId("at_call"),
    "weightless": ActivityTypeId("at_weightless"),
}
WEIGHT_OF = {
    type: TypeWeight(type, weight, cap)
    for type, weight, cap in (
        (ActivityTypeId("at_visit"), 40, 20),
        (ActivityTypeId("at_click"), 30, 3),
        (ActivityTypeId("at_call"), 100, 1_000),
    )
}
COUNTING = {text: WEIGHT_OF[type] for text, type in SPELLINGS.items() if type in WEIGHT_OF}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Example:
    """Counts by person, day before the last one of the window, and spelling; and a group."""

    counts: dict[tuple[int, int, str], int]
    roles: list[Weighting]
    members: dict[int, int]


@st.composite
def examples(draw: st.DrawFn) -> Example:
    texts = st.sampled_from([*SPELLINGS, "unknown"])
    places = st.tuples(st.integers(0, 4), st.integers(-2, 32), texts)
    roles = draw(st.lists(st.sampled_from(Weighting), min_size=1, max_size=4))
    return Example(
        draw(st.dictionaries(places, st.integers(1, 60), max_size=25)),
        roles,
        draw(st.dictionaries(st.integers(0, 5), st.integers(0, len(roles) - 1), max_size=6)),
    )


def a_person(number: int) -> PersonId:
    return PersonId(f"per_{next(_numbers)}_{number}")


def days_of(example: Example, people: list[PersonId]) -> dict[PersonId, dict[date, dict[str, int]]]:
    days: dict[PersonId, dict[date, dict[str, int]]] = {person: {} for person in people}
    for (number, before, spelling), count in example.counts.items():
        day = WINDOW.last_day - timedelta(days=before)
        days[people[number]].setdefault(day, {})[spelling] = count
    return days


def in_window(days: dict[date, dict[str, int]]) -> dict[date, dict[str, int]]:
    return {d: counts for d, counts in days.items() if WINDOW.first_day <= d <= WINDOW.last_day}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(example=examples())
async def test_the_database_computes_what_the_rules_say(
    database: Database, tenant: TenantId, example: Example
) -> None:
    people = [a_person(number) for number in range(6)]
    days = days_of(example, people)
    group = BuyingGroupId(f"bg_{next(_numbers)}")
    await database["people"].insert_many([{"_id": p, "tenant": tenant} for p in people])
    await insert_days(database, tenant, days)
    await database["buying_groups"].insert_one(a_document(group, tenant, people, example))
    store = ScoringStore(database, tenant, Relay(database, tenant))

    await store.score_people(people, WINDOW, COUNTING, STAMP)
    await store.score_groups([group], STAMP)

    figures = {
        person: engagement.of_person(in_window(days[person]), SPELLINGS, WEIGHT_OF)
        for person in people
    }
    stored = {p["_id"]: p async for p in database["people"].find({"_id": {"$in": people}})}
    for person, expected in figures.items():
        assert read(stored[person]) == (expected.raw, expected.counted, expected.largest_weight)
    roles = {RoleId(f"role_{n}"): WEIGHTS[weighting] for n, weighting in enumerate(example.roles)}
    members = [
        MemberFigures(RoleId(f"role_{role}"), figures[people[n]].raw, figures[people[n]].counted)
        for n, role in example.members.items()
    ]
    expected_group = engagement.of_group(roles, members)
    found = await database["buying_groups"].find_one({"_id": group})
    assert found is not None
    assert found["engagement"] == {
        "raw": expected_group.raw,
        "role_weighted_count": engagement.to_places(expected_group.role_weighted_count),
        "run_id": "run_1",
        "run_number": 1,
        "computed_at": NOW,
        "version": 1,
        **({"untold": True} if expected_group.raw else {}),
    }
    assert (found["version"], "score_due" in found) == (1, expected_group.raw > 0)


def read(person: Document) -> tuple[int, int, int]:
    raws = person.get("engagement", {"raw": 0, "counted": 0, "largest_weight": 0})
    return raws["raw"], raws["counted"], raws["largest_weight"]


async def insert_days(
    database: Database, tenant: TenantId, days: dict[PersonId, dict[date, dict[str, int]]]
) -> None:
    documents = [
        {
            "_id": f"{tenant}|{person}|{day}",
            "tenant": tenant,
            "person_id": person,
            "day": day.isoformat(),
            "counts": [{"type": text, "count": count} for text, count in counts.items()],
        }
        for person, by_day in days.items()
        for day, counts in by_day.items()
    ]
    if documents:
        await database["activity_days"].insert_many(documents)


def a_document(
    id: BuyingGroupId, tenant: TenantId, people: list[PersonId], example: Example
) -> Document:
    return {
        "_id": id,
        "tenant": tenant,
        "version": 1,
        "score_due": 1,
        "members": [
            {"person_id": people[number], "role_id": f"role_{role}", "is_member": True}
            for number, role in example.members.items()
        ],
        "roles": [
            {"role_id": f"role_{number}", "weighting": weighting.value}
            for number, weighting in enumerate(example.roles)
        ],
    }


async def a_group(database: Database, tenant: TenantId, **fields: object) -> Document:
    """A group of one member of raw 900, and what else is stored of it."""
    person, group = a_person(0), BuyingGroupId(f"bg_{next(_numbers)}")
    engaged = {"raw": 900, "counted": 9, "largest_weight": 100}
    await database["people"].insert_one({"_id": person, "tenant": tenant, "engagement": engaged})
    members = {0: 0}
    document = a_document(group, tenant, [person], Example({}, [Weighting.VITAL], members))
    await database["buying_groups"].insert_one(document | fields)
    return document


async def scored(database: Database, tenant: TenantId, group: Document, stamp: Stamp) -> Document:
    store = ScoringStore(database, tenant, Relay(database, tenant))
    await store.score_groups([group["_id"]], stamp)
    found = await database["buying_groups"].find_one({"_id": group["_id"]})
    assert found is not None
    return found


async def test_figures_of_an_older_membership_replace_nothing(
    database: Database, tenant: TenantId
) -> None:
    newer = {"raw": 5.0, "version": 2, "run_number": 1}
    group = await a_group(database, tenant, engagement=newer, score_due=2)

    found = await scored(database, tenant, group, STAMP)

    assert found["engagement"] == newer
    assert found["score_due"] == 2


async def test_figures_of_an_older_run_replace_nothing(
    database: Database, tenant: TenantId
) -> None:
    newer = {"raw": 5.0, "version": 1, "run_number": 2}
    group = await a_group(database, tenant, engagement=newer)

    found = await scored(database, tenant, group, STAMP)

    assert found["engagement"] == newer


async def test_scoring_keeps_what_was_announced(database: Database, tenant: TenantId) -> None:
    group = await a_group(database, tenant, engagement={"raw": 5.0, "announced": 7})

    found = await scored(database, tenant, group, STAMP)

    assert found["engagement"]["raw"] == 30
    assert found["engagement"]["announced"] == 7


async def test_removed_people_count_for_nothing(database: Database, tenant: TenantId) -> None:
    group = await a_group(database, tenant)
    removed = {**group["members"][0], "role_id": None, "is_member": False}
    await database["buying_groups"].update_one(
        {"_id": group["_id"]}, {"$set": {"members": [removed]}}
    )

    found = await scored(database, tenant, group, STAMP)

    assert (found["engagement"]["raw"], found["engagement"]["role_weighted_count"]) == (0, 0)


async def test_people_of_another_tenant_count_for_nothing(
    database: Database, tenant: TenantId
) -> None:
    group = await a_group(database, tenant)
    person = group["members"][0]["person_id"]
    await database["people"].update_one({"_id": person}, {"$set": {"tenant": f"{tenant}-other"}})

    found = await scored(database, tenant, group, STAMP)

    assert found["engagement"]["raw"] == 0


async def test_another_tenants_group_is_left_alone(database: Database, tenant: TenantId) -> None:
    group = await a_group(database, TenantId(f"{tenant}-other"))

    found = await scored(database, tenant, group, STAMP)

    assert "engagement" not in found
