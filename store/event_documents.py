"""Events as documents: first in a changed document's outbox, then in `events`."""

from domain.events import Event, EventType
from store.driver import Document

_OPTIONAL = (
    "method",
    "account_id",
    "person_id",
    "buying_group_id",
    "solution_interest_id",
    "before",
    "after",
    "personal",
    "command",
)


def to_document(event: Event) -> Document:
    """The document of an event; what is not stated is not stored."""
    document: Document = {
        "event_id": event.id,
        "type": event.type.value,
        "at": event.at,
        "actor": event.actor,
        "subject_id": event.subject_id,
    }
    for field in _OPTIONAL:
        value = getattr(event, field)
        if value is not None:
            document[field] = dict(value) if field in ("before", "after", "personal") else value
    return document


def from_document(document: Document) -> Event:
    """The event a document holds."""
    return Event(
        document["event_id"],
        EventType(document["type"]),
        document["at"],
        document["actor"],
        document["subject_id"],
        **{field: document[field] for field in _OPTIONAL if field in document},
    )
