"""The indexes of all collections, and what each is for. Only `_id` is unique, anywhere."""

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


def _present(path: str) -> Mapping[str, object]:
    return {path: {"$exists": True}}


INDEXES: Final = (
    Index("events", ("tenant", "event_id"), "the relay: which events are moved already"),
    Index("events", ("tenant", "buying_group_id", "position"), "the history of a group"),
    Index("events", ("tenant", "person_id", "position"), "the history of a person"),
    Index("events", ("tenant", "type", "position"), "events of a type"),
    Index("events", ("tenant", "position"), "the whole history in order"),
    Index("events", ("tenant", "subject_id", "position"), "the history of anything"),
    Index("events", ("tenant", "at", "position"), "what happened since a moment"),
    Index(
        "events",
        ("tenant", "command", "position"),
        "whether a repeatable command was done",
        _present("command"),
    ),
    Index(
        "events",
        ("tenant", "after.stage_history_id", "position"),
        "the stages a group has been in",
        _present("after.stage_history_id"),
    ),
    Index("buying_groups", ("tenant", "account_id"), "the groups of an account"),
    Index(
        "buying_groups",
        ("tenant", "solution_interest_id", "folded.name", "_id"),
        "the groups of a solution interest by name",
    ),
    Index("buying_groups", ("tenant", "solution_interest_id", "_id"), "maintenance of an interest"),
    Index(
        "buying_groups",
        ("tenant", "role_template_id", "template_revision"),
        "groups below a template's revision",
    ),
    Index("buying_groups", ("tenant", "role_template_id", "_id"), "all groups of a template"),
    Index("buying_groups", ("tenant", "member_ids"), "the groups of a person; a member filter"),
    Index("buying_groups", ("tenant", "removed_ids"), "the groups a person was removed from"),
    Index(
        "buying_groups",
        ("tenant", "roles.role_id", "roles.assigned"),
        "groups by how many members a role has",
    ),
    Index("buying_groups", ("tenant", "folded.status"), "groups of a status"),
    Index(
        "buying_groups",
        ("tenant", "solution_interest_id", "stage.stage_id"),
        "the groups of a solution interest, counted by stage",
    ),
    Index("buying_groups", ("tenant", "stage_model_id", "_id"), "what follows a stage model"),
    Index("buying_groups", ("tenant", "stage.stage_id"), "groups in a stage, and in none"),
    Index("buying_groups", ("tenant", "folded.stage"), "groups in stages of a name"),
    Index("buying_groups", ("tenant", "stage.since", "_id"), "order by entering the stage"),
    Index(
        "buying_groups", ("tenant", "completeness.exact", "stage.since"), "groups that are stagnant"
    ),
    Index(
        "buying_groups",
        ("tenant", "readiness.is_ready", "folded.name", "_id"),
        "groups that are ready, and that are not",
    ),
    Index(
        "buying_groups",
        ("tenant", "solution_interest_id", "readiness.revision"),
        "groups measured by earlier thresholds, or not yet",
    ),
    Index(
        "buying_groups",
        ("tenant", "solution_interest_id", "readiness.is_engaged", "engagement.raw"),
        "groups whose score has passed what is asked of it",
        _present("readiness.is_engaged"),
    ),
    Index(
        "buying_groups",
        ("tenant", "hand_off.state", "hand_off.owner", "_id"),
        "groups that were handed over to sales, by what came of it and by owner",
        _present("hand_off.state"),
    ),
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
    Index("accounts", ("tenant", "folded.name", "_id"), "order by name"),
    Index("accounts", ("tenant", "annual_revenue", "_id"), "order by revenue"),
    Index("accounts", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("accounts", ("tenant", "search"), "search by name"),
    Index("accounts", ("tenant", "parent_id", "folded.name", "_id"), "the accounts below one"),
    Index("accounts", ("tenant", "ancestor_ids"), "the accounts anywhere below one"),
    Index("accounts", ("tenant", "folded.industry", "folded.name", "_id"), "of an industry"),
    Index("accounts", ("tenant", "folded.address.country", "folded.name", "_id"), "of a country"),
    Index("accounts", ("tenant", "folded.address.region", "folded.name", "_id"), "of a region"),
    Index("accounts", ("tenant", "folded.products"), "the owners of a product"),
    Index("accounts", ("tenant", "audiences.audience_id", "_id"), "creation for the members"),
    Index(
        "accounts",
        ("tenant", "audiences.audience_id", "folded.name", "_id"),
        "the members of an audience by name",
    ),
    Index(
        "accounts",
        ("tenant", "left_audiences.audience_id"),
        "who has left an audience that is deleted",
        _present("left_audiences.audience_id"),
    ),
    Index(
        "accounts",
        ("tenant", "products_in_doubt"),
        "accounts whose won products have to be looked at again",
        _present("products_in_doubt"),
    ),
    Index("people", ("tenant", "relations.account_id", "_id"), "the people of an account"),
    Index(
        "people",
        ("tenant", "relations.account_id", "folded.name", "_id"),
        "the people of an account by name",
    ),
    Index("people", ("tenant", "folded.name", "_id"), "order by name"),
    Index("people", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("people", ("tenant", "search"), "search by name, e-mail address and job title"),
    Index("people", ("tenant", "folded.email"), "who has an e-mail address"),
    Index("people", ("tenant", "folded.job_title", "folded.name", "_id"), "who has a job title"),
    Index("people", ("tenant", "relations.relation"), "who belongs to an account in some way"),
    Index("people", ("tenant", "_id"), "scoring everybody"),
    Index("people", ("tenant", "engagement.raw", "_id"), "the largest raw of a person"),
    Index("people", ("tenant", "engagement.largest_weight"), "the largest weight that occurred"),
    Index("buying_groups", ("tenant", "score_due"), "groups to score", _present("score_due")),
    Index("buying_groups", ("tenant", "answers.key"), "sent keys", _present("answers.key")),
    Index("merges", ("tenant", "survivor_id"), "what was merged into a record"),
    Index("merges", ("tenant", "unfinished"), "merges broken off", _present("unfinished")),
    Index("deletions", ("tenant", "unfinished"), "deletions broken off", _present("unfinished")),
    Index(
        "accounts",
        ("tenant", "being_deleted"),
        "accounts whose deletion was broken off",
        _present("being_deleted"),
    ),
    Index(
        "people",
        ("tenant", "being_erased"),
        "people whose erasure was broken off",
        _present("being_erased"),
    ),
    Index("idempotency_keys", ("tenant", "at"), "keys that are a day old"),
    Index("interest_signals", ("tenant", "person_id", "at", "_id"), "a person's signals"),
    Index("interest_signals", ("tenant", "at", "_id"), "all signals in order"),
    Index(
        "interest_signals",
        ("tenant", "solution_interest_id", "at", "_id"),
        "the signals for a solution interest",
    ),
    Index("interest_signals", ("tenant", "source", "at", "_id"), "the signals of a source"),
    Index(
        "activities",
        ("tenant", "person_id", "at", "_id", "day", "type_folded", "excluded_as"),
        "a person's activities; a day is counted in it without a look at them",
    ),
    Index("activities", ("tenant", "at", "_id"), "all activities in order"),
    Index("activities", ("tenant", "type_folded", "at", "_id"), "activities of a type"),
    Index("activities", ("tenant", "source", "at", "_id"), "activities of a source"),
    Index("activities", ("tenant", "zone"), "activities dated in a time zone of before"),
    Index(
        "activities",
        ("tenant", "excluded_as", "at", "_id"),
        "activities that are left out",
        _present("excluded_as"),
    ),
    Index("activities", ("tenant", "awaits"), "who is waited for", _present("awaits")),
    Index(
        "activities",
        ("tenant", "detached_from"),
        "activities of somebody who was deleted",
        _present("detached_from"),
    ),
    Index("activity_days", ("tenant", "person_id", "day"), "a person's window"),
    Index("activity_days", ("tenant", "day", "person_id"), "days that leave or enter the window"),
    Index(
        "activity_days",
        ("tenant", "counted_in", "person_id"),
        "people whose days a run has counted; the days of runs that did not end",
    ),
    Index(
        "activity_days",
        ("tenant", "person_id", "day", "dirty.token"),
        "days to be counted anew",
        _present("dirty"),
    ),
    Index("scoring_runs", ("tenant", "at", "number"), "the run in force at a moment"),
    Index("scoring_runs", ("tenant", "is_open"), "runs that did not end", _present("is_open")),
    Index("activity_types", ("tenant", "folded.names"), "the type of an activity's spelling"),
    Index("activity_types", ("tenant", "folded.name", "_id"), "the types in order of their names"),
    Index("weighting_models", ("tenant", "model_id", "model_version"), "the versions of a model"),
    Index(
        "opportunities",
        ("tenant", "account_id", "updated_at", "_id"),
        "the opportunities of an account, last changed first",
    ),
    Index(
        "opportunities",
        ("tenant", "account_id", "is_won", "product"),
        "the products an account has won",
    ),
    Index("opportunities", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("opportunities", ("tenant", "amount", "_id"), "order by amount"),
    Index("opportunities", ("tenant", "close_date", "_id"), "order by the day of closing"),
    Index("opportunities", ("tenant", "folded.name", "_id"), "order by name"),
    Index("opportunities", ("tenant", "search"), "search by name"),
    Index("opportunities", ("tenant", "folded.stage", "updated_at", "_id"), "of a stage"),
    Index("opportunities", ("tenant", "folded.product", "updated_at", "_id"), "for a product"),
    Index("roles", ("tenant", "folded.name", "_id"), "the roles by name"),
    Index("roles", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("role_templates", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("role_templates", ("tenant", "roles.role_id"), "the templates that use a role"),
    Index(
        "role_templates", ("tenant", "roles.persona_ids"), "the templates that ask for a persona"
    ),
    Index(
        "role_templates",
        ("tenant", "roles.reference_ids"),
        "the templates whose rules name a role or a solution interest",
    ),
    Index(
        "account_audiences",
        ("tenant", "reference_ids"),
        "the audiences that name a role or a solution interest",
    ),
    Index("personas", ("tenant", "folded.name", "_id"), "the personas by name"),
    Index("personas", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("role_templates", ("tenant", "template_id"), "the versions of a template"),
    Index("saved_views", ("tenant", "folded.name", "_id"), "the views by name"),
    Index("saved_views", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("stage_models", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("solution_interests", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("solution_interests", ("tenant", "stage_model_id"), "what uses a stage model"),
    Index(
        "solution_interests",
        ("tenant", "names_due"),
        "solution interests whose groups are to be renamed",
        _present("names_due"),
    ),
    Index("account_audiences", ("tenant", "updated_at", "_id"), "order by last change"),
    Index(
        "account_audiences",
        ("tenant", "refresh_due"),
        "audiences to be refreshed",
        _present("refresh_due"),
    ),
    Index("weighting_models", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("jobs", ("tenant", "created_at", "_id"), "the latest jobs"),
    Index("jobs", ("tenant", "updated_at", "_id"), "order by last change"),
    Index("jobs", ("tenant", "finished_at", "_id"), "order by the end"),
    Index(
        "jobs",
        ("tenant", "parameters.solution_interest_id", "created_at", "_id"),
        "the jobs for a solution interest, the latest first",
    ),
    Index(
        "jobs",
        ("tenant", "parameters.audience_id", "created_at", "_id"),
        "the jobs for an audience, the latest first",
    ),
    Index("jobs", ("tenant", "day", "created_at", "_id"), "the jobs of a day's run"),
    Index("daily_runs", ("tenant", "day", "_id"), "the latest daily runs"),
    Index("jobs", ("tenant", "in_force"), "creation jobs in force", _present("in_force")),
    Index("jobs", ("tenant", "status", "_id"), "work that waits or has lost its worker"),
    Index("webhook_endpoints", ("tenant", "folded.name", "_id"), "the endpoints by name"),
    Index("webhook_endpoints", ("tenant", "updated_at", "_id"), "order by last change"),
    Index(
        "webhook_deliveries",
        ("tenant", "endpoint_id", "state", "position"),
        "what an endpoint is still to be told, in order",
    ),
    Index(
        "webhook_deliveries",
        ("tenant", "endpoint_id", "created_at", "_id"),
        "the deliveries of an endpoint, the latest first",
    ),
    Index("webhook_deliveries", ("tenant", "created_at", "_id"), "all deliveries in order"),
    Index("webhook_deliveries", ("tenant", "state", "created_at", "_id"), "deliveries of a state"),
    Index("webhook_deliveries", ("tenant", "event_id"), "the deliveries of an event"),
    Index("webhook_deliveries", ("tenant", "settled_at"), "deliveries whose time in the log is up"),
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
