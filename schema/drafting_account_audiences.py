"""Drafts of account audiences: published, and made after another audience."""

from typing import Annotated

import strawberry

import domain.audiences
import resolvers.audience_drafts
from execution.fields import one
from execution.sources import Sourced
from schema.audiences import AccountAudience
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.repeating import Repeatable


@strawberry.type(description="The audience is live already.")
class AccountAudienceIsLive(UserError):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience.")


@strawberry.input(description="The draft to make live.")
class PublishAccountAudienceInput(Repeatable):
    account_audience_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="The audience to make another one after.")
class DuplicateAccountAudienceInput(Repeatable):
    account_audience_id: strawberry.ID = strawberry.field(description="The audience, live or not.")
    name: str = strawberry.field(description="The new one's: unique, at most 255 characters.")


@strawberry.type(description="The audience is live; its first members join within moments.")
class PublishAccountAudienceSuccess(Sourced):
    account_audience: AccountAudience = one("account_audience_id", description="The audience.")


@strawberry.type(description="The audience was drafted.")
class DuplicateAccountAudienceSuccess(Sourced):
    account_audience: AccountAudience = one("account_audience_id", description="The draft.")


PublishAccountAudienceResult = Annotated[
    PublishAccountAudienceSuccess | AccountAudienceIsLive | NotFound | Conflict | InvalidInput,
    strawberry.union("PublishAccountAudienceResult"),
]
DuplicateAccountAudienceResult = Annotated[
    DuplicateAccountAudienceSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("DuplicateAccountAudienceResult"),
]


async def publish_account_audience(
    info: Info, input: PublishAccountAudienceInput
) -> PublishAccountAudienceResult:
    """Make a draft live."""
    made = await resolvers.audience_drafts.publish_account_audience(
        info.context, input.account_audience_id
    )
    if isinstance(made, str):
        return PublishAccountAudienceSuccess.of({"account_audience_id": made})
    if isinstance(made, domain.audiences.AudienceIsLive):
        return AccountAudienceIsLive(
            message="The audience is live already.",
            account_audience_id=strawberry.ID(made.id),
        )
    return refusal_of(made)


async def duplicate_account_audience(
    info: Info, input: DuplicateAccountAudienceInput
) -> DuplicateAccountAudienceResult:
    """Draft an audience after another."""
    made = await resolvers.audience_drafts.duplicate_account_audience(
        info.context, input.account_audience_id, input.name
    )
    if isinstance(made, str):
        return DuplicateAccountAudienceSuccess.of({"account_audience_id": made})
    return refusal_of(made)
