from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.activities import (
    Outcome,
    PersonByEmail,
    PersonById,
    PersonByKey,
    PersonReference,
    Report,
)
from domain.fields import Refused
from domain.identifiers import PersonId, TenantId
from domain.identities import OutsideKey
from domain.people import PersonItem
from domain.upserting import TooManyItems, UnknownRecord
from execution.context import Context, NotPermitted, Right
from resolvers import scoring, tenants
from resolvers.activities import RecordedActivities, record_activities
from resolvers.people import upsert_people
from store.driver import Database, close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.engagement_builders import person_raw
from tests.recorder import Recorder

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CRM = OutsideKey("crm", "0031")


def a_report(
    person: PersonReference | None = None, source_id: str = "s-1", type: str = "Click Link"
) -> Report:
    return Report("web", source_id, type, person or PersonByEmail("ada@acme.com"), NOON, {})


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock(NOON))
    await tenants.create_tenant(ctx, "Acme", "Europe/Berlin")
    return ctx


async def recorded(ctx: Context, *reports: Report) -> RecordedActivities:
    done = await record_activities(ctx, reports)
    assert isinstance(done, RecordedActivities)
    return done


async def ada(ctx: Context) -> PersonId:
    """Ada as she comes in, with her e-mail address and her key."""
    await upsert_people(ctx, [PersonItem(fields={"email": "ada@acme.com"}, keys=[CRM])])
    [person] = [p async for p in ctx.stores.people.collection.find({"tenant": ctx.viewer.tenant})]
    return PersonId(person["_id"])


async def test_totals_say_what_came_of_the_reports(ctx: Context) -> None:
    person = PersonById(await ada(ctx))
    await recorded(ctx, a_report(person, "known"))

    done = await recorded(
        ctx,
        a_report(person, "known"),
        replace(a_report(person, "known"), source_updated_at=NOON),
        a_report(person, "new", "Hummed"),
        a_report(PersonByEmail("bo@acme.com"), "waiting", "HUMMED"),
        a_report(PersonByEmail("bo@acme.com"), "waiting too"),
        a_report(person, " "),
    )

    assert {outcome: done.count(outcome) for outcome in Outcome} == {
        Outcome.STORED: 3,
        Outcome.UPDATED: 1,
        Outcome.UNCHANGED: 1,
    }
    assert done.refused == 1
    assert done.outcomes[-1] == Refused("sourceId", "is required and cannot be empty")
    assert done.unmatched_people == 2
    assert done.unknown_types == {"Hummed": 2}


async def test_a_refused_report_stops_no_other(ctx: Context) -> None:
    await ada(ctx)
    ahead = replace(a_report(), at=NOON + timedelta(days=1, seconds=1))

    done = await recorded(ctx, ahead, a_report(source_id="s-2"))

    assert done.outcomes[0] == Refused("at", "must not be more than one day in the future")
    assert [each.outcome for each in done.recorded] == [Outcome.STORED]
    assert await ctx.stores.database["activities"].count_documents({"_id": done.recorded[0].id})


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(PersonByEmail("ADA@acme.com"), id="by e-mail, however it is written"),
        pytest.param(PersonByKey(CRM), id="by key"),
    ],
)
async def test_an_activity_finds_its_person(ctx: Context, person: PersonReference) -> None:
    id = await ada(ctx)

    done = await recorded(ctx, a_report(person))
    await scoring.run_scoring(ctx)

    assert done.unmatched_people == 0
    assert await person_raw(ctx, id) == 40


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(PersonByEmail("ADA@acme.com"), id="by e-mail, however it is written"),
        pytest.param(PersonByKey(CRM), id="by key"),
    ],
)
async def test_an_activity_of_an_unknown_person_counts_once_they_come(
    ctx: Context, person: PersonReference
) -> None:
    done = await recorded(ctx, a_report(person))

    id = await ada(ctx)
    await scoring.run_scoring(ctx)

    assert done.unmatched_people == 1
    assert await person_raw(ctx, id) == 40


async def test_scoring_finds_the_person_of_an_activity_nobody_attached(ctx: Context) -> None:
    id = await ada(ctx)
    await recorded(ctx, a_report())
    await ctx.stores.database["activities"].update_many(
        {"tenant": ctx.viewer.tenant},
        {"$set": {"person_id": None, "awaits": "person.email|ada@acme.com"}},
    )
    await ctx.stores.database["activity_days"].delete_many({"tenant": ctx.viewer.tenant})

    await scoring.run_scoring(ctx)

    assert await person_raw(ctx, id) == 40


async def test_an_id_that_nobody_has_is_refused(ctx: Context, tenant: TenantId) -> None:
    other = a_context(ctx.stores.database, TenantId(f"{tenant}-other"), Clock(NOON))
    await tenants.create_tenant(other, "Other", "UTC")
    stranger = await ada(other)

    done = await recorded(
        ctx, a_report(PersonById(PersonId("per_x"))), a_report(PersonById(stranger))
    )

    assert done.outcomes == (
        UnknownRecord("person.id", "person", "per_x"),
        UnknownRecord("person.id", "person", stranger),
    )


async def test_what_changed_nothing_describes_the_activity_that_is_stored(ctx: Context) -> None:
    later = replace(a_report(PersonByEmail("bo@acme.com")), source_updated_at=NOON)
    person = PersonById(await ada(ctx))
    await recorded(ctx, replace(later, type="Hummed"))

    done = await recorded(ctx, a_report(person, type="Click Link"))

    assert [each.outcome for each in done.recorded] == [Outcome.UNCHANGED]
    assert done.unmatched_people == 1
    assert done.unknown_types == {"Hummed": 1}


async def test_what_changed_nothing_does_not_wait_once_its_person_has_come(ctx: Context) -> None:
    later = replace(a_report(PersonByKey(CRM)), source_updated_at=NOON)
    first = await recorded(ctx, later)
    await ada(ctx)

    done = await recorded(ctx, a_report(PersonByEmail("nobody@acme.com")))

    assert first.unmatched_people == 1
    assert [each.outcome for each in done.recorded] == [Outcome.UNCHANGED]
    assert done.unmatched_people == 0


async def test_an_answer_that_stored_nothing_is_confirmed(
    ctx: Context, mongodb_uri: str, tenant: TenantId
) -> None:
    commands = Recorder()
    client = open_client(mongodb_uri, listeners=[commands])
    watched = a_context(open_database(client, ctx.stores.database.name), tenant, Clock(NOON))
    confirming: list[int] = []

    for reports in ([a_report()], [a_report()], [a_report(), a_report(source_id="s-2")]):
        commands.forget()
        await recorded(watched, *reports)
        levels = [sent.get("readConcern", {}).get("level") for sent in commands.sent]
        confirming.append(levels.count("linearizable"))
    await close(client)

    assert confirming == [0, 1, 0]


async def test_an_activity_falls_on_the_tenants_day(ctx: Context) -> None:
    late = replace(a_report(), at=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))

    done = await recorded(ctx, late)

    found = await ctx.stores.database["activities"].find_one({"_id": done.recorded[0].id})
    assert found is not None
    assert found["day"] == "2026-05-04"


async def test_a_thousand_reports_are_taken_at_once(ctx: Context) -> None:
    reports = [a_report(source_id=f"s-{number}") for number in range(1_000)]

    done = await recorded(ctx, *reports)

    assert done.count(Outcome.STORED) == 1_000
    assert await record_activities(ctx, [*reports, a_report()]) == TooManyItems(1_001, 1_000)


async def test_recording_asks_for_the_right_to_edit_data(
    database: Database, tenant: TenantId
) -> None:
    reader = a_context(database, tenant, Clock(NOON), rights=[Right.READ])

    with pytest.raises(NotPermitted):
        await record_activities(reader, [a_report()])
