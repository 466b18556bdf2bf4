from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers import deleting_components, deleting_people, merging_people, tenants
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.schema.operations import mutate, operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ALL = "{ interestSignals { nodes { sourceId } } }"


@pytest.fixture
async def ctx(database: Database, tenant: TenantId) -> Context:
    ctx = a_context(database, tenant, Clock(NOON))
    await tenants.create_tenant(ctx, "Acme", "UTC")
    return ctx


def a_signal(id: str, whose: str = "ada", **changes: Any) -> dict[str, Any]:
    signal = {
        "source": "FORM",
        "sourceId": id,
        "person": {"email": f"{whose}@example.com"},
        "solutionInterest": "security",
        "strength": "MEDIUM",
        "at": NOON.isoformat(),
    }
    return signal | changes


async def record(ctx: Context, *items: dict[str, Any], show: str = "recorded") -> Any:
    """What recording these signals answers."""
    return await mutate(
        ctx,
        "recordInterestSignals",
        f"... on RecordInterestSignalsSuccess {{ {show} }} ... on TooManyItems {{ count limit }}",
        items=list(items),
    )


async def people_of(ctx: Context, account: str, **titles: str) -> dict[str, str]:
    accounts = await some_accounts(ctx, account)
    return {"account": accounts[account], **await some_people(ctx, accounts[account], titles)}


async def shown(ctx: Context, filter: str) -> list[str]:
    query = f"{{ interestSignals(filter: {{ {filter} }}) {{ nodes {{ sourceId }} }} }}"
    found = (await operate(ctx, query))["interestSignals"]["nodes"]
    return [each["sourceId"] for each in found]


async def test_a_signal_is_recorded_once_and_shown(ctx: Context) -> None:
    await people_of(ctx, "Acme", ada="Chief")
    await an_interest(ctx)

    answer = await record(
        ctx,
        a_signal("1"),
        a_signal("1", strength="HIGH"),
        show="recorded duplicates refused outcomes { index status error { message } interestSignal "
        "{ person { firstName } solutionInterest { name } source sourceId strength at recordedBy } "
        "}",
    )

    stored = {
        "person": {"firstName": "ada"},
        "solutionInterest": {"name": "Security"},
        "source": "FORM",
        "sourceId": "1",
        "strength": "MEDIUM",
        "at": "2026-05-04T12:00:00.000Z",
        "recordedBy": "sam",
    }
    assert answer == {
        "__typename": "RecordInterestSignalsSuccess",
        "recorded": 1,
        "duplicates": 1,
        "refused": 0,
        "outcomes": [
            {"index": 0, "status": "RECORDED", "error": None, "interestSignal": stored},
            {"index": 1, "status": "DUPLICATE", "error": None, "interestSignal": stored},
        ],
    }
    assert (await record(ctx, a_signal("1"), show="recorded duplicates"))["duplicates"] == 1


async def test_what_is_refused_is_refused_alone(ctx: Context) -> None:
    await people_of(ctx, "Acme", ada="Chief")
    await an_interest(ctx)

    answer = await record(
        ctx,
        a_signal("1", "nobody"),
        a_signal("2", person={"id": "per_none"}),
        a_signal("3", person={"key": {"system": "crm", "id": "9"}}),
        a_signal("4", solutionInterest="Cheese"),
        a_signal(" "),
        a_signal("5"),
        show="recorded refused outcomes { status error { __typename message ... on UnknownRecord "
        "{ field named } ... on InvalidInput { field } } }",
    )

    assert (answer["recorded"], answer["refused"]) == (1, 5)
    errors = [each["error"] for each in answer["outcomes"]]
    assert [each and (each["__typename"], each["field"], each["message"]) for each in errors] == [
        ("UnknownRecord", "person.email", "person.email: there is no person nobody@example.com."),
        ("UnknownRecord", "person.id", "person.id: there is no person per_none."),
        ("UnknownRecord", "person.key", "person.key: there is no person crm:9."),
        (
            "UnknownRecord",
            "solutionInterest",
            "solutionInterest: there is no solution interest Cheese.",
        ),
        ("InvalidInput", "sourceId", "sourceId is required and cannot be empty."),
        None,
    ]
    assert await operate(ctx, ALL) == {"interestSignals": {"nodes": [{"sourceId": "5"}]}}


async def test_too_many_signals_are_refused_whole(ctx: Context) -> None:
    answer = await record(ctx, *(a_signal(str(number)) for number in range(1_001)))

    assert answer["__typename"] == "TooManyItems"
    assert (answer["count"], answer["limit"]) == (1_001, 1_000)


async def test_signals_are_listed_latest_first_and_narrowed(ctx: Context) -> None:
    known = await people_of(ctx, "Acme", ada="Chief") | await people_of(ctx, "Brink", bo="Chief")
    acme = (await operate(ctx, '{ accounts(filter: { search: "acme" }) { nodes { id } } }'))[
        "accounts"
    ]["nodes"][0]["id"]
    await an_interest(ctx)
    cheese = await an_interest(ctx, name="Cheese")
    await record(
        ctx,
        a_signal("old", at=(NOON - timedelta(days=3)).isoformat()),
        a_signal("new", source="CHAT", strength="HIGH"),
        a_signal("bo", "bo", solutionInterest=cheese, at=(NOON - timedelta(days=1)).isoformat()),
    )

    assert await shown(ctx, "") == ["new", "bo", "old"]
    assert await shown(ctx, f'people: ["{known["bo"]}"]') == ["bo"]
    assert await shown(ctx, f'accounts: ["{acme}"]') == ["new", "old"]
    assert await shown(ctx, f'solutionInterests: ["{cheese}"]') == ["bo"]
    assert await shown(ctx, "sources: [CHAT]") == ["new"]
    assert await shown(ctx, "strengths: [HIGH, LOW]") == ["new"]
    assert await shown(ctx, 'since: "2026-05-03T00:00:00Z"') == ["new", "bo"]
    assert await shown(ctx, 'before: "2026-05-03T00:00:00Z"') == ["old"]


async def test_a_group_shows_the_signals_of_its_members_for_what_it_decides(ctx: Context) -> None:
    known = await people_of(ctx, "Acme", ada="Chief", cleo="Cook")
    security = await an_interest(ctx)
    await an_interest(ctx, name="Cheese")
    group = await a_buying_group(ctx, known["account"], security)
    await record(
        ctx,
        a_signal("1", at=(NOON - timedelta(days=3)).isoformat()),
        a_signal("2"),
        a_signal("no member", "cleo"),
        a_signal("another solution", solutionInterest="Cheese"),
    )

    answer = await operate(
        ctx,
        "query ($group: ID!, $person: ID!) { "
        "buyingGroup(id: $group) { interestSignals { totalCount nodes { sourceId } } } "
        "person(id: $person) { interestSignals { totalCount } } }",
        group=group,
        person=known["ada"],
    )

    assert answer == {
        "buyingGroup": {
            "interestSignals": {
                "totalCount": 2,
                "nodes": [{"sourceId": "2"}, {"sourceId": "1"}],
            }
        },
        "person": {"interestSignals": {"totalCount": 3}},
    }


async def test_recording_is_an_event(ctx: Context) -> None:
    known = await people_of(ctx, "Acme", ada="Chief")
    interest = await an_interest(ctx)
    await record(ctx, a_signal("1"))
    await record(ctx, a_signal("1"))

    answer = await operate(
        ctx,
        "{ events(filter: { types: [INTEREST_SIGNAL_RECORDED] }) "
        "{ nodes { person { id } solutionInterest { id } after } } }",
    )

    assert answer["events"]["nodes"] == [
        {
            "person": {"id": known["ada"]},
            "solutionInterest": {"id": interest},
            "after": {"source": "FORM", "strength": "MEDIUM", "at": "2026-05-04T12:00:00.000Z"},
        }
    ]


async def test_the_signals_of_a_merged_person_are_the_survivors(ctx: Context) -> None:
    known = await people_of(ctx, "Acme", ada="Chief", bo="Cook")
    await an_interest(ctx)
    await record(ctx, a_signal("1", "bo"))

    assert await merging_people.merge_people(ctx, known["ada"], known["bo"]) == known["ada"]

    assert await shown(ctx, f'people: ["{known["ada"]}"]') == ["1"]


async def test_a_deleted_person_takes_their_signals_along_but_not_the_history(
    ctx: Context,
) -> None:
    known = await people_of(ctx, "Acme", ada="Chief", bo="Cook")
    await an_interest(ctx)
    await record(ctx, a_signal("1"), a_signal("2", "bo"))

    assert await deleting_people.delete_person(ctx, known["ada"]) == known["ada"]

    assert await shown(ctx, "") == ["2"]
    told = "{ events(filter: { types: [INTEREST_SIGNAL_RECORDED] }) { totalCount } }"
    assert (await operate(ctx, told))["events"]["totalCount"] == 2


async def test_a_deleted_solution_interest_takes_its_signals_along(ctx: Context) -> None:
    await people_of(ctx, "Acme", ada="Chief")
    security = await an_interest(ctx)
    await an_interest(ctx, name="Cheese")
    await record(ctx, a_signal("1"), a_signal("2", solutionInterest="Cheese"))

    assert await deleting_components.delete_solution_interest(ctx, security) == security

    assert await shown(ctx, "") == ["2"]
    gone = await deleting_components.delete_solution_interest(ctx, security)
    assert not isinstance(gone, str)
