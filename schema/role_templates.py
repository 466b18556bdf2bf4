"""Role templates: which roles a group needs, how much each counts, and who is placed by rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import strawberry
from strawberry.scalars import JSON

import domain.completeness
import domain.role_templates
import resolvers.role_templates
from domain.condition_documents import from_document
from domain.roles import MOST_ROLES
from execution.connections import Connection
from execution.context import Context
from execution.fields import computed, embedded, one, stored
from execution.lists import Direction, Listed, Listing, many
from execution.sources import Sourced
from schema.conditions import as_written
from schema.node import Node, Stamped
from schema.ordering import orders
from schema.roles import Role
from schema.searching import search_of
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup
    from schema.solution_interests import SolutionInterest

RoleWeighting = domain.role_templates.Weighting
strawberry.enum(
    RoleWeighting,
    name="RoleWeighting",
    description="How much a role counts: TRIVIAL 20, MINOR 40, NORMAL 60, IMPORTANT 80, VITAL 100.",
)
RoleTemplateStatus = domain.role_templates.TemplateStatus
strawberry.enum(
    RoleTemplateStatus,
    name="RoleTemplateStatus",
    description="A draft is edited; a live template serves solution interests and keeps its roles.",
)


@strawberry.enum(description="What role templates are ordered by.")
class RoleTemplateOrderField(Enum):
    NAME = "folded.name"
    STATUS = "status"
    CREATED = "created_at"
    UPDATED = "updated_at"
    PUBLISHED = "published_at"


@strawberry.input(description="In which order role templates are listed.")
class RoleTemplateOrder:
    field: RoleTemplateOrderField = strawberry.field(description="What counts.")
    direction: Direction = strawberry.field(
        default=Direction.ASC, description="Which end comes first; drafts have no publishing date."
    )


def written(condition: Mapping[str, Any]) -> dict[str, Any]:
    """A stored condition as a client would write it."""
    return as_written(from_document(condition))


def with_shares(roles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored roles, each with its share of the weights in percent."""
    shares = domain.role_templates.shares(
        {role["role_id"]: RoleWeighting(role["weighting"]) for role in roles}
    )
    return [
        {**role, "share": domain.completeness.percent(shares[role["role_id"]])} for role in roles
    ]


@strawberry.input(description="Which role templates are listed: all that is given holds.")
class RoleTemplateFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    status: RoleTemplateStatus | None = strawberry.field(
        default=None, description="Is a draft, or is live."
    )


async def _where(context: Context, asked: RoleTemplateFilter) -> Query:
    return filters.every(
        filters.searched(asked.search),
        filters.is_one("status", asked.status.value if asked.status else None),
    )


@strawberry.type(description="A role of a template; the order of the roles is their priority.")
class TemplateRole(Sourced):
    role: Role = one("role_id", description="The role.")
    weighting: RoleWeighting = stored(shown=RoleWeighting, description="How much it counts.")
    share: float = stored(
        description="Its weight as a part of all roles' weights, in percent to nine decimals."
    )
    is_required: bool = stored("required", description="Whether completeness counts it.")
    members_required: int = stored(description="How many members fill it, 1 or more.")
    condition: JSON | None = stored(
        shown=written,
        description="Who is placed into it by rule, as a ConditionInput; null: nobody is.",
    )


@strawberry.type(description="How much follows a role template.")
class RoleTemplateUse(Sourced):
    solution_interests: int = stored(description="How many solution interests follow it.")
    buying_groups: int = stored(description="How many groups were made after it.")


@strawberry.type(description="A version of the list of roles that groups are made after.")
class RoleTemplate(Node, Stamped, Listed):
    collection: ClassVar[str] = "role_templates"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(RoleTemplateOrderField, {RoleTemplateOrderField.PUBLISHED}),
        order_by=RoleTemplateOrder,
        filter=RoleTemplateFilter,
        where=_where,
    )

    name: str = stored(description="Its name, at most 255 characters.")
    description: str | None = stored(description="What it is for; null when nobody said.")
    status: RoleTemplateStatus = stored(
        shown=RoleTemplateStatus, description="Whether it is still edited."
    )
    template_version: int = stored(description="Which version of the template this is, from 1.")
    revision: int = stored(
        description="Grows from 1 whenever the members required of a role change."
    )
    roles: list[TemplateRole] = embedded(
        "roles",
        at_most=MOST_ROLES,
        parts=with_shares,
        description="Its roles in order of priority, at most 20.",
    )
    published_at: datetime | None = stored(description="When it went live; null of a draft.")
    published_by: str | None = stored(description="Who published it; null of a draft.")
    used_by: RoleTemplateUse = computed(
        resolvers.role_templates.uses,
        needs=("_id",),
        description="How many solution interests and groups follow it.",
    )
    versions: Connection[Annotated["RoleTemplate", strawberry.lazy("schema.role_templates")]] = (
        many("template_id", key="template_id", description="All versions of the template.")
    )
    solution_interests: Connection[
        Annotated["SolutionInterest", strawberry.lazy("schema.solution_interests")]
    ] = many("role_template_id", description="The solution interests that follow it.")
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("role_template_id", description="The groups that were made after it.")
    )
