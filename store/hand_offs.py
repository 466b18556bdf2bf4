"""Hand-offs in MongoDB: a group carries its last one."""

from collections.abc import Mapping
from typing import Any

from domain.hand_offs import HandOff, HandOffState
from store.driver import Document


def to_hand_off(stored: Mapping[str, Any] | None) -> HandOff | None:
    """The hand-off a group holds; None where it has never been handed over."""
    if stored is None:
        return None
    return HandOff(
        HandOffState(stored["state"]),
        stored["owner"],
        stored["at"],
        stored["by"],
        stored["decided_at"],
        stored["decided_by"],
        stored["reason"],
    )


def hand_off_document(hand_off: HandOff) -> Document:
    """A hand-off as it is stored."""
    return {
        "state": hand_off.state.value,
        "owner": hand_off.owner,
        "at": hand_off.at,
        "by": hand_off.by,
        "decided_at": hand_off.decided_at,
        "decided_by": hand_off.decided_by,
        "reason": hand_off.reason,
    }
