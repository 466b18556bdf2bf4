"""Jobs that are killed in their middle, again and again, one of every kind; and the judgement."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from domain.attributes import attribute
from domain.conditions import AttributeTest, Condition
from domain.identifiers import AudienceId, PersonId
from domain.operators import Operator
from domain.people import PersonItem
from execution.context import Context
from resolvers import (
    audiences,
    jobs,
    members_required,
    people,
    role_templates,
    template_migrations,
    template_versions,
)
from resolvers.audiences import AudienceAccounts
from resolvers.members_required import MembersRequired
from resolvers.template_migrations import Asked, Migrating
from server.contexts import now
from store.audience_members import AUDIENCE
from store.driver import Document
from tests.chaos.folds import fold_faults
from tests.chaos.ground import GROUPS, Ground, all_ended, work
from tests.chaos.world import context
from tests.concurrency.judgement import events_of, left_in_outboxes, position_faults, settle
from tests.engagement_builders import acts, record
from tests.worlds import DECIDERS, FRIENDS, INFLUENCERS


async def play(made: Ground) -> list[str]:
    """Go through every kind of job, each killed some times; what is wrong."""
    ctx = made.ctx
    faults = await _refreshed(made)
    faults += await work(made, jobs.start_creation_job(ctx, made.interest, made.audience))
    groups = [group["_id"] for group in await ctx.stores.groups.all({"_id": 1})]
    if len(groups) != GROUPS:
        faults.append(f"there are {len(groups)} groups for {GROUPS} accounts")
    await _retitle(ctx, made.people, "Engineer")
    faults += await work(made, jobs.start_maintenance_job(ctx))
    faults += await _with_role(ctx, "Practitioner")
    today = now().date()
    for start in range(0, GROUPS, 500):
        some = made.people[start : start + 500]
        await record(ctx, *(acts(person, "Click Link", today) for person in some))
    faults += await work(made, jobs.start_scoring_job(ctx))
    raws = {group["engagement"]["raw"] for group in await ctx.stores.groups.all()}
    if len(raws) != 1 or 0 in raws:
        faults.append(f"groups of like people have the raws {sorted(raws)[:5]}")
    template = await _followed(ctx, made.interest)
    faults += await work(made, _required(ctx, template))
    faults += await work(made, _migration(ctx, made.interest, template))
    faults += await _with_role(ctx, "Influencer")
    faults += await work(made, _undoing(ctx, made.interest))
    return faults + await _with_role(ctx, "Practitioner")


async def _refreshed(made: Ground) -> list[str]:
    """An audience is refreshed, and again when its rule has become another."""
    ctx = made.ctx
    first, then = ({f"A{n}" for n in range(GROUPS) if digit in str(n)} for digit in "12")
    id = await audiences.create_account_audience(ctx, "Some", None, _named("1"))
    assert isinstance(id, str)
    faults = await work(made, jobs.start_audience_refresh_job(ctx, id))
    assert await audiences.update_account_audience(ctx, id, None, _named("2")) == id
    faults += await work(made, jobs.start_audience_refresh_job(ctx, id))
    await all_ended(made)
    names = {each["_id"]: each["name"] for each in await ctx.stores.accounts.all({"name": 1})}
    members = await ctx.stores.accounts.found({AUDIENCE: id}, {"name": 1})
    if {each["name"] for each in members} != then:
        faults.append(f"the audience has {len(members)} members, not {len(then)}")
    for type, expected in (
        ("ACCOUNT_JOINED_AUDIENCE", first | then),
        ("ACCOUNT_LEFT_AUDIENCE", first - then),
    ):
        told = Counter(names[account] for account in await _crossed(ctx, AudienceId(id), type))
        if told != Counter(expected):
            faults.append(f"{type} was told of {told.total()} accounts, not {len(expected)}")
    return faults


def _named(part: str) -> AudienceAccounts:
    name = attribute("account.name")
    assert name is not None
    condition: Condition = AttributeTest(name, Operator.CONTAINS, part)
    return AudienceAccounts(condition)


async def _crossed(ctx: Context, id: AudienceId, type: str) -> list[str]:
    """The account of every event of this type that tells of the audience."""
    told = [event for event in await events_of(ctx) if event["type"] == type]
    return [event["account_id"] for event in told if event["subject_id"] == id]


async def judged(ctx: Context) -> tuple[list[str], int]:
    """What is wrong with the history and with groups once all has caught up; and its events."""
    await settle(context(ctx.stores.database, ctx.viewer.tenant))
    events = await events_of(ctx)
    faults = [*position_faults(events, ctx.viewer.tenant), *await left_in_outboxes(ctx)]
    for job in await ctx.stores.jobs.all():
        told = [event["type"] for event in events if event["subject_id"] == job["_id"]]
        if told != ["JOB_CREATED", "JOB_FINISHED"]:
            faults.append(f"the job {job['kind']} has the events {told}")
    of_group: dict[str, list[Document]] = {}
    for event in events:
        if group := event.get("buying_group_id"):
            of_group.setdefault(group, []).append(event)
    for group in await ctx.stores.groups.all():
        template = await ctx.stores.role_templates.template(group["role_template_id"])
        assert template is not None
        told = of_group.get(group["_id"], [])
        faults += [f"{group['_id']}: {fault}" for fault in fold_faults(group, told, template)]
    made = Counter(each["subject_id"] for each in events if each["type"].endswith("_CREATED"))
    faults += [f"{id} was created {times} times" for id, times in made.items() if times > 1]
    return faults, len(events)


async def _retitle(ctx: Context, known: Sequence[PersonId], title: str) -> None:
    items = [PersonItem(id=person, fields={"job_title": title}) for person in known]
    await people.upsert_people(ctx, items)


async def _with_role(ctx: Context, role: str) -> list[str]:
    """Where a group does not have its one person in this role."""
    directory = await _role_id(ctx, role)
    wrong = [
        group["_id"]
        for group in await ctx.stores.groups.all({"members.role_id": 1})
        if [member["role_id"] for member in group["members"]] != [directory]
    ]
    return [f"{len(wrong)} groups do not have their person as {role}"] if wrong else []


async def _role_id(ctx: Context, name: str) -> Any:
    found = await ctx.stores.roles.found({"name": name}, {"_id": 1})
    return found[0]["_id"]


async def _followed(ctx: Context, interest: str) -> str:
    document = await ctx.stores.solution_interests.one(interest)
    assert document is not None
    return str(document["role_template_id"])


async def _required(ctx: Context, template: str) -> object:
    done = await members_required.change_members_required(ctx, template, "Practitioner", 3)
    return done.job if isinstance(done, MembersRequired) else done


async def _migration(ctx: Context, interest: str, template: str) -> object:
    made = await template_versions.new_role_template_version(ctx, template, "Second")
    assert isinstance(made, str), made
    entries = [DECIDERS, INFLUENCERS, FRIENDS]
    assert await role_templates.update_role_template(ctx, made, None, entries) == made
    assert await role_templates.publish_role_template(ctx, made) == made
    asked = Asked(interest, made, [("Practitioner", "Influencer")])
    done = await template_migrations.start_template_migration(ctx, asked)
    return done.job if isinstance(done, Migrating) else done


async def _undoing(ctx: Context, interest: str) -> object:
    done = await template_migrations.undo_template_migration(ctx, interest)
    return done.job if isinstance(done, Migrating) else done
