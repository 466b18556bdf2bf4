"""Account audiences: creating and updating."""

from typing import Annotated

import strawberry

import resolvers.audiences
from domain.conditions import ConditionFault
from execution.fields import one
from execution.sources import Sourced
from resolvers.audiences import AudienceAccounts
from resolvers.outcomes import Invalid
from resolvers.unsaid import Unsaid
from schema.audiences import AccountAudience
from schema.conditions import ConditionInput, condition_of
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, refusal_of
from schema.info import Info
from schema.repeating import Repeatable
from schema.unsaid import null_in, or_none, said, said_in_full

_CONDITION = "The rule over accounts; give this or the list."
_LIST = "The accounts themselves, at most 10,000; give this or the rule."


@strawberry.input(description="To whom something is sold: a rule over accounts, or a list.")
class CreateAccountAudienceInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    description: str | None = strawberry.field(default=None, description="Free text.")
    condition: ConditionInput | None = strawberry.field(default=None, description=_CONDITION)
    account_ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_LIST)
    is_draft: bool = strawberry.field(
        default=False,
        description="Whether it is a draft, without members until it is published; else it is "
        "live at once.",
    )


@strawberry.input(description="What is to change of an audience; what is left out stays.")
class UpdateAccountAudienceInput(Repeatable):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Unique; at most 255 characters; not null."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )
    condition: ConditionInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="The rule over accounts, in the place of the rule or list there is; null only "
        "beside a list.",
    )
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The accounts themselves, at most 10,000, in the place of the rule or list "
        "there is; null only beside a rule.",
    )


@strawberry.type(description="The audience was created.")
class CreateAccountAudienceSuccess(Sourced):
    account_audience: AccountAudience = one("account_audience_id", description="The new audience.")


@strawberry.type(
    description="The audience says what was asked for. Where others belong now, they are members "
    "within moments."
)
class UpdateAccountAudienceSuccess(Sourced):
    account_audience: AccountAudience = one("account_audience_id", description="The audience.")


CreateAccountAudienceResult = Annotated[
    CreateAccountAudienceSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreateAccountAudienceResult"),
]
UpdateAccountAudienceResult = Annotated[
    UpdateAccountAudienceSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("UpdateAccountAudienceResult"),
]


async def create_account_audience(
    info: Info, input: CreateAccountAudienceInput
) -> CreateAccountAudienceResult:
    """Create an audience."""
    members = _membership(input.condition, input.account_ids)
    if isinstance(members, Invalid):
        return refusal_of(members)
    made = await resolvers.audiences.create_account_audience(
        info.context, input.name, input.description, members, is_draft=input.is_draft
    )
    if isinstance(made, str):
        return CreateAccountAudienceSuccess.of({"account_audience_id": made})
    return refusal_of(made)


async def update_account_audience(
    info: Info, input: UpdateAccountAudienceInput
) -> UpdateAccountAudienceResult:
    """Change an audience."""
    members = _changed_membership(input)
    if fault := null_in(input, "name"):
        return refusal_of(fault)
    if isinstance(members, Invalid):
        return refusal_of(members)
    made = await resolvers.audiences.update_account_audience(
        info.context,
        input.account_audience_id,
        said(input.description),
        members,
        said_in_full(input.name),
    )
    if isinstance(made, str):
        return UpdateAccountAudienceSuccess.of({"account_audience_id": made})
    return refusal_of(made)


def _changed_membership(
    input: UpdateAccountAudienceInput,
) -> AudienceAccounts | Unsaid | Invalid:
    if all(given is strawberry.UNSET for given in (input.condition, input.account_ids)):
        return Unsaid.STAYS
    return _membership(or_none(input.condition), or_none(input.account_ids))


def _membership(
    given: ConditionInput | None, account_ids: list[strawberry.ID] | None
) -> AudienceAccounts | Invalid:
    condition = condition_of(given) if given is not None else None
    if isinstance(condition, ConditionFault):
        return Invalid(f"condition.{condition.path}", condition.reason)
    return AudienceAccounts(condition, account_ids)
