"""Each kind of job, killed at its writes one after the other; QUORUM_KILL_POINTS=all: at all."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta

import pytest

from domain.conditions import ALWAYS
from domain.identifiers import JobId, PersonId
from domain.identities import Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from execution.context import Context
from jobs import creation, maintenance, members_required, template_migration
from jobs.kinds import run_job
from resolvers import (
    announcing,
    audience_members,
    audiences,
    jobs,
    membership,
    people,
    scoring,
    template_migrations,
)
from resolvers import members_required as requirements
from resolvers.audiences import AudienceAccounts
from resolvers.members_required import MembersRequired
from resolvers.membership import Assignment
from tests.contexts import Clock
from tests.engagement_builders import acts, record
from tests.jobs.kill_points import World, a_world, end_state, interrupted, mortal_driver
from tests.killing import EVERY_POINT
from tests.worlds import (
    DECIDERS,
    INFLUENCERS,
    a_buying_group,
    a_next_version,
    an_interest,
    some_accounts,
    some_people,
)

TODAY = date(2026, 5, 4)
NAMES = [f"Account {letter}" for letter in "ABCDE"]
PARTS = (NAMES[:3], NAMES[2:])
POINTS_TRIED = 5
TWO = {"adaa": 9, "bob": 4}


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience_members, "STRETCH", 3)
    monkeypatch.setattr(creation, "ACCOUNTS_AT_ONCE", 3)
    monkeypatch.setattr(maintenance, "GROUPS_AT_ONCE", 3)
    monkeypatch.setattr(members_required, "GROUPS_AT_ONCE", 3)
    monkeypatch.setattr(template_migration, "GROUPS_AT_ONCE", 3)
    for name in ("DAYS_AT_ONCE", "PEOPLE_AT_ONCE", "GROUPS_AT_ONCE"):
        monkeypatch.setattr(scoring, name, 3)
    monkeypatch.setattr(announcing, "GROUPS_AT_ONCE", 3)


async def crowded(ctx: Context, active: Mapping[str, int]) -> dict[str, str]:
    """Accounts with people, of whom some have clicked so often; the ids of all by name."""
    ids = await some_accounts(ctx, *NAMES)
    known: dict[str, str] = {}
    for name in NAMES[:4]:
        letter = name[-1].lower()
        titles = {f"ada{letter}": "Chief", f"bo{letter}": "Engineer", f"cy{letter}": "Clerk"}
        known |= await some_people(ctx, ids[name], titles)
    clicks = active.items()
    await record(ctx, *(acts(PersonId(known[who]), "Click Link", TODAY, n) for who, n in clicks))
    return known | ids


async def a_creation_job(ctx: Context) -> JobId:
    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str)
    job = await jobs.start_creation_job(ctx, await an_interest(ctx), everybody)
    assert isinstance(job, str)
    return job


async def to_be_refreshed(ctx: Context, clock: Clock) -> JobId:
    """An audience that two accounts have to join and two to leave."""
    ids = await some_accounts(ctx, *NAMES)
    first, last = (AudienceAccounts(account_ids=[ids[n] for n in part]) for part in PARTS)
    audience = await audiences.create_account_audience(ctx, "Some", None, first)
    assert isinstance(audience, str)
    assert await run_job(ctx, await jobs.start_audience_refresh_job(ctx, audience), "earlier")
    clock.forward(timedelta(minutes=10))
    await audiences.update_account_audience(ctx, audience, None, last)
    return await jobs.start_audience_refresh_job(ctx, audience)


async def to_be_created(ctx: Context, clock: Clock) -> JobId:
    """Five groups to be made in a tenant that has been scored, with a group of another kind."""
    known = await crowded(ctx, TWO)
    await a_buying_group(ctx, known["Account A"], await an_interest(ctx, name="Storage"))
    await scoring.run_scoring(ctx)
    return await a_creation_job(ctx)


async def to_be_scored_and_created(ctx: Context, clock: Clock) -> JobId:
    """Five groups to be made in a tenant that was never scored.

    They are equally active, for the first to be scored is what the others are measured by.
    """
    await crowded(ctx, {"adaa": 5, "adab": 5, "adac": 5, "adad": 5})
    return await a_creation_job(ctx)


async def to_be_maintained(ctx: Context, clock: Clock) -> JobId:
    """Groups whose people have changed since: titles, relations, and what was said by hand."""
    known = await crowded(ctx, TWO)
    assert await run_job(ctx, await a_creation_job(ctx), "earlier")
    await scoring.run_scoring(ctx)
    clock.forward(timedelta(minutes=10))
    await some_people(ctx, known["Account E"], {"dee": "Chief", "eve": "Engineer"})
    await people.upsert_people(
        ctx,
        [
            PersonItem(id=known["adaa"], fields={"job_title": "Engineer"}),
            PersonItem(id=known["bob"], fields={"job_title": "Clerk"}),
            PersonItem(
                id=known["adac"],
                relations=[
                    GivenRelation(Reference(id=known["Account D"]), RelationKind.CONTRACTOR)
                ],
                removed_relations=[Reference(id=known["Account C"])],
            ),
            PersonItem(id=known["cyd"], removed_relations=[Reference(id=known["Account D"])]),
        ],
    )
    groups = {group["account_id"]: group["_id"] for group in await ctx.stores.groups.all()}
    by_hand = [Assignment(PersonId(known["cyb"]), "Champion")]
    await membership.assign_members(ctx, groups[known["Account B"]], by_hand)
    clock.forward(timedelta(minutes=10))
    job = await jobs.start_maintenance_job(ctx)
    assert isinstance(job, str)
    return job


async def to_be_scored(ctx: Context, clock: Clock) -> JobId:
    """A day after they were scored, people have acted anew."""
    known = await crowded(ctx, TWO)
    assert await run_job(ctx, await a_creation_job(ctx), "earlier")
    await scoring.run_scoring(ctx)
    clock.forward(timedelta(days=1))
    tomorrow = TODAY + timedelta(days=1)
    acting = [PersonId(known[name]) for name in ("adaa", "boa", "adac", "bod", "adad")]
    await record(ctx, *(acts(each, "Click Link", tomorrow, n + 2) for n, each in enumerate(acting)))
    return await jobs.start_scoring_job(ctx)


async def to_be_recomputed(ctx: Context, clock: Clock) -> JobId:
    """Groups whose template needs more members of a role than when they were made."""
    await crowded(ctx, {})
    assert await run_job(ctx, await a_creation_job(ctx), "earlier")
    clock.forward(timedelta(minutes=10))
    [template] = await ctx.stores.role_templates.all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requirements, "GROUPS_WITHOUT_A_JOB", 4)
        changed = await requirements.change_members_required(
            ctx, template["_id"], "Practitioner", 3
        )
    assert isinstance(changed, MembersRequired)
    assert changed.job is not None
    return changed.job


async def to_be_migrated(ctx: Context, clock: Clock) -> JobId:
    """Groups whose solution interest follows another version of its template by now."""
    known = await crowded(ctx, TWO)
    assert await run_job(ctx, await a_creation_job(ctx), "earlier")
    await scoring.run_scoring(ctx)
    groups = {group["account_id"]: group["_id"] for group in await ctx.stores.groups.all()}
    for name in ("cya", "cyb"):
        by_hand = [Assignment(PersonId(known[name]), "Champion")]
        await membership.assign_members(ctx, groups[known[f"Account {name[-1].upper()}"]], by_hand)
    clock.forward(timedelta(minutes=10))
    [interest] = await ctx.stores.solution_interests.all()
    version = await a_next_version(ctx, interest["role_template_id"], [DECIDERS, INFLUENCERS])
    plan = [("Practitioner", "Influencer"), ("Champion", None)]
    begun = await template_migrations.start_template_migration(
        ctx, template_migrations.Asked(interest["_id"], version, plan)
    )
    assert isinstance(begun, template_migrations.Migrating)
    return begun.job


async def to_be_put_back(ctx: Context, clock: Clock) -> JobId:
    """The same groups once they were migrated, when that is to be undone."""
    assert await run_job(ctx, await to_be_migrated(ctx, clock), "earlier")
    clock.forward(timedelta(minutes=10))
    [interest] = await ctx.stores.solution_interests.all()
    begun = await template_migrations.undo_template_migration(ctx, interest["_id"])
    assert isinstance(begun, template_migrations.Migrating)
    return begun.job


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(to_be_refreshed, id="audience refresh"),
        pytest.param(to_be_created, id="creation"),
        pytest.param(to_be_scored_and_created, id="creation after the first scoring"),
        pytest.param(to_be_maintained, id="maintenance"),
        pytest.param(to_be_scored, id="scoring"),
        pytest.param(to_be_recomputed, id="members required"),
        pytest.param(to_be_migrated, id="template migration"),
        pytest.param(to_be_put_back, id="template migration undone"),
    ],
)
async def test_a_job_killed_at_any_write_leaves_in_the_end_what_it_leaves_undisturbed(
    home: Context, clock: Clock, build: Callable[[Context, Clock], Awaitable[JobId]]
) -> None:
    world: World = await a_world(home, await build(home, clock))
    with mortal_driver():
        undisturbed = await interrupted(world, clock, None)
        expected = await end_state(world)
        places = undisturbed.places
        step = 1 if EVERY_POINT else max(1, places // POINTS_TRIED) | 1  # odd: before and after

        for at in range(0, places, step):
            death = await interrupted(world, clock, at)
            assert death.has_come.is_set()
            left = await end_state(world)
            for name, documents in expected.items():
                if name != "scoring_runs":
                    assert left[name] == documents, f"{name}, killed at {at} of {places}"
