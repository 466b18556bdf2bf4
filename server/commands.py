"""What the commands share: settings, a database, a context, and one sentence for each failure."""

import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from os import environ
from typing import Any, Final

import click

from domain.identifiers import TenantId
from execution.context import Context, Right, Viewer
from resolvers import personas
from resolvers.tenants import create_tenant
from server import logs
from server.contexts import Contexts
from server.database import Opened, opened
from server.process import CommandFailed, run
from server.settings import BadSetting, Settings, from_environment, unknown_variables
from server.tracing import traced
from store.deployment import StoreFailure, in_short
from store.personas import is_seeded
from store.tenants import all_tenants

LOG: Final = logging.getLogger("quorum")

DEFAULT_TENANT: Final = "default"
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Installation:
    """An open database with the contexts over it."""

    settings: Settings
    opened: Opened
    contexts: Contexts

    def context(self, tenant: str) -> Context:
        """The context of a command that an operator types: every right, the settings' actor."""
        viewer = Viewer(TenantId(tenant), self.settings.actor, frozenset(Right))
        return self.contexts.of(viewer)

    async def tenant_context(self, tenant: str | None) -> Context:
        """The same for a tenant that must be there: the named one, or the settings' own."""
        name = tenant or self.settings.tenant
        context = self.context(name)
        if await context.stores.tenants.own() is None:
            if await context.stores.tenants.is_being_restored():
                raise CommandFailed(being_restored(name))
            raise CommandFailed(
                f"There is no tenant {name}; `quorum tenant list` shows those there are."
            )
        return context


def being_restored(tenant: str) -> str:
    """Why nothing can be done with a tenant of which a restore has not come to its end."""
    return (
        f"The tenant {tenant} is being restored. If that was broken off, run `quorum restore` with"
        f" the same file again, or `quorum discard-restore {tenant}`."
    )


def settings_or_exit() -> Settings:
    """The settings of the environment; a bad one ends the command with its sentence."""
    settings = from_environment(environ)
    if isinstance(settings, BadSetting):
        raise CommandFailed(f"{settings}.")
    logs.configure(settings.log_level, settings.log_format, shows_values=settings.log_values)
    for sentence in unknown_variables(environ):
        LOG.warning("%s", sentence)
    return settings


@asynccontextmanager
async def installed(settings: Settings) -> AsyncIterator[Installation]:
    """The installation that the settings describe, open for as long as the block lasts.

    The default tenant needs no making by hand: it is here from the first time on, unless it is
    being restored.
    """
    async with traced(settings) as listeners, opened(settings, listeners) as database:
        contexts = Contexts(
            database.database,
            timedelta(days=settings.event_cursor_days),
            allow_private_webhooks=settings.webhook_allow_private,
        )
        installation = Installation(settings, database, contexts)
        await create_tenant(installation.context(DEFAULT_TENANT), DEFAULT_TENANT, "UTC")
        await _complete_tenants(installation)
        yield installation


async def _complete_tenants(installation: Installation) -> None:
    """Give tenants that an earlier Quorum made what tenants begin with since then."""
    for tenant in await all_tenants(installation.opened.database):
        if not is_seeded(tenant):
            await personas.seed(installation.context(tenant["_id"]))


def run_command(work: Coroutine[Any, Any, None]) -> bool:
    """Run work until it ends or a signal ends it (then False); failing stores are a sentence."""
    try:
        return run(work)
    except StoreFailure as error:
        raise CommandFailed(f"MongoDB failed: {in_short(error)}.") from error


def run_to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Run work that should not be stopped; when it is, say so and exit as an interrupted one."""
    if not run_command(work):
        click.echo("Stopped before the end.", err=True)
        raise SystemExit(INTERRUPTED)
