"""Commands that are killed in their middle and run again: imports, a configuration, activations."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx

from domain.weighting_drafts import ModelChange, TypeChange
from domain.weighting_models import TypeWeight
from execution.context import Context
from resolvers import weighting_drafts, weighting_models
from store.driver import Document
from tests.chaos.ground import (
    GROUPS,
    KILLS_OF_EACH,
    PATIENCE_SECONDS,
    Ground,
    all_ended,
    strike,
    work,
)
from tests.chaos.processes import Running
from tests.concurrency.judgement import events_of
from tests.server.quorum_process import QUORUM
from tests.worlds import DECIDERS, FRIENDS, USERS, an_interest

ROWS: Final = 4_000
LONGEST_SECONDS: Final = 0.5
"""How long a command goes on, at most, after the first event of its own, before it is killed."""

_PEOPLE: Final = """\
kind = "people"
[fields]
keys.sheet = "id"
email = "email"
first_name = "name"
"""
_MEMBERS: Final = """\
kind = "buying_groups"
[fields]
account.keys.crm = "account"
solution_interest = "interest"
person.email = "email"
role = { constant = "Champion" }
method = { constant = "MANUAL" }
"""
_ACTIVATE: Final = """mutation ($id: ID!) {
  activateWeightingModel(input: {weightingModelId: $id}) {
    __typename ... on WeightingModelNotDraft { status } } }"""
_IS_ACTIVE: Final = (
    {"__typename": "ActivateWeightingModelSuccess"},
    {"__typename": "WeightingModelNotDraft", "status": "ACTIVE"},
)


async def play(made: Ground, folder: Path) -> list[str]:
    """Go through every command, each killed some times; what is wrong. All jobs have ended."""
    return [
        *await _activated(made),
        *await _configured(made, folder),
        *await _people_imported(made, folder),
        *await _groups_imported(made, folder),
    ]


async def _activated(made: Ground) -> list[str]:
    """Models by which an act weighs ever more are activated, and scores follow the last one."""
    ctx, faults = made.ctx, []
    before = await _raws(ctx)
    first = (await _click(ctx)).weight
    for _ in range(KILLS_OF_EACH):
        draft = await _heavier(ctx)
        asking = asyncio.create_task(_activation(made, draft))
        await asyncio.sleep(made.random.uniform(0, 0.05))
        await strike(made)
        await asyncio.gather(asking, return_exceptions=True)
        answer = None
        while answer is None:
            with suppress(httpx.TransportError):
                answer = (await _activation(made, draft)).get("data")
        if answer["activateWeightingModel"] not in _IS_ACTIVE:
            faults.append(f"an activation was answered with {answer}")
        pointed = await weighting_models.active_weighting_model(ctx)
        active = [each["_id"] for each in await _models(ctx) if each["status"] == "active"]
        if (pointed, active) != (draft, [draft]):
            faults.append(f"{draft} was activated; the tenant has {pointed}, active are {active}")
    waiting = await ctx.stores.jobs.found({"kind": "scoring"}, {"_id": 1})
    faults += await work(made, _known(max(each["_id"] for each in waiting)))
    await all_ended(made)
    told = [e for e in await events_of(ctx) if e["type"] == "WEIGHTING_MODEL_ACTIVATED"]
    if [event["after"] for event in told[:-1]] != [event["before"] for event in told[1:]]:
        faults.append(f"activations do not follow each other: {told}")
    after = await _raws(ctx)
    grown = (first + KILLS_OF_EACH) / first
    if {round(raw) for raw in after} != {round(raw * grown) for raw in before}:
        faults.append(f"groups had the raws {before}, have {after} by the model")
    return faults


async def _known(id: str) -> str:
    return id


async def _activation(made: Ground, draft: str) -> Any:
    headers = {"X-Quorum-Tenant": made.ctx.viewer.tenant}
    body = {"query": _ACTIVATE, "variables": {"id": draft}}
    address = made.random.choice(made.fleet.addresses)
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, headers=headers) as client:
        return (await client.post(f"{address}/graphql", json=body)).json()


async def _heavier(ctx: Context) -> str:
    """A draft of what is active, by which a click weighs a little more."""
    model, click = await weighting_models.active(ctx), await _click(ctx)
    assert model is not None
    draft = await weighting_drafts.duplicate_weighting_model(ctx, model.id)
    assert isinstance(draft, str)
    change = ModelChange(types=[TypeChange(click.activity_type, weight=click.weight + 1)])
    assert await weighting_drafts.update_weighting_model(ctx, draft, change) == draft
    return draft


async def _click(ctx: Context) -> TypeWeight:
    """What a click weighs now."""
    model = await weighting_models.active(ctx)
    assert model is not None
    [type] = await ctx.stores.activity_types.found({"name": "Click Link"}, {"_id": 1})
    return next(each for each in model.types if each.activity_type == type["_id"])


async def _models(ctx: Context) -> list[Document]:
    return await ctx.stores.weighting_models.all({"status": 1})


async def _raws(ctx: Context) -> set[float]:
    return {group["engagement"]["raw"] for group in await ctx.stores.groups.all()}


async def _configured(made: Ground, folder: Path) -> list[str]:
    """A file of many components is applied; in the end there is each of them, once."""
    file = folder / "wanted.yaml"
    file.write_text(_configuration())
    code = await _killed_and_run_again(made, folder, "config", "apply", str(file))
    faults = [] if code == 0 else [f"a configuration was applied with {code}"]
    differing = _command(made, folder, "config", "diff", str(file))
    differing.start()
    if left := await asyncio.to_thread(differing.wait, PATIENCE_SECONDS):
        faults.append(f"a configuration that was applied differs: {left}")
    stores = made.ctx.stores
    for store in (stores.roles, stores.personas, stores.role_templates, stores.audiences):
        names = Counter([each["name"] for each in await store.all({"name": 1})])
        own = {name: times for name, times in names.items() if name.startswith("Own")}
        if set(own.values()) != {1} or len(own) < SOME:
            faults.append(f"of a configuration there is {own}")
    await all_ended(made)
    return faults


SOME: Final = 6
"""How many of each kind of component the configuration has."""


def _configuration() -> str:
    lines = ["quorum_configuration: 1"]

    def section(name: str, *parts: str) -> None:
        lines.append(f"{name}:")
        for number in range(SOME):
            lines.append(f"  - name: Own {number}")
            lines.extend(f"    {part.format(number=number)}" for part in parts)

    section("roles", "aliases: [Also {number}]")
    section(
        "personas",
        "attributes:",
        "  - attribute: person.job_title",
        "    values: [Title {number}]",
    )
    section("activity_types", "engagement_type: EVENT", "aliases: [Known {number}]")
    section(
        "stage_models",
        "status: live",
        "stages:",
        "  - {{name: New, entry: true}}",
        "  - {{name: Won, destination: success}}",
        "transitions:",
        "  - {{from: New, to: Won}}",
    )
    section(
        "role_templates",
        "status: live",
        "roles:",
        "  - role: Own {number}",
        "    condition:",
        "      test: {{attribute: person.persona, operator: is, value: Own {number}}}",
    )
    section("solution_interests", "role_template: Own {number}", "stage_model: Own {number}")
    section(
        "account_audiences",
        "condition:",
        "  test: {{attribute: account.name, operator: is, value: Own {number}}}",
    )
    return "\n".join([*lines, ""])


async def _people_imported(made: Ground, folder: Path) -> list[str]:
    """New people come in from a file, each once."""
    rows = [f"S{n},s{n}@sheet.example.com,Name {n}" for n in range(ROWS)]
    code = await _imported(made, folder, "people", ["id,email,name", *rows], _PEOPLE)
    own = [p for p in await made.ctx.stores.people.all() if "sheet" in p.get("keys", {})]
    faults = [] if code == 0 else [f"the import of people ended with {code}"]
    if len(own) != ROWS or len({each["keys"]["sheet"] for each in own}) != ROWS:
        faults.append(f"the import stored {len(own)} people of {ROWS} rows")
    return faults


async def _groups_imported(made: Ground, folder: Path) -> list[str]:
    """Ready groups come in from a file, each with its one member."""
    ctx = made.ctx
    interest = await an_interest(ctx, [DECIDERS, USERS, FRIENDS], "Imported")
    rows = [f"A{n},Imported,p{n}@example.com" for n in range(GROUPS)]
    code = await _imported(made, folder, "groups", ["account,interest,email", *rows], _MEMBERS)
    faults = [] if code == 0 else [f"the import of groups ended with {code}"]
    own = await ctx.stores.groups.found({"solution_interest_id": interest}, {"members": 1})
    members = Counter(len(group["members"]) for group in own)
    if members != {1: GROUPS}:
        faults.append(f"the import of {GROUPS} groups has left groups by members: {members}")
    people = {member["person_id"] for group in own for member in group["members"]}
    if len(people) != GROUPS:
        faults.append(f"{len(people)} people are in the {GROUPS} groups that were imported")
    await all_ended(made)
    return faults


async def _imported(
    made: Ground, folder: Path, name: str, lines: Sequence[str], mapping: str
) -> int | None:
    file, stated = folder / f"{name}.csv", folder / f"{name}.toml"
    file.write_text("\n".join(lines))
    stated.write_text(mapping)
    return await _killed_and_run_again(made, folder, "import", str(file), "--mapping", str(stated))


async def _killed_and_run_again(made: Ground, folder: Path, *arguments: str) -> int | None:
    """Run a command that is killed some times after its first event, then to its end; its code."""
    running = _command(made, folder, *arguments)
    for _ in range(KILLS_OF_EACH):
        before = await made.ctx.stores.event_log.last()
        running.start()
        while running.is_alive:
            if await made.ctx.stores.event_log.last() > before:
                break
            await asyncio.sleep(0.005)
        if await asyncio.to_thread(running.wait, made.random.uniform(0, LONGEST_SECONDS)) == 0:
            break
        running.kill()
        made.struck.kills += 1
    running.start()
    return await asyncio.to_thread(running.wait, PATIENCE_SECONDS)


def _command(made: Ground, folder: Path, *arguments: str) -> Running:
    command = [str(QUORUM), *arguments, "--tenant", made.ctx.viewer.tenant]
    return Running(command, folder / f"{arguments[0]}.log", made.fleet.settings)
