"""Identities: which record an e-mail address, an outside key or a unique name belongs to.

Each is a document of its own, whose `_id` is what must be unique; it is claimed before its owner
is written. Every act of claiming leaves a fresh token, so that whoever lets go of an old claim, or
takes one over, can tell whether it is still the one that was read. Several may claim the same for
one owner, as one who adopts what nobody has written yet: the claim lasts until all let go of it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bson import ObjectId
from pymongo import DeleteOne, InsertOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from domain.identifiers import TenantId
from domain.identities import Identity
from domain.upserting import Claim, Wanted
from store.driver import Database, Document, duplicates_of
from store.schema_version import SCHEMA_VERSION

_STALE_AFTER: Final = timedelta(seconds=60)


def identity_key(tenant: TenantId, identity: Identity) -> str:
    """The `_id` that makes an identity unique within its tenant and namespace."""
    return f"{tenant}|{identity.namespace}|{identity.value}"


class IdentityStore:
    """The identities of one tenant."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._identities = database["identities"]
        self._tenant = tenant

    async def find(self, identities: Iterable[Identity], now: datetime) -> dict[Identity, Claim]:
        """The claims on these identities; one of more than a minute ago is stale."""
        wanted = {self._key(identity): identity for identity in identities}
        if not wanted:
            return {}
        cursor = self._identities.find(self._own({"$in": list(wanted)}), batch_size=10_000)
        return {
            wanted[each["_id"]]: Claim(
                each["owner"], each["tokens"], now - each["claimed_at"] > _STALE_AFTER
            )
            async for each in cursor
        }

    async def claim_many(self, wanted: Mapping[Identity, Wanted], at: datetime) -> bool:
        """Make these claims, each instead of exactly the one it names or beside it.

        Beside it when both are for the same owner. False when somebody was faster with one of
        them: then none is made.
        """
        if not wanted:
            return True
        token = ObjectId()
        # Everybody claims in one order: of two who want the same, one is first with all of it.
        order = sorted(wanted, key=lambda each: (wanted[each].instead_of is not None, each))
        writes = [self._claim(identity, wanted[identity], token, at) for identity in order]
        claimed_before = sum(each.instead_of is not None for each in wanted.values())
        try:
            result = await self._identities.bulk_write(writes, ordered=True)
        except BulkWriteError as error:
            duplicates_of(error)
        else:
            if result.matched_count == claimed_before:
                return True
        await self._let_go(wanted, token)
        return False

    async def release_many(self, claims: Mapping[Identity, Claim]) -> None:
        """Let go of exactly these claims; one that was made anew since then stays."""
        if claims:
            await self._identities.bulk_write(
                [
                    DeleteOne(
                        {
                            **self._own(self._key(identity)),
                            "owner": claim.owner,
                            "tokens": claim.token,
                        }
                    )
                    for identity, claim in claims.items()
                ],
                ordered=False,
            )

    async def claim(self, namespace: str, value: str, owner: str) -> str:
        """Claim one value unless it is claimed already; whose it is now."""
        key = self._key(Identity(namespace, value))
        while True:
            try:
                claimed = await self._identities.find_one_and_update(
                    self._own(key),
                    self._unless_claimed(owner),
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:
                continue
            if claimed is not None:
                return str(claimed["owner"])

    async def claim_all(self, namespace: str, owners: Mapping[str, str]) -> None:
        """Claim each of these values for its owner; one that is claimed already stays."""
        await self._identities.bulk_write(
            [
                UpdateOne(
                    self._own(self._key(Identity(namespace, value))),
                    self._unless_claimed(owner),
                    upsert=True,
                )
                for value, owner in owners.items()
            ],
            ordered=False,
        )

    def _claim(
        self, identity: Identity, wanted: Wanted, token: ObjectId, at: datetime
    ) -> InsertOne[Document] | UpdateOne:
        key, before = self._key(identity), wanted.instead_of
        stated: Document = {"owner": wanted.owner, "tokens": [token], "claimed_at": at}
        if before is None:
            new = {**self._own(key), "schema_version": SCHEMA_VERSION}
            return InsertOne({**new, **stated})
        if before.owner == wanted.owner:
            beside = {"$push": {"tokens": token}, "$set": {"claimed_at": at}}
            return UpdateOne({**self._own(key), "owner": before.owner}, beside)
        as_read = {**self._own(key), "owner": before.owner, "tokens": before.token}
        return UpdateOne(as_read, {"$set": stated})

    async def _let_go(self, identities: Iterable[Identity], token: ObjectId) -> None:
        """Undo one act of claiming; a claim that somebody else still holds stays."""
        keys = self._own({"$in": [self._key(identity) for identity in identities]})
        await self._identities.update_many({**keys, "tokens": token}, {"$pull": {"tokens": token}})
        await self._identities.delete_many({**keys, "tokens": []})

    def _unless_claimed(self, owner: str) -> list[Document]:
        fresh: Document = {
            "tenant": self._tenant,
            "schema_version": SCHEMA_VERSION,
            "owner": owner,
            "tokens": [ObjectId()],
            "claimed_at": "$$NOW",
        }
        return [
            {"$set": {field: {"$ifNull": [f"${field}", value]} for field, value in fresh.items()}}
        ]

    def _own(self, key: object) -> Document:
        """What finds identities by their ids: both parts of what a collection is sharded by."""
        return {"_id": key, "tenant": self._tenant}

    def _key(self, identity: Identity) -> str:
        return identity_key(self._tenant, identity)
