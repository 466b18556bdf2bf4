"""Exports as files hold them: a tenant, and the documents that a test names."""

from datetime import UTC, datetime

from domain.identifiers import TenantId
from store.driver import Document
from store.exported_files import Header, Tally, entry_line, footer_line, header_line

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def an_export(*documents: tuple[str, Document], tenant: str | None = "home") -> list[bytes]:
    """The lines of an export; without a tenant it lacks the tenant's own document."""
    name = tenant or "home"
    own = [("tenants", {"_id": name, "name": "Home"})] if tenant else []
    tally = Tally()
    lines = [header_line(Header(TenantId(name), 1, NOON))]
    for collection, document in (*documents, *own):
        line = entry_line(collection, {**document, "tenant": name, "schema_version": 1})
        tally.add(collection, line)
        lines.append(line)
    return [*lines, footer_line(tally)]
