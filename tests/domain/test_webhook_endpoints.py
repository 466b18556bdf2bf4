import pytest

from domain.events import EventType
from domain.identifiers import AccountId, EventId, SolutionInterestId, WebhookEndpointId
from domain.webhook_endpoints import EVERYTHING, Told, WebhookFilter, delivery_id, fits

MOVED = Told(EventId("evt_1"), "BUYING_GROUP_MOVED", 1, "bg_1", "acc_1", "bg_1", "si_1")
RENAMED = Told(EventId("evt_2"), "ACCOUNT_UPDATED", 2, "acc_1")
TYPES = frozenset({EventType.BUYING_GROUP_MOVED})
ACCOUNTS = frozenset({AccountId("acc_1")})
INTERESTS = frozenset({SolutionInterestId("si_1")})


@pytest.mark.parametrize(
    ("filter", "event", "holds"),
    [
        pytest.param(EVERYTHING, RENAMED, True, id="nothing stated lets everything through"),
        pytest.param(WebhookFilter(TYPES), MOVED, True, id="a type that is named"),
        pytest.param(WebhookFilter(TYPES), RENAMED, False, id="a type that is not"),
        pytest.param(WebhookFilter(accounts=ACCOUNTS), MOVED, True, id="the account of a group"),
        pytest.param(WebhookFilter(accounts=ACCOUNTS), RENAMED, True, id="the account itself"),
        pytest.param(
            WebhookFilter(accounts=frozenset({AccountId("acc_2")})), MOVED, False, id="another"
        ),
        pytest.param(
            WebhookFilter(solution_interests=INTERESTS), MOVED, True, id="the interest of a group"
        ),
        pytest.param(
            WebhookFilter(solution_interests=INTERESTS), RENAMED, False, id="no interest at all"
        ),
        pytest.param(
            WebhookFilter(TYPES, INTERESTS, frozenset({AccountId("acc_2")})),
            MOVED,
            False,
            id="all that is stated has to hold",
        ),
    ],
)
def test_a_filter_lets_events_through(filter: WebhookFilter, event: Told, holds: bool) -> None:
    assert fits(filter, event) is holds


def test_events_of_a_group_take_one_lane_and_others_that_of_what_changed() -> None:
    assert (MOVED.lane, RENAMED.lane) == ("bg_1", "acc_1")


def test_an_event_has_one_delivery_for_each_endpoint() -> None:
    one, two = WebhookEndpointId("whe_1"), WebhookEndpointId("whe_2")

    assert delivery_id(one, MOVED.id) == delivery_id(one, MOVED.id)
    assert len({delivery_id(one, MOVED.id), delivery_id(one, RENAMED.id)}) == 2
    assert delivery_id(one, MOVED.id) != delivery_id(two, MOVED.id)
