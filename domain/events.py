"""Events: what was changed, kept for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from domain.identifiers import AccountId, BuyingGroupId, EventId, PersonId, SolutionInterestId


class EventType(Enum):
    """What happened; the value is the word stored and shown."""

    TENANT_CREATED = "TENANT_CREATED"
    TENANT_UPDATED = "TENANT_UPDATED"
    CUSTOM_FIELDS_DEFINED = "CUSTOM_FIELDS_DEFINED"
    ACCOUNT_CREATED = "ACCOUNT_CREATED"
    ACCOUNT_UPDATED = "ACCOUNT_UPDATED"
    ACCOUNT_MERGED = "ACCOUNT_MERGED"
    ACCOUNT_DELETED = "ACCOUNT_DELETED"
    PERSON_CREATED = "PERSON_CREATED"
    PERSON_UPDATED = "PERSON_UPDATED"
    PERSON_MERGED = "PERSON_MERGED"
    PERSON_DELETED = "PERSON_DELETED"
    INTEREST_SIGNAL_RECORDED = "INTEREST_SIGNAL_RECORDED"
    OPPORTUNITY_CREATED = "OPPORTUNITY_CREATED"
    OPPORTUNITY_UPDATED = "OPPORTUNITY_UPDATED"
    OPPORTUNITY_DELETED = "OPPORTUNITY_DELETED"
    ROLE_CREATED = "ROLE_CREATED"
    ROLE_UPDATED = "ROLE_UPDATED"
    ROLE_DELETED = "ROLE_DELETED"
    ROLE_TEMPLATE_CREATED = "ROLE_TEMPLATE_CREATED"
    ROLE_TEMPLATE_UPDATED = "ROLE_TEMPLATE_UPDATED"
    ROLE_TEMPLATE_PUBLISHED = "ROLE_TEMPLATE_PUBLISHED"
    ROLE_TEMPLATE_DELETED = "ROLE_TEMPLATE_DELETED"
    MEMBERS_REQUIRED_CHANGED = "MEMBERS_REQUIRED_CHANGED"
    SOLUTION_INTEREST_CREATED = "SOLUTION_INTEREST_CREATED"
    SOLUTION_INTEREST_UPDATED = "SOLUTION_INTEREST_UPDATED"
    SOLUTION_INTEREST_DELETED = "SOLUTION_INTEREST_DELETED"
    ACCOUNT_AUDIENCE_CREATED = "ACCOUNT_AUDIENCE_CREATED"
    ACCOUNT_AUDIENCE_UPDATED = "ACCOUNT_AUDIENCE_UPDATED"
    ACCOUNT_AUDIENCE_DELETED = "ACCOUNT_AUDIENCE_DELETED"
    ACTIVITY_TYPE_CREATED = "ACTIVITY_TYPE_CREATED"
    ACTIVITY_TYPE_UPDATED = "ACTIVITY_TYPE_UPDATED"
    WEIGHTING_MODEL_ACTIVATED = "WEIGHTING_MODEL_ACTIVATED"
    BUYING_GROUP_CREATED = "BUYING_GROUP_CREATED"
    BUYING_GROUP_UPDATED = "BUYING_GROUP_UPDATED"
    BUYING_GROUP_DELETED = "BUYING_GROUP_DELETED"
    MEMBERSHIP_CHANGED = "MEMBERSHIP_CHANGED"
    MEMBER_FLAGGED = "MEMBER_FLAGGED"
    COMPLETENESS_CHANGED = "COMPLETENESS_CHANGED"
    ENGAGEMENT_CHANGED = "ENGAGEMENT_CHANGED"
    JOB_CREATED = "JOB_CREATED"
    JOB_FINISHED = "JOB_FINISHED"
    JOB_FAILED = "JOB_FAILED"
    JOB_DELETED = "JOB_DELETED"


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted change: what, when, by whom, and the ids of everything it concerns.

    `before` and `after` hold ids and figures; whatever names or reaches a person stands in
    `personal`, so that erasing a person can take it out of history.
    """

    id: EventId
    type: EventType
    at: datetime
    actor: str
    subject_id: str
    method: str | None = None
    account_id: AccountId | None = None
    person_id: PersonId | None = None
    buying_group_id: BuyingGroupId | None = None
    solution_interest_id: SolutionInterestId | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    personal: Mapping[str, object] | None = None
