"""Scoring runs in MongoDB: what was in force in each, and the tenant's reference."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from pymongo import ReturnDocument

from domain.activity_types import Exclusion
from domain.engagement import Window
from domain.identifiers import ActivityTypeId, ScoringRunId, TenantId, WeightingModelId
from domain.scoring_runs import KnownType, Reference, Rules, ScoringRun
from store.driver import BY_ID, Database, Document
from store.schema_version import SCHEMA_VERSION
from store.weighting_models import decay_document, to_decay


class ScoringRunStore:
    """The scoring runs of one tenant."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._runs = database["scoring_runs"]
        self._tenants = database["tenants"]
        self._tenant = tenant

    async def next_number(self) -> int:
        """A number that is higher than every other run's of the tenant."""
        tenant = await self._tenants.find_one_and_update(
            {"_id": self._tenant},
            {"$inc": {"scoring_runs_begun": 1}},
            projection={"scoring_runs_begun": 1},
            return_document=ReturnDocument.AFTER,
        )
        if tenant is None:
            raise LookupError(f"there is no tenant {self._tenant}")
        return int(tenant["scoring_runs_begun"])

    async def begin(self, run: ScoringRun) -> None:
        """Store what a run works with; it is open until it is closed."""
        own = {"_id": run.id, "tenant": self._tenant, "schema_version": SCHEMA_VERSION}
        await self._runs.insert_one({**own, **_document(run), "is_open": True})

    async def open_beside(self, run: ScoringRun) -> list[ScoringRunId]:
        """The other runs that are open: they go on, or have never come to their end."""
        found = {"tenant": self._tenant, "is_open": True, "_id": {"$ne": run.id}}
        return [ScoringRunId(each["_id"]) async for each in self._runs.find(found, {"_id": 1})]

    async def is_latest(self, run: ScoringRun) -> bool:
        """Whether no other run has begun since this one."""
        tenant = await self._tenants.find_one({"_id": self._tenant}, {"scoring_runs_begun": 1})
        return tenant is not None and tenant["scoring_runs_begun"] == run.number

    async def close(self, run: ScoringRun) -> None:
        """Note that what a run has counted has gone into scores."""
        found = {"_id": run.id, "tenant": self._tenant}
        await self._runs.update_one(found, {"$unset": {"is_open": ""}})

    async def run(self, id: str) -> ScoringRun | None:
        """What was in force in a run; None when the tenant has no such run."""
        document = await self._runs.find_one({"_id": id, "tenant": self._tenant})
        return _to_run(document) if document else None

    async def in_force(self, moment: datetime) -> tuple[ScoringRun, Reference] | None:
        """The last run that had begun by a moment, with its reference; None before the first.

        A run that has come to no reference is passed over.
        """
        found = {
            "tenant": self._tenant,
            "at": {"$lte": moment},
            "largest_group_raw": {"$exists": True},
        }
        document = await self._runs.find_one(found, sort=[("at", -1), ("number", -1)])
        if document is None:
            return None
        run = _to_run(document)
        return run, Reference(
            run.id,
            run.number,
            run.at,
            float(document["largest_person_raw"]),
            float(document["largest_group_raw"]),
            int(document["largest_weight"]),
            document["largest_group_raw"] == 0,
            run.model,
        )

    async def models(self, ids: Collection[str]) -> dict[str, WeightingModelId]:
        """The version of the weighting model that each of these runs works with."""
        found = {"_id": {"$in": list(ids)}, "tenant": self._tenant}
        cursor = self._runs.find(found, {"model_id": 1}, hint=BY_ID)
        return {run["_id"]: WeightingModelId(run["model_id"]) async for run in cursor}

    async def reference(self) -> Reference | None:
        """What the tenant's scores are measured by; None before its first run."""
        tenant = await self._tenants.find_one({"_id": self._tenant}, {"scoring": 1})
        return to_reference(tenant) if tenant else None

    async def refer_to(self, run: ScoringRun, reference: Reference) -> None:
        """Keep a run's reference, and make it the tenant's unless a later run has its own."""
        figures = {
            "largest_person_raw": reference.largest_person_raw,
            "largest_group_raw": reference.largest_group_raw,
            "largest_weight": reference.largest_weight,
        }
        await self._runs.update_one({"_id": run.id, "tenant": self._tenant}, {"$set": figures})
        no_later_one = [
            {"scoring": None},
            {"scoring.reference.run_number": {"$lt": run.number}},
        ]
        in_force = {
            "run_id": run.id,
            "run_number": run.number,
            "computed_at": reference.computed_at,
            "first_day": run.window.first_day.isoformat(),
            "last_day": run.window.last_day.isoformat(),
            "window_days": run.rules.window_days,
            "time_zone": run.rules.time_zone,
            "model_id": run.model,
            "is_first": reference.is_first,
            **figures,
        }
        await self._tenants.update_one(
            {"_id": self._tenant, "$or": no_later_one},
            {"$set": {"scoring": {"reference": in_force}}},
        )

    async def raise_reference(self, reference: Reference, largest_group_raw: float) -> None:
        """Let groups made after a run without any raise its reference."""
        path = "scoring.reference.largest_group_raw"
        raised = {"$max": {path: largest_group_raw}}
        found = {"_id": self._tenant, "scoring.reference.run_id": reference.run}
        first = {**found, "scoring.reference.is_first": True}
        if (await self._tenants.update_one(first, raised)).matched_count:
            of_run = {"_id": reference.run, "tenant": self._tenant}
            kept = {"$max": {"largest_group_raw": largest_group_raw}}
            await self._runs.update_one(of_run, kept)


def to_reference(tenant: Mapping[str, Any]) -> Reference | None:
    """The reference a tenant's document holds; None before the first run."""
    scoring = tenant.get("scoring")
    if not scoring:
        return None
    stored = scoring["reference"]
    return Reference(
        ScoringRunId(stored["run_id"]),
        stored["run_number"],
        stored["computed_at"],
        stored["largest_person_raw"],
        float(stored["largest_group_raw"]),
        int(stored["largest_weight"]),
        stored["is_first"],
        WeightingModelId(stored["model_id"]),
    )


def _document(run: ScoringRun) -> Document:
    return {
        "number": run.number,
        "at": run.at,
        "model_id": run.model,
        "time_zone": run.rules.time_zone,
        "window_days": run.rules.window_days,
        "decay": decay_document(run.rules.decay),
        **_window_document(run.window),
        "spans": None if run.spans is None else [_window_document(span) for span in run.spans],
        "types": [
            {
                "activity_type_id": type.activity_type,
                "spellings": list(type.spellings),
                "weight": type.weight,
                "daily_cap": type.daily_cap,
                **({"excluded_as": type.excluded_as.value} if type.excluded_as else {}),
            }
            for type in run.rules.types
        ],
    }


def _to_run(document: Document) -> ScoringRun:
    types = tuple(
        KnownType(
            ActivityTypeId(type["activity_type_id"]),
            tuple(type["spellings"]),
            type["weight"],
            type["daily_cap"],
            Exclusion(type["excluded_as"]) if type.get("excluded_as") else None,
        )
        for type in document["types"]
    )
    spans = document["spans"]
    return ScoringRun(
        ScoringRunId(document["_id"]),
        document["number"],
        document["at"],
        _to_window(document),
        Rules(
            document["time_zone"], document["window_days"], types, to_decay(document.get("decay"))
        ),
        WeightingModelId(document["model_id"]),
        None if spans is None else tuple(_to_window(span) for span in spans),
    )


def _window_document(window: Window) -> Document:
    return {
        "first_day": window.first_day.isoformat(),
        "last_day": window.last_day.isoformat(),
    }


def _to_window(document: Document) -> Window:
    return Window(
        date.fromisoformat(document["first_day"]), date.fromisoformat(document["last_day"])
    )
