"""People are erased for the sake of their privacy."""

from typing import Annotated

import strawberry

import resolvers.erasing_people
from execution.fields import stored
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.input(description="The person to erase.")
class ErasePersonInput(Repeatable):
    person_id: strawberry.ID = strawberry.field(
        description="The person; also one who was deleted before."
    )


@strawberry.type(
    description="The person is gone and out of every buying group, with their activities and "
    "interest signals, and nothing tells any more who they were. The events about them stay, "
    "without what named them."
)
class ErasePersonSuccess(Sourced):
    person_id: strawberry.ID = stored(description="The id they had.")


ErasePersonResult = Annotated[
    ErasePersonSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("ErasePersonResult"),
]


async def erase_person(info: Info, input: ErasePersonInput) -> ErasePersonResult:
    """Erase a person."""
    erased = await resolvers.erasing_people.erase_person(info.context, input.person_id)
    if isinstance(erased, str):
        return ErasePersonSuccess.of({"person_id": erased})
    return refusal_of(erased)
