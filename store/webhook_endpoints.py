"""Webhook endpoints in MongoDB: what people set up, and how far telling them has come.

Telling writes to paths of its own and leaves `version` alone: `position` is up to where events have
become deliveries, `replay` a stretch of history that becomes deliveries once more, `due_at` when
somebody should look at the endpoint again, `asked` how often that was asked for, `lease` who tells
it, and until when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.events import EventType
from domain.identifiers import AccountId, SolutionInterestId, WebhookEndpointId
from domain.webhook_endpoints import EndpointStatus, WebhookFilter, WebhookFormat
from domain.webhook_signatures import Secret
from store.driver import BY_ID, Document
from store.records import Records

_GLANCE: Final = {
    "status": 1,
    "position": 1,
    "due_at": 1,
    "slow_until": 1,
    "lease": 1,
    "secrets.secret_id": 1,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as whoever tells it needs it; `seen` tells it from what it is after a change."""

    id: WebhookEndpointId
    url: str
    format: WebhookFormat
    filter: WebhookFilter
    is_active: bool
    secrets: tuple[Secret, ...]
    position: int
    replay: tuple[int, int] | None
    slow_until: datetime | None
    seen: tuple[int, int]


class WebhookEndpointStore(Records):
    """The endpoints of one tenant."""

    async def glance(self) -> list[Document]:
        """Every endpoint, with as much as tells whether there is something to be done for it."""
        return await self.all(_GLANCE)

    async def lease(self, id: str, worker: str, now: datetime, length: timedelta) -> bool:
        """Take an endpoint for a while; False when it is gone or somebody's."""
        free = {"$or": [{"lease": None}, {"lease.until": {"$lte": now}}, {"lease.owner": worker}]}
        updated = await self.collection.update_one(
            {"_id": id, "tenant": self.tenant, **free},
            {"$set": {"lease": {"owner": worker, "until": now + length}}},
            hint=BY_ID,
        )
        return updated.matched_count == 1

    async def renew(self, id: str, worker: str, now: datetime, length: timedelta) -> bool:
        """Keep an endpoint for longer; False when it is this worker's no more."""
        updated = await self.collection.update_one(
            self._held(id, worker), {"$set": {"lease.until": now + length}}, hint=BY_ID
        )
        return updated.matched_count == 1

    async def endpoint(self, id: str, worker: str) -> Endpoint | None:
        """The endpoint as it is now; None when it is gone or not this worker's."""
        document = await self.collection.find_one(self._held(id, worker), hint=BY_ID)
        return to_endpoint(document) if document else None

    async def move_on(self, id: str, worker: str, before: int, after: int) -> bool:
        """Note that the events up to a position have become deliveries, once."""
        updated = await self.collection.update_one(
            {**self._held(id, worker), "position": before},
            {"$set": {"position": after}},
            hint=BY_ID,
        )
        return updated.matched_count == 1

    async def replay(self, id: str, after: int, until: int, now: datetime) -> bool:
        """Have the events of a stretch become deliveries again; False while another one does."""
        updated = await self.collection.update_one(
            {"_id": id, "tenant": self.tenant, "replay": None},
            {
                "$set": {"replay": {"after": after, "until": until}, "due_at": now},
                "$inc": {"asked": 1},
            },
            hint=BY_ID,
        )
        return updated.matched_count == 1

    async def move_replay(self, id: str, worker: str, before: int, after: int | None) -> bool:
        """Note up to where a stretch has become deliveries again; None: to its end."""
        path, value = ("replay", None) if after is None else ("replay.after", after)
        updated = await self.collection.update_one(
            {**self._held(id, worker), "replay.after": before},
            {"$set": {path: value}},
            hint=BY_ID,
        )
        return updated.matched_count == 1

    async def ask(self, id: str, now: datetime) -> None:
        """Have somebody look at an endpoint at once, also one that is left alone for a while."""
        await self.collection.update_one(
            {"_id": id, "tenant": self.tenant},
            {"$set": {"due_at": now, "slow_until": None}, "$inc": {"asked": 1}},
            hint=BY_ID,
        )

    async def give_back(
        self,
        id: str,
        worker: str,
        seen: tuple[int, int],
        due_at: datetime | None,
        slow_until: datetime | None,
    ) -> bool:
        """Let go of an endpoint until it is due again; False when it was changed meanwhile."""
        version, asked = seen
        updated = await self.collection.update_one(
            {**self._held(id, worker), "version": version, "asked": asked},
            {"$set": {"lease": None, "due_at": due_at, "slow_until": slow_until}},
            hint=BY_ID,
        )
        return updated.matched_count == 1

    async def let_go(self, id: str, worker: str, now: datetime) -> None:
        """Let anybody go on with an endpoint at once."""
        await self.collection.update_one(
            self._held(id, worker), {"$set": {"lease": None, "due_at": now}}, hint=BY_ID
        )

    def _held(self, id: str, worker: str) -> Document:
        return {"_id": id, "tenant": self.tenant, "lease.owner": worker}


def is_due(glance: Document, worker: str, now: datetime, last_position: int) -> bool:
    """Whether there is something to be done for an endpoint, and nobody else at it.

    Whoever has died at it may have left anything.
    """
    lease = glance.get("lease")
    if lease is not None and lease["until"] > now and lease["owner"] != worker:
        return False
    slow_until, due_at = glance.get("slow_until"), glance.get("due_at")
    if not glance.get("secrets") or (slow_until is not None and slow_until > now):
        return False
    is_behind = is_active(glance) and glance["position"] < last_position
    return lease is not None or is_behind or (due_at is not None and due_at <= now)


def is_active(endpoint: Document) -> bool:
    """Whether an endpoint is told of events."""
    return bool(endpoint["status"] == EndpointStatus.ACTIVE.value)


def telling_paths(position: int) -> Document:
    """The paths by which telling a new endpoint begins, behind a position."""
    return {
        "position": position,
        "replay": None,
        "due_at": None,
        "slow_until": None,
        "asked": 0,
        "lease": None,
    }


def filter_document(filter: WebhookFilter) -> Document:
    """A filter as it is stored; what it does not state is null."""
    types = None if filter.types is None else sorted(each.value for each in filter.types)
    interests, accounts = filter.solution_interests, filter.accounts
    return {
        "types": types,
        "solution_interest_ids": None if interests is None else sorted(interests),
        "account_ids": None if accounts is None else sorted(accounts),
    }


def to_filter(document: Mapping[str, Sequence[str] | None]) -> WebhookFilter:
    """The filter a document holds."""
    types, interests, accounts = (
        document["types"],
        document["solution_interest_ids"],
        document["account_ids"],
    )
    return WebhookFilter(
        None if types is None else frozenset(map(EventType, types)),
        None if interests is None else frozenset(map(SolutionInterestId, interests)),
        None if accounts is None else frozenset(map(AccountId, accounts)),
    )


def secret_document(secret: Secret) -> Document:
    """A secret as it is stored."""
    return {
        "secret_id": secret.id,
        "secret": secret.text,
        "created_at": secret.created_at,
        "expires_at": secret.expires_at,
    }


def secrets_of(document: Document) -> tuple[Secret, ...]:
    """The secrets an endpoint's document holds; none after it came from an export."""
    return tuple(
        Secret(each["secret_id"], each["secret"], each["created_at"], each["expires_at"])
        for each in document.get("secrets") or ()
    )


def to_endpoint(document: Document) -> Endpoint:
    """The endpoint a document holds."""
    replay = document["replay"]
    return Endpoint(
        WebhookEndpointId(document["_id"]),
        document["url"],
        WebhookFormat(document["format"]),
        to_filter(document["filter"]),
        is_active(document),
        secrets_of(document),
        document["position"],
        None if replay is None else (replay["after"], replay["until"]),
        document["slow_until"],
        (document["version"], document["asked"]),
    )
