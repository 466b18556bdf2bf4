"""History in words: what an event of a buying group tells, in one sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.engagement import shown
from domain.events import Event, EventType

_SOMEBODY: Final = "Somebody who is known no more"
_BY: Final = {"manual": "by hand", "journey": "by a journey", "system": "by a job"}


@dataclass(frozen=True, slots=True)
class Names:
    """How people and roles are called now, by their ids."""

    people: Mapping[str, str]
    roles: Mapping[str, str]

    def person(self, id: str | None) -> str:
        """The person's name; words for one who is gone."""
        return self.people.get(id or "", _SOMEBODY)

    def role(self, id: object) -> str:
        """The role's name; its id once it is gone."""
        return self.roles.get(str(id), str(id))


def summary(event: Event, names: Names) -> str:
    """What happened, in a sentence; for an event of a kind that has no words, its type."""
    tell = _TOLD.get(event.type)
    if tell is None:
        return f"{event.type.value.replace('_', ' ').capitalize()}."
    return f"{tell(event, names)}{_by(event)}."


def _by(event: Event) -> str:
    return f", {_BY[event.method]}" if event.method in _BY else ""


def _created(event: Event, names: Names) -> str:
    members = _told(event).get("members", 0)
    return f"The group was made with {members} {'member' if members == 1 else 'members'}"


def _deleted(event: Event, names: Names) -> str:
    merged = _told(event).get("merged_into")
    return "The group went into another" if merged else "The group was deleted"


def _updated(event: Event, names: Names) -> str:
    told = _told(event)
    if "status" not in told:
        return "The group was given another name"
    status = told["status"]
    return "The status was cleared" if status is None else f"The status became “{status}”"


def _membership(event: Event, names: Names) -> str:
    who, was, now = names.person(event.person_id), _before(event).get("role_id"), _told(event)
    is_new = not _before(event).get("claims")
    role = now.get("role_id")
    if role is not None and was is None:
        verb = "joined" if is_new else "came back"
        return f"{who} {verb} as {names.role(role)}"
    if role is not None and was != role:
        return f"{who} went from {names.role(was)} to {names.role(role)}"
    if role is None and was is not None:
        return f"{who} left, until then {names.role(was)}"
    if role is None:
        return f"{who} stays out"
    return f"{who} stays {names.role(role)}"


def _flagged(event: Event, names: Names) -> str:
    who = names.person(event.person_id)
    if _told(event).get("unrelated"):
        return f"{who} is of the account no more and stays by a stronger method"
    return f"{who} is of the account again"


def _completeness(event: Event, names: Names) -> str:
    before, after = (
        shown(float(part["completeness"]["exact"])) for part in (_before(event), _told(event))
    )
    return f"Completeness went from {before} to {after}"


def _engagement(event: Event, names: Names) -> str:
    return f"Engagement went from {_before(event)['score']} to {_told(event)['score']}"


def _moved(event: Event, names: Names) -> str:
    before, after = _before(event).get("name"), _told(event).get("name")
    return f"The stage went from {before} to {after}" if before else f"The stage became {after}"


def _model(event: Event, names: Names) -> str:
    if _told(event).get("stage_model_id") is None:
        return "The group follows no stage model any more"
    stage = _told(event).get("name")
    where = f" in its stage {stage}" if stage else ""
    return f"The group follows another stage model{where}"


def _ready(event: Event, names: Names) -> str:
    return "The group became ready for sales"


def _no_longer_ready(event: Event, names: Names) -> str:
    return "The group is no longer ready for sales"


def _handed_over(event: Event, names: Names) -> str:
    return f"The group was handed over to {_told(event)['owner']}"


def _accepted(event: Event, names: Names) -> str:
    return f"Sales accepted the group, which has {_told(event)['owner']} as its owner"


def _returned(event: Event, names: Names) -> str:
    return f"Sales returned the group, which {_told(event)['owner']} had"


def _told(event: Event) -> Mapping[str, Any]:
    return event.after or {}


def _before(event: Event) -> Mapping[str, Any]:
    return event.before or {}


_TOLD: Final[Mapping[EventType, Callable[[Event, Names], str]]] = {
    EventType.BUYING_GROUP_CREATED: _created,
    EventType.BUYING_GROUP_DELETED: _deleted,
    EventType.BUYING_GROUP_UPDATED: _updated,
    EventType.MEMBERSHIP_CHANGED: _membership,
    EventType.MEMBER_FLAGGED: _flagged,
    EventType.COMPLETENESS_CHANGED: _completeness,
    EventType.ENGAGEMENT_CHANGED: _engagement,
    EventType.BUYING_GROUP_MOVED: _moved,
    EventType.BUYING_GROUP_STAGE_MODEL_CHANGED: _model,
    EventType.BUYING_GROUP_READY: _ready,
    EventType.BUYING_GROUP_NO_LONGER_READY: _no_longer_ready,
    EventType.BUYING_GROUP_HANDED_OVER: _handed_over,
    EventType.BUYING_GROUP_ACCEPTED: _accepted,
    EventType.BUYING_GROUP_RETURNED: _returned,
}
