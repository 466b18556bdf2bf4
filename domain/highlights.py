"""Highlights: who and what of a buying group is shown first."""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.identifiers import PersonId

DECISION_MAKER: Final = "Decision Maker"
INTERESTING_MOMENT: Final = "Interesting Moment"
TOP_PEOPLE: Final = 3


def most_engaged(
    people: Iterable[PersonId], raws: Mapping[PersonId, int], *, is_active_only: bool = False
) -> list[PersonId]:
    """The three most engaged of these people by their raws, ties in the order of their ids.

    Whoever has no raw has 0; of `is_active_only`, only those with more are taken.
    """
    ranked = sorted(people, key=lambda person: (-raws.get(person, 0), person))
    active = [person for person in ranked if raws.get(person, 0) or not is_active_only]
    return active[:TOP_PEOPLE]
