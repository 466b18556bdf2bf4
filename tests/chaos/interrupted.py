"""Long work that is killed in its middle, again and again: jobs of every kind, and imports."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from domain.accounts import AccountItem
from domain.conditions import ALWAYS
from domain.identifiers import PersonId
from domain.identities import OutsideKey, Reference
from domain.people import GivenRelation, PersonItem, RelationKind
from domain.upserting import Applied
from execution.context import Context
from jobs.running import LEASE
from resolvers import (
    accounts,
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
from resolvers.tenants import create_tenant
from server.contexts import now
from store.driver import Document
from tests.chaos.faults import Struck
from tests.chaos.fleet import Fleet
from tests.chaos.folds import fold_faults
from tests.chaos.processes import Running
from tests.chaos.world import context
from tests.concurrency.judgement import events_of, left_in_outboxes, position_faults, settle
from tests.engagement_builders import acts, record
from tests.server.quorum_process import QUORUM
from tests.worlds import DECIDERS, FRIENDS, INFLUENCERS, USERS, an_interest

GROUPS: Final = 800
ROWS: Final = 4_000
KILLS_OF_EACH: Final = 3
PATIENCE_SECONDS: Final = 180.0
_ENDED: Final = ("done", "failed", "finished_with_failures", "cancelled")
_MAPPING: Final = """\
kind = "people"
[fields]
keys.sheet = "id"
email = "email"
first_name = "name"
"""


@dataclass(slots=True)
class Ground:
    """A tenant with an account for each of many people, and the servers that work on it."""

    ctx: Context
    fleet: Fleet
    random: Random
    struck: Struck
    people: list[PersonId]
    interest: str
    audience: str


async def ground(ctx: Context, fleet: Fleet, random: Random, struck: Struck) -> Ground:
    """Make the tenant: every person is a chief, alone in their account."""
    await create_tenant(ctx, "Jobs", "UTC")
    names = [f"A{number}" for number in range(GROUPS)]
    items = [AccountItem(fields={"name": name}, keys=[OutsideKey("crm", name)]) for name in names]
    made = await accounts.upsert_accounts(ctx, items)
    assert isinstance(made, list)
    homes = [each.id for each in made if isinstance(each, Applied)]
    known = await _titled(ctx, homes, "Chief")
    everybody = await audiences.create_account_audience(
        ctx, "Everybody", None, AudienceAccounts(ALWAYS)
    )
    assert isinstance(everybody, str)
    interest = await an_interest(ctx, [DECIDERS, USERS, FRIENDS], "Jobs")
    return Ground(ctx, fleet, random, struck, known, interest, everybody)


async def play(made: Ground, folder: Path) -> tuple[list[str], int]:
    """Go through every kind of work, each killed some times; what is wrong, and how many events."""
    ctx = made.ctx
    faults: list[str] = []
    faults += await _work(made, jobs.start_creation_job(ctx, made.interest, made.audience))
    groups = [group["_id"] for group in await ctx.stores.groups.all({"_id": 1})]
    if len(groups) != GROUPS:
        faults.append(f"there are {len(groups)} groups for {GROUPS} accounts")
    await _retitle(ctx, made.people, "Engineer")
    faults += await _work(made, jobs.start_maintenance_job(ctx))
    faults += await _with_role(ctx, "Practitioner")
    today = now().date()
    for start in range(0, GROUPS, 500):
        some = made.people[start : start + 500]
        await record(ctx, *(acts(person, "Click Link", today) for person in some))
    faults += await _work(made, jobs.start_scoring_job(ctx))
    raws = {group["engagement"]["raw"] for group in await ctx.stores.groups.all()}
    if len(raws) != 1 or 0 in raws:
        faults.append(f"groups of like people have the raws {sorted(raws)[:5]}")
    template = await _followed(ctx, made.interest)
    faults += await _work(made, _required(ctx, template))
    faults += await _work(made, _migration(ctx, made.interest, template))
    faults += await _with_role(ctx, "Influencer")
    faults += await _work(made, _undoing(ctx, made.interest))
    faults += await _with_role(ctx, "Practitioner")
    faults += await _imported(made, folder)
    return faults + await _judged(ctx), len(await events_of(ctx))


async def _work(made: Ground, started: Awaitable[object]) -> list[str]:
    """Start a job, kill all servers while one of them works on it, and let it end."""
    id = await started
    if not isinstance(id, str):
        return [f"a job was not started: {id}"]
    for _ in range(KILLS_OF_EACH):
        if (await _once(made, id, lambda job: job["status"] != "waiting"))["status"] in _ENDED:
            break
        await asyncio.sleep(made.random.uniform(0, 0.6))
        await _killed(made)
        # Whoever comes next waits until the lease has run out; here that is so at once.
        over = {"$set": {"lease.until": now() - LEASE - timedelta(seconds=1)}}
        await made.ctx.stores.jobs.collection.update_one({"_id": id, "lease": {"$ne": None}}, over)
    job = await _once(made, id, lambda job: job["status"] in _ENDED)
    faults = []
    if (job["status"], job["failure"], job["lease"]) != ("done", None, None):
        faults.append(f"the job {job['kind']} ended as {job['status']}: {job['failure']}")
    if job["progress"]["done"] != job["progress"]["total"]:
        faults.append(f"the job {job['kind']} has gone through {job['progress']}")
    return faults


async def _killed(made: Ground) -> None:
    for server in made.fleet.servers:
        server.running.kill()
        made.struck.kills += 1
    for server in made.fleet.servers:
        server.running.start()
    await made.fleet.ready()


async def _once(made: Ground, id: str, holds: Callable[[Document], bool]) -> Document:
    """The job as soon as this holds of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        job = await made.ctx.stores.jobs.one(id)
        assert job is not None
        if holds(job):
            return job
        await asyncio.sleep(0.005)
    raise AssertionError(f"the job does not go on: {job}")


async def _imported(made: Ground, folder: Path) -> list[str]:
    """Import a file by a command that is killed some times and run again."""
    rows = [f"S{n},s{n}@sheet.example.com,Name {n}" for n in range(ROWS)]
    file, mapping = folder / "people.csv", folder / "people.toml"
    file.write_text("\n".join(["id,email,name", *rows]))
    mapping.write_text(_MAPPING)
    command = [str(QUORUM), "import", str(file), "--mapping", str(mapping)]
    command += ["--tenant", made.ctx.viewer.tenant]
    running = Running(command, folder / "import.log", made.fleet.settings)
    for _ in range(KILLS_OF_EACH):
        running.start()
        ended = await asyncio.to_thread(running.wait, made.random.uniform(1.5, 5))
        if ended is not None:
            break
        running.kill()
        made.struck.kills += 1
    running.start()
    code = await asyncio.to_thread(running.wait, PATIENCE_SECONDS)
    own = [p for p in await made.ctx.stores.people.all() if "sheet" in p.get("keys", {})]
    faults = [] if code == 0 else [f"the import ended with {code}"]
    if len(own) != ROWS or len({each["keys"]["sheet"] for each in own}) != ROWS:
        faults.append(f"the import stored {len(own)} people of {ROWS} rows")
    told = [e["subject_id"] for e in await events_of(made.ctx) if e["type"] == "PERSON_CREATED"]
    if len(told) != len(set(told)):
        faults.append("a person was created twice")
    return faults


async def _judged(ctx: Context) -> list[str]:
    """What is wrong with the history and with groups once all has caught up."""
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
    return faults


async def _titled(ctx: Context, homes: Sequence[str], title: str) -> list[PersonId]:
    items = [
        PersonItem(
            fields={"first_name": f"P{n}", "email": f"p{n}@example.com", "job_title": title},
            relations=[GivenRelation(Reference(id=home), RelationKind.EMPLOYEE)],
        )
        for n, home in enumerate(homes)
    ]
    made = await people.upsert_people(ctx, items)
    assert isinstance(made, list)
    return [PersonId(each.id) for each in made if isinstance(each, Applied)]


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
