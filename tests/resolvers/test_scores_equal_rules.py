"""Run after run, the stored figures are those that the rules give from nothing.

`QUORUM_SCORING_CASES` is how many random histories are tried.
"""

import itertools
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import activity_types, engagement
from domain.activities import identifier
from domain.activity_exclusions import Mark, Said
from domain.activity_types import EngagementType, Exclusion
from domain.decay import Decay, DecayKind
from domain.engagement import MemberFigures, PersonFigures
from domain.identifiers import ActivityId, BuyingGroupId, PersonId, RoleId, TenantId
from domain.role_templates import WEIGHTS, Weighting
from domain.scoring_runs import ScoringRun, factors
from domain.weighting_drafts import ModelChange
from execution.context import Context
from resolvers import scoring, tenants, weighting_models
from resolvers.activity_types import (
    NewActivityType,
    create_activity_type,
    exclude_activity_type,
)
from resolvers.excluding_activities import exclude_activity_source, mark_activities
from resolvers.weighting_drafts import (
    activate_weighting_model,
    duplicate_weighting_model,
    update_weighting_model,
)
from store.activity_days import ActivityDayStore
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.engagement_builders import THREE_ROLES, a_group_of, acts, record, some_people

CASES: Final = int(os.environ.get("QUORUM_SCORING_CASES", "6"))
NOW: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
PEOPLE: Final = ("ada", "bo", "cy", "dee", "eve")
GROUPS: Final = 4
TYPES: Final = ("Click Link", "Link Clicks", "Visit Webpage", "Weightless", "Unknown")
ROLES: Final = (*THREE_ROLES, None)
_numbers = itertools.count(1)

Members = dict[int, str | None]
"""By number of the person the role; None: removed."""


@dataclass(frozen=True)
class Round:
    """What happens before a run: acts by person, days ago and type; new members of groups; what all
    acts of some people are marked as, and their source is left out as."""

    days: int
    acts: dict[tuple[int, int, str], int]
    members: dict[int, Members] = field(default_factory=dict)
    is_new_type: bool = False
    decay: Decay | None = None
    excluded_as: Exclusion | None = None
    marked: dict[int, Mark | None] = field(default_factory=dict)
    ruled_as: Exclusion | None = None


@dataclass
class Act:
    """One activity as it was reported, and what people have marked it as since."""

    id: ActivityId
    person: PersonId
    day: date
    type: str
    mark: Mark | None = None


MEMBERS: Final = st.dictionaries(
    st.integers(0, len(PEOPLE) - 1), st.sampled_from(ROLES), max_size=len(PEOPLE)
)
ROUNDS: Final = st.builds(
    Round,
    st.sampled_from([0, 0, 1, 2, 29, 40]),
    st.dictionaries(
        st.tuples(st.integers(0, len(PEOPLE) - 1), st.integers(0, 31), st.sampled_from(TYPES)),
        st.integers(1, 25),
        max_size=5,
    ),
    st.dictionaries(st.integers(0, GROUPS - 1), MEMBERS, max_size=2),
    st.booleans(),
    st.sampled_from(
        [
            None,
            None,
            Decay(DecayKind.NONE),
            Decay(DecayKind.LINEAR),
            Decay(DecayKind.HALF_LIFE, 3),
            Decay(DecayKind.HALF_LIFE, 14),
        ]
    ),
    st.sampled_from([None, None, Exclusion.BOT]),
    st.dictionaries(st.integers(0, len(PEOPLE) - 1), st.sampled_from([None, *Mark]), max_size=2),
    st.sampled_from([None, None, None, Exclusion.SELF]),
)


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rounds=st.lists(ROUNDS, min_size=1, max_size=4))
async def test_runs_that_touch_a_few_leave_what_a_run_from_nothing_leaves(
    database: Database, tenant: TenantId, rounds: list[Round]
) -> None:
    clock = Clock(NOW)
    ctx = a_context(database, TenantId(f"{tenant}-{next(_numbers)}"), clock)
    await tenants.create_tenant(ctx, "Acme", "UTC")
    await create_activity_type(ctx, NewActivityType("Weightless", EngagementType.WEB, 0))
    ctx.stores.activities.days = ActivityDayStore(database, ctx.viewer.tenant, timedelta(0))
    people = await some_people(ctx, *PEOPLE)
    groups = [await a_group_of(ctx, {}) for _ in range(GROUPS)]
    stored: list[Act] = []
    members: dict[BuyingGroupId, dict[PersonId, str | None]] = {group: {} for group in groups}

    for each in rounds:
        clock.forward(timedelta(days=each.days))
        for (number, ago, type), count in each.acts.items():
            day = clock.at.date() - timedelta(days=ago)
            reports = acts(people[number], type, day, count)
            await record(ctx, reports)
            ids = [identifier(ctx.viewer.tenant, "test", report.source_id) for report in reports]
            stored += [Act(id, people[number], day, type.lower()) for id in ids]
        for place, named in each.members.items():
            members[groups[place]] = {people[number]: role for number, role in named.items()}
            await change_members(ctx, groups[place], members[groups[place]])
        if each.is_new_type:
            await create_activity_type(ctx, NewActivityType("Unknown", EngagementType.WEB, 9))
        if each.decay is not None:
            await decay_so(ctx, each.decay)
        for number, mark in each.marked.items():
            theirs = [act for act in stored if act.person == people[number]]
            await mark_activities(ctx, [act.id for act in theirs], mark)
            for act in theirs:
                act.mark = mark
        await exclude_activity_source(ctx, "test", each.ruled_as)
        link = activity_types.identifier(ctx.viewer.tenant, "Click Link")
        await exclude_activity_type(ctx, link, each.excluded_as)
        run = await ctx.stores.scoring.runs.run(await scoring.run_scoring(ctx))
        assert run is not None
        counts = counted(stored, each.ruled_as)
        figures = {person: of_person(run, counts.get(person, {})) for person in people}
        assert await raws(ctx) == {
            person: (its.raw, its.counted) for person, its in figures.items()
        }
        assert await figures_of_groups(ctx) == {
            group: of_group(figures, its) for group, its in members.items()
        }


async def decay_so(ctx: Context, decay: Decay) -> None:
    """Activate a version of the weighting model that decays so."""
    active = await weighting_models.active(ctx)
    assert active is not None
    draft = await duplicate_weighting_model(ctx, active.id)
    assert isinstance(draft, str)
    assert await update_weighting_model(ctx, draft, ModelChange(decay=decay)) == draft
    assert await activate_weighting_model(ctx, draft) == draft


async def change_members(
    ctx: Context, group: BuyingGroupId, members: dict[PersonId, str | None]
) -> None:
    """Store other members of a group, as a change of membership does."""
    document = await ctx.stores.groups.one(group)
    assert document is not None
    version = document["version"] + 1
    values = {
        "members": [
            {
                "person_id": person,
                "role_id": role,
                "is_member": role is not None,
                "is_removed": role is None,
            }
            for person, role in members.items()
        ],
        "member_ids": [person for person, role in members.items() if role is not None],
        "version": version,
        "score_due": version,
        "updated_at": ctx.now(),
    }
    await ctx.stores.groups.collection.update_one({"_id": group}, {"$set": values})


def counted(
    stored: list[Act], ruled_as: Exclusion | None
) -> dict[PersonId, dict[date, dict[str, int]]]:
    """How many acts of each person, day and type are not left out."""
    counts: dict[PersonId, dict[date, dict[str, int]]] = {}
    for act in stored:
        if Said(act.mark, None, ruled_as).excluded_as is None:
            of_day = counts.setdefault(act.person, {}).setdefault(act.day, {})
            of_day[act.type] = of_day.get(act.type, 0) + 1
    return counts


def of_person(run: ScoringRun, days: dict[date, dict[str, int]]) -> PersonFigures:
    first, last = run.window.first_day, run.window.last_day
    inside = {day: types for day, types in days.items() if first <= day <= last}
    rules = run.rules
    shares = factors(rules, run.window)
    return engagement.of_person(inside, rules.spellings, rules.weights, shares, rules.excluded)


def of_group(
    figures: dict[PersonId, PersonFigures], members: dict[PersonId, str | None]
) -> tuple[float, float]:
    """A group's raw and its role-weighted count, by the rules."""
    weights = {RoleId(role): WEIGHTS[Weighting(named)] for role, named in THREE_ROLES.items()}
    its = [
        MemberFigures(RoleId(role), figures[person].raw, figures[person].counted)
        for person, role in members.items()
        if role is not None
    ]
    group = engagement.of_group(weights, its)
    return group.raw, engagement.to_places(group.role_weighted_count)


async def raws(ctx: Context) -> dict[PersonId, tuple[float, int]]:
    nothing = {"raw": 0, "counted": 0}
    people = await ctx.stores.people.all({"engagement": 1})
    stored = {each["_id"]: each.get("engagement", nothing) for each in people}
    return {id: (engaged["raw"], engaged["counted"]) for id, engaged in stored.items()}


async def figures_of_groups(ctx: Context) -> dict[BuyingGroupId, tuple[float, float]]:
    return {
        group["_id"]: (group["engagement"]["raw"], group["engagement"]["role_weighted_count"])
        for group in await ctx.stores.groups.all({"engagement": 1})
    }
