"""Webhook endpoints: who is told of which events, in which form, and when no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.events import EventType
from domain.identifiers import (
    AccountId,
    EventId,
    SolutionInterestId,
    WebhookDeliveryId,
    WebhookEndpointId,
    derived,
)

MOST_ENDPOINTS: Final = 50
MOST_VALUES: Final = 100
"""How many solution interests, or accounts, a filter names."""


class WebhookFormat(Enum):
    """How an event is written."""

    STANDARD = "standard"
    CLOUD_EVENT = "cloud_event"


class EndpointStatus(Enum):
    """Whether an endpoint is told of events."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class DisabledReason(Enum):
    """Why an endpoint is told no more until somebody resumes it."""

    GONE = "gone"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    TOO_MANY_WAITING = "too_many_waiting"


class DeliveryState(Enum):
    """What came of the delivery of one event to one endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class WebhookFilter:
    """Which events an endpoint is told of: all that is stated holds; nothing stated, of all."""

    types: frozenset[EventType] | None = None
    solution_interests: frozenset[SolutionInterestId] | None = None
    accounts: frozenset[AccountId] | None = None


EVERYTHING: Final = WebhookFilter()


@dataclass(frozen=True, slots=True)
class Told:
    """What of an event decides whether it is told, and in which order."""

    id: EventId
    type: str
    position: int
    subject_id: str
    account_id: str | None = None
    buying_group_id: str | None = None
    solution_interest_id: str | None = None

    @property
    def lane(self) -> str:
        """What has its events told one after the other: a group, or whatever else changed."""
        return self.buying_group_id or self.subject_id


def fits(filter: WebhookFilter, event: Told) -> bool:
    """Whether an event is one of those that a filter lets through.

    A solution interest or an account fits as the one that an event concerns and as its subject.
    """
    if filter.types is not None and event.type not in {each.value for each in filter.types}:
        return False
    interests, accounts = filter.solution_interests, filter.accounts
    if interests is not None and not interests & {event.solution_interest_id, event.subject_id}:
        return False
    return accounts is None or bool(accounts & {event.account_id, event.subject_id})


def fitting(filter: WebhookFilter, events: Sequence[Told]) -> list[Told]:
    """The events a filter lets through, in their order."""
    return [event for event in events if fits(filter, event)]


def delivery_id(endpoint: WebhookEndpointId, event: EventId) -> WebhookDeliveryId:
    """The one id under which an event is told to an endpoint, however often."""
    return WebhookDeliveryId(derived("whd", endpoint, event))
