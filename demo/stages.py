"""The stages that the demo's groups go through, and how far each of them has come.

Where a group has been is drawn by its account and what it buys; so it is the same on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from demo.decisions import NURTURE, TRIAL
from demo.dice import Dice
from demo.selling import BUG_TRACKING, SECURITY_SUITE, USAGE_ANALYTICS
from domain.membership import Method
from domain.stage_drafts import StageEntry, TransitionEntry
from domain.stage_models import Destination

MODEL: Final = "Buying journey"
MODEL_DESCRIPTION: Final = "From the first sign of interest to the signature, with a way back."
STAGES: Final = (
    StageEntry("Identified", "We know who would decide.", is_entry=True),
    StageEntry("Engaged", "Some of them answer.", is_entry=True),
    StageEntry("Evaluating", "They try it out."),
    StageEntry("Negotiating", "They ask for an offer."),
    StageEntry("Won", "Signed.", destination=Destination.SUCCESS),
    StageEntry("Lost", "Bought elsewhere, or nothing at all.", destination=Destination.FAILURE),
    StageEntry("Dormant", "Silent for now.", destination=Destination.FAILURE),
)
TRANSITIONS: Final = tuple(
    TransitionEntry(source, target)
    for source, target in (
        ("Identified", "Engaged"),
        ("Identified", "Dormant"),
        ("Engaged", "Evaluating"),
        ("Engaged", "Dormant"),
        ("Engaged", "Lost"),
        ("Evaluating", "Negotiating"),
        ("Evaluating", "Engaged"),
        ("Evaluating", "Lost"),
        ("Negotiating", "Won"),
        ("Negotiating", "Evaluating"),
        ("Negotiating", "Lost"),
        ("Dormant", "Identified"),
    )
)
STATUSES: Final[Mapping[str, str]] = {
    "Identified": "To be contacted",
    "Engaged": "In talks",
    "Evaluating": "Trial under way",
    "Negotiating": "Offer sent",
    "Won": "Signed",
    "Lost": "Closed",
    "Dormant": "Ask again next quarter",
}
_ALL_THE_WAY: Final = ("Identified", "Engaged", "Evaluating", "Negotiating", "Won")
_WAYS: Final = (
    _ALL_THE_WAY[:1],
    _ALL_THE_WAY[:1],
    _ALL_THE_WAY[:2],
    _ALL_THE_WAY[:2],
    _ALL_THE_WAY[1:3],
    _ALL_THE_WAY[:3],
    _ALL_THE_WAY[:4],
    _ALL_THE_WAY,
    ("Identified", "Engaged", "Evaluating", "Engaged"),
    ("Identified", "Engaged", "Lost"),
    ("Identified", "Dormant"),
    ("Identified", "Dormant", "Identified", "Engaged"),
)
_SELLERS: Final[Mapping[str, str]] = {
    SECURITY_SUITE: "Darcel Schlecht",
    BUG_TRACKING: "Anna Snelling",
    USAGE_ANALYTICS: "Cassey Cress",
}
_JOURNEYS: Final[Mapping[str, str]] = {
    SECURITY_SUITE: NURTURE,
    BUG_TRACKING: TRIAL,
    USAGE_ANALYTICS: NURTURE,
}
_WEEK: Final = timedelta(days=7)
_SEED: Final = "stages"


@dataclass(frozen=True, slots=True)
class DemoMove:
    """A move of a group into a stage, so long before the demo data was first loaded."""

    stage: str
    ago: timedelta
    method: Method
    actor: str


def moves(interest: str, account: str) -> list[DemoMove]:
    """How a group has moved, the first move first; one in five groups is in no stage yet."""
    dice = Dice(_SEED)
    if dice.count(1, 5, "idle", interest, account) == 1:
        return []
    way = dice.pick(_WAYS, "way", interest, account)
    return list(_dated(dice, way, interest, account))


def _dated(dice: Dice, way: Sequence[str], interest: str, account: str) -> Iterator[DemoMove]:
    """The moves of a way: the last one some weeks ago, each of the others before the next."""
    weeks = dice.count(0, 9, "last", interest, account)
    gaps = [dice.count(1, 4, "gap", interest, account, place) for place in range(1, len(way))]
    for place, stage in enumerate(way):
        ago = (weeks + sum(gaps[place:])) * _WEEK
        if place < 2:
            yield DemoMove(stage, ago, Method.JOURNEY, _JOURNEYS[interest])
        else:
            yield DemoMove(stage, ago, Method.MANUAL, _SELLERS[interest])
