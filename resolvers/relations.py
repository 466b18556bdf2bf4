"""Relations: whom a person belongs to changes because of something that was done to an account."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.events import EventType
from domain.identifiers import PersonId
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.records import Change
from store.upserted import Saving


def changed(ctx: Context, person: Document, relations: Sequence[Mapping[str, Any]]) -> Saving:
    """The person with these relations, and the event that tells so."""
    event = stamps.event(
        ctx,
        EventType.PERSON_UPDATED,
        person["_id"],
        person_id=PersonId(person["_id"]),
        before={"relations": person["relations"]},
        after={"changed": ["relations"], "relations": list(relations)},
    )
    change = Change({"relations": list(relations), **stamps.updated(ctx)}, (event,))
    return person["_id"], person["version"], change
