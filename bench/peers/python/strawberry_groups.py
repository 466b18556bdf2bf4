"""Buying groups, their roles and members as Strawberry's types."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from bench.peers.python.stored import Row, percent, score
from bench.peers.python.strawberry_records import (
    Account,
    Completeness,
    Info,
    Person,
    Role,
    RoleTemplate,
    SolutionInterest,
    StageModel,
)


@strawberry.enum
class RoleWeighting(Enum):
    TRIVIAL = "trivial"
    MINOR = "minor"
    NORMAL = "normal"
    IMPORTANT = "important"
    VITAL = "vital"


@strawberry.enum
class MembershipMethod(Enum):
    MANUAL = "manual"
    JOURNEY = "journey"
    SYSTEM = "system"


@strawberry.type
class Engagement:
    score: int
    exact: float
    computed_at: datetime
    is_stale: bool


@strawberry.type
class BuyingGroupStage:
    id: strawberry.ID
    name: str
    since: datetime


@strawberry.type
class Readiness:
    is_ready: bool
    since: datetime | None


@strawberry.type
class Claim:
    method: MembershipMethod
    actor: str
    at: datetime
    role_id: strawberry.Private[str | None]

    @strawberry.field
    async def role(self, info: Info) -> Role | None:
        found: Role | None = await info.context.load("roles", self.role_id, info)
        return found


@strawberry.type
class Member:
    method: MembershipMethod | None
    since: datetime | None
    person_id: strawberry.Private[str]
    said: strawberry.Private[Mapping[str, Any]]

    @classmethod
    def of(cls, row: Row) -> "Member":
        method = row.get("method")
        return cls(
            method=MembershipMethod(method) if method else None,
            since=row.get("since"),
            person_id=row.get("person_id", ""),
            said=row.get("claims") or {},
        )

    @strawberry.field
    async def person(self, info: Info) -> Person:
        found: Person = await info.context.load("people", self.person_id, info)
        return found

    @strawberry.field
    def claims(self) -> list[Claim]:
        return [
            Claim(
                method=method,
                actor=self.said[method.value]["actor"],
                at=self.said[method.value]["at"],
                role_id=self.said[method.value]["role_id"],
            )
            for method in MembershipMethod
            if method.value in self.said
        ]


@strawberry.type
class MemberConnection:
    nodes: list[Member]


@strawberry.type
class BuyingGroupRole:
    weighting: RoleWeighting
    is_required: bool
    members_required: int
    assigned: int
    completeness: Completeness
    role_id: strawberry.Private[str]
    playing: strawberry.Private[list[Row]]

    @strawberry.field
    async def role(self, info: Info) -> Role:
        found: Role = await info.context.load("roles", self.role_id, info)
        return found

    @strawberry.field
    def is_missing(self) -> bool:
        return self.is_required and self.assigned == 0

    @strawberry.field
    def members(self, first: int = 25) -> MemberConnection:
        return MemberConnection(nodes=[Member.of(row) for row in self.playing[:first]])


@strawberry.type
class BuyingGroup:
    id: strawberry.ID
    name: str
    row: strawberry.Private[Row]

    @classmethod
    def of(cls, row: Row) -> "BuyingGroup":
        return cls(id=row["_id"], name=row["name"], row=row)

    @strawberry.field
    def status(self) -> str | None:
        status: str | None = self.row["status"]
        return status

    @strawberry.field
    def created_at(self) -> datetime:
        at: datetime = self.row["created_at"]
        return at

    @strawberry.field
    def updated_at(self) -> datetime:
        at: datetime = self.row["updated_at"]
        return at

    @strawberry.field
    def member_count(self) -> int:
        count: int = self.row["member_count"]
        return count

    @strawberry.field
    def completeness(self) -> Completeness:
        return Completeness.of(self.row["completeness"]["exact"])

    @strawberry.field
    async def engagement(self, info: Info) -> Engagement | None:
        stored = self.row.get("engagement")
        if stored is None:
            return None
        largest, _ = await info.context.largest()
        exact = score(stored["raw"], largest)
        return Engagement(
            score=percent(exact),
            exact=exact,
            computed_at=stored["computed_at"],
            is_stale=self.row.get("score_due") is not None,
        )

    @strawberry.field
    def stage(self) -> BuyingGroupStage | None:
        stage = self.row.get("stage")
        if stage is None:
            return None
        return BuyingGroupStage(id=stage["stage_id"], name=stage["name"], since=stage["since"])

    @strawberry.field
    def readiness(self) -> Readiness | None:
        stored = self.row.get("readiness")
        return stored and Readiness(is_ready=stored["is_ready"], since=stored["since"])

    @strawberry.field
    async def account(self, info: Info) -> Account:
        found: Account = await info.context.load("accounts", self.row["account_id"], info)
        return found

    @strawberry.field
    async def solution_interest(self, info: Info) -> SolutionInterest:
        id = self.row["solution_interest_id"]
        found: SolutionInterest = await info.context.load("solution_interests", id, info)
        return found

    @strawberry.field
    async def role_template(self, info: Info) -> RoleTemplate:
        id = self.row["role_template_id"]
        found: RoleTemplate = await info.context.load("role_templates", id, info)
        return found

    @strawberry.field
    async def stage_model(self, info: Info) -> StageModel | None:
        id = self.row["stage_model_id"]
        found: StageModel | None = await info.context.load("stage_models", id, info)
        return found

    @strawberry.field
    async def missing_roles(self, info: Info) -> list[Role]:
        ids = self.row["missing_role_ids"]
        found = await asyncio.gather(*(info.context.load("roles", id, info) for id in ids))
        return list(found)

    @strawberry.field
    def roles(self) -> list[BuyingGroupRole]:
        by_role: dict[str, list[Row]] = {}
        for member in self.row.get("members", ()):
            if member["is_member"]:
                by_role.setdefault(member["role_id"], []).append(member)
        return [
            BuyingGroupRole(
                weighting=RoleWeighting(role["weighting"]),
                is_required=role["required"],
                members_required=role["members_required"],
                assigned=role["assigned"],
                completeness=Completeness.of(role["completeness"]),
                role_id=role["role_id"],
                playing=by_role.get(role["role_id"], []),
            )
            for role in self.row["roles"]
        ]


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class BuyingGroupConnection:
    nodes: list[BuyingGroup]
    page_info: PageInfo
