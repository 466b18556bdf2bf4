"""Contexts for tests: a viewer of any rights, and a clock that is set by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from domain.identifiers import TenantId
from execution.context import Context, Right, Viewer
from execution.new_ids import new_id
from store.driver import Database
from store.stores import Stores


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 5, 4, 12, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


def a_context(
    database: Database,
    tenant: TenantId,
    clock: Clock,
    actor: str = "sam",
    rights: Iterable[Right] = (Right.ADMIN,),
) -> Context:
    return Context(
        viewer=Viewer(tenant, actor, frozenset(rights)),
        now=clock,
        stores=Stores(database, tenant),
        new_id=lambda prefix: new_id(prefix, clock()),
    )
