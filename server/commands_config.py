"""`quorum config`: what a tenant has set up, as one YAML file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import click

from domain.configuration import Configuration, read, written
from domain.configuration_changes import Step
from domain.configuration_shapes import Fault
from execution.context import Context
from resolvers.configuration import configuration
from resolvers.configuring import Plan, Refusals, Stopped, apply, plan
from server import configuration_files
from server.commands import installed, run_to_its_end, settings_or_exit
from server.configuration_files import Unreadable
from server.process import CommandFailed

DIFFERS: Final = 3
"""The exit code of a diff that found something to change."""

_STANDARD_OUTPUT: Final = Path("-")
_LONGEST_SHOWN: Final = 200


def run_export(file: Path | None, tenant: str | None) -> None:
    """Write a tenant's configuration to a file whose folder exists, or to standard output."""
    texts: list[str] = []

    async def work(ctx: Context) -> None:
        texts.append(configuration_files.text_of(written(await configuration(ctx))))

    _run(work, tenant)
    if file is None or file == _STANDARD_OUTPUT:
        click.echo(texts[0], nl=False)
        return
    try:
        file.write_text(texts[0], encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}.") from error


def run_diff(file: Path, tenant: str | None) -> None:
    """Show what applying a file would do; exits with 3 when that is something."""
    wanted = _wanted(file)
    needed: list[Step] = []

    async def work(ctx: Context) -> None:
        needed.extend(_planned(file, await plan(ctx, wanted)).steps)

    _run(work, tenant)
    _show(needed)
    if needed:
        raise SystemExit(DIFFERS)
    click.echo("Nothing would change.")


def run_apply(file: Path, tenant: str | None) -> None:
    """Bring a tenant to what a file says."""
    wanted = _wanted(file)

    async def work(ctx: Context) -> None:
        planned = _planned(file, await plan(ctx, wanted))
        stopped = await apply(ctx, planned)
        if stopped is not None:
            raise CommandFailed(_why(stopped))
        _show(planned.steps)
        click.echo(f"Applied: {len(planned.steps)} made or changed.")

    _run(work, tenant)


def _run(work: Any, tenant: str | None) -> None:
    async def whole() -> None:
        async with installed(settings_or_exit()) as installation:
            await work(await installation.tenant_context(tenant))

    run_to_its_end(whole())


def _wanted(file: Path) -> Configuration:
    try:
        document = configuration_files.read(file)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}.") from error
    except Unreadable as error:
        raise CommandFailed(f"{file} {error}.") from error
    wanted = read(document)
    if isinstance(wanted, tuple):
        raise CommandFailed(_listed(file, wanted))
    return wanted


def _planned(file: Path, planned: Plan | Refusals) -> Plan:
    if isinstance(planned, Plan):
        return planned
    _show(planned.steps)
    raise CommandFailed(_listed(file, (*planned.faults, *planned.blocked)))


def _listed(file: Path, faults: Iterable[Fault]) -> str:
    lines = [f"  {fault.path or 'the file'}: {fault.reason}" for fault in faults]
    return "\n".join([f"{file} cannot be applied; nothing was written:", *lines])


def _show(steps: Iterable[Step]) -> None:
    for step in steps:
        click.echo(f"{'+' if step.before is None else '~'} {step.section}: {step.name}")
        for each in step.differences:
            click.echo(f"    {each.part}: {_short(each.before)} -> {_short(each.after)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _why(stopped: Stopped) -> str:
    step = stopped.step
    return (
        f"Stopped at {step.section}: {step.name}, which was refused: {stopped.refusal}. Somebody"
        " changed something meanwhile; what came before it is done. Apply the file again."
    )
