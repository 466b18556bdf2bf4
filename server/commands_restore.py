"""`quorum restore`: a tenant is made from its export."""

from collections.abc import Mapping
from pathlib import Path
from typing import assert_never

import click

from domain.identifiers import TenantId
from server.commands import run_to_its_end, settings_or_exit
from server.contexts import now
from server.database import opened
from server.exported_files import lines
from server.process import CommandFailed
from server.settings import TENANT_NAME, Settings
from store.exported_files import Fault
from store.restoring import (
    BrokenOff,
    Incomplete,
    NotEmpty,
    Restored,
    Sound,
    check,
    discard,
    restore,
)


def run_restore(file: Path) -> None:
    """Restore the tenant of an export, once all of the file is seen to be sound."""
    settings = settings_or_exit()
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    try:
        sound = check(lines(file))
        if isinstance(sound, Fault):
            raise CommandFailed(f"{file}, line {sound.line}: {sound.reason}. Nothing is restored.")
        if not TENANT_NAME.fullmatch(sound.tenant):
            raise CommandFailed(f"{file}, line 1: {sound.tenant!r} cannot name a tenant.")
        run_to_its_end(_restore(settings, file, sound))
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}.") from error


def run_discard(tenant: str) -> None:
    """Remove what is left of a tenant whose restore was broken off."""
    run_to_its_end(_discard(settings_or_exit(), TenantId(tenant)))


async def _restore(settings: Settings, file: Path, sound: Sound) -> None:
    # Without making the default tenant, which may be the one that is to be restored.
    async with opened(settings) as found:
        outcome = await restore(found.database, sound, lines(file), now())
    name = sound.tenant
    match outcome:
        case Restored(documents):
            moment = sound.exported_at.isoformat(timespec="seconds")
            click.echo(f"Restored the tenant {name} as of {moment}: {documents:,} documents.")
        case NotEmpty(counts):
            raise CommandFailed(
                f"There is data of the tenant {name} ({in_words(counts)}); nothing is restored."
                " Restore into an empty folder (QUORUM_DATA) or another database (QUORUM_DATABASE)."
            )
        case BrokenOff():
            raise CommandFailed(
                f"A restore of the tenant {name} from another file was broken off: end it with"
                f" that file, or remove what it has stored (`quorum discard-restore {name}`)."
            )
        case Incomplete(reason):
            raise CommandFailed(
                f"The tenant {name} is not restored: {reason}. Run it again, or remove what is"
                f" stored (`quorum discard-restore {name}`)."
            )
        case _:
            assert_never(outcome)


async def _discard(settings: Settings, tenant: TenantId) -> None:
    async with opened(settings) as found:
        removed = await discard(found.database, tenant)
    if removed is None:
        raise CommandFailed(f"The tenant {tenant} is there: it is not being restored.")
    if removed == 0:
        click.echo(f"There is nothing of a tenant {tenant}; nothing was removed.")
    else:
        click.echo(f"Removed {removed:,} documents of the tenant {tenant}.")


def in_words(counts: Mapping[str, int]) -> str:
    """How many documents there are of each collection, as part of a sentence."""
    return ", ".join(f"{name.replace('_', ' ')}: {count:,}" for name, count in counts.items())
