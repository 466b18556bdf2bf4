"""Sixty days of what the invented people did, ending at a given moment.

Some accounts are silent, most are quiet, a few are busy; on some days somebody does more of one
thing than counts for a day. A few acts are of a type that nobody has defined, and a few of people
whom nobody knows, as in every real stream.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from demo.dice import Dice
from demo.people import DemoPerson

DAYS: Final = 60
SATURDAY: Final = 5
WEEKEND: Final = 0.15
"""How often people act on a day of the weekend, compared with a working day."""
BEYOND_MEASURE: Final = 0.008
BINGE: Final = (24, 45)
"""From how many to how many page visits somebody makes on a day beyond all measure."""
UNKNOWN_TYPE: Final = "Watched Product Video"
UNKNOWN_PEOPLE: Final = 12

Mix = Sequence[tuple[float, str, str]]
MIX: Final[Mix] = (
    (0.36, "web", "Visit Webpage"),
    (0.46, "web", "Visited website"),
    (0.64, "marketing", "Email Opened"),
    (0.74, "marketing", "Clicked email"),
    (0.81, "web", "Click Link"),
    (0.86, "web", "Fill Out Form"),
    (0.90, "chat", "Engaged with a Dialogue"),
    (0.92, "chat", "Scheduled Meeting in Dialogue"),
    (0.945, "sales", "Reply to Sales Email"),
    (0.965, "events", "Register for Event"),
    (0.98, "events", "Attend Event"),
    (0.99, "marketing", "Interesting Moment"),
    (1.00, "web", UNKNOWN_TYPE),
)
"""Up to which draw an act comes from which source and is called what there."""

MOODS: Final = ((0.12, 0.0), (0.55, 0.04), (0.86, 0.12), (1.0, 0.36))
"""Up to which draw an account's people act how often on a working day."""

PAGES: Final = ("/", "/pricing", "/product", "/docs", "/security", "/case-studies", "/blog")


@dataclass(frozen=True, slots=True)
class DemoActivity:
    """One act; `source` and `source_id` name it for good."""

    source: str
    source_id: str
    type: str
    email: str
    at: datetime
    attributes: Mapping[str, object]


def activities(
    people: Sequence[DemoPerson], ends_at: datetime, seed: str
) -> Iterator[DemoActivity]:
    """Every act of the 60 days up to `ends_at`, which is in UTC, person by person."""
    dice = Dice(seed)
    for person in people:
        if (often := _pace(person, dice)) > 0:
            yield from _acts(person.key, person.email, often, ends_at, dice)
    for number in range(UNKNOWN_PEOPLE):
        name = f"visitor-{number}"
        yield from _acts(name, f"{name}@unknown.example", 0.1, ends_at, dice)


def mood(account: str, dice: Dice) -> float:
    """How often the people of an account act on a working day, on average."""
    drawn = dice.roll("mood", account)
    return next(often for limit, often in MOODS if drawn < limit)


def _pace(person: DemoPerson, dice: Dice) -> float:
    """How often this person acts: a third never do, others half to twice as often as usual."""
    drawn = dice.roll("pace", person.key)
    usual = mood(person.relations[0].account, dice)
    return 0.0 if drawn < 1 / 3 else usual * (0.5 + 1.5 * (drawn - 1 / 3) * 1.5)


def _acts(
    name: str, email: str, often: float, ends_at: datetime, dice: Dice
) -> Iterator[DemoActivity]:
    # Drawn in a row, for one named draw an act would take seconds; `random` of a seeded
    # generator is promised to give the same numbers in every version of Python.
    draw = Random(f"{dice.seed}/{name}").random
    for back in range(DAYS):
        midnight = datetime.combine(ends_at.date() - timedelta(days=back), time(), ends_at.tzinfo)
        length = min(timedelta(days=1), ends_at - midnight)
        drawn = draw()
        if drawn < often * BEYOND_MEASURE:
            count, kind = BINGE[0] + int(draw() * (BINGE[1] - BINGE[0])), MIX[0][1:]
        elif drawn < often * (WEEKEND if midnight.weekday() >= SATURDAY else 1):
            count, kind = 1 + int(draw() * 3), None
        else:
            continue
        for number in range(count):
            at = midnight + length * draw()
            yield _act(f"{name}-{back}-{number}", email, at, kind or _kind(draw()), draw())


def _kind(drawn: float) -> tuple[str, str]:
    return next((source, type) for limit, source, type in MIX if drawn < limit)


def _act(name: str, email: str, at: datetime, kind: tuple[str, str], drawn: float) -> DemoActivity:
    source, type = kind
    attributes = {"page": PAGES[int(drawn * len(PAGES))]} if source == "web" else {}
    return DemoActivity(source, name, type, email, at, attributes)
