"""Solution interests: what is sold, and after which template its groups are made."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import strawberry

import resolvers.interest_figures
import schema.stages
from domain.roles import MOST_ROLES
from execution.connections import Connection
from execution.context import Context
from execution.fields import computed, each, embedded, one, stored
from execution.lists import Listed, Listing, many
from execution.sources import Sourced
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.role_templates import RoleTemplate
from schema.roles import Role
from schema.searching import search_of
from schema.stage_models import StageModel
from schema.stages import StageCount
from store import filters
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.buying_groups import BuyingGroup
    from schema.jobs import Job


@strawberry.input(description="Which solution interests are listed: all that is given holds.")
class SolutionInterestFilter:
    search: str | None = search_of("name", is_listed_by_name=False)
    role_templates: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Follows one of these templates."
    )
    products: list[str] | None = strawberry.field(
        default=None, description="Sells one of these products, spelled as they are stored."
    )
    stage_models: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Names one of these stage models."
    )
    update_existing: bool | None = strawberry.field(
        default=None,
        description="Whether maintenance carries its stage model to the groups there are.",
    )


async def _where(context: Context, asked: SolutionInterestFilter) -> Query:
    return filters.every(
        filters.searched(asked.search),
        filters.any_of("role_template_id", asked.role_templates),
        filters.any_of("products", asked.products),
        filters.any_of("stage_model_id", asked.stage_models),
        filters.is_one("update_existing", asked.update_existing),
    )


@strawberry.type(
    description="What makes a group ready for sales: all that is asked for. Where nothing is, no "
    "group is ready."
)
class Thresholds(Sourced):
    completeness: int | None = stored(description="Percent, 0 to 100; null: not asked for.")
    engagement: int | None = stored(description="Score, 0 to 100; null: not asked for.")
    stages: list[str] = stored(
        absent=(), description="The stages one of which it has to be in; none: not asked for."
    )
    roles: list[Role] = each(
        "role_ids",
        at_most=MOST_ROLES,
        description="The roles that need as many members as the template requires of them.",
    )


@strawberry.type(description="What is sold to buying groups.")
class SolutionInterest(Node, Stamped, Listed):
    collection: ClassVar[str] = "solution_interests"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=SolutionInterestFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    description: str | None = stored(description="What is sold; null when nobody said.")
    products: list[str] = stored(absent=(), description="The products it sells, at most 100.")
    role_template: RoleTemplate = one(
        "role_template_id", description="The live template its groups are made after."
    )
    update_existing: bool = stored(
        absent=False,
        description="Whether maintenance carries its stage model to the groups there are; without "
        "it, another model is that of new groups only.",
    )
    stage_model: StageModel | None = one(
        "stage_model_id",
        description="The live stage model that new groups follow; null: they have no stages.",
    )
    stage_counts: list[StageCount] = schema.stages.counts()
    thresholds: Thresholds = embedded("thresholds", description="When its groups are ready.")
    creation_jobs: int = computed(
        resolvers.interest_figures.job_counts,
        needs=("_id",),
        description="How many creation jobs are in force for it.",
    )
    group_count: int = computed(
        resolvers.interest_figures.group_counts,
        needs=("_id",),
        description="How many buying groups it has.",
    )
    buying_groups: Connection[Annotated["BuyingGroup", strawberry.lazy("schema.buying_groups")]] = (
        many("solution_interest_id", description="Its groups, one an account.")
    )
    jobs: Connection[Annotated["Job", strawberry.lazy("schema.jobs")]] = many(
        "parameters.solution_interest_id",
        description="The jobs for it alone, the latest first unless asked otherwise.",
    )
