"""Every store of one tenant, together: what a context carries."""

from domain.identifiers import TenantId
from store.account_figures import AccountFigures
from store.accounts import AccountStore
from store.activities import ActivityStore
from store.activity_types import ActivityTypeStore
from store.audience_members import AudienceMemberStore
from store.daily_runs import DailyRunStore
from store.deletions import DeletionStore
from store.driver import Database
from store.erasures import ErasureStore
from store.event_feed import EventFeed
from store.event_log import EventLog
from store.group_events import GroupEvents
from store.group_figures import GroupFigures
from store.groups import GroupStore
from store.identities import IdentityStore
from store.import_steps import ImportSteps
from store.interest_signals import InterestSignalStore
from store.jobs import JobStore
from store.key_claims import KeyClaims
from store.merged_groups import MergedGroupStore
from store.merges import MergeStore
from store.opportunities import OpportunityStore
from store.people import PersonStore
from store.personas import PersonaStore
from store.readiness import ReadinessStore
from store.reading import Reader
from store.records import Records
from store.related_records import RelatedRecords
from store.relay import Relay
from store.role_templates import RoleTemplateStore
from store.scoring import ScoringStore
from store.solution_interests import SolutionInterestStore
from store.stage_figures import StageFigures
from store.stage_models import StageModelStore
from store.tenants import TenantStore
from store.webhook_deliveries import WebhookDeliveryStore
from store.webhook_endpoints import WebhookEndpointStore
from store.webhook_events import WebhookEvents
from store.weighting_models import WeightingModelStore


class Stores:
    """The stores of one tenant in one database; they share a relay, its own or the given one.

    `feed` is the process's own, which all tenants share.
    """

    def __init__(
        self,
        database: Database,
        tenant: TenantId,
        relay: Relay | None = None,
        feed: EventFeed | None = None,
    ) -> None:
        self.database = database
        self.tenant = tenant
        self.relay = relay or Relay(database, tenant)
        self.feed = feed or EventFeed(database)
        self.event_log = EventLog(database, tenant)
        self.reader = Reader(database, tenant)
        self.identities = IdentityStore(database, tenant)
        self.key_claims = KeyClaims(database, tenant, self.relay)
        self.import_steps = ImportSteps(database, tenant)
        self.tenants = TenantStore(database, tenant, self.relay)
        self.accounts = AccountStore(database, tenant, self.relay)
        self.account_figures = AccountFigures(database, tenant)
        self.people = PersonStore(database, tenant, self.relay)
        self.opportunities = OpportunityStore(database, tenant, self.relay)
        self.interest_signals = InterestSignalStore(database, tenant, self.relay)
        self.activities = ActivityStore(database, tenant, self.relay)
        self.related_records = RelatedRecords(database, tenant)
        self.roles = Records(database, "roles", tenant, self.relay)
        self.personas = PersonaStore(database, tenant, self.relay)
        self.role_templates = RoleTemplateStore(database, "role_templates", tenant, self.relay)
        self.stage_models = StageModelStore(database, "stage_models", tenant, self.relay)
        self.stage_figures = StageFigures(database, tenant)
        self.solution_interests = SolutionInterestStore(
            database, "solution_interests", tenant, self.relay
        )
        self.saved_views = Records(database, "saved_views", tenant, self.relay)
        self.audiences = Records(database, "account_audiences", tenant, self.relay)
        self.audience_members = AudienceMemberStore(database, tenant, self.relay)
        self.groups = GroupStore(database, "buying_groups", tenant, self.relay)
        self.group_figures = GroupFigures(database, tenant)
        self.group_events = GroupEvents(database, tenant)
        self.readiness = ReadinessStore(database, tenant)
        self.deletions = DeletionStore(database, tenant, self.relay)
        self.erasures = ErasureStore(database, tenant)
        self.merges = MergeStore(database, tenant, self.relay)
        self.merged_groups = MergedGroupStore(database, tenant, self.relay)
        self.jobs = JobStore(database, "jobs", tenant, self.relay)
        self.daily_runs = DailyRunStore(database, tenant, self.relay)
        self.activity_types = ActivityTypeStore(database, "activity_types", tenant, self.relay)
        self.weighting_models = WeightingModelStore(
            database, "weighting_models", tenant, self.relay
        )
        self.scoring = ScoringStore(database, tenant, self.relay)
        self.webhook_endpoints = WebhookEndpointStore(
            database, "webhook_endpoints", tenant, self.relay
        )
        self.webhook_deliveries = WebhookDeliveryStore(database, tenant)
        self.webhook_events = WebhookEvents(database, tenant)
