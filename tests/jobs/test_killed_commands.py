"""Commands of many writes whose process is killed at one of them, and that are given again.

QUORUM_KILL_POINTS=all: at every write.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.activities import PersonByEmail
from domain.configuration import written
from domain.group_imports import GroupItem, MemberItem
from domain.identifiers import JobId, PersonId
from domain.identities import OutsideKey, Reference
from domain.membership import Method
from domain.weighting_drafts import ModelChange
from execution.context import Context
from resolvers import scoring, weighting_drafts, weighting_models
from resolvers.configuration import configuration
from resolvers.group_imports import Imported, import_buying_groups
from resolvers.weighting_drafts import WeightingModelNotDraft
from tests.contexts import Clock
from tests.engagement_builders import acts, record
from tests.jobs.kill_points import (
    LEAST_BETWEEN,
    World,
    a_process,
    a_world,
    caught_up,
    cut_off,
    held_by,
    mortal_driver,
    put_back,
)
from tests.killing import EVERY_POINT
from tests.resolvers.test_configuring import applied, given
from tests.worlds import a_buying_group, an_interest, some_accounts, some_people

POINTS_TRIED = 4

Command = Callable[[Context], Awaitable[None]]


async def to_be_configured(home: Context, clock: Clock) -> Command:
    """A file with something in every section."""
    await some_accounts(home, "Acme")

    async def configure(ctx: Context) -> None:
        await applied(ctx, given())

    return configure


async def to_be_imported(home: Context, clock: Clock) -> Command:
    """Ready groups: two to be made, one of them with two people, and one that is there."""
    accounts = await some_accounts(home, "Acme", "Beta", "Cord")
    for name, account in accounts.items():
        titles = {f"ada{name}": "Chief", f"bo{name}": "Clerk"}
        await some_people(home, account, titles)
    interest = await an_interest(home)
    await a_buying_group(home, accounts["Cord"], interest)
    said = [("Acme", "ada"), ("Acme", "bo"), ("Beta", "bo"), ("Cord", "bo")]

    async def bring_in(ctx: Context) -> None:
        items = [
            GroupItem(
                Reference(key=OutsideKey("crm", account)),
                "Security",
                (MemberItem(PersonByEmail(f"{who}{account}@example.com"), "Champion"),),
                method=Method.MANUAL,
            )
            for account, who in said
        ]
        outcomes = await import_buying_groups(ctx, items)
        assert isinstance(outcomes, list)
        assert [type(each) for each in outcomes] == [Imported] * len(items)

    return bring_in


async def to_be_activated(home: Context, clock: Clock) -> Command:
    """A model of half the window in a tenant that was scored by the one that is active."""
    [account] = (await some_accounts(home, "Acme")).values()
    ada = PersonId((await some_people(home, account, {"ada": "Chief"}))["ada"])
    await a_buying_group(home, account, await an_interest(home))
    today = clock().date()
    for days in (1, 20):
        await record(home, acts(ada, "Click Link", today - timedelta(days=days)))
    await scoring.run_scoring(home)
    active = await weighting_models.active(home)
    assert active is not None
    draft = await weighting_drafts.duplicate_weighting_model(home, active.id)
    assert isinstance(draft, str)
    change = ModelChange(window_days=active.window_days // 3)
    assert await weighting_drafts.update_weighting_model(home, draft, change) == draft

    async def activate(ctx: Context) -> None:
        done = await weighting_drafts.activate_weighting_model(ctx, draft)
        assert done == draft or isinstance(done, WeightingModelNotDraft)

    return activate


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(to_be_configured, id="a configuration is applied"),
        pytest.param(to_be_imported, id="ready groups are imported"),
        pytest.param(to_be_activated, id="a weighting model is activated"),
    ],
)
async def test_a_command_killed_at_any_write_and_given_again_leaves_what_it_leaves_undisturbed(
    home: Context, clock: Clock, prepare: Callable[[Context, Clock], Awaitable[Command]]
) -> None:
    command = await prepare(home, clock)
    world = await a_world(home, JobId("none"))
    with mortal_driver():
        places, expected = await interrupted(world, clock, command, None)
        step = 1 if EVERY_POINT else max(1, places // POINTS_TRIED) | 1  # odd: before and after

        for at in range(0, places, step):
            _, found = await interrupted(world, clock, command, at)
            assert found == expected, f"killed at {at} of {places}"


async def interrupted(
    world: World, clock: Clock, command: Command, at: int | None
) -> tuple[int, dict[str, Any]]:
    """Give the command until its process dies, and again; how many places there were, the end."""
    await put_back(world)
    death, ended = await cut_off(_done(command, a_process(world, clock)), at)
    assert death.has_come.is_set() is (at is not None)
    if isinstance(ended, Exception):
        raise ended
    clock.forward(LEAST_BETWEEN)
    another = a_process(world, clock)
    if at is not None:
        await command(another)
    await caught_up(another)
    clock.forward(-LEAST_BETWEEN)
    return death.places, await end_of(another)


async def _done(command: Command, ctx: Context) -> None:
    await command(ctx)


async def end_of(ctx: Context) -> dict[str, Any]:
    """What the tenant has: its configuration, its groups, what was told, and of each how many."""
    held = await held_by(ctx.stores.database, ctx.viewer.tenant)
    positions = sorted(event["position"] for event in held["events"])
    assert positions == list(range(1, len(positions) + 1))
    return {
        "configuration": written(await configuration(ctx)),
        "groups": sorted(
            (
                group["name"],
                group["engagement"]["raw"],
                group["completeness"]["exact"],
                [(each["person_id"], each["role_id"], each["method"]) for each in group["members"]],
            )
            for group in held["buying_groups"]
        ),
        "active": [each["_id"] for each in held["weighting_models"] if each["status"] == "active"]
        == [(await ctx.stores.tenants.own() or {})["active_weighting_model_id"]],
        "told": Counter(event["type"] for event in held["events"]),
        "counts": {name: len(documents) for name, documents in held.items()},
    }
