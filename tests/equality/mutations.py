"""Mutations: each is carried out once in either execution, on data that is put back in between.

What they answer, write and leave behind is the same but for ids that are new.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from store.driver import Database
from store.exported_files import COLLECTIONS
from tests.equality.asking import Answered, Asked, Asking, Both
from tests.equality.data import Origin, World, a_world

_ID: Final = re.compile(r"\b[a-z]+_[0-9a-z]{26}\b")
_CURSOR: Final = re.compile(r'"(W[A-Za-z0-9_-]{30,})"')


@dataclass(frozen=True, slots=True)
class Changed:
    """What both executions of a mutation answered, and how many documents there are after each."""

    both: Both
    compiled: Mapping[str, int]
    ordinary: Mapping[str, int]

    @property
    def difference(self) -> str | None:
        """What is not the same; None when nothing is."""
        if found := self.both.difference:
            return found
        if self.compiled != self.ordinary:
            return f"documents: {self.compiled} and {self.ordinary}"
        here, there = self.both.compiled, self.both.ordinary
        if not there.codes and here.writes != there.writes:
            return f"writes: {here.writes} and {there.writes}"
        return None


class Changing:
    """Carries mutations out in a world, each in both executions from the same beginning."""

    def __init__(self, asking: Asking, database: Database, origin: Origin, world: World) -> None:
        self._asking = asking
        self._database = database
        self._origin = origin
        self._world = world
        self._known = {id for ids in world.vocabulary.ids.values() for id in ids}

    async def both(self, asked: Asked) -> Changed:
        """What the compiled and the ordinary execution make of a mutation."""
        compiled, counted = await self._done(asked, is_compiled=True)
        await a_world(self._database, self._origin, self._world.number)
        ordinary, counted_too = await self._done(asked, is_compiled=False)
        # Several mutations in one operation are left to graphql-core.
        return Changed(Both(compiled, ordinary, may_be_ordinary=True), counted, counted_too)

    async def _done(self, asked: Asked, *, is_compiled: bool) -> tuple[Answered, Mapping[str, int]]:
        answered = await self._asking.answered(asked, is_compiled=is_compiled)
        counts = {
            name: await self._database[name].count_documents({"tenant": asked.tenant})
            for name in COLLECTIONS
        }
        body = self._named(dict(answered.body))
        return replace(answered, answer=replace(answered.answer, body=body)), counts

    def _named(self, body: Any) -> Any:
        """An answer with new ids under names by the order in which they come."""
        names: dict[str, str] = {}

        def name(found: re.Match[str]) -> str:
            id = found.group()
            return id if id in self._known else names.setdefault(id, f"new {len(names)}")

        text = _CURSOR.sub(_opened, orjson.dumps(body).decode())
        return orjson.loads(_ID.sub(name, text))


def _opened(found: re.Match[str]) -> str:
    """What a cursor says, as a text in JSON."""
    text = found.group(1)
    try:
        said = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        return found.group()
    return orjson.dumps(said).decode()
