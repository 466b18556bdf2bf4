"""Asking: one operation is carried out in both executions, on the same data, and compared."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from domain.identifiers import TenantId
from execution.context import Right
from execution.metrics import METRICS
from schema.build import build_schema
from schema.serving import Answer, execute
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.equality.attributed import CALLED, MOVE, SENT
from tests.equality.compared import difference

_READS: Final = ("find", "aggregate", "count", "distinct", "getMore")


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
    """An answer, the database commands and calls of resolvers it took, and how it was executed."""

    answer: Answer
    commands: Sequence[str]
    calls: Sequence[str] = ()
    way: str = ""

    @property
    def body(self) -> Mapping[str, Any]:
        return self.answer.body

    @property
    def writes(self) -> list[str]:
        return [each for each in self.commands if each != MOVE and each.split()[0] not in _READS]

    @property
    def codes(self) -> list[str]:
        errors: Any = self.body.get("errors", ())
        return [str(error["extensions"]["code"]) for error in errors]


@dataclass(frozen=True, slots=True)
class Both:
    """What both executions answered, and what may be otherwise in the compiled one: see below."""

    compiled: Answered
    ordinary: Answered
    may_be_ordinary: bool = False
    repeats_fragments: bool = False

    @property
    def difference(self) -> str | None:
        """What is not the same; None when nothing is.

        The compiled execution may not take more commands or call a resolver more often either:
        nothing is done twice. Where something fails, the ordinary one may have stopped early; and
        what a resolver loads by itself, such as that of `node`, takes a command of its own beside
        what plans load of the same collection.
        """
        here, there = self.compiled, self.ordinary
        if here.answer.was_executed != there.answer.was_executed:
            return "whether it was executed"
        if (here.answer.code == "") != (there.answer.code == ""):
            return f"codes {here.answer.code!r} and {there.answer.code!r}"
        if found := difference(here.body, there.body):
            return found
        if here.way == "ordinary" and not self.may_be_ordinary:
            return "it was not compiled"
        if there.codes:
            return None
        if len(here.commands) > len(there.commands) and not there.calls:
            return f"commands: {dict(Counter(here.commands) - Counter(there.commands))} more"
        more = Counter(here.calls) - Counter(there.calls)
        if more and not self.repeats_fragments:
            return f"resolvers: {dict(more)} more"
        return None


class Asking:
    """Carries operations out on a database whose commands are attributed to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def both(self, asked: Asked) -> Both:
        """The answers of the compiled execution and of the ordinary one, in this order."""
        compiled = await self.answered(asked, is_compiled=True)
        ordinary = await self.answered(asked, is_compiled=False)
        return Both(compiled, ordinary, may_be_ordinary(asked), repeats_fragments(asked))

    async def answered(self, asked: Asked, *, is_compiled: bool) -> Answered:
        """The answer of one execution, and what it took."""
        schema = build_schema(is_compiled=is_compiled)
        context = a_context(self._database, asked.tenant, Clock(), rights=asked.rights)
        context.request_id = "req_1"
        sent, called = list[str](), list[str]()
        tokens = SENT.set(sent), CALLED.set(called)
        before = _ways()
        try:
            variables = dict(asked.variables)
            answer = await execute(schema, context, asked.text, variables, asked.name)
        except Exception as error:
            # None may leave an execution: it is told like an answer, and differs from any.
            answer = Answer({"raised": repr(error)}, was_executed=False, code="RAISED")
        finally:
            SENT.reset(tokens[0])
            CALLED.reset(tokens[1])
        (way,) = _ways() - before or ("",)
        return Answered(answer, tuple(sent), tuple(called), way)


def _ways() -> Counter[str]:
    """How operations were executed so far, by the process's own metric."""
    metric = next(each for each in METRICS if each.name == "quorum_operations_executed_total")
    return Counter({each.labels["way"]: int(each.value) for each in metric.samples()})


def may_be_ordinary(asked: Asked) -> bool:
    """Whether an operation may be left to graphql-core.

    That is so when it asks about the schema itself, and when it is given a null by which it would
    branch.
    """
    asks_about_schema = "__schema" in asked.text or "__type(" in asked.text
    return asks_about_schema or None in asked.variables.values()


def repeats_fragments(asked: Asked) -> bool:
    """Whether a fragment is spread at several places.

    The ordinary execution calls a resolver once for a field of it, wherever that stands.
    """
    spread = re.findall(r"\.\.\.(F\d+)", asked.text)
    return len(set(spread)) < len(spread)


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
