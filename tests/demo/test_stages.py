"""The demo's stages: a sound model, and ways through it that it allows."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from demo.crm_accounts import crm_accounts
from demo.selling import OFFERS
from demo.stages import STAGES, STATUSES, TRANSITIONS, moves
from domain.identifiers import StageId
from domain.stage_drafts import Draft, draft
from domain.stage_models import publishing_faults
from tests.demo.conftest import Loaded

WAYS = [moves(offer.name, account.name) for offer in OFFERS for account in crm_accounts()]


def test_the_model_can_go_live() -> None:
    fresh = [StageId(f"stg_{number}") for number in range(len(STAGES))]

    drawn = draft((), STAGES, TRANSITIONS, fresh)

    assert isinstance(drawn, Draft)
    assert publishing_faults(drawn.stages, drawn.transitions) == ()


def test_every_way_enters_where_it_may_and_goes_on_as_it_may() -> None:
    allowed = {(each.source, each.target) for each in TRANSITIONS}
    entries = {stage.name for stage in STAGES if stage.is_entry}

    assert {way[0].stage for way in WAYS if way} == entries
    for way in WAYS:
        assert {(one.stage, next.stage) for one, next in pairwise(way)} <= allowed
        assert all(one.ago > next.ago for one, next in pairwise(way))
        assert all(move.ago >= timedelta(0) for move in way)


def test_some_group_has_come_to_every_stage_and_every_stage_has_a_status() -> None:
    assert {way[-1].stage for way in WAYS if way} == {stage.name for stage in STAGES}
    assert set(STATUSES) == {stage.name for stage in STAGES}


@pytest.mark.parametrize("turn", [0, 1, 2, 3, 4])
def test_moves_are_made_at_few_moments(turn: int) -> None:
    assert len({way[turn] for way in WAYS if len(way) > turn}) <= 120


async def test_groups_stand_where_their_ways_have_led_them(loaded: Loaded) -> None:
    groups = await loaded.ctx.stores.groups.all()
    moved = [group for group in groups if group["stage"]]

    assert all(group["status"] == STATUSES[group["stage"]["name"]] for group in moved)
    assert all(group["updated_at"] >= group["created_at"] for group in moved)
    assert {group["stage_history"]["moves"] for group in moved} == {1, 2, 3, 4, 5}
    assert Counter(bool(group["stage"]) for group in groups)[False] > 20
