"""Exporting: everything of a tenant, as it was at one moment, in lines that `restoring` reads."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Final

from domain.identifiers import TenantId
from store.driver import Database
from store.exported_files import (
    COLLECTIONS,
    HELD_BACK,
    Header,
    Tally,
    entry_line,
    footer_line,
    header_line,
)
from store.extended_json import EXACTLY
from store.schema_version import SCHEMA_VERSION
from store.snapshots import snapshot

_BATCH: Final = 1_000


async def exported(
    database: Database, tenant: TenantId, at: datetime
) -> AsyncGenerator[bytes, None]:
    """The lines of an export, a bounded number of documents in memory at a time.

    Events that wait in outboxes are exported there. `at` is the moment that the first line
    names. Raises `SnapshotLost` when it takes longer than MongoDB keeps a moment.
    """
    tally = Tally()
    async with snapshot(database) as session:
        # Fixes the moment, before it is asked which collections there are.
        await database["tenants"].find_one({"_id": tenant}, {"_id": 1}, session=session)
        there = set(await database.list_collection_names())
        yield header_line(Header(tenant, SCHEMA_VERSION, at))
        for name in COLLECTIONS:
            if name not in there:
                continue
            # From end to end: an order would need an index, and no index is as fast.
            cursor = database.get_collection(name, codec_options=EXACTLY).find(
                {"tenant": tenant},
                dict.fromkeys(HELD_BACK.get(name, ()), 0),
                batch_size=_BATCH,
                hint=[("$natural", 1)],
                session=session,
            )
            async for document in cursor:
                line = entry_line(name, document)
                tally.add(name, line)
                yield line
    yield footer_line(tally)
