"""What is told from events alone is what is stored, whatever was done to a group.

`QUORUM_HISTORY_CASES` is how many random histories are tried.
"""

import os
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from domain.accounts import AccountItem
from domain.history import PastGroup
from domain.identifiers import BuyingGroupId, PersonId
from domain.identities import OutsideKey
from domain.membership import Method
from domain.people import PersonItem
from execution.context import Context
from resolvers import accounts, groups, people, stages
from resolvers.histories import past_group
from resolvers.maintenance import maintain_groups
from resolvers.membership import (
    Assignment,
    assign_members,
    release_members,
    remove_members,
)
from resolvers.merging_people import merge_people
from resolvers.stages import Move
from store.driver import Document
from store.groups import to_group
from tests.contexts import Clock
from tests.worlds import (
    a_buying_group,
    a_live_stage_model,
    an_interest,
    some_accounts,
    some_people,
)

CASES: Final = int(os.environ.get("QUORUM_HISTORY_CASES", "2"))
STEPS: Final = 25
TITLES: Final = ("Chief", "Engineer", "Painter")


@pytest.mark.parametrize("seed", range(CASES))
async def test_a_group_told_from_its_events_is_the_stored_one_at_every_step(
    home: Context, clock: Clock, seed: int
) -> None:
    dice = random.Random(seed)
    known = await some_accounts(home, "Acme", "Bolt")
    ids = await some_people(home, known["Acme"], dict.fromkeys(("ada", "bo", "cy"), "Chief"))
    interest = await an_interest(home, stage_model=await a_live_stage_model(home))
    group = await a_buying_group(home, known["Acme"], interest)
    stored: list[tuple[Any, PastGroup]] = []

    for _ in range(STEPS):
        clock.forward(timedelta(minutes=1))
        await _do_something(home, dice, group, ids)
        document = await home.stores.groups.one(group)
        assert document is not None
        stored.append((clock(), _as_told(document)))

    for moment, expected in stored:
        then = await past_group(home, group, moment)
        assert then is not None
        assert _without_scores(then.group, then.name) == expected


async def test_why_rules_let_somebody_go_and_what_was_said_of_one_merged_away_is_told(
    home: Context, clock: Clock
) -> None:
    known = await some_accounts(home, "Acme")
    ids = await some_people(home, known["Acme"], dict.fromkeys(("ada", "bo"), "Chief"))
    group = await a_buying_group(home, known["Acme"], await an_interest(home))
    ada, bo = (PersonId(ids[name]) for name in ("ada", "bo"))
    fields = {"email": "ada@example.com", "job_title": "Painter"}
    await people.upsert_people(home, [PersonItem(fields=fields)])
    await maintain_groups(home, [group])
    await assign_members(home, group, [Assignment(bo, "Champion")], Method.JOURNEY, "asked")
    clock.forward(timedelta(minutes=1))
    await merge_people(home, ada, bo)

    document = await home.stores.groups.one(group)
    then = await past_group(home, group, clock())

    assert document is not None
    assert then is not None
    assert _without_scores(then.group, then.name) == _as_told(document)
    [member] = then.group.members
    assert {claim.reason for claim in member.claims.values()} >= {"asked"}
    gone = await past_group(home, group, clock() - timedelta(seconds=1))
    assert gone is not None
    reasons = {claim.reason for each in gone.group.members for claim in each.claims.values()}
    assert "no rule of the template holds any more" in reasons


async def _do_something(
    ctx: Context, dice: random.Random, group: BuyingGroupId, ids: Mapping[str, str]
) -> None:
    name, person = dice.choice([(name, PersonId(id)) for name, id in ids.items()])
    method = dice.choice(list(Method))
    match dice.randrange(9):
        case 0 | 1:
            role = dice.choice(["Champion", "Practitioner", "Decision Maker"])
            await assign_members(ctx, group, [Assignment(person, role)], method, "asked")
        case 2:
            await remove_members(ctx, group, [person], method)
        case 3:
            await release_members(ctx, group, [person], method)
        case 4:
            await groups.update_status(ctx, group, dice.choice(["Hot", "Cold", None]))
        case 5 | 6:
            await stages.move_buying_group_stage(
                ctx, Move(group, dice.choice(["New", "Open", "Won", "Lost"]))
            )
        case 7:
            fields = {"email": f"{name}@example.com", "job_title": dice.choice(TITLES)}
            await people.upsert_people(ctx, [PersonItem(fields=fields)])
            await maintain_groups(ctx, [group])
        case _:
            named = {"name": dice.choice(["Acme", "Acme Ltd", "Acme plc"])}
            item = AccountItem(fields=named, keys=[OutsideKey("crm", "Acme")])
            await accounts.upsert_accounts(ctx, [item])


def _as_told(document: Document) -> PastGroup:
    """The stored group in the words of its history."""
    stage = document["stage"]
    return PastGroup(
        name=document["name"],
        status=document["status"],
        completeness=document["completeness"]["exact"],
        stage=stage["stage_id"] if stage else None,
        known={member.person: member for member in to_group(document).members if member.claims},
    )


def _without_scores(group: PastGroup, name: str | None) -> PastGroup:
    stage: Any = group.stage.id if group.stage else None
    known = {member.person: member for member in group.members}
    return replace(group, name=name, score=None, stage=stage, known=known)
