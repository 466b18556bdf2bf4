"""What an endpoint is sent: an event as a plain message, or as a CloudEvent 1.0.

Both say the same under `data`: ids, and what stood before and after. Whatever names or reaches a
person stays behind.
"""

from typing import Any, Final

from domain.events import Event
from domain.identifiers import TenantId
from domain.plain_values import plain, written_moment
from domain.webhook_endpoints import WebhookFormat

LARGEST_BODY: Final = 20_000
"""In bytes; of what would be larger only the ids are sent."""

TEST_TYPE: Final = "WEBHOOK_TEST"

CONTENT_TYPES: Final = {
    WebhookFormat.STANDARD: "application/json",
    WebhookFormat.CLOUD_EVENT: "application/cloudevents+json; charset=utf-8",
}

Message = dict[str, Any]


def of_event(
    format: WebhookFormat, tenant: TenantId, event: Event, position: int, *, is_thin: bool = False
) -> Message:
    """The message that tells of an event; a thin one without what stood before and after."""
    data: Message = {
        "id": event.id,
        "position": position,
        "actor": event.actor,
        "method": event.method.upper() if event.method else None,
        "subjectId": event.subject_id,
        "accountId": event.account_id,
        "personId": event.person_id,
        "buyingGroupId": event.buying_group_id,
        "solutionInterestId": event.solution_interest_id,
        "isThin": is_thin,
    }
    if not is_thin:
        data |= {"before": plain(event.before), "after": plain(event.after)}
    subject = event.buying_group_id or event.subject_id
    at = written_moment(event.at)
    return _formed(format, tenant, event.id, event.type.value, at, subject, data)


def of_test(format: WebhookFormat, tenant: TenantId, endpoint: str, id: str, at: str) -> Message:
    """The message of a test, made at a moment: it tells nothing but to whom it goes."""
    return _formed(format, tenant, id, TEST_TYPE, at, endpoint, {"webhookEndpointId": endpoint})


def _formed(
    format: WebhookFormat,
    tenant: TenantId,
    id: str,
    type: str,
    at: str,
    subject: str,
    data: Message,
) -> Message:
    match format:
        case WebhookFormat.STANDARD:
            return {"type": type, "timestamp": at, "data": data}
        case WebhookFormat.CLOUD_EVENT:
            return {
                "specversion": "1.0",
                "id": id,
                "source": f"/quorum/tenants/{tenant}",
                "type": type,
                "subject": subject,
                "time": at,
                "datacontenttype": "application/json",
                "data": data,
            }
