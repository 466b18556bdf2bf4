"""A group's past as clients read it: what happened, how it was, what changed in between."""

from datetime import timedelta
from typing import Any

from domain.accounts import AccountItem
from domain.activities import PersonById, Report
from domain.identifiers import PersonId
from domain.identities import OutsideKey
from domain.membership import Method
from domain.plain_values import written_moment
from execution.context import Context
from resolvers import (
    accounts,
    activities,
    deleting_groups,
    deleting_people,
    groups,
    scoring,
    stages,
)
from resolvers.membership import Assignment, assign_members, remove_members
from resolvers.stages import Move
from tests.contexts import Clock
from tests.schema.operations import operate
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)


class Life:
    """A group that was made, and changed in each hour that followed."""

    def __init__(self, ctx: Context, clock: Clock) -> None:
        self.ctx = ctx
        self.clock = clock
        self.group = ""
        self.people: dict[str, PersonId] = {}
        self.noon = clock()

    def at(self, hours: float) -> str:
        return written_moment(self.noon + timedelta(hours=hours))

    async def is_lived(self) -> "Life":
        ctx, clock, hour = self.ctx, self.clock, timedelta(hours=1)
        known = await some_accounts(ctx, "Acme")
        titles = {"ada": "Chief", "bo": "Engineer", "cy": "Painter"}
        found = await some_people(ctx, known["Acme"], titles)
        self.people = {name: PersonId(id) for name, id in found.items()}
        interest = await an_interest(ctx, stage_model=await a_live_stage_model(ctx))
        self.group = group = await a_buying_group(ctx, known["Acme"], interest)
        clock.forward(hour)
        joins = [Assignment(self.people["cy"], "Champion")]
        await assign_members(ctx, group, joins, Method.MANUAL, "asked for it")
        clock.forward(hour)
        await groups.update_status(ctx, group, "Hot")
        await stages.move_buying_group_stage(ctx, Move(group, "New"))
        clock.forward(hour)
        await remove_members(ctx, group, [self.people["ada"]], Method.JOURNEY)
        renamed = AccountItem(fields={"name": "Apex"}, keys=[OutsideKey("crm", "Acme")])
        await accounts.upsert_accounts(ctx, [renamed])
        clock.forward(hour)
        moves = [Assignment(self.people["bo"], "Champion")]
        await assign_members(ctx, group, moves)
        clock.forward(hour)
        return self

    async def acts(self, name: str, count: int) -> None:
        person, at = PersonById(self.people[name]), self.clock.at
        reports = [
            Report("test", f"{name}-{number}", "Visit Webpage", person, at, {})
            for number in range(count)
        ]
        await activities.record_activities(self.ctx, reports)


PAST = """
query ($id: ID!, $at: DateTime!) {
  pastBuyingGroup(id: $id, asOf: $at) {
    id asOf name status engagementScore memberCount
    account { name } solutionInterest { name }
    completeness { score }
    stage { name since actor method destination }
    roles { role { name } assigned }
    members {
      nodes { person { name } role { name } method claims { method role { name } reason } }
    }
    removedMembers { nodes { personId isRemoved } }
  }
}
"""


async def past(life: Life, hours: float) -> Any:
    at = life.at(hours)
    shown = (await operate(life.ctx, PAST, id=life.group, at=at))["pastBuyingGroup"]
    if shown:
        shown["members"]["nodes"].sort(key=lambda each: (each["person"] or {"name": "?"})["name"])
    return shown


async def test_a_group_is_shown_as_it_was(home: Context, clock: Clock) -> None:
    life = await Life(home, clock).is_lived()

    then = await past(life, 2.5)

    assert then == {
        "id": life.group,
        "asOf": "2026-05-04T14:30:00.000Z",
        "name": "Security for Acme",
        "status": "Hot",
        "engagementScore": None,
        "memberCount": 3,
        "account": {"name": "Apex"},
        "solutionInterest": {"name": "Security"},
        "completeness": {"score": 75},
        "stage": {
            "name": "New",
            "since": "2026-05-04T14:00:00.000Z",
            "actor": "sam",
            "method": "MANUAL",
            "destination": None,
        },
        "roles": [{"role": {"name": name}, "assigned": 1} for name in _ordered(then)],
        "members": {
            "nodes": [
                _member("ada", "Decision Maker", "SYSTEM"),
                _member("bo", "Practitioner", "SYSTEM"),
                _member("cy", "Champion", "MANUAL", "asked for it"),
            ]
        },
        "removedMembers": {"nodes": []},
    }


def _ordered(then: Any) -> list[str]:
    names = [role["role"]["name"] for role in then["roles"]]
    assert sorted(names) == ["Champion", "Decision Maker", "Practitioner"]
    return names


def _member(name: str, role: str, method: str, reason: str | None = None) -> dict[str, Any]:
    claim = {"method": method, "role": {"name": role}, "reason": reason}
    return {
        "person": {"name": name},
        "role": {"name": role},
        "method": method,
        "claims": [claim],
    }


FIGURES = "engagement { exact raw roleWeightedCount { exact } computedAt runId }"


async def test_a_score_of_then_is_what_the_run_of_then_computed(
    home: Context, clock: Clock
) -> None:
    life = await Life(home, clock).is_lived()
    early = life.at(-1)
    for name, count in {"cy": 25, "bo": 3}.items():
        await life.acts(name, count)
    await scoring.run_scoring(home)
    query = f'{{ buyingGroup(id: "{life.group}") {{ {FIGURES} }} }}'
    then, moment = (await operate(home, query))["buyingGroup"]["engagement"], clock.at
    clock.forward(timedelta(days=10))
    await life.acts("ada", 90)
    await assign_members(home, life.group, [Assignment(life.people["ada"], "Champion")])
    await scoring.run_scoring(home)

    told = await operate(
        home,
        f"query ($id: ID!, $at: DateTime!, $early: DateTime!) {{ "
        f"pastBuyingGroup(id: $id, asOf: $at) {{ {FIGURES} }} "
        f"now: buyingGroup(id: $id) {{ {FIGURES} }} "
        f"early: pastBuyingGroup(id: $id, asOf: $early) {{ {FIGURES} }} }}",
        id=life.group,
        at=written_moment(moment + timedelta(days=9)),
        early=early,
    )

    assert told["pastBuyingGroup"]["engagement"] == then
    assert told["now"]["engagement"]["raw"] > then["raw"]
    assert told["early"] is None


async def test_before_it_was_made_and_once_it_is_deleted_there_is_no_group(
    home: Context, clock: Clock
) -> None:
    life = await Life(home, clock).is_lived()
    await deleting_groups.delete_buying_group(home, life.group)

    assert await past(life, -1) is None
    assert await past(life, 6) is None
    assert (await past(life, 4.5))["name"] == "Security for Apex"
    assert (await past(life, 4.5))["removedMembers"]["nodes"] == [
        {"personId": life.people["ada"], "isRemoved": True}
    ]


async def test_somebody_who_was_deleted_since_is_shown_without_their_data(
    home: Context, clock: Clock
) -> None:
    life = await Life(home, clock).is_lived()
    assert await deleting_people.delete_person(home, life.people["cy"]) == life.people["cy"]

    then = await past(life, 2)

    assert [each["person"] for each in then["members"]["nodes"]] == [
        None,
        {"name": "ada"},
        {"name": "bo"},
    ]


async def test_the_difference_of_two_moments(home: Context, clock: Clock) -> None:
    life = await Life(home, clock).is_lived()

    answer = await operate(
        home,
        """query ($id: ID!, $from: DateTime!, $to: DateTime!) {
          buyingGroupDifference(id: $id, from: $from, to: $to) { ... on BuyingGroupDifference {
            before { completeness { score } stage { name } status name }
            after { completeness { score } stage { name } status name }
            joined { nodes { person { name } role { name } } }
            left { totalCount nodes { person { name } role { name } } }
            roleChanges { nodes { person { name } before { name } after { name } } }
            completenessChange engagementChange isStatusChanged isStageChanged
          } }
        }""",
        **{"id": life.group, "from": life.at(0.5), "to": life.at(5)},
    )

    assert answer["buyingGroupDifference"] == {
        "before": {
            "completeness": {"score": 75},
            "stage": None,
            "status": None,
            "name": "Security for Acme",
        },
        "after": {
            "completeness": {"score": 0},
            "stage": {"name": "New"},
            "status": "Hot",
            "name": "Security for Apex",
        },
        "joined": {"nodes": [{"person": {"name": "cy"}, "role": {"name": "Champion"}}]},
        "left": {
            "totalCount": 1,
            "nodes": [{"person": {"name": "ada"}, "role": {"name": "Decision Maker"}}],
        },
        "roleChanges": {
            "nodes": [
                {
                    "person": {"name": "bo"},
                    "before": {"name": "Practitioner"},
                    "after": {"name": "Champion"},
                }
            ]
        },
        "completenessChange": -75.0,
        "engagementChange": 0,
        "isStatusChanged": True,
        "isStageChanged": True,
    }


async def test_a_difference_backwards_is_refused(home: Context, clock: Clock) -> None:
    life = await Life(home, clock).is_lived()

    answer = await operate(
        home,
        """query ($id: ID!, $from: DateTime!, $to: DateTime!) {
          buyingGroupDifference(id: $id, from: $from, to: $to) { ... on InvalidInput { field } }
        }""",
        **{"id": life.group, "from": life.at(5), "to": life.at(0)},
    )

    assert answer["buyingGroupDifference"] == {"field": "to"}


HISTORY = """
query ($id: ID!, $filter: HistoryFilter, $orderBy: EventOrder) {
  buyingGroup(id: $id) { history(filter: $filter, orderBy: $orderBy) {
    totalCount
    nodes { summary reason claims { method role { name } } previousClaims { method } }
  } }
}
"""


async def history(life: Life, **filter: Any) -> Any:
    answer = await operate(
        life.ctx, HISTORY, id=life.group, filter=filter, orderBy={"direction": "ASC"}
    )
    return answer["buyingGroup"]["history"]


async def test_what_happened_is_told_in_sentences(home: Context, clock: Clock) -> None:
    life = await Life(home, clock).is_lived()

    told = await history(life)

    sentences = [entry["summary"] for entry in told["nodes"]]
    assert sorted(sentences[1:3]) == [
        "ada joined as Decision Maker, by a job.",
        "bo joined as Practitioner, by a job.",
    ]
    assert [sentences[0], *sentences[3:]] == [
        "The group was made with 2 members, by a job.",
        "cy joined as Champion, by hand.",
        "The status became “Hot”.",
        "The stage became New, by hand.",
        "ada left, until then Decision Maker, by a journey.",
        "Completeness went from 75 to 25.",
        "The group was given another name.",
        "bo went from Practitioner to Champion, by hand.",
        "Completeness went from 25 to 0.",
    ]
    assert told["totalCount"] == 11
    assert told["nodes"][3]["reason"] == "asked for it"


async def test_the_history_of_one_person_shows_their_claims_over_time(
    home: Context, clock: Clock
) -> None:
    life = await Life(home, clock).is_lived()

    told = await history(life, people=[life.people["ada"]])

    system = {"method": "SYSTEM", "role": {"name": "Decision Maker"}}
    assert [(entry["previousClaims"], entry["claims"]) for entry in told["nodes"]] == [
        ([], [system]),
        ([{"method": "SYSTEM"}], [{"method": "JOURNEY", "role": None}, system]),
    ]


async def test_a_history_is_narrowed_by_kind_method_and_time(home: Context, clock: Clock) -> None:
    life = await Life(home, clock).is_lived()

    async def count(**filter: Any) -> int:
        found: int = (await history(life, **filter))["totalCount"]
        return found

    assert await count(types=["MEMBERSHIP_CHANGED"]) == 5
    assert await count(methods=["JOURNEY"]) == 1
    assert await count(since=life.at(4)) == 2
    assert await count(until=life.at(0)) == 3
    assert await count(since=life.at(1), until=life.at(2)) == 3
