"""The size of an account audience, told before it is saved."""

from typing import Annotated

import strawberry

import resolvers.audiences
from domain.conditions import ConditionFault
from execution.fields import each, stored
from execution.sources import Sourced
from resolvers.audiences import FIRST_SHOWN, AudienceAccounts, AudienceEstimate
from resolvers.outcomes import Invalid
from schema.accounts import Account
from schema.conditions import ConditionInput, condition_of
from schema.errors import InvalidInput, refusal_of
from schema.info import Info


@strawberry.input(description="Who would belong to an audience: a rule over accounts, or a list.")
class EstimateAccountAudienceInput:
    condition: ConditionInput | None = strawberry.field(
        default=None, description="The rule over accounts; give this or the list."
    )
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The accounts themselves, at most 10,000; give this or the rule."
    )


@strawberry.type(description="How many accounts an audience would have now.")
class AccountAudienceEstimate(Sourced):
    account_count: int = stored("accounts", description="How many there are, or at least are.")
    is_exact: bool = stored(
        description="Whether these are all; counting ends at 10,000, and then there are more."
    )
    first_accounts: list[Account] = each(
        "first", at_most=FIRST_SHOWN, description="The first of them, in the order of their ids."
    )


EstimateAccountAudienceResult = Annotated[
    AccountAudienceEstimate | InvalidInput, strawberry.union("EstimateAccountAudienceResult")
]


async def estimate_account_audience(
    info: Info, input: EstimateAccountAudienceInput
) -> EstimateAccountAudienceResult:
    """How many accounts an audience would have."""
    condition = condition_of(input.condition) if input.condition is not None else None
    if isinstance(condition, ConditionFault):
        return refusal_of(Invalid(f"condition.{condition.path}", condition.reason))
    estimated = await resolvers.audiences.estimate_account_audience(
        info.context, AudienceAccounts(condition, input.account_ids)
    )
    if isinstance(estimated, AudienceEstimate):
        return AccountAudienceEstimate.of(
            {
                "accounts": estimated.accounts,
                "is_exact": estimated.is_exact,
                "first": list(estimated.first),
            }
        )
    return refusal_of(estimated)
