"""The demo's groups are moved through their stages, each at its moment of the past."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from demo.records import DemoFailed, Part
from demo.stages import STATUSES, DemoMove, moves
from domain.identifiers import BuyingGroupId
from domain.stages import MOVES_AT_ONCE
from execution.context import Context
from resolvers.groups import update_status
from resolvers.stages import Move, MoveStatus, move_buying_groups

_FOR_MOVING: Final = {
    "account_id": 1,
    "solution_interest_id": 1,
    "stage_model_id": 1,
    "stage": 1,
    "stage_history": 1,
    "status": 1,
}
_AT_ONCE: Final = 20

_Ways = Mapping[str, list[DemoMove]]


async def move_groups(ctx: Context, began: datetime, part: Part) -> None:
    """Move every group as far as it has come; moves that were made before are not made again.

    Then each says in its status how it stands there.
    """
    ways, done = await _ways(ctx)
    longest = max(map(len, ways.values()), default=0)
    for turn in range(longest):
        at_once: dict[DemoMove, list[Move]] = defaultdict(list)
        for group, way in ways.items():
            if done[group] <= turn < len(way):
                at_once[way[turn]].append(Move(BuyingGroupId(group), way[turn].stage))
        for move, groups in at_once.items():
            await _move(ctx, began, move, groups)
        part((turn + 1) / longest)
    await _say_how_they_stand(ctx)


async def _ways(ctx: Context) -> tuple[_Ways, dict[str, int]]:
    """The way of every group that has stages, and how many moves each has made already."""
    groups = await ctx.stores.groups.found({"stage_model_id": {"$ne": None}}, _FOR_MOVING)
    accounts = await ctx.stores.accounts.by_ids({g["account_id"] for g in groups}, {"name": 1})
    interests = {each["_id"]: each["name"] for each in await ctx.stores.solution_interests.all()}
    ways = {
        group["_id"]: moves(
            interests[group["solution_interest_id"]], accounts[group["account_id"]]["name"]
        )
        for group in groups
    }
    done = {group["_id"]: (group["stage_history"] or {"moves": 0})["moves"] for group in groups}
    return ways, done


async def _move(ctx: Context, began: datetime, move: DemoMove, groups: list[Move]) -> None:
    moment = began - move.ago
    then = replace(ctx, now=lambda: moment, viewer=replace(ctx.viewer, actor=move.actor))
    for start in range(0, len(groups), MOVES_AT_ONCE):
        some = groups[start : start + MOVES_AT_ONCE]
        outcomes = await move_buying_groups(then, some, move.method)
        if outcomes != [MoveStatus.APPLIED] * len(some):
            raise DemoFailed(f"{move}: {outcomes}")


async def _say_how_they_stand(ctx: Context) -> None:
    found = {"stage.stage_id": {"$ne": None}, "status": None}
    groups = await ctx.stores.groups.found(found, _FOR_MOVING)
    for start in range(0, len(groups), _AT_ONCE):
        said = await asyncio.gather(
            *(
                update_status(ctx, group["_id"], STATUSES[group["stage"]["name"]])
                for group in groups[start : start + _AT_ONCE]
            )
        )
        if any(not isinstance(each, str) for each in said):
            raise DemoFailed(str(said))
