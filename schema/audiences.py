"""Account audiences: to whom something is sold."""

from typing import ClassVar

import strawberry
from strawberry.scalars import JSON

import resolvers.audience_accounts
from execution.connections import Connection
from execution.context import Context
from execution.fields import stored
from execution.lists import Listed, Listing, held
from execution.refusals import bad_condition
from execution.sources import Document
from resolvers.outcomes import Invalid
from schema.accounts import Account
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.role_templates import written
from schema.searching import search_of
from store import filters
from store.reading import Order, Query


@strawberry.input(description="Which account audiences are listed: all that is given holds.")
class AccountAudienceFilter:
    search: str | None = search_of("name", is_listed_by_name=False)


async def _where(context: Context, asked: AccountAudienceFilter) -> Query:
    return filters.every(filters.searched(asked.search))


async def _accounts(context: Context, audience: Document) -> Query:
    found = await resolvers.audience_accounts.accounts_query(context, audience)
    if isinstance(found, Invalid):
        raise bad_condition(found.field, found.reason)
    return found


@strawberry.type(description="The accounts something is sold to: by a rule, or listed one by one.")
class AccountAudience(Node, Stamped, Listed):
    collection: ClassVar[str] = "account_audiences"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=AccountAudienceFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    description: str | None = stored(description="Who belongs to it; null when nobody said.")
    condition: JSON | None = stored(
        shown=written,
        description="The rule, as a ConditionInput; null of an audience that lists its accounts.",
    )
    accounts: Connection[Account] = held(
        _accounts,
        needs=("condition", "account_ids"),
        description="The accounts that belong to it now, by the rule or by the list.",
    )
