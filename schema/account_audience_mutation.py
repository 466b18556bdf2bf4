"""The part of the root of mutations that account audiences have; one line of work per field."""

import strawberry

from execution.context import Right
from schema import (
    deleting_components,
    drafting_account_audiences,
    editing_account_audiences,
    refreshing_account_audiences,
)
from schema.repeating import once


@strawberry.type(description="Everything that can be changed in account audiences.")
class AccountAudienceMutation:
    create_account_audience = strawberry.mutation(
        resolver=once(editing_account_audiences.create_account_audience, Right.EDIT_COMPONENTS),
        description=(
            "Create an audience: a rule over accounts, or a list of them. Right: EDIT_COMPONENTS."
        ),
    )
    update_account_audience = strawberry.mutation(
        resolver=once(editing_account_audiences.update_account_audience, Right.EDIT_COMPONENTS),
        description="Replace what an audience says. Right: EDIT_COMPONENTS.",
    )
    publish_account_audience = strawberry.mutation(
        resolver=once(drafting_account_audiences.publish_account_audience, Right.EDIT_COMPONENTS),
        description="Make a draft of an audience live. Right: EDIT_COMPONENTS.",
    )
    duplicate_account_audience = strawberry.mutation(
        resolver=once(drafting_account_audiences.duplicate_account_audience, Right.EDIT_COMPONENTS),
        description="Draft an audience as another one is. Right: EDIT_COMPONENTS.",
    )
    refresh_account_audience = strawberry.mutation(
        resolver=once(refreshing_account_audiences.refresh_account_audience, Right.RUN_JOBS),
        description="Let accounts join and leave a live audience by what it says now. Right: "
        "RUN_JOBS.",
    )
    delete_account_audience = strawberry.mutation(
        resolver=once(deleting_components.delete_account_audience, Right.EDIT_COMPONENTS),
        description=(
            "Delete an audience without jobs that are unfinished or in force. Right: "
            "EDIT_COMPONENTS."
        ),
    )
