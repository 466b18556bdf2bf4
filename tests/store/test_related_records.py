"""What is looked up in MongoDB is what plain counting finds, for any records there are."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.activities import day_of
from domain.folding import fold
from domain.identifiers import TenantId
from domain.interest_signals import SignalStrength
from domain.related_tests import (
    Bounds,
    Found,
    GroupTest,
    InterestTest,
    RoleCount,
    period,
)
from store.driver import Database, Document
from store.related_records import RelatedRecords

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")
PEOPLE = [f"per_{number}" for number in range(6)]
ACCOUNTS = [f"acc_{number}" for number in range(6)]
STRENGTHS = [each.value for each in SignalStrength]
ROUNDS = 40


async def store(database: Database, collection: str, documents: Sequence[Document]) -> None:
    await database[collection].insert_many(list(documents))


def counted(
    fitting: Sequence[Document], owner: str, asked: Sequence[str] | None, moment: str | None = "at"
) -> dict[str, Found]:
    """How many of the fitting documents each owner has, and the latest of them."""
    by_owner: dict[str, list[Document]] = {}
    for each in fitting:
        if each[owner] is not None and (asked is None or each[owner] in asked):
            by_owner.setdefault(each[owner], []).append(each)
    return {
        id: Found(len(own), max(each[moment] for each in own) if moment else None)
        for id, own in by_owner.items()
    }


def a_moment(random: Random) -> datetime:
    """Mostly near midnight in the zone, up to a day from now."""
    days, hours = random.randrange(-40, 2), random.choice((6, 7, 8, 12, 19))
    return NOW.replace(hour=0) + timedelta(days=days, hours=hours, minutes=random.choice((0, 59)))


@pytest.mark.parametrize("seed", range(3))
async def test_signals(database: Database, tenant: TenantId, seed: int) -> None:
    random = Random(seed)
    signals: list[Document] = [
        {
            "_id": f"{tenant}/{number}",
            "tenant": tenant if number % 10 else f"other {tenant}",
            "person_id": random.choice(PEOPLE),
            "solution_interest_id": random.choice(("si_1", "si_2")),
            "strength": random.choice(STRENGTHS),
            "at": a_moment(random),
        }
        for number in range(150)
    ]
    await store(database, "interest_signals", signals)
    records = RelatedRecords(database, tenant)

    for _ in range(ROUNDS):
        strength = random.choice(list(SignalStrength))
        days = random.choice((None, 1, 2, 30, 39, 3_650))
        asked = random.choice((None, PEOPLE[:3], []))
        today = NOW.astimezone(ZONE).date()
        fitting = [
            each
            for each in signals
            if each["tenant"] == tenant
            and each["solution_interest_id"] == "si_1"
            and STRENGTHS.index(each["strength"]) >= STRENGTHS.index(strength.value)
            and _is_within(day_of(each["at"], ZONE), today, days)
        ]

        test = InterestTest("si_1", strength, days)
        found = await records.signals(test, period(days, NOW, ZONE), asked)
        assert found == counted(fitting, "person_id", asked)


def _is_within(day: date, today: date, days: int | None) -> bool:
    return day <= today and (days is None or (today - day).days < days)


@pytest.mark.parametrize("seed", range(3))
async def test_acts(database: Database, tenant: TenantId, seed: int) -> None:
    random = Random(seed)
    acts: list[Document] = [
        {
            "_id": f"{tenant}/{number}",
            "tenant": tenant if number % 10 else f"other {tenant}",
            "person_id": random.choice([*PEOPLE, None]),
            "type_folded": random.choice(("dance", "danced", "sang")),
            "at": (at := a_moment(random)),
            "day": day_of(at, ZONE).isoformat(),
        }
        for number in range(150)
    ]
    await store(database, "activities", acts)
    records = RelatedRecords(database, tenant)

    for _ in range(ROUNDS):
        days = random.choice((None, 1, 2, 30, 39, 3_650))
        asked = random.choice((None, PEOPLE[:3], []))
        today = NOW.astimezone(ZONE).date()
        fitting = [
            each
            for each in acts
            if each["tenant"] == tenant
            and each["type_folded"] in ("dance", "danced")
            and _is_within(date.fromisoformat(each["day"]), today, days)
        ]

        found = await records.acts(("dance", "danced"), period(days, NOW, ZONE), asked)
        assert found == counted(fitting, "person_id", asked)


@pytest.mark.parametrize("seed", range(3))
async def test_groups(database: Database, tenant: TenantId, seed: int) -> None:
    random = Random(seed)
    groups = [_a_group(random, tenant, number) for number in range(100)]
    await store(database, "buying_groups", groups)
    records = RelatedRecords(database, tenant)

    for _ in range(ROUNDS):
        least, most = random.choice(((None, 1), (1, None), (0, 0), (1, 2)))
        counts = (RoleCount("role_1", least, most),) if random.random() < 0.5 else ()
        statuses = random.choice((None, ("NEW", "Straße")))
        interest = random.choice((None, "si_1"))
        completeness = random.choice((Bounds(), Bounds(at_least=50), Bounds(50, None, None, 75)))
        stages = random.choice((None, None, ("stg_2", "WON")))
        test = GroupTest(interest, statuses, Bounds(), completeness, counts, stages)
        asked = random.choice((None, ACCOUNTS[:3], []))

        found = await records.groups(test, {"engagement.raw": {"$gte": 5}}, asked)
        fitting = [g for g in groups if g["tenant"] == tenant and _fits(test, g)]
        assert found == counted(fitting, "account_id", asked, None)


def _a_group(random: Random, tenant: TenantId, number: int) -> dict[str, Any]:
    status = random.choice((None, "new", "STRASSE", "old"))
    stage = random.choice((None, ("stg_1", "won"), ("stg_2", "lost"), ("stg_3", "new")))
    return {
        "_id": f"{tenant}/{number}",
        "tenant": tenant if number % 10 else f"other {tenant}",
        "account_id": random.choice(ACCOUNTS),
        "solution_interest_id": random.choice(("si_1", "si_2")),
        "folded": {
            "status": None if status is None else fold(status),
            "stage": stage and stage[1],
        },
        "stage": stage and {"stage_id": stage[0]},
        "completeness": {"exact": random.choice((0, 49.9, 50, 74.999999999, 75, 100))},
        "engagement": random.choice((None, {"raw": 4}, {"raw": 5})),
        "roles": [
            {"role_id": role, "assigned": random.randrange(4)}
            for role in ("role_1", "role_2")
            if random.random() < 0.8
        ],
    }


def _fits(test: GroupTest, group: dict[str, Any]) -> bool:
    exact, bounds = group["completeness"]["exact"], test.completeness
    return (
        test.solution_interest in (None, group["solution_interest_id"])
        and (test.statuses is None or group["folded"]["status"] in map(fold, test.statuses))
        and (test.stages is None or (bool(group["stage"]) and group["folded"]["stage"] != "new"))
        and (group["engagement"] or {"raw": 0})["raw"] >= 5
        and (bounds.at_least is None or exact >= bounds.at_least)
        and (bounds.less_than is None or exact < bounds.less_than)
        and all(_has(count, group) for count in test.people_in_role)
    )


def _has(count: RoleCount, group: dict[str, Any]) -> bool:
    return any(
        entry["role_id"] == count.role
        and entry["assigned"] >= (count.at_least or 0)
        and (count.at_most is None or entry["assigned"] <= count.at_most)
        for entry in group["roles"]
    )
