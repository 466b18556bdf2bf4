"""Contact overlap as clients see it: who is in several buying groups."""

from typing import Annotated, Final

import strawberry

import resolvers.contact_overlaps
from execution import filter_limits
from execution.context import Right
from execution.fields import embedded, one, stored
from execution.refusals import LARGEST_PAGE, bad_page_size, bad_request
from execution.sources import Sourced
from schema.group_filters import BuyingGroupFilter, where
from schema.info import Info
from schema.people import Person

SHOWN: Final = 25
DEFINITION: Final = (
    "People who are members, now, of at least so many of the groups under the filter. A person "
    "who was removed from a group is no member of it."
)


@strawberry.type(description="A person in several groups.")
class OverlappingPerson(Sourced):
    person: Person | None = one("person_id", description="The person; null once they are gone.")
    groups: int = stored(description="Of how many of the groups they are a member.")


@strawberry.type(description="Who is in several buying groups.")
class ContactOverlap(Sourced):
    definition: str = stored(description="What is counted.")
    people: int = stored(description="How many people are in any of the groups.")
    overlapping: int = stored(description="How many of them are in at least so many groups.")
    most: list[OverlappingPerson] = embedded(
        "most", at_most="first", description="Of these, those in the most groups first."
    )


async def contact_overlap(
    info: Info,
    filter: BuyingGroupFilter | None = None,
    groups: Annotated[
        int, strawberry.argument(description="In how many groups somebody has to be, 2 or more.")
    ] = 2,
    first: Annotated[
        int, strawberry.argument(description="How many people are shown, 1 to 100.")
    ] = SHOWN,
) -> ContactOverlap:
    """Who is in several of the groups under a filter."""
    context = info.context
    context.viewer.require(Right.READ)
    asked = filter or BuyingGroupFilter()
    if refusal := filter_limits.check(asked):
        raise refusal
    if groups < 2:
        raise bad_request("groups", f"must be 2 or more, not {groups}.")
    if not 1 <= first <= LARGEST_PAGE:
        raise bad_page_size("first", first)
    query = await where(context, asked)
    found = await resolvers.contact_overlaps.of_groups(context, query, groups, first)
    return ContactOverlap.of(
        {
            "definition": DEFINITION,
            "people": found.people,
            "overlapping": found.in_several,
            "most": [{"person_id": person, "groups": count} for person, count in found.most],
        }
    )
