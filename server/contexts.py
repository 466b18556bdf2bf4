"""Contexts: the real clock, new ids, and the stores that a process keeps for each tenant."""

from datetime import UTC, datetime, timedelta

from domain.identifiers import TenantId
from execution import new_ids
from execution.context import Context, Viewer
from store.driver import Database
from store.event_feed import EventFeed
from store.stores import Stores


class Contexts:
    """Makes the context of each request. The stores of a tenant are shared: they queue commands.

    All of them share `feed`, which tells who follows events that there are new ones.
    """

    def __init__(
        self,
        database: Database,
        cursor_age: timedelta = timedelta(days=30),
        *,
        allow_private_webhooks: bool = False,
    ) -> None:
        self._database = database
        self._cursor_age = cursor_age
        self.feed = EventFeed(database)
        self._allow_private_webhooks = allow_private_webhooks
        self._stores: dict[TenantId, Stores] = {}

    def of(self, viewer: Viewer, request_id: str = "") -> Context:
        """The context in which a request of this viewer runs."""
        return Context(
            viewer=viewer,
            now=now,
            stores=self.stores(viewer.tenant),
            new_id=new_id,
            request_id=request_id,
            cursor_age=self._cursor_age,
            allow_private_webhooks=self._allow_private_webhooks,
        )

    def stores(self, tenant: TenantId) -> Stores:
        """The one set of stores that this process has for a tenant."""
        stores = self._stores.get(tenant)
        if stores is None:
            stores = self._stores[tenant] = Stores(self._database, tenant, feed=self.feed)
        return stores

    @property
    def kept(self) -> list[Stores]:
        """The stores of every tenant that this process has worked for."""
        return list(self._stores.values())

    async def has_tenant(self, tenant: TenantId) -> bool:
        """Whether there is such a tenant. Nothing is kept for one that is made up."""
        stores = self._stores.get(tenant) or Stores(self._database, tenant)
        return await stores.tenants.own() is not None


def now() -> datetime:
    """The time in UTC, cut to milliseconds as MongoDB keeps it."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id(prefix: str) -> str:
    """An id that nobody has, of this prefix and moment."""
    return new_ids.new_id(prefix, now())
