"""People are merged: two records that stand for one person become one."""

from typing import Annotated

import strawberry

import resolvers.merging_people
from execution.fields import one
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.people import Person
from schema.repeating import Repeatable


@strawberry.input(description="Which two people are one.")
class MergePeopleInput(Repeatable):
    survivor_id: strawberry.ID = strawberry.field(
        description="The person who stays. What this record says stands; where it says nothing, "
        "what the other one says is taken."
    )
    merged_id: strawberry.ID = strawberry.field(
        description="The person whose record goes. Afterwards this id finds nothing; the e-mail "
        "address and the outside keys find the survivor."
    )


@strawberry.type(
    description="The two are one. In every group, of each method's claims about them the later "
    "one stands; activities and relations to accounts are the survivor's, and who wanted no "
    "marketing under either record gets none."
)
class MergePeopleSuccess(Sourced):
    survivor: Person = one("person_id", description="The person who is left.")


MergePeopleResult = Annotated[
    MergePeopleSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("MergePeopleResult"),
]


async def merge_people(info: Info, input: MergePeopleInput) -> MergePeopleResult:
    """Merge one person into another."""
    left = await resolvers.merging_people.merge_people(
        info.context, input.survivor_id, input.merged_id
    )
    if isinstance(left, str):
        return MergePeopleSuccess.of({"person_id": left})
    return refusal_of(left)
