"""Identifiers: strings with a type prefix, the same in Python, GraphQL and MongoDB.

A random id is made outside the rules; a derived id is a function of what must be unique.
"""

import base64
import hashlib
from typing import Final, NewType

TenantId = NewType("TenantId", str)
AccountId = NewType("AccountId", str)
PersonId = NewType("PersonId", str)
OpportunityId = NewType("OpportunityId", str)
ActivityId = NewType("ActivityId", str)
InterestSignalId = NewType("InterestSignalId", str)
RoleId = NewType("RoleId", str)
RoleTemplateId = NewType("RoleTemplateId", str)
PersonaId = NewType("PersonaId", str)
SolutionInterestId = NewType("SolutionInterestId", str)
StageModelId = NewType("StageModelId", str)
StageId = NewType("StageId", str)
AudienceId = NewType("AudienceId", str)
ActivityTypeId = NewType("ActivityTypeId", str)
WeightingModelId = NewType("WeightingModelId", str)
BuyingGroupId = NewType("BuyingGroupId", str)
JobId = NewType("JobId", str)
DailyRunId = NewType("DailyRunId", str)
EventId = NewType("EventId", str)
ScoringRunId = NewType("ScoringRunId", str)
WebhookEndpointId = NewType("WebhookEndpointId", str)
WebhookDeliveryId = NewType("WebhookDeliveryId", str)

_DIGEST_LENGTH: Final = 26


def derived(prefix: str, *parts: str) -> str:
    """The one id that belongs to these parts: the same parts give the same id everywhere."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    text = base64.b32encode(digest).decode().lower()
    return f"{prefix}_{text[:_DIGEST_LENGTH]}"


def prefix_of(identifier: str) -> str:
    """The type prefix of an id, or an empty text when it has none."""
    prefix, separator, _ = identifier.partition("_")
    return prefix if separator else ""
