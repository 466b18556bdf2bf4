from datetime import UTC, datetime
from typing import Any

import pytest

from domain.events import Event, EventType
from domain.identifiers import AccountId, BuyingGroupId, EventId, PersonId, TenantId
from domain.webhook_endpoints import WebhookFormat
from domain.webhook_messages import of_event, of_test

HOME = TenantId("home")
EVENT = Event(
    EventId("evt_1"),
    EventType.MEMBERSHIP_CHANGED,
    datetime(2026, 5, 4, 12, 0, 0, 123_000, tzinfo=UTC),
    "sam",
    "bg_1",
    method="manual",
    account_id=AccountId("acc_1"),
    person_id=PersonId("per_1"),
    buying_group_id=BuyingGroupId("bg_1"),
    before={"role_id": None},
    after={"role_id": "role_1", "since": datetime(2026, 5, 4, 11, tzinfo=UTC)},
    personal={"reason": "Ada is the boss"},
)
DATA = {
    "id": "evt_1",
    "position": 7,
    "actor": "sam",
    "method": "MANUAL",
    "subjectId": "bg_1",
    "accountId": "acc_1",
    "personId": "per_1",
    "buyingGroupId": "bg_1",
    "solutionInterestId": None,
}
CHANGE: dict[str, Any] = {
    "before": {"role_id": None},
    "after": {"role_id": "role_1", "since": "2026-05-04T11:00:00.000Z"},
}


def test_a_plain_message_has_a_type_a_timestamp_and_data() -> None:
    assert of_event(WebhookFormat.STANDARD, HOME, EVENT, 7) == {
        "type": "MEMBERSHIP_CHANGED",
        "timestamp": "2026-05-04T12:00:00.123Z",
        "data": {**DATA, "isThin": False, **CHANGE},
    }


def test_a_cloud_event_says_the_same_in_its_own_attributes() -> None:
    assert of_event(WebhookFormat.CLOUD_EVENT, HOME, EVENT, 7) == {
        "specversion": "1.0",
        "id": "evt_1",
        "source": "/quorum/tenants/home",
        "type": "MEMBERSHIP_CHANGED",
        "subject": "bg_1",
        "time": "2026-05-04T12:00:00.123Z",
        "datacontenttype": "application/json",
        "data": {**DATA, "isThin": False, **CHANGE},
    }


@pytest.mark.parametrize("format", WebhookFormat)
def test_no_message_holds_what_names_a_person(format: WebhookFormat) -> None:
    assert "Ada" not in str(of_event(format, HOME, EVENT, 7))


def test_a_thin_message_has_ids_alone() -> None:
    thin = of_event(WebhookFormat.STANDARD, HOME, EVENT, 7, is_thin=True)

    assert thin["data"] == {**DATA, "isThin": True}


def test_a_test_tells_to_whom_it_goes() -> None:
    at = "2026-05-04T12:00:00.000Z"

    assert of_test(WebhookFormat.STANDARD, HOME, "whe_1", "whd_1", at) == {
        "type": "WEBHOOK_TEST",
        "timestamp": at,
        "data": {"webhookEndpointId": "whe_1"},
    }
    assert of_test(WebhookFormat.CLOUD_EVENT, HOME, "whe_1", "whd_1", at)["id"] == "whd_1"
