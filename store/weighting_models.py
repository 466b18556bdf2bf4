"""Weighting models in MongoDB: every version is a document; the tenant's points at the active one.

The pointer and the states of the versions are written in one transaction. Where they differ, the
pointer decides.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pymongo.asynchronous.client_session import AsyncClientSession

from domain.decay import NO_DECAY, Decay, DecayKind
from domain.events import Event
from domain.folding import fold, words
from domain.identifiers import ActivityTypeId, WeightingModelId
from domain.weighting_models import Band, ModelStatus, TypeWeight, WeightingModel
from store.deletions import Refused, decided
from store.driver import Collection, Document
from store.records import Change, Conflict, Missing, Records
from store.transactions import OutOfTurn

Marks = Mapping[str, object]
"""Who changes a document when, as it is stored."""


@dataclass(frozen=True, slots=True)
class NotDraft:
    """The version is no draft any more, but in this state."""

    status: ModelStatus


@dataclass(frozen=True, slots=True)
class Outrun:
    """Another version is active than the one that was to be replaced; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Activation:
    """What activating a version does to the tenant's document, and the marks it leaves."""

    change: Callable[[Document], Change | None]
    marks: Marks


class WeightingModelStore(Records):
    """The weighting models of one tenant."""

    async def version(self, id: str) -> WeightingModel | None:
        """The version of this id, or None when the tenant has none."""
        document = await self.one(id)
        return to_model(document) if document else None

    async def last_version(
        self, model_id: WeightingModelId, session: AsyncClientSession | None = None
    ) -> int:
        """The highest version number of a model; 0 when it has none."""
        last = await self.collection.find_one(
            {"tenant": self.tenant, "model_id": model_id},
            {"model_version": 1},
            sort=[("model_version", -1)],
            session=session,
        )
        return int(last["model_version"]) if last else 0

    async def insert_next(
        self, model: WeightingModel, marks: Marks, events: Sequence[Event]
    ) -> WeightingModelId | Conflict:
        """Store a draft under the next number of its model, which no other version gets."""

        async def work(session: AsyncClientSession) -> WeightingModelId:
            turn = {"$inc": {"turns.weighting_models": 1}}
            await self._tenants.update_one(self._self, turn, session=session)
            await self._insert_next(model, marks, events, session)
            return model.id

        answer: WeightingModelId | Conflict = await decided(
            self.collection.database, model.id, work
        )
        if not isinstance(answer, Conflict):
            await self._relay.forward(self.collection.name, [model.id])
        return answer

    async def activate(
        self, id: WeightingModelId, activation: Activation
    ) -> WeightingModelId | NotDraft | Missing | Outrun | Conflict:
        """Make a draft the active version and archive the one that was, or neither."""

        async def work(session: AsyncClientSession) -> WeightingModelId | Missing | NotDraft:
            tenant = await self._tenants.find_one(self._self, session=session)
            found = await self.collection.find_one(
                {"_id": id, "tenant": self.tenant}, {"status": 1}, session=session
            )
            if found is None or tenant is None:
                return Missing(id)
            if tenant["active_weighting_model_id"] == id:
                return NotDraft(ModelStatus.ACTIVE)
            if found["status"] == ModelStatus.ARCHIVED.value:
                return NotDraft(ModelStatus.ARCHIVED)
            await self._activate(id, tenant, activation, session)
            return id

        return await self._activated(id, work)

    async def activate_next(
        self, model: WeightingModel, marks: Marks, activation: Activation
    ) -> WeightingModelId | NotDraft | Missing | Outrun | Conflict:
        """Store a version under the next number of its model and make it the active one."""

        async def work(session: AsyncClientSession) -> WeightingModelId | Missing | NotDraft:
            tenant = await self._tenants.find_one(self._self, session=session)
            if tenant is None:
                return Missing(self.tenant)
            await self._insert_next(model, marks, (), session)
            await self._activate(model.id, tenant, activation, session)
            return model.id

        return await self._activated(model.id, work)

    async def follow(self, active: WeightingModelId, at: datetime) -> None:
        """Give every version the state it has when this one is active, if it is.

        Only versions that were activated otherwise than in one transaction need it.
        """
        query = {"tenant": self.tenant, "status": ModelStatus.ACTIVE.value}
        found = [each["_id"] async for each in self.collection.find(query, {"_id": 1})]
        if found == [active]:
            return

        async def work(session: AsyncClientSession) -> None:
            turn = {"$inc": {"turns.weighting_models": 1}}
            pointed = {**self._self, "active_weighting_model_id": active}
            own = await self._tenants.update_one(pointed, turn, session=session)
            if own.matched_count:
                await self._follow(active, {"updated_at": at}, {"activated_at": at}, session)

        await decided(self.collection.database, active, work)

    async def _activated(
        self,
        id: WeightingModelId,
        work: Callable[[AsyncClientSession], Awaitable[WeightingModelId | Missing | NotDraft]],
    ) -> WeightingModelId | NotDraft | Missing | Outrun | Conflict:
        answer: WeightingModelId | NotDraft | Missing | Outrun | Conflict = await decided(
            self.collection.database, id, work
        )
        if isinstance(answer, str):
            await self._relay.forward(self._tenants.name, [self.tenant])
        return answer

    async def _insert_next(
        self,
        model: WeightingModel,
        marks: Marks,
        events: Sequence[Event],
        session: AsyncClientSession,
    ) -> None:
        number = await self.last_version(model.model_id, session) + 1
        document = {**model_document(replace(model, model_version=number)), **marks}
        await self.collection.insert_one(self._new(document, events), session=session)

    async def _activate(
        self,
        id: WeightingModelId,
        tenant: Document,
        activation: Activation,
        session: AsyncClientSession,
    ) -> None:
        change = activation.change(tenant)
        if change is None:
            raise Refused(Outrun())
        version = tenant["version"]
        saved = await self._tenants.update_one(
            self._guard(self.tenant, version), self._update(version, change), session=session
        )
        if not saved.matched_count:
            raise OutOfTurn
        marks = activation.marks
        activated = {"activated_at": marks["updated_at"], "activated_by": marks["updated_by"]}
        await self._follow(id, marks, activated, session)

    async def _follow(
        self, active: WeightingModelId, marks: Marks, activated: Marks, session: AsyncClientSession
    ) -> None:
        is_active = ModelStatus.ACTIVE.value
        await self.collection.update_many(
            {"tenant": self.tenant, "status": is_active, "_id": {"$ne": active}},
            {"$set": {"status": ModelStatus.ARCHIVED.value, **marks}, "$inc": {"version": 1}},
            session=session,
        )
        await self.collection.update_many(
            {"tenant": self.tenant, "status": {"$ne": is_active}, "_id": active},
            {"$set": {"status": is_active, **activated, **marks}, "$inc": {"version": 1}},
            session=session,
        )

    @property
    def _tenants(self) -> Collection:
        return self.collection.database["tenants"]

    @property
    def _self(self) -> Document:
        return {"_id": self.tenant, "tenant": self.tenant}


def to_model(document: Document) -> WeightingModel:
    """The version a document holds."""
    return WeightingModel(
        WeightingModelId(document["_id"]),
        WeightingModelId(document["model_id"]),
        document["model_version"],
        document["name"],
        document["window_days"],
        tuple(
            TypeWeight(
                ActivityTypeId(entry["activity_type_id"]),
                entry["weight"],
                entry["daily_cap"],
                entry.get("band"),
            )
            for entry in document["types"]
        ),
        tuple(Band(band["name"], band["weight"]) for band in document.get("bands", ())),
        to_decay(document.get("decay")),
    )


def model_document(model: WeightingModel) -> Document:
    """The document of a version that is a draft yet."""
    return {
        "_id": model.id,
        "model_id": model.model_id,
        "model_version": model.model_version,
        "status": ModelStatus.DRAFT.value,
        **draft_paths(model),
        "activated_at": None,
        "activated_by": None,
    }


def draft_paths(model: WeightingModel) -> Document:
    """What is stored of a version that may change while it is a draft."""
    return {
        "name": model.name,
        "window_days": model.window_days,
        "decay": decay_document(model.decay),
        "bands": [{"name": band.name, "weight": band.weight} for band in model.bands],
        "types": type_documents(model.types),
        "folded": {"name": fold(model.name)},
        "search": list(words(model.name)),
    }


def to_decay(stored: Document | None) -> Decay:
    """The decay that is stored; none where nothing is."""
    return Decay(DecayKind(stored["kind"]), stored["half_life_days"]) if stored else NO_DECAY


def decay_document(decay: Decay) -> Document:
    """What is stored of a decay."""
    return {"kind": decay.kind.value, "half_life_days": decay.half_life_days}


def type_documents(types: Sequence[TypeWeight]) -> list[Document]:
    """The weights of a version as they are embedded."""
    return [
        {
            "activity_type_id": entry.activity_type,
            "weight": entry.weight,
            "daily_cap": entry.daily_cap,
            "band": entry.band,
        }
        for entry in types
    ]
