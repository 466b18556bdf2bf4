"""The root of every query; one line of work per field."""

import strawberry

import schema.daily_runs
import schema.saved_views
import schema.webhooks
import schema.weighting_models
from domain.activity_exclusions import MOST_SOURCES
from domain.custom_fields import MOST_FIELDS
from domain.derived_fields import MOST_FIELDS as MOST_DERIVED
from execution.connections import Connection
from execution.fields import found
from execution.limits import at_most
from execution.lists import browsed
from execution.viewed_lists import viewed
from schema import (
    contact_overlaps,
    defining_custom_fields,
    defining_derived_fields,
    estimating_account_audiences,
    excluding_activities,
    explaining_membership,
    linting_role_templates,
    looking_up,
    migrating_role_templates,
    overviews,
    past_groups,
    previewing_role_templates,
    previewing_weighting_models,
)
from schema.accounts import Account
from schema.activities import Activity
from schema.activity_types import ActivityType
from schema.audiences import AccountAudience
from schema.buying_groups import BuyingGroup
from schema.daily_runs import DailyRun, DailySchedule
from schema.defining_custom_fields import CustomField
from schema.defining_derived_fields import DerivedField
from schema.events import Event
from schema.excluding_activities import ExcludedActivitySource
from schema.interest_signals import InterestSignal
from schema.jobs import Job
from schema.node import Node
from schema.opportunities import Opportunity
from schema.people import Person
from schema.personas import Persona
from schema.role_templates import RoleTemplate
from schema.roles import Role
from schema.saved_views import SavedView
from schema.solution_interests import SolutionInterest
from schema.stage_models import StageModel
from schema.webhooks import WebhookDelivery, WebhookEndpoint
from schema.weighting_models import WeightingModel


@strawberry.type(description="Everything that can be read of the viewer's tenant.")
class Query:
    node: Node | None = strawberry.field(
        resolver=looking_up.node, description="What has this id; null when there is nothing."
    )
    nodes: list[Node | None] = strawberry.field(
        resolver=looking_up.nodes,
        description="What has these ids, 100 at most, in their order; null where there is nothing.",
    )
    custom_fields: list[CustomField] = strawberry.field(
        resolver=defining_custom_fields.custom_fields,
        metadata=at_most(MOST_FIELDS),
        description="The custom fields declared for accounts, or for people.",
    )
    derived_fields: list[DerivedField] = strawberry.field(
        resolver=defining_derived_fields.derived_fields,
        metadata=at_most(MOST_DERIVED),
        description="The fields of accounts that rules set.",
    )
    account: Account | None = found(description="One account.")
    accounts: Connection[Account] = browsed(description="Accounts, by name unless asked otherwise.")
    person: Person | None = found(description="One person.")
    people: Connection[Person] = browsed(description="People, by name unless asked otherwise.")
    opportunity: Opportunity | None = found(description="One opportunity.")
    opportunities: Connection[Opportunity] = browsed(
        description="Opportunities, last changed first unless asked otherwise."
    )
    activities: Connection[Activity] = browsed(
        description="Activities, the latest first unless asked otherwise."
    )
    excluded_activity_sources: list[ExcludedActivitySource] = strawberry.field(
        resolver=excluding_activities.excluded_activity_sources,
        metadata=at_most(MOST_SOURCES),
        description="The sources whose activities are left out of every score. Right: READ.",
    )
    interest_signals: Connection[InterestSignal] = browsed(
        description="Interest signals, the latest first unless asked otherwise."
    )
    buying_group: BuyingGroup | None = found(description="One buying group.")
    buying_groups: Connection[BuyingGroup] = viewed(
        schema.saved_views.views, description="Buying groups, by name unless asked otherwise."
    )
    saved_views: Connection[SavedView] = browsed(
        description="The viewer's own saved views and those that are shared, by name unless asked "
        "otherwise."
    )
    solution_interest: SolutionInterest | None = found(description="One solution interest.")
    solution_interests: Connection[SolutionInterest] = browsed(
        description="Solution interests, last changed first unless asked otherwise."
    )
    stage_model: StageModel | None = found(description="One stage model.")
    stage_models: Connection[StageModel] = browsed(
        description="Stage models, last changed first unless asked otherwise."
    )
    role_template: RoleTemplate | None = found(description="One role template.")
    role_templates: Connection[RoleTemplate] = browsed(
        description="Role templates, last changed first unless asked otherwise."
    )
    preview_role_template = strawberry.field(
        resolver=previewing_role_templates.preview_role_template,
        description="Who would take which role by a template, and what would change in groups. "
        "Nothing is stored. Right: READ.",
    )
    lint_role_template = strawberry.field(
        resolver=linting_role_templates.lint_role_template,
        description="What is probably not meant in a template, by its roles and by the people "
        "there are. Nothing is stored. Right: READ.",
    )
    preview_role_template_migration = strawberry.field(
        resolver=migrating_role_templates.preview_role_template_migration,
        description="What would become of groups and members if a solution interest went over to "
        "another version of its template. Nothing is stored. Right: READ.",
    )
    preview_weighting_model = strawberry.field(
        resolver=previewing_weighting_models.preview_weighting_model,
        description="How the scores of groups would change by a version of a weighting model. "
        "Nothing is stored. Right: READ.",
    )
    role: Role | None = found(description="One role.")
    roles: Connection[Role] = browsed(
        description="Roles, last changed first unless asked otherwise."
    )
    persona: Persona | None = found(description="One persona.")
    personas: Connection[Persona] = browsed(
        description="Personas, last changed first unless asked otherwise."
    )
    account_audience: AccountAudience | None = found(description="One account audience.")
    account_audiences: Connection[AccountAudience] = browsed(
        description="Account audiences, last changed first unless asked otherwise."
    )
    estimate_account_audience = strawberry.field(
        resolver=estimating_account_audiences.estimate_account_audience,
        description="How many accounts an audience of this rule or list would have. Nothing is "
        "stored. Right: READ.",
    )
    activity_types: Connection[ActivityType] = browsed(
        description="Activity types, by name unless asked otherwise."
    )
    weighting_model: WeightingModel | None = found(description="One weighting model.")
    active_weighting_model: WeightingModel | None = strawberry.field(
        resolver=schema.weighting_models.active_weighting_model,
        description="The weighting model that counts now; null before the tenant has one.",
    )
    weighting_models: Connection[WeightingModel] = browsed(
        description="Weighting models, last changed first unless asked otherwise."
    )
    job: Job | None = found(description="One job.")
    jobs: Connection[Job] = browsed(description="Jobs, the latest first unless asked otherwise.")
    daily_schedule: DailySchedule = strawberry.field(
        resolver=schema.daily_runs.daily_schedule,
        description="When the tenant's daily run begins. Right: READ.",
    )
    daily_runs: Connection[DailyRun] = browsed(
        description="The daily runs there have been, the latest first."
    )
    events: Connection[Event] = browsed(
        description="Everything that was changed, in the order of its positions."
    )
    overview = strawberry.field(
        resolver=overviews.overview,
        description="Buying groups under a filter, counted by completeness, engagement, solution "
        "interest and stage; each bar with the filter that lists its groups.",
    )
    contact_overlap = strawberry.field(
        resolver=contact_overlaps.contact_overlap,
        description="People who are in several of the buying groups under a filter, those in the "
        "most first.",
    )
    past_buying_group = strawberry.field(
        resolver=past_groups.past_buying_group,
        description="A buying group as it was at a moment, also of one deleted since; null when "
        "there was none of that id.",
    )
    buying_group_difference = strawberry.field(
        resolver=past_groups.buying_group_difference,
        description="What changed in a buying group between two moments.",
    )
    explain_membership = strawberry.field(
        resolver=explaining_membership.explain_membership,
        description="Why a person is in a group, or is not: claims, rules, and what they found.",
    )
    webhook_endpoint: WebhookEndpoint | None = strawberry.field(
        resolver=schema.webhooks.webhook_endpoint,
        description="One webhook endpoint; null when there is none of the id. Right: ADMIN.",
    )
    webhook_endpoints: Connection[WebhookEndpoint] = browsed(
        description="Who is told of events, by name unless asked otherwise. Right: ADMIN."
    )
    webhook_deliveries: Connection[WebhookDelivery] = browsed(
        description="The log of webhooks, the latest first unless asked otherwise. Right: ADMIN."
    )
