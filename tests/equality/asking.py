"""Asking: one operation is carried out in both executions, on the same data, and compared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from domain.identifiers import TenantId
from execution.context import Right
from schema.build import QuorumSchema, build_schema
from schema.serving import Answer, execute
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.equality.attributed import SENT
from tests.equality.compared import difference


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and by whom."""

    tenant: TenantId
    rights: Iterable[Right]
    text: str
    name: str | None
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the database commands it took."""

    answer: Answer
    commands: Sequence[str]

    @property
    def body(self) -> Mapping[str, Any]:
        return self.answer.body

    @property
    def was_compiled(self) -> bool:
        return bool(getattr(self.answer, "was_compiled", False))

    @property
    def codes(self) -> list[str]:
        errors: Any = self.body.get("errors", ())
        return [str(error["extensions"]["code"]) for error in errors]


@dataclass(frozen=True, slots=True)
class Both:
    """What both executions answered."""

    compiled: Answered
    ordinary: Answered

    @property
    def difference(self) -> str | None:
        """What is not the same; None when nothing is.

        The compiled execution may not take more commands either, which it would if it did
        anything twice. Where something fails, the ordinary one may have stopped before the end.
        """
        here, there = self.compiled, self.ordinary
        if here.answer.was_executed != there.answer.was_executed:
            return "whether it was executed"
        if (here.answer.code == "") != (there.answer.code == ""):
            return f"codes {here.answer.code!r} and {there.answer.code!r}"
        if found := difference(here.body, there.body):
            return found
        if len(here.commands) > len(there.commands) and not there.codes:
            more = Counter(here.commands) - Counter(there.commands)
            return f"commands: {dict(more)} more"
        return None


class Asking:
    """Carries operations out on a database whose commands are attributed to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def both(self, asked: Asked) -> Both:
        """The answers of the compiled execution and of the ordinary one, in this order."""
        compiled = await self._answered(build_schema(), asked)
        return Both(compiled, await self._answered(build_schema(is_compiled=False), asked))

    async def _answered(self, schema: QuorumSchema, asked: Asked) -> Answered:
        context = a_context(self._database, asked.tenant, Clock(), rights=asked.rights)
        context.request_id = "req_1"
        sent: list[str] = []
        token = SENT.set(sent)
        try:
            variables = dict(asked.variables)
            answer = await execute(schema, context, asked.text, variables, asked.name)
        except Exception as error:
            # None may leave an execution: it is told like an answer, and differs from any.
            answer = Answer({"raised": repr(error)}, was_executed=False, code="RAISED")
        finally:
            SENT.reset(token)
        return Answered(answer, tuple(sent))


def written(asked: Asked, both: Both) -> str:
    """All that is needed to look at a difference."""
    rights = ", ".join(each.name for each in asked.rights)
    parts = [
        f"{both.difference}",
        f"tenant {asked.tenant}, rights {rights or 'none'}, operation {asked.name}",
        asked.text,
        f"variables: {_json(asked.variables)}",
        f"compiled: {_json(both.compiled.body)}",
        f"ordinary: {_json(both.ordinary.body)}",
        f"commands: {both.compiled.commands} and {both.ordinary.commands}",
    ]
    return "\n".join(parts)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
