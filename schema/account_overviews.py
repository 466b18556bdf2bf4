"""The overview of an account: how many people, groups and opportunities it has."""

from typing import Any, Final

import strawberry

import resolvers.account_overviews
from execution.fields import computed, embedded, stored
from execution.sources import Sourced
from schema.scalars import percent

ENGAGEMENT: Final = (
    "The engagement score of the account's most engaged buying group: 100 is the tenant's most "
    "engaged group, 0 no activity."
)


@strawberry.type(description="How many opportunities there are, and what they are worth.")
class OpportunityTotal(Sourced):
    count: int = stored(description="How many.")
    amount: float = stored(
        description="The sum of their amounts; one whose amount is not known adds nothing."
    )


@strawberry.type(description="How engaged an account is, by its buying groups.")
class AccountEngagement(Sourced):
    score: int = stored("exact", shown=percent, description="Whole, 0 to 100, halves rounded up.")
    exact: float = stored(description="To nine decimals.")
    definition: str = stored(absent=ENGAGEMENT, description="What is counted.")


@strawberry.type(description="An account at a glance.")
class AccountOverview(Sourced):
    industry: str | None = stored(description="Its industry; null when not known.")
    people_count: int = stored(description="How many people belong to it.")
    buying_group_count: int = stored(description="How many buying groups it has.")
    engagement: AccountEngagement | None = embedded(
        "engagement", description="How engaged it is; null while none of its groups is scored."
    )
    open_opportunities: OpportunityTotal = embedded(
        "open_opportunities", description="Opportunities that are not closed yet."
    )
    closed_opportunities: OpportunityTotal = embedded(
        "closed_opportunities", description="Opportunities that are closed, won or lost."
    )


def overview() -> Any:
    """The field of an account that shows it at a glance."""
    return computed(
        resolvers.account_overviews.of_accounts,
        needs=resolvers.account_overviews.NEEDS,
        description="The account at a glance: people, groups, opportunities, engagement.",
    )
