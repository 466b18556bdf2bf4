from domain.identifiers import TenantId
from execution.context import Viewer
from server.contexts import Contexts, new_id, now
from store.driver import Database


async def test_requests_of_one_tenant_share_its_stores(
    database: Database, tenant: TenantId
) -> None:
    contexts = Contexts(database)
    other = TenantId(f"{tenant}-other")

    first = contexts.of(Viewer(tenant, "ann", frozenset()), "r1")
    second = contexts.of(Viewer(tenant, "bo", frozenset()), "r2")
    third = contexts.of(Viewer(other, "ann", frozenset()))

    assert first.stores is second.stores
    assert first.loaders is not second.loaders
    assert third.stores is not first.stores
    assert (first.request_id, second.request_id) == ("r1", "r2")


async def test_a_tenant_is_there_once_it_is_made(database: Database, tenant: TenantId) -> None:
    contexts = Contexts(database)
    before = await contexts.has_tenant(tenant)

    tenants = contexts.stores(tenant).tenants
    await tenants.insert(tenants.new(tenant, "UTC", now(), "test"))

    assert not before
    assert await contexts.has_tenant(tenant)


def test_the_time_is_utc_cut_to_milliseconds() -> None:
    moment = now()

    assert moment.utcoffset() is not None
    assert moment.isoformat().endswith("+00:00")
    assert moment.microsecond % 1000 == 0


def test_no_two_new_ids_are_the_same() -> None:
    ids = {new_id("acc") for _ in range(1_000)}

    assert len(ids) == 1_000
    assert all(id.startswith("acc_") and id == id.lower() and len(id) == 30 for id in ids)
