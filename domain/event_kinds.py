"""Event kinds: which events tell about groups, which about people, which about components."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from domain.events import EventType


class EventKind(Enum):
    """What an event is about; one about a person in a group is about both."""

    BUYING_GROUP = "buying group"
    PERSON = "person"
    COMPONENT = "component"


_OF_GROUPS: Final = (
    EventType.MEMBERSHIP_CHANGED,
    EventType.MEMBER_FLAGGED,
    EventType.COMPLETENESS_CHANGED,
    EventType.ENGAGEMENT_CHANGED,
)
_OF_PEOPLE: Final = (
    EventType.INTEREST_SIGNAL_RECORDED,
    EventType.ACTIVITY_MARKED,
    EventType.MEMBERSHIP_CHANGED,
    EventType.MEMBER_FLAGGED,
)
_OF_COMPONENTS: Final = (
    EventType.CUSTOM_FIELDS_DEFINED,
    EventType.DERIVED_FIELDS_DEFINED,
    EventType.MEMBERS_REQUIRED_CHANGED,
)
_COMPONENTS: Final = (
    "ROLE_",
    "PERSONA_",
    "STAGE_MODEL_",
    "SOLUTION_INTEREST_",
    "ACCOUNT_AUDIENCE_",
    "SAVED_VIEW_",
    "ACTIVITY_TYPE_",
    "WEIGHTING_MODEL_",
)


def _named(*beginnings: str) -> frozenset[EventType]:
    return frozenset(type for type in EventType if type.value.startswith(beginnings))


TYPES: Final[Mapping[EventKind, frozenset[EventType]]] = {
    EventKind.BUYING_GROUP: _named("BUYING_GROUP_") | frozenset(_OF_GROUPS),
    EventKind.PERSON: _named("PERSON_") | frozenset(_OF_PEOPLE),
    EventKind.COMPONENT: _named(*_COMPONENTS) | frozenset(_OF_COMPONENTS),
}
