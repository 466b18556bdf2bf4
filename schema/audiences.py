"""Account audiences: to whom something is sold."""

from datetime import datetime
from enum import Enum
from typing import ClassVar

import strawberry
from strawberry.scalars import JSON

import domain.audiences
import resolvers.audience_accounts
import resolvers.audience_members
from execution.connections import Connection, PageInfo
from execution.context import Context
from execution.fields import combined, stored
from execution.lists import Direction, Listed, Listing, held, many
from execution.refusals import bad_condition
from execution.sources import Document
from resolvers.outcomes import Invalid
from schema.accounts import Account
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.role_templates import written
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

AudienceStatus = domain.audiences.AudienceStatus
strawberry.enum(
    AudienceStatus,
    name="AccountAudienceStatus",
    description="A draft has no members and nothing is made for it; a live one has both.",
)
AudienceKind = domain.audiences.AudienceKind
strawberry.enum(
    AudienceKind,
    name="AccountAudienceKind",
    description="Who belongs is said by a RULE over accounts, or by a LIST of them.",
)


@strawberry.input(description="Which account audiences are listed: all that is given holds.")
class AccountAudienceFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    status: AudienceStatus | None = strawberry.field(
        default=None, description="Is a draft, or is live."
    )
    kind: AudienceKind | None = strawberry.field(
        default=None, description="Has a rule, or a list of accounts."
    )
    accounts: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Has one of these accounts as a member."
    )


@strawberry.enum(description="What account audiences are ordered by.")
class AccountAudienceOrderField(Enum):
    NAME = "folded.name"
    CREATED = "created_at"
    UPDATED = "updated_at"
    REFRESHED = "refreshed_at"
    MEMBERS = "member_count"


@strawberry.input(description="In which order account audiences are listed.")
class AccountAudienceOrder:
    field: AccountAudienceOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first."
    )


async def _where(context: Context, asked: AccountAudienceFilter) -> Query:
    has_rule: Query | None = None
    if asked.kind is not None:
        is_rule = asked.kind is AudienceKind.RULE
        has_rule = {"account_ids": None if is_rule else {"$ne": None}}
    return filters.every(
        filters.searched(asked.search),
        _standing(asked.status),
        has_rule,
        await _having(context, asked.accounts),
    )


def _standing(status: AudienceStatus | None) -> Query | None:
    """Audiences that stand so; the first ones did not say how, and were live."""
    if status is AudienceStatus.LIVE:
        return filters.none_of("status", [AudienceStatus.DRAFT.value])
    return filters.is_one("status", status.value if status else None)


async def _having(context: Context, accounts: list[strawberry.ID] | None) -> Query | None:
    if accounts is None:
        return None
    return filters.any_of("_id", await resolvers.audience_members.audiences_of(context, accounts))


def _kind(account_ids: object) -> AudienceKind:
    return AudienceKind.RULE if account_ids is None else AudienceKind.LIST


@strawberry.type(description="An account that is a member of an audience.")
class AudienceMemberEdge:
    cursor: str = strawberry.field(description="The row's place in the list.")
    node: Account = strawberry.field(description="The account.")
    joined_at: datetime = stored(description="Since when it is a member.")


@strawberry.type(description="A page of an audience's members.")
class AudienceMemberConnection:
    edges: list[AudienceMemberEdge] = strawberry.field(description="Rows with their moments.")
    nodes: list[Account] = strawberry.field(description="The accounts.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int = strawberry.field(description="How many there are under the filter.")


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
        orders=orders(
            AccountAudienceOrderField,
            nullable={AccountAudienceOrderField.REFRESHED, AccountAudienceOrderField.MEMBERS},
        ),
        order_by=AccountAudienceOrder,
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
    status: AudienceStatus = stored(
        shown=AudienceStatus,
        absent=AudienceStatus.LIVE.value,
        description="Whether it is still a draft.",
    )
    kind: AudienceKind = combined(
        "account_ids", shown=_kind, description="Whether a rule or a list says who belongs."
    )
    members: AudienceMemberConnection = many(
        "audiences.audience_id",
        relation="audiences",
        description="The accounts that have joined it and have not left, which creation jobs and "
        "previews take. Nobody before its first refresh. Edges show since when.",
    )
    member_count: int | None = stored(
        description="How many members its last refresh left; null before the first."
    )
    refreshed_at: datetime | None = stored(
        description="When its members were last brought up to date; null before the first time."
    )
    is_refresh_due: bool = stored(
        "refresh_due",
        absent=False,
        description="Whether others belong to it than when it was last refreshed, because it was "
        "published or changed; a job that refreshes it starts by itself.",
    )
    published_at: datetime | None = stored(
        description="When it went live; null of a draft, and of those that were live before "
        "there were drafts."
    )
    published_by: str | None = stored(description="Who made it live; null as `publishedAt`.")
