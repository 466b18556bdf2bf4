"""Accounts, people and components as Strawberry's types, and what loads them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import strawberry
from strawberry.dataloader import DataLoader

from bench.peers.python.selecting import projection
from bench.peers.python.stored import IS_LEAN, Row, largest_raws, of_ids, percent, score

Info = strawberry.Info["Request", None]


class Request:
    """What one request remembers: its loaders, and what scores are measured by."""

    def __init__(self) -> None:
        self._loaders: dict[object, DataLoader[str, Any]] = {}
        self._largest: asyncio.Future[tuple[float, float]] | None = None

    async def largest(self) -> tuple[float, float]:
        if self._largest is None:
            self._largest = asyncio.ensure_future(largest_raws())
        return await self._largest

    async def load(self, name: str, id: str | None, info: Info) -> Any:
        """An object of a collection by its id; None without one."""
        if id is None:
            return None
        node = info._raw_info.field_nodes[0]
        key = node.loc and (node.loc.start, name) if IS_LEAN else name
        if key not in self._loaders:
            shown = projection(name, node)

            async def load(ids: list[str]) -> list[Any]:
                rows = await of_ids(name, ids, shown)
                found = {id: SHOWN[name](row) for id, row in rows.items()}
                return [found.get(id) for id in ids]

            self._loaders[key] = DataLoader(load)
        return await self._loaders[key].load(id)


@strawberry.type
class Completeness:
    score: int
    exact: float

    @classmethod
    def of(cls, exact: float) -> "Completeness":
        return cls(score=percent(exact), exact=exact)


@strawberry.type
class PersonEngagement:
    score: int
    exact: float


@strawberry.type
class Address:
    city: str | None
    country: str | None


@strawberry.type
class Account:
    id: strawberry.ID
    name: str
    industry: str | None
    employees: int | None
    website: str | None
    address: Address

    @classmethod
    def of(cls, row: Row) -> "Account":
        postal = row.get("address") or {}
        return cls(
            id=row["_id"],
            name=row["name"],
            industry=row.get("industry"),
            employees=row.get("employees"),
            website=row.get("website"),
            address=Address(city=postal.get("city"), country=postal.get("country")),
        )


@strawberry.type
class SolutionInterest:
    id: strawberry.ID
    name: str
    description: str | None

    @classmethod
    def of(cls, row: Row) -> "SolutionInterest":
        return cls(id=row["_id"], name=row["name"], description=row.get("description"))


@strawberry.type
class RoleTemplate:
    id: strawberry.ID
    name: str
    template_version: int

    @classmethod
    def of(cls, row: Row) -> "RoleTemplate":
        version = row.get("template_version", 0)
        return cls(id=row["_id"], name=row["name"], template_version=version)


@strawberry.type
class StageModel:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: Row) -> "StageModel":
        return cls(id=row["_id"], name=row["name"])


@strawberry.type
class Role:
    id: strawberry.ID
    name: str

    @classmethod
    def of(cls, row: Row) -> "Role":
        return cls(id=row["_id"], name=row["name"])


@strawberry.type
class Person:
    id: strawberry.ID
    name: str
    email: str
    job_title: str | None
    raw: strawberry.Private[float]

    @classmethod
    def of(cls, row: Row) -> "Person":
        return cls(
            id=row["_id"],
            name=row["name"],
            email=row.get("email", ""),
            job_title=row.get("job_title"),
            raw=(row.get("engagement") or {"raw": 0.0})["raw"],
        )

    @strawberry.field
    async def engagement(self, info: Info) -> PersonEngagement | None:
        _, largest = await info.context.largest()
        exact = score(self.raw, largest)
        return PersonEngagement(score=percent(exact), exact=exact)


SHOWN: Final[Mapping[str, Callable[[Row], Any]]] = {
    "accounts": Account.of,
    "people": Person.of,
    "roles": Role.of,
    "role_templates": RoleTemplate.of,
    "solution_interests": SolutionInterest.of,
    "stage_models": StageModel.of,
}
