"""Buying groups in MongoDB: one document a group, its members embedded with their claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain import buying_groups, completeness
from domain.buying_groups import BuyingGroup, Member, MemberChange, RoleState
from domain.idempotency import KEPT, KeyedCommand
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    RoleId,
    RoleTemplateId,
    SolutionInterestId,
    TenantId,
)
from domain.membership import Claim, Claims, Method
from domain.role_templates import TemplateRole
from store.driver import BY_ID, Database, Document, aggregate
from store.new_groups import NewGroups
from store.relay import Relay
from store.turns import Turns

FOR_DECIDING: Mapping[str, int] = {
    "version": 1,
    "account_id": 1,
    "solution_interest_id": 1,
    "role_template_id": 1,
    "template_revision": 1,
    "members": 1,
    "completeness": 1,
    "missing_role_ids": 1,
    "name": 1,
    "status": 1,
    "stage_model_id": 1,
    "stage": 1,
    "stage_history": 1,
    "roles": 1,
    "readiness": 1,
}
_METHODS: Final = {method.value: method for method in Method}


@dataclass(frozen=True, slots=True)
class ToldOf:
    """A group that was told something about these people."""

    group: BuyingGroupId
    people: frozenset[str]


class GroupStore(NewGroups):
    """The buying groups of one tenant.

    `turns` is for what follows from a change: those who change groups at the same time do it
    together.
    """

    def __init__(self, database: Database, collection: str, tenant: TenantId, relay: Relay) -> None:
        super().__init__(database, collection, tenant, relay)
        self.turns: Turns[ToldOf] = Turns()

    async def of_interest(
        self, interest: str | None, after: str, limit: int
    ) -> list[BuyingGroupId]:
        """The next groups in the order of their ids, of one solution interest or of all."""
        found: Document = {"tenant": self.tenant, "_id": {"$gt": after}}
        if interest is not None:
            found["solution_interest_id"] = interest
        cursor = self.collection.find(found, {"_id": 1}, sort=[("_id", 1)], limit=limit)
        return [BuyingGroupId(document["_id"]) async for document in cursor]

    async def any_of(
        self, queries: Sequence[Mapping[str, object]], after: str, limit: int | None
    ) -> list[BuyingGroupId]:
        """The next groups that some of these queries find, in the order of their ids."""
        each = [{"tenant": self.tenant, **query, "_id": {"$gt": after}} for query in queries]
        cursor = self.collection.find(
            {"$or": each}, {"_id": 1}, sort=[("_id", 1)], limit=limit or 0, batch_size=10_000
        )
        return [BuyingGroupId(document["_id"]) async for document in cursor]

    async def below_revision(self, template: str, revision: int, limit: int) -> list[Document]:
        """Groups of a template that were computed with an earlier revision, for deciding."""
        found = {
            "tenant": self.tenant,
            "role_template_id": template,
            "template_revision": {"$lt": revision},
        }
        cursor = self.collection.find(found, FOR_DECIDING, limit=limit, batch_size=limit)
        return [document async for document in cursor]

    async def of_template(
        self, template: RoleTemplateId, after: str, limit: int
    ) -> list[BuyingGroupId]:
        """The next groups that follow a template, in the order of their ids."""
        followed = {"role_template_id": template}
        found = await self.found(followed, {"_id": 1}, after=after, limit=limit)
        return [BuyingGroupId(document["_id"]) for document in found]

    async def count_below(self, template: str, revision: int, at_most: int) -> int:
        """How many groups were computed with an earlier revision; no more than so many count."""
        below = {
            "tenant": self.tenant,
            "role_template_id": template,
            "template_revision": {"$lt": revision},
        }
        return await self.collection.count_documents(below, limit=at_most)

    async def recomputed_by(self, job: str, ids: Sequence[str]) -> int:
        """How many of these groups this job was the last to recompute, of those that do."""
        return await self.collection.count_documents(
            {"_id": {"$in": list(ids)}, "tenant": self.tenant, "recomputed_by_job": job},
            hint=BY_ID,
        )

    async def migrated_by(self, job: str, ids: Sequence[str]) -> int:
        """How many of these groups this job was the last to migrate."""
        return await self.collection.count_documents(
            {"_id": {"$in": list(ids)}, "tenant": self.tenant, "migrated_by_job": job},
            hint=BY_ID,
        )

    async def maintained_by(self, job: str, ids: Sequence[str]) -> int:
        """How many of these groups this job was the last to change, of those that maintain."""
        return await self.collection.count_documents(
            {"_id": {"$in": list(ids)}, "tenant": self.tenant, "maintained_by_job": job},
            hint=BY_ID,
        )

    async def makers(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Which job has made each of these groups that is there; None: somebody else has."""
        found = await self.by_ids(ids, {"created_by_job.job_id": 1})
        return {
            id: (group.get("created_by_job") or {}).get("job_id") for id, group in found.items()
        }

    async def created_by(self, job: str, ids: Sequence[str]) -> tuple[int, int]:
        """How many of these groups a job has created, and how many members it gave them."""
        rows = await aggregate(
            self.collection,
            [
                {
                    "$match": {
                        "_id": {"$in": list(ids)},
                        "tenant": self.tenant,
                        "created_by_job.job_id": job,
                    }
                },
                {
                    "$group": {
                        "_id": None,
                        "groups": {"$sum": 1},
                        "members": {"$sum": "$created_by_job.members_assigned"},
                    }
                },
            ],
            hint=dict(BY_ID),
        )
        return (rows[0]["groups"], rows[0]["members"]) if rows else (0, 0)

    async def answered_elsewhere(self, id: str, command: KeyedCommand, now: datetime) -> bool:
        """Whether another group keeps an answer to a command of the same key."""
        sent = {
            "actor": command.actor,
            "mutation": command.mutation,
            "key": command.key,
            "at": {"$gt": now - KEPT},
        }
        found = {
            "tenant": self.tenant,
            "answers.key": command.key,
            "answers": {"$elemMatch": sent},
            "_id": {"$ne": id},
        }
        return await self.collection.find_one(found, {"_id": 1}) is not None


def to_group(document: Document) -> BuyingGroup:
    """The group a document holds."""
    return BuyingGroup(
        BuyingGroupId(document["_id"]),
        AccountId(document["account_id"]),
        SolutionInterestId(document["solution_interest_id"]),
        document["version"],
        tuple(_to_member(member) for member in document["members"]),
    )


def to_claims(stored: Mapping[str, Document]) -> Claims:
    """The claims a member's document holds."""
    return {
        method: _to_claim(method, stored[word])
        for word, method in _METHODS.items()
        if word in stored
    }


def _to_member(document: Document) -> Member:
    return Member(
        PersonId(document["person_id"]), to_claims(document["claims"]), document["unrelated"]
    )


def _to_claim(method: Method, document: Document) -> Claim:
    role = document["role_id"]
    return Claim(
        method,
        RoleId(role) if role is not None else None,
        document["actor"],
        document["at"],
        document["version"],
        document["reason"],
    )


def claims_document(claims: Claims) -> Document:
    """The claims as a document, method by method."""
    return {
        method.value: {
            "role_id": claim.role,
            "actor": claim.actor,
            "at": claim.at,
            "version": claim.version,
            "reason": claim.reason,
        }
        for method, claim in claims.items()
    }


def member_document(member: Member) -> Document:
    """A member as it is embedded, with what its claims amount to."""
    claim = member.deciding
    role = claim.role if claim else None
    return {
        "person_id": member.person,
        "role_id": role,
        "method": claim.method.value if claim else None,
        "is_member": role is not None,
        "is_removed": claim is not None and role is None,
        "since": claim.at if claim else None,
        "unrelated": member.unrelated,
        "claims": claims_document(member.claims),
    }


def member_paths(changes: Sequence[MemberChange]) -> dict[str, object]:
    """The paths that changed members own: each one's own place in the list."""
    return {f"members.{change.place}": member_document(change.after) for change in changes}


def derived_paths(
    members: Sequence[Member], roles: Sequence[TemplateRole], revision: int
) -> dict[str, object]:
    """What follows from the members and the template, written with every membership change."""
    states = buying_groups.role_states(roles, members)
    said = [(member.person, claim.role) for member in members if (claim := member.deciding)]
    present = [person for person, role in said if role is not None]
    return {
        "member_ids": present,
        "removed_ids": [person for person, role in said if role is None],
        "member_count": len(present),
        "roles": [_role_document(state) for state in states],
        "missing_role_ids": [state.role for state in states if state.is_missing],
        "completeness": {"exact": completeness.percent(buying_groups.completeness_of(states))},
        "template_revision": revision,
    }


def _role_document(state: RoleState) -> dict[str, Any]:
    return {
        "role_id": state.role,
        "weighting": state.weighting.value,
        "required": state.is_required,
        "members_required": state.members_required,
        "assigned": state.assigned,
        "completeness": completeness.percent(state.filled),
    }
