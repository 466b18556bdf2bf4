"""Every index, in one list, each with the query it serves. None is unique: `_id` is what is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pymongo import IndexModel

from store.driver import Database
from store.relay import OUTBOXES


@dataclass(frozen=True, slots=True)
class Index:
    """An index: its keys in order, and the query it serves."""

    collection: str
    keys: tuple[str, ...]
    serves: str
    partial: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "_".join(self.keys).replace(".", "-")


INDEXES: Final = (
    Index("events", ("tenant", "event_id"), "the relay: which events are moved already"),
    Index("events", ("tenant", "buying_group_id", "position"), "the history of a group"),
    Index("events", ("tenant", "person_id", "position"), "the history of a person"),
    Index("events", ("tenant", "type", "position"), "events of a type"),
    Index("buying_groups", ("tenant", "account_id"), "the groups of an account"),
    Index("buying_groups", ("tenant", "solution_interest_id", "_id"), "maintenance of an interest"),
    Index("buying_groups", ("tenant", "role_template_id"), "groups below a template's revision"),
    Index("buying_groups", ("tenant", "member_ids"), "the groups of a person; a member filter"),
    Index("buying_groups", ("tenant", "search"), "search by name"),
    Index("buying_groups", ("tenant", "missing_role_ids", "completeness.exact"), "missing roles"),
    Index("buying_groups", ("tenant", "folded.name", "_id"), "order by name"),
    Index("buying_groups", ("tenant", "completeness.exact", "_id"), "order by completeness"),
    Index("buying_groups", ("tenant", "engagement.raw", "_id"), "order by engagement"),
    Index("buying_groups", ("tenant", "member_count", "_id"), "order by members"),
    Index("buying_groups", ("tenant", "created_at", "_id"), "order by creation"),
    Index("buying_groups", ("tenant", "updated_at", "_id"), "order by last change; updated since"),
    Index("buying_groups", ("tenant", "created_by_job.job_id", "_id"), "what a job has created"),
    Index("accounts", ("tenant", "_id"), "creation walks the accounts in order"),
    Index("people", ("tenant", "relations.account_id", "_id"), "the people of an account"),
    Index("jobs", ("tenant", "status", "_id"), "work that waits or has lost its worker"),
)


def _outbox(collection: str) -> Index:
    return Index(
        collection,
        ("tenant", "outbox.event_id"),
        "the relay: boxes left behind",
        {"outbox.0": {"$exists": True}},
    )


async def ensure_indexes(database: Database) -> None:
    """Make every index that is not there; existing ones are left alone."""
    wanted: dict[str, list[IndexModel]] = {}
    for index in (*INDEXES, *map(_outbox, OUTBOXES)):
        options = {"partialFilterExpression": dict(index.partial)} if index.partial else {}
        model = IndexModel([(key, 1) for key in index.keys], name=index.name, **options)
        wanted.setdefault(index.collection, []).append(model)
    for collection, models in wanted.items():
        await database[collection].create_indexes(models)
