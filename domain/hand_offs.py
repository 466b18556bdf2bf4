"""Hand-offs: a ready group is handed over to sales, who accept it or return it with a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

OWNER_LENGTH: Final = 255
REASON_LENGTH: Final = 500


class HandOffState(Enum):
    """How far a hand-off has come."""

    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class HandOff:
    """The last hand-off of a group: to whom, since when, by whom, and what sales said to it.

    `reason` says why it was returned.
    """

    state: HandOffState
    owner: str
    at: datetime
    by: str
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class NotReady:
    """The group does not reach what its solution interest asks, or that asks for nothing."""

    is_anything_asked: bool


@dataclass(frozen=True, slots=True)
class AcceptedAlready:
    """Sales has accepted the group; it has this owner."""

    owner: str


@dataclass(frozen=True, slots=True)
class NotWithSales:
    """There is nothing for sales to say: never handed over, or returned."""

    state: HandOffState | None


def hand_over(
    before: HandOff | None, owner: str, by: str, now: datetime, *, readiness: bool | None
) -> HandOff | NotReady | AcceptedAlready:
    """The hand-off of a group to an owner; while it waits for the same one, it stays what it is.

    `readiness` is None where the solution interest asks for nothing. A group that waits for one
    owner may go to another; one that was returned may be handed over anew.
    """
    if before is not None and before.state is HandOffState.ACCEPTED:
        return AcceptedAlready(before.owner)
    if before is not None and (before.state, before.owner) == (HandOffState.HANDED_OVER, owner):
        return before
    if not readiness:
        return NotReady(is_anything_asked=readiness is not None)
    return HandOff(HandOffState.HANDED_OVER, owner, now, by)


def accept(before: HandOff | None, by: str, now: datetime) -> HandOff | NotWithSales:
    """The hand-off that sales accepts, whether or not the group is ready still."""
    if before is None or before.state is HandOffState.RETURNED:
        return NotWithSales(before.state if before else None)
    if before.state is HandOffState.ACCEPTED:
        return before
    return HandOff(HandOffState.ACCEPTED, before.owner, before.at, before.by, now, by)


def send_back(
    before: HandOff | None, reason: str, by: str, now: datetime
) -> HandOff | NotWithSales:
    """The hand-off that sales returns for a reason, accepted or not; the same again stays."""
    if before is None:
        return NotWithSales(None)
    if before.state is HandOffState.RETURNED:
        return before if before.reason == reason else NotWithSales(before.state)
    return HandOff(HandOffState.RETURNED, before.owner, before.at, before.by, now, by, reason)
