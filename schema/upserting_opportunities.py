"""Opportunities in bulk: created, updated, and counted for their accounts."""

from datetime import date
from typing import Annotated

import strawberry

import domain.opportunities
import domain.upserting
import resolvers.opportunities
from execution.fields import embedded, one, stored
from execution.sources import Sourced
from schema import upserting
from schema.errors import InvalidInput, UserError
from schema.info import Info
from schema.opportunities import Opportunity
from schema.repeating import Repeatable
from schema.upserting import (
    CLEARS,
    AccountReferenceInput,
    OutsideKeyInput,
    TooManyItems,
    UpsertStatus,
)

_FIELDS = ("name", "product", "stage", "amount", "is_closed", "is_won", "close_date")


@strawberry.input(description="What is said about one opportunity; a new one needs an account.")
class OpportunityItemInput:
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The opportunity's id; an unknown one is refused, never made."
    )
    keys: list[OutsideKeyInput] | None = strawberry.field(
        default=strawberry.UNSET, description=upserting.KEYS
    )
    account: AccountReferenceInput | None = strawberry.field(
        default=strawberry.UNSET, description="The account that may buy; it cannot be cleared."
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Its name, at most 255 characters. Without one, or with null, it is called by its "
            "first outside key."
        ),
    )
    product: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"What may be bought; once won, the account owns it. {CLEARS}",
    )
    stage: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Where it stands, in the seller's words. {CLEARS}"
    )
    amount: float | None = strawberry.field(
        default=strawberry.UNSET, description=f"What it is worth. {CLEARS}"
    )
    is_closed: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether it is decided; null means false."
    )
    is_won: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether it is decided for us, which closes it; null means false.",
    )
    close_date: date | None = strawberry.field(
        default=strawberry.UNSET, description=f"The day it closes or has closed. {CLEARS}"
    )


@strawberry.input(description="What is said about opportunities.")
class UpsertOpportunitiesInput(Repeatable):
    items: list[OpportunityItemInput] = strawberry.field(description=upserting.ITEMS)


@strawberry.type(description="What came of one item.")
class OpportunityUpsertOutcome(Sourced):
    index: int = stored(description="The item's place in the input, from 0.")
    status: UpsertStatus = stored(shown=UpsertStatus, description="What came of it.")
    opportunity: Opportunity | None = one(
        "opportunity_id", description="The opportunity; null when refused."
    )
    error: UserError | None = stored(description="Why the item was refused; null otherwise.")


@strawberry.type(description="Every item was decided.")
class UpsertOpportunitiesSuccess(upserting.UpsertCounts):
    outcomes: list[OpportunityUpsertOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each item, in order."
    )


UpsertOpportunitiesResult = Annotated[
    UpsertOpportunitiesSuccess | TooManyItems | InvalidInput,
    strawberry.union("UpsertOpportunitiesResult"),
]


async def upsert_opportunities(
    info: Info, input: UpsertOpportunitiesInput
) -> UpsertOpportunitiesResult:
    """Create or update opportunities."""
    items = [_item(each) for each in input.items]
    outcomes = await resolvers.opportunities.upsert_opportunities(info.context, items)
    if isinstance(outcomes, domain.upserting.TooManyItems):
        return upserting.too_many(outcomes)
    return upserting.success(UpsertOpportunitiesSuccess, outcomes, "opportunity")


def _item(source: OpportunityItemInput) -> domain.opportunities.OpportunityItem:
    return domain.opportunities.OpportunityItem(
        id=source.id,
        keys=upserting.outside_keys(source.keys),
        fields=upserting.given(source, *_FIELDS),
        account=upserting.stated_reference(source.account),
    )
