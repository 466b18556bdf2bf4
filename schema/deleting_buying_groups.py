"""Buying groups are deleted."""

from typing import Annotated

import strawberry

import resolvers.deleting_groups
from execution.fields import stored
from execution.sources import Sourced
from schema.errors import Conflict, InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.input(description="The group to delete.")
class DeleteBuyingGroupInput(Repeatable):
    buying_group_id: strawberry.ID = strawberry.field(description="The group.")
    reason: str | None = strawberry.field(
        default=None, description="Why, for the event; at most 500 characters."
    )


@strawberry.type(
    description="The group is gone, with everything that was said in it. No job makes it again; "
    "`createBuyingGroup` does, and begins anew."
)
class DeleteBuyingGroupSuccess(Sourced):
    buying_group_id: strawberry.ID = stored(description="The id it had.")


DeleteBuyingGroupResult = Annotated[
    DeleteBuyingGroupSuccess | NotFound | Conflict | InvalidInput,
    strawberry.union("DeleteBuyingGroupResult"),
]


async def delete_buying_group(info: Info, input: DeleteBuyingGroupInput) -> DeleteBuyingGroupResult:
    """Delete a group."""
    gone = await resolvers.deleting_groups.delete_buying_group(
        info.context, input.buying_group_id, input.reason
    )
    if isinstance(gone, str):
        return DeleteBuyingGroupSuccess.of({"buying_group_id": gone})
    return refusal_of(gone)
