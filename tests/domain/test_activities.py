import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import reduce
from zoneinfo import ZoneInfo

import pytest

from domain import activities
from domain.activities import (
    PersonByEmail,
    PersonById,
    PersonByKey,
    PersonReference,
    Rank,
    Report,
)
from domain.activity_types import Exclusion
from domain.fields import Refused
from domain.identifiers import PersonId, TenantId
from domain.identities import OutsideKey

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
A_VISIT = Report("web", "v-1", "Visit Webpage", PersonByEmail("ada@acme.com"), NOW, {"url": "/"})
EARLY, LATE = NOW - timedelta(hours=1), NOW


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({}, None, id="a plain report"),
        pytest.param({"at": NOW + timedelta(days=1)}, None, id="a day ahead is let in"),
        pytest.param(
            {"at": NOW + timedelta(days=1, milliseconds=1)},
            Refused("at", "must not be more than one day in the future"),
            id="more than a day ahead",
        ),
        pytest.param(
            {"at": datetime(1969, 12, 31, tzinfo=UTC)},
            Refused("at", "must not be before 1970"),
            id="before computers kept time",
        ),
        pytest.param(
            {"at": datetime(2026, 3, 2)},  # noqa: DTZ001
            Refused("at", "must state its offset from UTC"),
            id="a moment without an offset",
        ),
        pytest.param(
            {"source_id": " "}, Refused("sourceId", "is required and cannot be empty"), id="no id"
        ),
        pytest.param(
            {"source_id": "x" * 256},
            Refused("sourceId", "is longer than 255 characters"),
            id="a source id that is too long",
        ),
        pytest.param(
            {"source": "we\x1fb"},
            Refused("source", "contains a control character"),
            id="a control character",
        ),
        pytest.param(
            {"type": "Vis\x00it"},
            Refused("type", "contains the character NUL"),
            id="NUL",
        ),
        pytest.param(
            {"type": ""}, Refused("type", "is required and cannot be empty"), id="no type"
        ),
        pytest.param(
            {"person": PersonByEmail("ada")},
            Refused("person.email", "is not an e-mail address"),
            id="no e-mail address",
        ),
        pytest.param(
            {"person": PersonByKey(OutsideKey("crm", " "))},
            Refused("person.key.id", "is required and cannot be empty"),
            id="an empty key",
        ),
        pytest.param(
            {"attributes": {"a": float("nan")}},
            Refused("attributes", "must hold finite numbers"),
            id="attributes that cannot be stored",
        ),
        pytest.param(
            {"source_updated_at": datetime(2026, 3, 2)},  # noqa: DTZ001
            Refused("sourceUpdatedAt", "must state its offset from UTC"),
            id="an update time without an offset",
        ),
    ],
)
def test_what_can_be_reported(changes: dict[str, object], fault: Refused | None) -> None:
    report = replace(A_VISIT, **changes)  # type: ignore[arg-type]

    assert activities.checked(report, NOW) == (fault or report)


def test_a_report_is_kept_without_the_blanks_around_its_texts() -> None:
    report = replace(
        A_VISIT, source_id=" v-1", type="Visit Webpage ", person=PersonByEmail(" ada@acme.com ")
    )

    assert activities.checked(report, NOW) == A_VISIT


@pytest.mark.parametrize(
    ("rank", "other", "exceeds"),
    [
        pytest.param(Rank(LATE, "a"), Rank(EARLY, "b"), True, id="the later update"),
        pytest.param(Rank(EARLY, "b"), Rank(LATE, "a"), False, id="not the earlier one"),
        pytest.param(Rank(EARLY, "b"), Rank(EARLY, "a"), True, id="then the greater content"),
        pytest.param(Rank(EARLY, "a"), Rank(EARLY, "a"), False, id="not one that is the same"),
        pytest.param(Rank(EARLY, "a"), Rank(None, "b"), True, id="any time against none"),
        pytest.param(Rank(None, "a"), Rank(EARLY, "b"), False, id="none against any time"),
        pytest.param(Rank(None, "b"), Rank(None, "a"), True, id="content, where no time is told"),
        pytest.param(
            Rank(None, "a", Exclusion.SELF), Rank(None, "b"), True, id="one's own before nothing"
        ),
        pytest.param(
            Rank(LATE, "b", Exclusion.SELF),
            Rank(LATE, "a", Exclusion.BOT),
            False,
            id="a machine's before one's own",
        ),
        pytest.param(
            Rank(LATE, "a"), Rank(EARLY, "b", Exclusion.BOT), True, id="a later one that takes back"
        ),
    ],
)
def test_which_report_stands(rank: Rank, other: Rank, exceeds: bool) -> None:
    assert rank.exceeds(other) is exceeds


def test_the_same_report_stands_in_whatever_order_reports_come_in() -> None:
    ranks = [
        activities.rank_of(replace(A_VISIT, excluded_as=reason, source_updated_at=at, type=type))
        for reason in (None, *Exclusion)
        for at in (None, EARLY, LATE)
        for type in ("Visit Webpage", "Click Link")
    ]

    standing = {
        reduce(lambda a, b: b if b.exceeds(a) else a, random.Random(seed).sample(ranks, len(ranks)))
        for seed in range(50)
    }

    assert len(standing) == 1
    [stands] = standing
    assert (stands.source_updated_at, stands.excluded_as) == (LATE, Exclusion.BOT)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"excluded_as": Exclusion.BOT}, id="whose act it is"),
        pytest.param({"type": "visit webpage"}, id="type"),
        pytest.param({"person": PersonByEmail("bo@acme.com")}, id="person"),
        pytest.param({"at": EARLY}, id="moment"),
        pytest.param({"attributes": {"url": "/a"}}, id="attributes"),
    ],
)
def test_another_content_has_another_hash(changes: dict[str, object]) -> None:
    other = replace(A_VISIT, **changes)  # type: ignore[arg-type]

    assert activities.rank_of(other).content_hash != activities.rank_of(A_VISIT).content_hash


def test_the_same_content_has_the_same_hash_however_it_is_written() -> None:
    zone = timezone(timedelta(hours=2))
    same = replace(
        A_VISIT,
        person=PersonByEmail("ADA@acme.com"),
        at=NOW.astimezone(zone).replace(microsecond=7),
        source_updated_at=LATE,
    )

    assert activities.rank_of(same).content_hash == activities.rank_of(A_VISIT).content_hash


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        pytest.param("2026-03-01T23:59:59.999Z", "UTC", date(2026, 3, 1), id="the last moment"),
        pytest.param("2026-03-02T00:00:00Z", "UTC", date(2026, 3, 2), id="midnight"),
        pytest.param("2026-03-29T21:59:59Z", "Europe/Berlin", date(2026, 3, 29), id="23 hours"),
        pytest.param("2026-03-28T23:00:00Z", "Europe/Berlin", date(2026, 3, 29), id="its begin"),
        pytest.param("2026-10-25T22:59:59Z", "Europe/Berlin", date(2026, 10, 25), id="25 hours"),
        pytest.param("2026-10-24T22:00:00Z", "Europe/Berlin", date(2026, 10, 25), id="that begin"),
        pytest.param("2026-03-02T04:59:59Z", "America/New_York", date(2026, 3, 1), id="behind"),
        pytest.param("2026-03-01T10:00:00Z", "Pacific/Kiritimati", date(2026, 3, 2), id="ahead"),
    ],
)
def test_the_day_is_the_tenants(at: str, zone: str, day: date) -> None:
    assert activities.day_of(datetime.fromisoformat(at), ZoneInfo(zone)) == day


@pytest.mark.parametrize(
    ("person", "same"),
    [
        pytest.param(PersonByEmail(" ada@acme.com"), True, id="blanks"),
        pytest.param(PersonByKey(OutsideKey("crm", "7")), False, id="a key"),
        pytest.param(PersonById(PersonId("per_1")), False, id="an id"),
    ],
)
def test_a_report_says_whom_it_is_about(person: PersonReference, same: bool) -> None:
    other = activities.rank_of(replace(A_VISIT, person=person))

    assert (other == activities.rank_of(A_VISIT)) is same


def test_an_activity_has_one_id_per_tenant_source_and_source_id() -> None:
    tenant = TenantId("acme")
    id = activities.identifier(tenant, "web", "1")

    assert id == activities.identifier(tenant, "web", "1")
    others = {
        activities.identifier(TenantId("other"), "web", "1"),
        activities.identifier(tenant, "crm", "1"),
        activities.identifier(tenant, "web", "2"),
    }
    assert id not in others
    assert len(others) == 3
