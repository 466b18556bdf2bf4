from domain.event_kinds import TYPES, EventKind
from domain.events import EventType

ELSEWHERE = {
    "TENANT_CREATED",
    "TENANT_UPDATED",
    "ACCOUNT_CREATED",
    "ACCOUNT_UPDATED",
    "ACCOUNT_MERGED",
    "ACCOUNT_DELETED",
    "ACCOUNT_JOINED_AUDIENCE",
    "ACCOUNT_LEFT_AUDIENCE",
    "OPPORTUNITY_CREATED",
    "OPPORTUNITY_UPDATED",
    "OPPORTUNITY_DELETED",
}
"""Events of records and of the tenant itself; of no kind, like those of jobs and webhooks."""


def test_every_type_of_event_is_of_a_kind_or_known_to_be_of_none() -> None:
    of_a_kind = set().union(*TYPES.values())

    others = {type.value for type in EventType if type not in of_a_kind}

    assert {name for name in others if not name.startswith(("JOB_", "WEBHOOK_"))} == ELSEWHERE


def test_what_a_person_becomes_in_a_group_is_of_both_kinds() -> None:
    both = TYPES[EventKind.BUYING_GROUP] & TYPES[EventKind.PERSON]

    assert {type.value for type in both} == {"MEMBERSHIP_CHANGED", "MEMBER_FLAGGED"}


def test_a_component_is_no_group_and_no_person() -> None:
    components = TYPES[EventKind.COMPONENT]

    assert not components & (TYPES[EventKind.BUYING_GROUP] | TYPES[EventKind.PERSON])
    assert EventType.ROLE_TEMPLATE_PUBLISHED in components
    assert EventType.PERSONA_UPDATED in components
