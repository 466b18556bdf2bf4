"""Steps of imports: how far each one that is under way has come, so that it can be taken up.

A step is written when everything it tells of is stored. It lies beside the data, so that a
database that is made anew, or set back, knows of no rows that it does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from pymongo.errors import DuplicateKeyError

from domain.identifiers import TenantId
from store.driver import Database, Document
from store.schema_version import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class RejectsMark:
    """How far the rejects were written: entries, bytes, and the hash of those bytes."""

    count: int = 0
    size: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ImportStep:
    """What one batch of rows came to, in one pass over the file; both are counted from 0.

    `results` has a byte for each row from `first_row` on: what has become of it by now. The
    counts are those of this step alone, the rejects all that are written by then.
    """

    pass_number: int
    first_row: int
    results: bytes
    without_parent: int
    unmatched: int
    unknown_types: Mapping[str, int]
    rejects: RejectsMark


class ImportSteps:
    """The steps of one tenant's imports; an import is named by what it takes from where."""

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._steps = database["import_steps"]
        self._tenant = tenant

    async def of(self, name: str) -> list[ImportStep]:
        """The steps of an import in order, up to the first that is missing."""
        found = self._steps.find(self._all(name), sort=[("_id", 1)])
        documents = [document async for document in found]
        numbered = takewhile(lambda each: each[0] == each[1]["number"], enumerate(documents))
        return [_step(document) for _, document in numbered]

    async def add(self, name: str, number: int, step: ImportStep, now: datetime) -> bool:
        """Add the step of that number, counted from 0; False when it is there already."""
        document = {
            "_id": self._key(name, number),
            "tenant": self._tenant,
            "schema_version": SCHEMA_VERSION,
            "number": number,
            "at": now,
            "pass": step.pass_number,
            "first_row": step.first_row,
            "results": step.results,
            "without_parent": step.without_parent,
            "unmatched": step.unmatched,
            "unknown_types": [[name, count] for name, count in step.unknown_types.items()],
            "rejects": [step.rejects.count, step.rejects.size, step.rejects.digest],
        }
        try:
            await self._steps.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    async def drop(self, name: str) -> None:
        """Forget an import: it is done, or begins again."""
        await self._steps.delete_many(self._all(name))

    async def drop_before(self, at: datetime) -> None:
        """Forget every step of the tenant from before that moment."""
        await self._steps.delete_many({"tenant": self._tenant, "at": {"$lt": at}})

    def _all(self, name: str) -> Document:
        prefix = f"{self._tenant}|{name}|"
        return {"tenant": self._tenant, "_id": {"$gt": prefix, "$lt": f"{prefix}\uffff"}}

    def _key(self, name: str, number: int) -> str:
        return f"{self._tenant}|{name}|{number:09d}"


def _step(document: Document) -> ImportStep:
    return ImportStep(
        document["pass"],
        document["first_row"],
        bytes(document["results"]),
        document["without_parent"],
        document["unmatched"],
        dict(document["unknown_types"]),
        RejectsMark(*document["rejects"]),
    )
