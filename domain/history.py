"""History: a buying group as it was, told from nothing but the events of its changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from domain.buying_groups import Member
from domain.events import Event, EventType
from domain.hand_offs import HandOff, HandOffState
from domain.identifiers import PersonId, RoleId, RoleTemplateId, StageId
from domain.membership import Claim, Claims, Method
from domain.stage_models import Destination

_METHODS: Final = {method.value: method for method in Method}


@dataclass(frozen=True, slots=True)
class PastStage:
    """The stage a group was in, since when, and by whose word."""

    id: StageId
    name: str
    is_entry: bool
    destination: Destination | None
    since: datetime
    actor: str
    method: Method | None


@dataclass(frozen=True, slots=True)
class PastGroup:
    """A group at some moment. Members stand in the order in which they became known to it.

    `name` and `template` are None while no event has said them; `score` is the whole engagement
    score people saw.
    """

    name: str | None = None
    status: str | None = None
    completeness: float = 0.0
    score: int | None = None
    stage: PastStage | None = None
    hand_off: HandOff | None = None
    template: RoleTemplateId | None = None
    known: Mapping[PersonId, Member] = field(default_factory=dict)

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody about whom some method had spoken, those who were removed too."""
        return tuple(member for member in self.known.values() if member.claims)

    @property
    def roles(self) -> Mapping[PersonId, RoleId]:
        """Who was a member, and in which role."""
        return {m.person: m.role for m in self.members if m.role is not None}


@dataclass(frozen=True, slots=True)
class RoleMove:
    """Somebody who stayed a member and got another role."""

    person: PersonId
    before: RoleId
    after: RoleId


@dataclass(frozen=True, slots=True)
class Difference:
    """Who joined a group between two moments, who left it, and who got another role there."""

    joined: tuple[Member, ...]
    left: tuple[Member, ...]
    moved: tuple[RoleMove, ...]


def fold(events: Iterable[Event]) -> PastGroup | None:
    """The group after these events of it, in the order of their positions; None: there is none."""
    group: PastGroup | None = None
    for event in events:
        group = _after(group, event)
    return group


def until(events: Sequence[Event], moment: datetime) -> list[Event]:
    """The events of that moment and before, in the same order."""
    return [event for event in events if event.at <= moment]


def difference(before: PastGroup | None, after: PastGroup | None) -> Difference:
    """What changed in who is in a group; a group that there was not had nobody."""
    then, now = before or PastGroup(), after or PastGroup()
    return Difference(
        tuple(now.known[person] for person in now.roles if person not in then.roles),
        tuple(then.known[person] for person in then.roles if person not in now.roles),
        tuple(
            RoleMove(person, then.roles[person], role)
            for person, role in now.roles.items()
            if person in then.roles and then.roles[person] != role
        ),
    )


def _after(group: PastGroup | None, event: Event) -> PastGroup | None:
    told: Mapping[str, Any] = event.after or {}
    if event.type is EventType.BUYING_GROUP_CREATED:
        exact = float(told["completeness"]["exact"])
        return PastGroup(status=told.get("status"), completeness=exact)
    if event.type is EventType.BUYING_GROUP_DELETED or group is None:
        return None
    match event.type:
        case EventType.BUYING_GROUP_UPDATED:
            personal: Mapping[str, Any] = event.personal or {}
            name = personal.get("after", {}).get("name", group.name)
            return replace(group, name=name, status=told.get("status", group.status))
        case EventType.MEMBERSHIP_CHANGED | EventType.MEMBER_FLAGGED:
            return _with_member(group, event)
        case EventType.COMPLETENESS_CHANGED:
            return replace(group, completeness=float(told["completeness"]["exact"]))
        case EventType.ENGAGEMENT_CHANGED:
            return replace(group, score=int(told["score"]))
        case EventType.BUYING_GROUP_MIGRATED:
            return replace(group, template=RoleTemplateId(told["role_template_id"]))
        case EventType.BUYING_GROUP_MOVED | EventType.BUYING_GROUP_STAGE_MODEL_CHANGED:
            return replace(group, stage=_stage(group.stage, event))
        case (
            EventType.BUYING_GROUP_HANDED_OVER
            | EventType.BUYING_GROUP_ACCEPTED
            | EventType.BUYING_GROUP_RETURNED
        ):
            return replace(group, hand_off=_hand_off(event))
        case _:
            return group


def _with_member(group: PastGroup, event: Event) -> PastGroup:
    if event.person_id is None:
        return group
    told: Mapping[str, Any] = event.after or {}
    member = group.known.get(event.person_id, Member(event.person_id, {}))
    if event.type is EventType.MEMBER_FLAGGED:
        member = replace(member, unrelated=bool(told["unrelated"]))
    else:
        claims = _claims(member.claims, event)
        member = replace(member, claims=claims, unrelated=member.unrelated and bool(claims))
    return replace(group, known={**group.known, event.person_id: member})


def _claims(before: Claims, event: Event) -> dict[Method, Claim]:
    """The claims an event leaves; why one was said, its own event tells apart from the ids."""
    told: Mapping[str, Any] = event.after or {}
    apart: Mapping[str, Any] = event.personal or {}
    reasons = {event.method: apart.get("reason"), **apart.get("reasons", {})}
    found: dict[Method, Claim] = {}
    for word, claim in told["claims"].items():
        method = _METHODS[word]
        kept = before.get(method)
        own = Claim(
            method,
            RoleId(claim["role_id"]) if claim["role_id"] is not None else None,
            claim["actor"],
            claim["at"],
            claim["version"],
        )
        if kept is not None and replace(kept, reason=None) == own:
            found[method] = kept
        else:
            reason = reasons.get(word)
            found[method] = replace(own, reason=str(reason) if reason is not None else None)
    return found


def _hand_off(event: Event) -> HandOff:
    told: Mapping[str, Any] = event.after or {}
    reason = (event.personal or {}).get("reason")
    return HandOff(
        HandOffState(told["state"]),
        told["owner"],
        told["at"],
        told["by"],
        told["decided_at"],
        told["decided_by"],
        str(reason) if reason is not None else None,
    )


def _stage(before: PastStage | None, event: Event) -> PastStage | None:
    """The stage an event leaves a group in; carried to another model, it is its own still."""
    told: Mapping[str, Any] = event.after or {}
    if told.get("stage_id") is None:
        return None
    is_moved = event.type is EventType.BUYING_GROUP_MOVED or before is None
    by = _METHODS.get(event.method or "") if is_moved or before is None else before.method
    actor = event.actor if is_moved or before is None else before.actor
    destination = told.get("destination")
    return PastStage(
        StageId(told["stage_id"]),
        told["name"],
        bool(told.get("is_entry")),
        Destination(destination) if destination else None,
        told["since"],
        actor,
        by,
    )
