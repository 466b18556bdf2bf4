"""Hand-offs: ready groups go over to sales, and sales says what becomes of them."""

from collections.abc import Callable
from typing import Final, TypeAlias, TypeVar

from domain import hand_offs
from domain.events import Event, EventType
from domain.hand_offs import AcceptedAlready, HandOff, HandOffState, NotReady, NotWithSales
from domain.identifiers import BuyingGroupId
from execution.context import Context, Right
from resolvers import naming, readiness, stamps
from resolvers.outcomes import Conflict, Invalid, NotFound
from store.driver import Document
from store.hand_offs import hand_off_document, to_hand_off
from store.readiness import to_thresholds
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced

_FOR_HANDING_OFF: Final = {
    "version": 1,
    "account_id": 1,
    "solution_interest_id": 1,
    "readiness": 1,
    "hand_off": 1,
}
_TOLD: Final = {
    HandOffState.HANDED_OVER: EventType.BUYING_GROUP_HANDED_OVER,
    HandOffState.ACCEPTED: EventType.BUYING_GROUP_ACCEPTED,
    HandOffState.RETURNED: EventType.BUYING_GROUP_RETURNED,
}

Fault: TypeAlias = NotFound | Conflict | Invalid
R = TypeVar("R", bound=NotReady | AcceptedAlready | NotWithSales)


async def hand_over_buying_group(
    ctx: Context, id: str, owner: str
) -> BuyingGroupId | NotReady | AcceptedAlready | Fault:
    """Hand a group that is ready over to somebody of sales; it waits for their word."""
    ctx.viewer.require(Right.EDIT_GROUPS)
    if fault := naming.check_text("owner", owner, hand_offs.OWNER_LENGTH):
        return fault
    await readiness.measure(ctx, [BuyingGroupId(id)])

    def decide(document: Document, before: HandOff | None) -> HandOff | NotReady | AcceptedAlready:
        return hand_offs.hand_over(
            before, owner, ctx.viewer.actor, ctx.now(), readiness=_readiness(document)
        )

    done = await _changed(ctx, id, decide)
    assert not isinstance(done, NotWithSales)  # mypy joins what `decide` refuses
    return done


async def accept_buying_group(ctx: Context, id: str) -> BuyingGroupId | NotWithSales | Fault:
    """Accept a group that was handed over: it is qualified."""
    ctx.viewer.require(Right.EDIT_GROUPS)

    def decide(document: Document, before: HandOff | None) -> HandOff | NotWithSales:
        return hand_offs.accept(before, ctx.viewer.actor, ctx.now())

    return await _changed(ctx, id, decide)


async def return_buying_group(
    ctx: Context, id: str, reason: str
) -> BuyingGroupId | NotWithSales | Fault:
    """Return a group that was handed over, for a reason; it can be handed over anew."""
    ctx.viewer.require(Right.EDIT_GROUPS)
    if fault := naming.check_text("reason", reason, hand_offs.REASON_LENGTH):
        return fault

    def decide(document: Document, before: HandOff | None) -> HandOff | NotWithSales:
        return hand_offs.send_back(before, reason, ctx.viewer.actor, ctx.now())

    return await _changed(ctx, id, decide)


def taken_over(ctx: Context, merged: Document, other: Document) -> Change:
    """What a group takes over of the hand-off of one that is merged into it; its own stays.

    It belongs to a change that was permitted, and asks for no right of its own.
    """
    hand_off = to_hand_off(merged.get("hand_off"))
    if hand_off is None or other.get("hand_off"):
        return Change({})
    event = _event(ctx, other, None, hand_off)
    return Change({"hand_off": merged["hand_off"], **stamps.updated(ctx)}, (event,))


async def _changed(
    ctx: Context, id: str, decide: Callable[[Document, HandOff | None], HandOff | R]
) -> BuyingGroupId | R | Fault:
    def change(document: Document) -> Change | BuyingGroupId | R:
        before = to_hand_off(document.get("hand_off"))
        after = decide(document, before)
        if not isinstance(after, HandOff):
            return after
        if after == before:
            return BuyingGroupId(id)
        event = _event(ctx, document, before, after)
        return Change({"hand_off": hand_off_document(after), **stamps.updated(ctx)}, (event,))

    answer: Changed | Missing | Raced | BuyingGroupId | R = await ctx.stores.groups.change(
        id, change, _FOR_HANDING_OFF
    )
    match answer:
        case Missing():
            return NotFound("buying group", id)
        case Raced():
            return Conflict("buying group", id)
        case Changed() | str():
            return BuyingGroupId(id)
        case _:
            return answer


def _readiness(document: Document) -> bool | None:
    """Whether a stored group is ready; None where nothing is asked of it."""
    measured = document.get("readiness")
    if measured is None or not to_thresholds(measured["thresholds"]).is_any:
        return None
    return bool(measured["is_ready"])


def _event(ctx: Context, group: Document, before: HandOff | None, after: HandOff) -> Event:
    return stamps.event(
        ctx,
        _TOLD[after.state],
        group["_id"],
        buying_group_id=group["_id"],
        account_id=group["account_id"],
        solution_interest_id=group["solution_interest_id"],
        before=_said(before) if before else None,
        after=_said(after),
        personal={"reason": after.reason} if after.reason is not None else None,
    )


def _said(hand_off: HandOff) -> dict[str, object]:
    """What an event tells of a hand-off; why one was returned, it keeps apart."""
    return {key: value for key, value in hand_off_document(hand_off).items() if key != "reason"}
