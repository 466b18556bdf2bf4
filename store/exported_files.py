"""What an export consists of: which documents are a tenant's, and the lines that hold them.

The first line says what the file is, the last how many documents of each collection it holds and
what their lines hash to; so a file that was cut off or altered is noticed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from domain.identifiers import TenantId
from store.driver import Document
from store.extended_json import decoded, encoded
from store.relay import OUTBOXES
from store.schema_version import FIRST, SCHEMA_VERSION

FORMAT: Final = 1

COLLECTIONS: Final = (
    *OUTBOXES,
    "merges",
    "identities",
    "activity_days",
    "scoring_runs",
    "daily_runs",
    "events",
    "webhook_deliveries",
    "idempotency_keys",
    "import_steps",
)
"""Everything of a tenant. A document is the tenant's by its field `tenant`."""

HELD_BACK: Final[Mapping[str, tuple[str, ...]]] = {"webhook_endpoints": ("secrets",)}
"""Paths that no export holds, by collection: who knows a secret can sign as this Quorum."""

LEFT_OUT: Final[Mapping[str, str]] = {
    "deployment": "tells of the database as a whole",
    "hierarchies": "holds nothing: those who alter the hierarchy of accounts take turns by it",
}
"""Collections that are in no export, each with the reason."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    tenant: TenantId
    schema_version: int
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a collection, and how many bytes its line has."""

    collection: str
    document: Document
    size: int


@dataclass(slots=True)
class Tally:
    """What the last line says: documents by collection, and the hash of their lines."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLLECTIONS, 0))
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"

    def add(self, collection: str, line: bytes) -> None:
        self.counts[collection] += 1
        self._hash.update(line)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an export, and in which line, counted from 1."""

    line: int
    reason: str


def header_line(header: Header) -> bytes:
    """The first line of an export."""
    return (
        encoded(
            {
                "quorum_export": FORMAT,
                "schema_version": header.schema_version,
                "tenant": header.tenant,
                "exported_at": header.exported_at,
            }
        )
        + b"\n"
    )


def entry_line(collection: str, document: Document) -> bytes:
    """The line of one document."""
    return b'{"collection":"%b","document":%b}\n' % (collection.encode(), encoded(document))


def footer_line(tally: Tally) -> bytes:
    """The last line of an export."""
    return orjson.dumps({"counts": tally.counts, "digest": tally.digest}) + b"\n"


def read(lines: Iterable[bytes]) -> Iterator[Header | Entry | Tally | Fault]:
    """What the lines of an export say: a header, entries and a tally, or a fault and no more."""
    header: Header | None = None
    tally, is_over, number = Tally(), False, 0
    for number, line in enumerate(lines, start=1):
        said = _said(line)
        if isinstance(said, str):
            yield Fault(number, said)
            return
        if is_over:
            yield Fault(number, "something stands behind the last line")
            return
        part = _part(said, header, tally, line)
        if isinstance(part, str):
            yield Fault(number, part)
            return
        yield part
        is_over = isinstance(part, Tally)
        if isinstance(part, Header):
            header = part
    if not is_over:
        yield Fault(number + 1, "the file is cut off: its last line is missing")


def _said(line: bytes) -> dict[str, Any] | str:
    if not line.endswith(b"\n"):
        return "the file is cut off within this line"
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "this is no JSON"
    return said if isinstance(said, dict) else "this is no JSON object"


def _part(
    said: dict[str, Any], header: Header | None, tally: Tally, line: bytes
) -> Header | Entry | Tally | str:
    if header is None:
        return _header(said)
    match said:
        case {"collection": str(collection), "document": dict(document)} if len(said) == 2:
            entry = _entry(header, collection, document, len(line))
            if isinstance(entry, Entry):
                tally.add(collection, line)
            return entry
        case {"counts": dict(counts), "digest": str(digest)} if len(said) == 2:
            return _ending(tally, counts, digest)
    return "this is neither a document nor the end of an export"


def _header(said: dict[str, Any]) -> Header | str:
    format, version = said.get("quorum_export"), said.get("schema_version")
    if not isinstance(format, int) or not isinstance(version, int):
        return "this is not the beginning of an export"
    if format != FORMAT:
        return f"the export has the format {format}; this program knows {FORMAT}"
    if not FIRST <= version <= SCHEMA_VERSION:
        return _newer(version)
    try:
        tenant, exported_at = said["tenant"], decoded(said["exported_at"])
    except (KeyError, ValueError):
        return "this is not the beginning of an export"
    if not isinstance(tenant, str) or not isinstance(exported_at, datetime):
        return "this is not the beginning of an export"
    return Header(TenantId(tenant), version, exported_at)


def _entry(header: Header, collection: str, stated: dict[str, Any], size: int) -> Entry | str:
    if collection not in COLLECTIONS:
        return f"there is no collection {collection}"
    try:
        document = decoded(stated)
    except ValueError as error:
        return str(error)
    if not isinstance(document, dict) or not isinstance(document.get("_id"), str):
        return "the document has no id"
    if document.get("tenant") != header.tenant:
        return f"the document is not of the tenant {header.tenant}"
    if collection == "tenants" and document["_id"] != header.tenant:
        return f"the tenant is not {header.tenant}"
    version = document.get("schema_version", FIRST)
    if not isinstance(version, int) or version > header.schema_version:
        return _newer(version)
    return Entry(collection, document, size)


def _ending(tally: Tally, counts: dict[str, Any], digest: str) -> Tally | str:
    for collection, count in tally.counts.items():
        if counts.get(collection, 0) != count:
            stated = counts.get(collection, 0)
            return f"the export should hold {stated} documents of {collection} and holds {count}"
    if digest != tally.digest:
        return "the documents are not those that were exported: the file was altered"
    if tally.counts["tenants"] != 1:
        return "the export does not hold its tenant"
    return tally


def _newer(version: object) -> str:
    return (
        f"this is of the schema version {version}, written by a newer Quorum;"
        f" this one knows {SCHEMA_VERSION}"
    )
