"""Highlights of groups and people: who comes first, what they did last, what else they are in."""

from typing import Any, Final

import resolvers.highlights
from domain.highlights import TOP_PEOPLE
from execution.fields import argument, computed
from execution.leading import leading

_ACTIVITIES: Final = argument("first", int, "How many activities, 1 to 100.", 2)
_GROUPS: Final = argument("first", int, "How many groups, 1 to 100.", 3)


def top_decision_makers() -> Any:
    """The field of a group that shows its most engaged decision makers."""
    return computed(
        resolvers.highlights.top_decision_makers,
        needs=resolvers.highlights.MEMBER_NEEDS,
        at_most=TOP_PEOPLE,
        description="The three most engaged members in the role Decision Maker.",
    )


def top_engaged() -> Any:
    """The field of a group that shows its most engaged members in other roles."""
    return computed(
        resolvers.highlights.top_engaged,
        needs=resolvers.highlights.MEMBER_NEEDS,
        at_most=TOP_PEOPLE,
        description="The three most engaged members in any other role, of those whose engagement "
        "is above 0.",
    )


def last_moment_of_group() -> Any:
    """The field of a group that shows the latest interesting moment of its members."""
    return leading(
        resolvers.highlights.last_moments_of_groups,
        needs=resolvers.highlights.PEOPLE_NEEDS,
        description="The latest activity of a member of the type Interesting Moment; null: none.",
    )


def last_moment_of_person() -> Any:
    """The field of a person that shows their latest interesting moment."""
    return leading(
        resolvers.highlights.last_moments_of_people,
        description="Their latest activity of the type Interesting Moment; null: none.",
    )


def latest_activities() -> Any:
    """The field of a group that shows what its members did last."""
    return leading(
        resolvers.highlights.latest_activities,
        needs=resolvers.highlights.PEOPLE_NEEDS,
        takes=[_ACTIVITIES],
        description="What members did last, the latest first.",
    )


def other_groups() -> Any:
    """The field of a member that shows in which groups the person is besides."""
    return leading(
        resolvers.highlights.other_groups,
        needs=resolvers.highlights.OTHER_NEEDS,
        takes=[_GROUPS],
        holder="group_id",
        description="Other groups the person is a member of, the most engaged first.",
    )
