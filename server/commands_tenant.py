"""`quorum tenant`: make, change and list tenants."""

import click

from resolvers.outcomes import Invalid
from resolvers.tenants import BeingRestored, change_time_zone, create_tenant, redate_next
from server.commands import being_restored, installed, run_to_its_end, settings_or_exit
from server.process import CommandFailed
from server.settings import TENANT_NAME, Settings
from store.tenants import all_tenants


def run_create(name: str, time_zone: str) -> None:
    """Make a tenant that is not there yet; its name is its id."""
    settings = settings_or_exit()
    if not TENANT_NAME.fullmatch(name):
        raise CommandFailed(
            f"{name!r} cannot name a tenant: take lower-case letters, digits, hyphens and"
            " underscores, at most 63, the first a letter or digit."
        )
    run_to_its_end(_create(settings, name, time_zone))


async def _create(settings: Settings, name: str, time_zone: str) -> None:
    async with installed(settings) as installation:
        context = installation.context(name)
        if await context.stores.tenants.own() is not None:
            raise CommandFailed(f"There is a tenant {name} already.")
        outcome = await create_tenant(context, name, time_zone)
        if isinstance(outcome, BeingRestored):
            raise CommandFailed(being_restored(name))
        if isinstance(outcome, Invalid):
            raise CommandFailed(f"The tenant {name} is not made: {outcome.reason}.")
    click.echo(f"Made the tenant {name}; its days are those of {time_zone}.")


def run_change(name: str | None, time_zone: str) -> None:
    """Give a tenant another time zone, and its activities the days they fall on there."""
    run_to_its_end(_change(settings_or_exit(), name, time_zone))


async def _change(settings: Settings, name: str | None, time_zone: str) -> None:
    async with installed(settings) as installation:
        context = await installation.tenant_context(name)
        tenant = context.viewer.tenant
        outcome = await change_time_zone(context, time_zone)
        if isinstance(outcome, Invalid):
            raise CommandFailed(f"The tenant {tenant} is not changed: {outcome.reason}.")
        if not isinstance(outcome, str):
            raise CommandFailed(f"The tenant {tenant} is being changed by others; try again.")
        dated = 0
        while found := await redate_next(context):
            dated += found
    click.echo(
        f"The days of the tenant {tenant} are those of {time_zone}; {dated:,} activities looked at."
        " Scores follow in the next scoring job."
    )


def run_list() -> None:
    """Print each tenant's name and time zone, a line each."""
    run_to_its_end(_list(settings_or_exit()))


async def _list(settings: Settings) -> None:
    async with installed(settings) as installation:
        for tenant in await all_tenants(installation.opened.database):
            click.echo(f"{tenant['_id']}\t{tenant['time_zone']}")
