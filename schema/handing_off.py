"""Handing groups over to sales, and what sales says to it."""

from typing import Annotated

import strawberry

import resolvers.hand_offs
import resolvers.readiness
from domain import hand_offs
from domain.identifiers import BuyingGroupId
from domain.readiness import MOST_MISSING
from execution.context import Right
from execution.fields import embedded, one
from execution.sources import Sourced
from schema.buying_groups import BuyingGroup
from schema.errors import Conflict, InvalidInput, NotFound, UserError, refusal_of
from schema.hand_offs import HandOffState
from schema.info import Info
from schema.readiness import MissingThreshold
from schema.repeating import Repeatable, once


@strawberry.type(
    description="The group does not reach what its solution interest asks. Where nothing is asked, "
    "no group is ready."
)
class BuyingGroupNotReady(Sourced, UserError):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")
    missing: list[MissingThreshold] = embedded(
        "missing",
        at_most=MOST_MISSING,
        description="What it does not reach; nothing where nothing is asked.",
    )


@strawberry.type(description="Sales has accepted the group already.")
class BuyingGroupAcceptedAlready(UserError):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    owner: str = strawberry.field(description="To whom it went.")


@strawberry.type(
    description="Sales has nothing to say to the group: it was never handed over, or it was "
    "returned."
)
class BuyingGroupNotWithSales(UserError):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    state: HandOffState | None = strawberry.field(
        description="How far its last hand-off has come; null: there was none."
    )


@strawberry.input(description="Which group goes to whom of sales.")
class HandOverBuyingGroupInput(Repeatable):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    owner: str = strawberry.field(
        description="Who is to take it, by the name your sales people go by; at most 255 "
        "characters."
    )


@strawberry.input(description="The group that sales takes.")
class AcceptBuyingGroupInput(Repeatable):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")


@strawberry.input(description="The group that sales gives back, and why.")
class ReturnBuyingGroupInput(Repeatable):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    reason: str = strawberry.field(
        description="Why, in at most 500 characters; kept with the hand-off and its event."
    )


@strawberry.type(description="The group waits for the word of sales.")
class HandOverBuyingGroupSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")


@strawberry.type(description="Sales has the group.")
class AcceptBuyingGroupSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")


@strawberry.type(description="The group is back, and can be handed over anew.")
class ReturnBuyingGroupSuccess(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")


HandOverBuyingGroupResult = Annotated[
    HandOverBuyingGroupSuccess
    | BuyingGroupNotReady
    | BuyingGroupAcceptedAlready
    | NotFound
    | Conflict
    | InvalidInput,
    strawberry.union("HandOverBuyingGroupResult"),
]
AcceptBuyingGroupResult = Annotated[
    AcceptBuyingGroupSuccess | BuyingGroupNotWithSales | NotFound | Conflict | InvalidInput,
    strawberry.union("AcceptBuyingGroupResult"),
]
ReturnBuyingGroupResult = Annotated[
    ReturnBuyingGroupSuccess | BuyingGroupNotWithSales | NotFound | Conflict | InvalidInput,
    strawberry.union("ReturnBuyingGroupResult"),
]


async def hand_over_buying_group(
    info: Info, input: HandOverBuyingGroupInput
) -> HandOverBuyingGroupResult:
    """Hand a group over to sales."""
    done = await resolvers.hand_offs.hand_over_buying_group(
        info.context, input.buying_group_id, input.owner
    )
    if isinstance(done, str):
        return HandOverBuyingGroupSuccess.of({"buying_group_id": done})
    match done:
        case hand_offs.NotReady(is_anything_asked):
            id = BuyingGroupId(input.buying_group_id)
            missing = await resolvers.readiness.missing_of(info.context, id)
            refused = BuyingGroupNotReady.of({"buying_group_id": id, "missing": missing})
            refused.message = (
                "The group does not reach what its solution interest asks."
                if is_anything_asked
                else "The solution interest asks nothing of its groups, so none of them is ready."
            )
            return refused
        case hand_offs.AcceptedAlready(owner):
            return BuyingGroupAcceptedAlready(
                message=f"Sales has accepted the group already; it is with {owner}.",
                buying_group_id=input.buying_group_id,
                owner=owner,
            )
        case _:
            return refusal_of(done)


async def accept_buying_group(info: Info, input: AcceptBuyingGroupInput) -> AcceptBuyingGroupResult:
    """Take a group that was handed over."""
    done = await resolvers.hand_offs.accept_buying_group(info.context, input.buying_group_id)
    if isinstance(done, str):
        return AcceptBuyingGroupSuccess.of({"buying_group_id": done})
    if isinstance(done, hand_offs.NotWithSales):
        return _not_with_sales(input.buying_group_id, done)
    return refusal_of(done)


async def return_buying_group(info: Info, input: ReturnBuyingGroupInput) -> ReturnBuyingGroupResult:
    """Give a group back that was handed over."""
    done = await resolvers.hand_offs.return_buying_group(
        info.context, input.buying_group_id, input.reason
    )
    if isinstance(done, str):
        return ReturnBuyingGroupSuccess.of({"buying_group_id": done})
    if isinstance(done, hand_offs.NotWithSales):
        return _not_with_sales(input.buying_group_id, done)
    return refusal_of(done)


def _not_with_sales(id: strawberry.ID, refusal: hand_offs.NotWithSales) -> BuyingGroupNotWithSales:
    state = HandOffState(refusal.state.value) if refusal.state else None
    return BuyingGroupNotWithSales(
        message="The group was returned." if state else "The group was never handed over.",
        buying_group_id=id,
        state=state,
    )


@strawberry.type
class HandOffs:
    """What `Mutation` has of hand-offs."""

    hand_over_buying_group = strawberry.mutation(
        resolver=once(hand_over_buying_group, Right.EDIT_GROUPS),
        description="Hand a group that is ready over to sales. Right: EDIT_GROUPS.",
    )
    accept_buying_group = strawberry.mutation(
        resolver=once(accept_buying_group, Right.EDIT_GROUPS),
        description="Accept, for sales, a group that was handed over. Right: EDIT_GROUPS.",
    )
    return_buying_group = strawberry.mutation(
        resolver=once(return_buying_group, Right.EDIT_GROUPS),
        description=(
            "Return, for sales, a group that was handed over or accepted, with the reason. "
            "Right: EDIT_GROUPS."
        ),
    )
