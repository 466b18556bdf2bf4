"""Where an import is taken up that was broken off: its name, and the steps it has behind it."""

import dataclasses
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from hashlib import blake2b
from pathlib import Path
from typing import Final

from connectors import rejects
from connectors.mappings import FileMapping
from connectors.sources import Source
from execution.context import Context
from store.import_steps import ImportStep, RejectsMark

KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where an import goes on: the row, counted from 1, and whether all were looked at before."""

    row: int
    is_later_pass: bool


@dataclass(slots=True)
class Checkpoints:
    """The steps of one import: those of an earlier run, and those that are added now."""

    ctx: Context
    name: str
    earlier: list[ImportStep] = field(default_factory=list)
    count: int = 0

    @property
    def resumption(self) -> Resumption | None:
        """Where an earlier run has come; None if there is none."""
        if not self.earlier:
            return None
        last = self.earlier[-1]
        return Resumption(last.first_row + len(last.results) + 1, last.pass_number > 0)

    @property
    def rejects(self) -> RejectsMark:
        """The rejects that the steps tell of."""
        return self.earlier[-1].rejects if self.earlier else rejects.NOTHING

    async def add(self, step: ImportStep) -> bool:
        """Write down that a step is done; False if another process is at the same import."""
        number, self.count = self.count, self.count + 1
        return await self.ctx.stores.import_steps.add(self.name, number, step, self.ctx.now())

    async def drop(self) -> None:
        """The import is done."""
        await self.ctx.stores.import_steps.drop(self.name)


async def checkpoints(
    ctx: Context, mapping: FileMapping, source: Source, rejects_path: Path, *, from_start: bool
) -> Checkpoints:
    """Those of an import of the same content by the same mapping, at most a week old.

    There are none if the rejects that they tell of are not where they would be continued.
    """
    steps = ctx.stores.import_steps
    await steps.drop_before(ctx.now() - KEPT)
    name = name_of(mapping, source)
    found = Checkpoints(ctx, name, [] if from_start else await steps.of(name))
    found.count = len(found.earlier)
    if not rejects.is_there(rejects_path, found.rejects):
        found = Checkpoints(ctx, name)
    if not found.earlier:
        await steps.drop(name)
    return found


def name_of(mapping: FileMapping, source: Source) -> str:
    """The same for the same content and the same mapping, whatever the files are called."""
    stated = json.dumps(_plain(mapping), sort_keys=True)
    is_json = source.path.suffix.lower() if mapping.format is None else mapping.format
    return blake2b(f"{source.digest}\x1f{is_json}\x1f{stated}".encode(), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    """A mapping as JSON has it, the same in every process."""
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, Set):
        return sorted(map(str, value))
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, Enum) else repr(value)
