"""The end state of a group: claims, members and completeness are what the events add up to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain import buying_groups, completeness
from domain.buying_groups import BuyingGroup
from domain.role_templates import TemplateRole
from store.driver import Document
from store.groups import claims_document, derived_paths, member_document, to_group
from tests.concurrency.history import CHANGED, Step, plain

COMPLETENESS = "COMPLETENESS_CHANGED"
Revisions = Sequence[Sequence[TemplateRole]]


def claim_faults(
    document: Document, events: Sequence[Document], steps: Sequence[Step]
) -> Iterator[str]:
    """Where the stored claims are not those of the last step, and events do not follow on."""
    stored = to_group(document).members
    told: dict[str, Any] = {}
    for event in events:
        if event["type"] == CHANGED:
            if told.get(event["person_id"], {}) != event["before"]["claims"]:
                yield f"{event['event_id']} does not begin where the one before it ended"
            told[event["person_id"]] = event["after"]["claims"]
    folded = [(member.person, member.claims) for member in steps[-1].group.members]
    if folded != [(member.person, plain(member.claims)) for member in stored]:
        yield "the stored claims are not those of the last step"
    for member in stored:
        bare = claims_document(member.claims)
        for claim in bare.values():
            del claim["reason"]
        if told.get(member.person, {}) != bare:
            yield f"{member.person} does not have the claims of the last event"
    if document["members"] != [member_document(member) for member in stored]:
        yield "a member does not have what follows from the claims"


def derived_faults(document: Document, revisions: Revisions) -> Iterator[str]:
    """Where what follows from members and template is not what is stored."""
    at = document["template_revision"]
    if at != len(revisions):
        yield f"the group follows revision {at} of {len(revisions)}"
    derived = derived_paths(to_group(document).members, revisions[at - 1], at)
    for path, value in derived.items():
        if document[path] != value:
            yield f"{path} is {document[path]}, and should be {value}"


def completeness_faults(
    document: Document, events: Sequence[Document], steps: Sequence[Step], revisions: Revisions
) -> Iterator[str]:
    """Where completeness is not that of the members, by requirements that only go on."""
    groups = {step.record.call.id if step.record else None: step.group for step in steps}
    group = groups[None]
    told: Any = None
    revision = 0
    for place, event in enumerate(events):
        if event["type"] == "BUYING_GROUP_CREATED":
            told = event["after"]["completeness"]
        elif event["type"] == CHANGED:
            group = groups.get(event["actor"], group)
        elif event["type"] == COMPLETENESS:
            if event["before"]["completeness"] != told:
                yield f"{event['event_id']} does not begin where completeness was"
            told = event["after"]["completeness"]
        if _is_inside(events, place):
            continue
        fitting = _fitting(group, told, revisions, revision)
        if fitting is None:
            yield f"after {event['event_id']} no requirements give {told}"
        else:
            revision = fitting
    if document["completeness"] != told:
        yield f"completeness is {document['completeness']}, the last event told {told}"


def _is_inside(events: Sequence[Document], place: int) -> bool:
    """Whether the next event belongs to the same change."""
    event = events[place]
    if place + 1 == len(events):
        return False
    following = events[place + 1]
    is_change = event["type"] in (CHANGED, "BUYING_GROUP_CREATED")
    return (
        is_change
        and following["type"] in (CHANGED, COMPLETENESS)
        and following["actor"] == event["actor"]
    )


def _fitting(
    group: BuyingGroup, told: Mapping[str, float], revisions: Revisions, least: int
) -> int | None:
    for revision in range(least, len(revisions)):
        states = buying_groups.role_states(revisions[revision], group.members)
        if completeness.percent(buying_groups.completeness_of(states)) == told["exact"]:
            return revision
    return None
