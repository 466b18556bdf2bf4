"""A tenant with the demo data, loaded as a newcomer's might be: broken off twice on the way."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from demo.loading import DemoProgress, DemoReport, is_loaded, load_demo
from domain.identifiers import TenantId
from execution.context import Context
from resolvers.tenants import create_tenant
from store.driver import Database
from tests.contexts import Clock, a_context


class BrokenOff(Exception):
    """What ends a loading in its midst."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The tenant's context and the report of the loading that came to its end."""

    ctx: Context
    report: DemoReport


@pytest.fixture(scope="session")
async def loaded(database: Database) -> Loaded:
    ctx = a_context(database, TenantId("demo-tenant"), Clock())
    await create_tenant(ctx, "Demo", "UTC")
    for step in ("Opportunities", "Buying groups"):
        with pytest.raises(BrokenOff):
            await load_demo(ctx, _breaking_off(step))
        assert not await is_loaded(ctx)
    return Loaded(ctx, await load_demo(ctx))


def _breaking_off(step: str) -> Callable[[DemoProgress], None]:
    def show(progress: DemoProgress) -> None:
        if progress.step == step and progress.part > 0:
            raise BrokenOff

    return show
