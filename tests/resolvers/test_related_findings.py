"""Rules and audiences that ask about signals, acts and groups, through the resolvers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain.activities import PersonByEmail, Report
from domain.conditions import AllOf, Condition, Not
from domain.interest_signals import SignalReport, SignalSource, SignalStrength
from domain.related_tests import (
    ActivityTest,
    Asked,
    Bounds,
    GroupTest,
    InterestTest,
    RelatedTest,
    RoleCount,
)
from domain.role_templates import Weighting
from execution.context import Context
from jobs.kinds import run_open_jobs
from resolvers import (
    activities,
    audience_accounts,
    audiences,
    groups,
    interest_signals,
    jobs,
    maintenance,
    merging_people,
    related_findings,
    roles,
    scoring,
)
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import Invalid
from resolvers.role_templates import RoleEntry, create_role_template
from tests.schema.operations import operate
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people


def decider(condition: Condition) -> RoleEntry:
    return RoleEntry("Decision Maker", Weighting.VITAL, True, 1, condition)


def asks(asked: Asked) -> RelatedTest:
    return RelatedTest(asked)


async def signal(ctx: Context, name: str, interest: str, strength: SignalStrength) -> None:
    report = SignalReport(
        SignalSource.CRM,
        f"{name}-{strength.value}",
        PersonByEmail(f"{name}@example.com"),
        interest,
        strength,
        ctx.now(),
    )
    done = await interest_signals.record_interest_signals(ctx, [report])
    assert isinstance(done, interest_signals.RecordedSignals)
    assert not done.refused


async def acts(ctx: Context, name: str, type: str, count: int, days_ago: int = 0) -> None:
    reports = [
        Report(
            "web",
            f"{name}-{type}-{days_ago}-{number}",
            type,
            PersonByEmail(f"{name}@example.com"),
            ctx.now() - timedelta(days=days_ago),
            {},
        )
        for number in range(count)
    ]
    await activities.record_activities(ctx, reports)


async def members(ctx: Context, group: str) -> list[str]:
    query = "query ($id: ID!) { buyingGroup(id: $id) { members { nodes { person { name } } } } }"
    found = await operate(ctx, query, id=group)
    return sorted(each["person"]["name"] for each in found["buyingGroup"]["members"]["nodes"])


async def test_who_cares_is_taken_into_new_groups_and_by_maintenance(home: Context) -> None:
    acme = (await some_accounts(home, "Acme"))["Acme"]
    await some_people(home, acme, {"ada": "Chief", "bo": "Cook", "cleo": "Clerk"})
    cheese = await an_interest(home, name="Cheese")
    rule = asks(InterestTest(cheese, SignalStrength.MEDIUM, 30))
    interest = await an_interest(home, [decider(rule)])
    await signal(home, "ada", cheese, SignalStrength.HIGH)
    await signal(home, "bo", cheese, SignalStrength.LOW)

    group = await a_buying_group(home, acme, interest)
    assert await members(home, group) == ["ada"]

    await signal(home, "bo", cheese, SignalStrength.MEDIUM)
    await signal(home, "cleo", interest, SignalStrength.HIGH)
    await maintenance.maintain_groups(home, [group])
    assert await members(home, group) == ["ada", "bo"]


async def test_a_signal_grows_old(home: Context) -> None:
    acme = (await some_accounts(home, "Acme"))["Acme"]
    await some_people(home, acme, {"ada": "Chief"})
    cheese = await an_interest(home, name="Cheese")
    await signal(home, "ada", cheese, SignalStrength.HIGH)
    today = InterestTest(cheese, within_days=1)
    ever = InterestTest(cheese)

    found = await related_findings.findings(
        home, [asks(today), asks(ever)], people=await all_people(home)
    )
    assert [len(found.holding(each)) for each in (today, ever)] == [1, 1]

    from_tomorrow = a_day_later(home)
    found = await related_findings.findings(
        from_tomorrow, [asks(today), asks(ever)], people=await all_people(home)
    )
    assert [len(found.holding(each)) for each in (today, ever)] == [0, 1]


def a_day_later(ctx: Context) -> Context:
    later = ctx.now() + timedelta(days=1)
    return Context(ctx.viewer, lambda: later, ctx.stores, ctx.new_id)


async def all_people(ctx: Context) -> list[str]:
    return [person["_id"] for person in await ctx.stores.people.found({}, {"_id": 1})]


async def test_who_acted_often_enough_is_taken_however_it_was_spelled(home: Context) -> None:
    acme = (await some_accounts(home, "Acme"))["Acme"]
    await some_people(home, acme, {"ada": "Chief", "bo": "Cook", "cleo": "Clerk"})
    visited = ActivityTest("page views", at_least=25, within_days=7)
    never_clicked = Not(asks(ActivityTest("Click Email")))
    interest = await an_interest(home, [decider(AllOf((asks(visited), never_clicked)))])
    for name in ("ada", "cleo"):
        await acts(home, name, "Visited website", 24)
        await acts(home, name, "Visit Webpage", 1, days_ago=6)
    await acts(home, "bo", "Visit Webpage", 24)
    await acts(home, "bo", "Visit Webpage", 1, days_ago=7)
    await acts(home, "cleo", "Clicked email", 1, days_ago=300)

    assert await members(home, await a_buying_group(home, acme, interest)) == ["ada"]


async def test_an_account_is_asked_about_its_groups(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Brink", "Crown")
    await some_people(home, accounts["Acme"], {"ada": "Chief", "bo": "Chief", "cy": "Engineer"})
    await some_people(home, accounts["Brink"], {"dee": "Chief"})
    security = await an_interest(home)
    cheese = await an_interest(home, name="Cheese")
    acme = await a_buying_group(home, accounts["Acme"], security)
    await a_buying_group(home, accounts["Brink"], cheese)
    assert await groups.update_status(home, acme, "Hot  lead") == acme
    decision_maker = (await roles.directory(home)).find("Decision Maker")
    assert decision_maker

    async def found(test: GroupTest) -> list[str]:
        query = await audience_accounts.conditional_query(home, asks(test), "condition")
        assert not isinstance(query, Invalid)
        known = await home.stores.accounts.found(query, {"name": 1})
        return sorted(each["name"] for each in known)

    assert await found(GroupTest()) == ["Acme", "Brink"]
    assert await found(GroupTest(cheese)) == ["Brink"]
    assert await found(GroupTest(statuses=("hot lead", "cold"))) == ["Acme"]
    assert await found(GroupTest(people_in_role=(RoleCount(decision_maker, 2),))) == ["Acme"]
    assert await found(GroupTest(people_in_role=(RoleCount(decision_maker, 1, 1),))) == ["Brink"]
    # One of two practitioners and the decision maker: three quarters.
    assert await found(GroupTest(completeness=Bounds(at_least=75))) == ["Acme"]
    assert await found(GroupTest(engagement=Bounds(at_least=1))) == []

    await acts(home, "dee", "Visit Webpage", 3)
    await scoring.run_scoring(home)
    assert await found(GroupTest(engagement=Bounds(at_least=100))) == ["Brink"]
    assert await found(GroupTest(engagement=Bounds(less_than=1))) == ["Acme"]


async def test_a_rule_may_ask_about_the_groups_of_the_persons_account(home: Context) -> None:
    accounts = await some_accounts(home, "Acme", "Brink")
    await some_people(home, accounts["Acme"], {"ada": "Chief"})
    await some_people(home, accounts["Brink"], {"bo": "Chief"})
    cheese = await an_interest(home, name="Cheese")
    await a_buying_group(home, accounts["Acme"], cheese)
    interest = await an_interest(home, [decider(asks(GroupTest(cheese)))])

    acme, brink = [await a_buying_group(home, id, interest) for id in accounts.values()]

    assert await members(home, acme) == ["ada"]
    assert await members(home, brink) == []


@pytest.mark.parametrize("stretch", [1, 2, 5_000])
async def test_groups_are_created_for_who_has_groups(
    home: Context, monkeypatch: pytest.MonkeyPatch, stretch: int
) -> None:
    monkeypatch.setattr(audience_accounts, "STRETCH", stretch)
    accounts = await some_accounts(home, "Acme", "Brink", "Crown", "Delta")
    cheese = await an_interest(home, name="Cheese")
    for name in ("Brink", "Delta"):
        await a_buying_group(home, accounts[name], cheese)
    wine = await an_interest(home, name="Wine")
    has_cheese = AudienceAccounts(condition=asks(GroupTest(cheese)))
    audience = await audiences.create_account_audience(home, "Cheese buyers", None, has_cheese)
    assert isinstance(audience, str)

    job = await jobs.start_creation_job(home, wine, audience)
    await run_open_jobs(home, "worker")

    query = (
        "query ($job: ID!, $wine: [ID!]) { job(id: $job) { progress { total done } } "
        "buyingGroups(filter: { solutionInterests: $wine }) { nodes { account { name } } } }"
    )
    shown = await operate(home, query, job=job, wine=[wine])
    assert shown["job"] == {"progress": {"total": 2, "done": 2}}
    names = [each["account"]["name"] for each in shown["buyingGroups"]["nodes"]]
    assert names == ["Brink", "Delta"]


async def test_more_accounts_than_a_query_holds_are_refused(
    home: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = await some_accounts(home, "Acme", "Brink")
    interest = await an_interest(home)
    for account in accounts.values():
        await a_buying_group(home, account, interest)
    monkeypatch.setattr(related_findings, "MOST_FOUND", 1)

    found = await audience_accounts.conditional_query(home, asks(GroupTest()), "condition")

    assert found == Invalid("condition", "asks for groups that more than 1 accounts have")


@pytest.mark.parametrize(
    ("asked", "path", "reason"),
    [
        pytest.param(
            InterestTest("si_none"),
            "person.hasInterestSignal.solutionInterest",
            "there is no solution interest si_none",
            id="an unknown solution interest",
        ),
        pytest.param(
            ActivityTest("Sneezed"),
            "person.performedActivity.type",
            "there is no activity type Sneezed",
            id="an unknown activity type",
        ),
        pytest.param(
            GroupTest(people_in_role=(RoleCount("role_none", 1),)),
            "account.hasMatchedBuyingGroup.peopleInRole[0].role",
            "there is no role role_none",
            id="an unknown role",
        ),
    ],
)
async def test_what_a_rule_names_has_to_be_there(
    home: Context, asked: Asked, path: str, reason: str
) -> None:
    rule = AllOf((asks(asked),))

    made = await create_role_template(home, "Template", None, [decider(rule)])

    assert made == Invalid(f"roles[0].condition.all[0].{path}", reason)


async def test_the_signals_of_one_who_was_merged_count_for_the_other(home: Context) -> None:
    acme = (await some_accounts(home, "Acme"))["Acme"]
    people = await some_people(home, acme, {"ada": "Chief", "bo": "Cook"})
    cheese = await an_interest(home, name="Cheese")
    interest = await an_interest(home, [decider(asks(InterestTest(cheese)))])
    await signal(home, "bo", cheese, SignalStrength.HIGH)
    assert await merging_people.merge_people(home, people["ada"], people["bo"]) == people["ada"]

    assert await members(home, await a_buying_group(home, acme, interest)) == ["ada"]


async def queries(ctx: Context, conditions: Sequence[Condition], people: int) -> int:
    """How many aggregates these conditions cost, asked of so many people."""
    counted = 0
    found = ctx.stores.related_records._found

    async def count(*arguments: object) -> object:
        nonlocal counted
        counted += 1
        return await found(*arguments)  # type: ignore[arg-type]

    ctx.stores.related_records._found = count  # type: ignore[assignment,method-assign]
    ids = [f"per_{number}" for number in range(people)]
    await related_findings.findings(ctx, conditions, people=ids)
    return counted


async def test_a_test_costs_one_query_however_many_are_asked(home: Context) -> None:
    test = asks(ActivityTest("Visit Webpage"))

    assert await queries(home, [AllOf((test, Not(test))), test], people=500) == 1
