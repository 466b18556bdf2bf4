"""Accounts in bulk: created, updated, and placed in their hierarchy."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

import domain.accounts
import domain.upserting
import resolvers.accounts
from execution.fields import embedded, one, stored
from execution.sources import Sourced
from schema import upserting
from schema.accounts import Account
from schema.errors import InvalidInput, UserError
from schema.info import Info
from schema.repeating import Repeatable
from schema.upserting import (
    CLEARS,
    AccountReferenceInput,
    AddressInput,
    OutsideKeyInput,
    TooManyItems,
    UpsertStatus,
)


@strawberry.input(description="What is said about one account; a new one needs a name.")
class AccountItemInput:
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The account's id; an unknown one is refused, never made."
    )
    keys: list[OutsideKeyInput] | None = strawberry.field(
        default=strawberry.UNSET, description=upserting.KEYS
    )
    name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its name, at most 255 characters; it cannot be cleared.",
    )
    industry: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its industry. {CLEARS}"
    )
    annual_revenue: float | None = strawberry.field(
        default=strawberry.UNSET, description=f"Revenue of a year, not negative. {CLEARS}"
    )
    employees: int | None = strawberry.field(
        default=strawberry.UNSET, description=f"How many people work there. {CLEARS}"
    )
    sic_code: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"Standard Industrial Classification code. {CLEARS}",
    )
    website: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its website. {CLEARS}"
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its phone. {CLEARS}"
    )
    address: AddressInput | None = strawberry.field(
        default=strawberry.UNSET, description=f"Its billing address. {CLEARS}"
    )
    products: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Products it owns, 200 at most, in place of those stated before; products of won "
            f"opportunities come on top by themselves. {CLEARS}"
        ),
    )
    parent: AccountReferenceInput | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The account above it, which an earlier item of the call may make; null puts it at "
            "the top. One that is below the account itself is refused."
        ),
    )
    custom_fields: JSON | None = strawberry.field(
        default=strawberry.UNSET, description=upserting.CUSTOM_FIELDS
    )


@strawberry.input(description="What is said about accounts.")
class UpsertAccountsInput(Repeatable):
    items: list[AccountItemInput] = strawberry.field(description=upserting.ITEMS)


@strawberry.type(description="What came of one item.")
class AccountUpsertOutcome(Sourced):
    index: int = stored(description="The item's place in the input, from 0.")
    status: UpsertStatus = stored(shown=UpsertStatus, description="What came of it.")
    account: Account | None = one("account_id", description="The account; null when refused.")
    error: UserError | None = stored(description="Why the item was refused; null otherwise.")


@strawberry.type(description="Every item was decided.")
class UpsertAccountsSuccess(upserting.UpsertCounts):
    outcomes: list[AccountUpsertOutcome] = embedded(
        "outcomes", at_most="input", description="One outcome for each item, in order."
    )


UpsertAccountsResult = Annotated[
    UpsertAccountsSuccess | TooManyItems | InvalidInput,
    strawberry.union("UpsertAccountsResult"),
]


async def upsert_accounts(info: Info, input: UpsertAccountsInput) -> UpsertAccountsResult:
    """Create or update accounts."""
    items = [_item(each) for each in input.items]
    outcomes = await resolvers.accounts.upsert_accounts(info.context, items)
    if isinstance(outcomes, domain.upserting.TooManyItems):
        return upserting.too_many(outcomes)
    return upserting.success(UpsertAccountsSuccess, outcomes, "account")


def _item(source: AccountItemInput) -> domain.accounts.AccountItem:
    names = ("name", "industry", "annual_revenue", "employees", "sic_code", "website", "phone")
    fields = upserting.given(source, *names) | upserting.address(source.address)
    if source.products is not strawberry.UNSET:
        fields["products_stated"] = source.products
    return domain.accounts.AccountItem(
        id=source.id,
        keys=upserting.outside_keys(source.keys),
        fields=fields | upserting.custom_fields(source.custom_fields),
        parent=upserting.stated_reference(source.parent),
    )
