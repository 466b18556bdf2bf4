"""Gathering: what an operation asks for is loaded level by level, for all rows of a level at once.

Every field that needs something asks for it before any of them gets it: documents by keys, of which
all that one level asks for cost one command, or whatever its resolvers return.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from graphql import GraphQLResolveInfo, get_argument_values, get_named_type, is_abstract_type
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.arguments import convert_arguments
from strawberry.types.info import Info
from strawberry.types.unset import UNSET

from execution.context import Context
from execution.declared import DeclaredField
from execution.frames import Column, Frame
from execution.plans import Plan, PlannedField, PlannedSelection
from execution.sources import Document, at
from execution.variables import key_of
from execution.wrapped import BROKEN
from store.reading import Keyed

Asked: TypeAlias = Keyed | Sequence[Awaitable[Any]]
Gathering: TypeAlias = Generator[Asked, Any, Column]
"""Asks for what a field needs, is sent what came of it, and gives the field's column in the end.

A `Keyed` is answered by documents by their keys, or by an exception; awaitables are by what each
gave or raised.
"""


_MOST_ARGUMENTS: Final = 64
_NO_HELPERS: Final[Any] = None

Gather: TypeAlias = "Callable[[Run, Frame, PlannedField], Gathering]"


@dataclass(slots=True)
class _Waiting:
    field: PlannedField
    frame: Frame
    gathering: Gathering
    asked: Asked


class Run:
    """One execution of a plan."""

    def __init__(
        self,
        schema: Any,
        plan: Plan,
        variables: VariableValues,
        context: Context,
        gather: "Gather",
    ) -> None:
        self.schema = schema
        self.plan = plan
        self.variables = variables
        self.context = context
        self._gather = gather
        self.tenant: dict[str, Any] = {}
        """What has been read of the tenant's own document."""
        context.loaders.know(plan.wanted)
        self.root = Frame.of(plan.root, [None])

    async def gather(self) -> None:
        """Fill the frames, level by level."""
        waiting = self._begun(self.root, self.root.gathered())
        while waiting:
            waiting = self._continued(waiting, await self._answered(waiting))

    def info(self, planned: PlannedField) -> GraphQLResolveInfo[Context]:
        """What a resolver is told about the field."""
        plan = self.plan
        return GraphQLResolveInfo(
            planned.nodes[0].name.value,
            planned.nodes,
            planned.definition.type,
            planned.parent,
            Path(None, planned.key, planned.parent.name),
            plan.schema,
            plan.fragments,
            None,
            plan.operation,
            self.variables,
            self.context,
            is_awaitable,
            None,
            _NO_HELPERS,
        )

    def given(self, planned: PlannedField) -> dict[str, Any]:
        """The field's arguments as GraphQL has them."""
        if not planned.definition.args:
            return {}
        return get_argument_values(planned.definition, planned.nodes[0], self.variables)

    def arguments(self, planned: PlannedField, info: Info[Any, Any]) -> dict[str, Any]:
        """The arguments of a field, converted as its `get_result` takes them."""
        if not planned.definition.args:
            return {}
        values = key_of([self.variables.coerced.get(name, UNSET) for name in planned.variables])
        known = planned.arguments.get(values) if values is not None else None
        if known is not None:
            return dict(known)
        converter = self.schema.schema_converter
        arguments = convert_arguments(
            self.given(planned),
            planned.declared.arguments,
            scalar_registry=converter.scalar_registry,
            config=converter.config,
            info=info,
        )
        if values is not None:
            if len(planned.arguments) == _MOST_ARGUMENTS:
                planned.arguments.clear()
            planned.arguments[values] = dict(arguments)
        return arguments

    def column(self, planned: PlannedField, raws: list[Any]) -> Column:
        """The column of what resolvers gave, its objects in frames by their types."""
        take = planned.take
        if take is None:
            return Column(planned, raws=raws)
        objects: list[Any] = []
        refs = [take(raw, objects) for raw in raws]
        only = planned.only
        if only is not None and self._are_all(only, objects, planned):
            below = [Frame.of(only, objects)] if objects else []
            return Column(planned, raws=raws, refs=refs, below=below)
        return self._of_several(planned, raws, refs, objects)

    def _of_several(
        self, planned: PlannedField, raws: list[Any], refs: list[Any], objects: list[Any]
    ) -> Column:
        info = self.info(planned)
        rows: dict[str, list[Any]] = {}
        named: list[tuple[str, int] | None] = []
        for each in objects:
            name = self._name_of(planned, each, info)
            if name is None:
                named.append(None)
                continue
            of_type = rows.setdefault(name, [])
            named.append((name, len(of_type)))
            of_type.append(each)
        frames = {name: Frame.of(planned.below[name], of_type) for name, of_type in rows.items()}
        places = [None if place is None else (frames[place[0]], place[1]) for place in named]
        return Column(planned, raws=raws, refs=refs, below=list(frames.values()), places=places)

    def _name_of(
        self, planned: PlannedField, value: Any, info: GraphQLResolveInfo[Context]
    ) -> str | None:
        """The name of the object type of a value; None where it is none that may stand there."""
        named = get_named_type(planned.definition.type)
        is_abstract, kind = is_abstract_type(named), cast(Any, named)
        try:
            name: str = kind.resolve_type(value, info, kind) if is_abstract else kind.name
            selection = planned.below.get(name)
            if selection is None:
                return None
            is_type_of = selection.type.is_type_of
            return name if is_type_of is None or is_type_of(value, info) else None
        except Exception:
            return None

    def _are_all(
        self, selection: PlannedSelection, objects: Iterable[Any], planned: PlannedField
    ) -> bool:
        is_type_of = selection.type.is_type_of
        if is_type_of is None:
            return True
        info = self.info(planned)
        return all(is_type_of(each, info) for each in objects)

    def _begun(self, frame: Frame, fields: Iterable[PlannedField]) -> list[_Waiting]:
        waiting: list[_Waiting] = []
        for planned in fields:
            gathering = self._gather(self, frame, planned)
            self._advance(planned, frame, gathering, None, waiting)
        return waiting

    def _advance(
        self,
        planned: PlannedField,
        frame: Frame,
        gathering: Gathering,
        answer: Any,
        waiting: list[_Waiting],
    ) -> None:
        try:
            asked = gathering.send(answer)
        except StopIteration as ended:
            column: Column = ended.value
            frame.columns[planned.key] = column
            self._descend(column, waiting)
        except Exception as error:  # documents so odd that no gatherer expects them
            rows = len(frame)
            frame.columns[planned.key] = Column(planned, raws=[error] * rows, refs=[BROKEN] * rows)
        else:
            waiting.append(_Waiting(planned, frame, gathering, asked))

    def _descend(self, column: Column, waiting: list[_Waiting]) -> None:
        """Begin what is selected below a column, as far as it is not there already."""
        for below in column.below:
            missing: list[PlannedField] = []
            for planned in below.gathered():
                known = below.columns.get(planned.key)
                if known is None:
                    missing.append(planned)
                else:
                    self._descend(known, waiting)
            waiting.extend(self._begun(below, missing))

    def _continued(self, waiting: list[_Waiting], answers: Sequence[Any]) -> list[_Waiting]:
        further: list[_Waiting] = []
        for each, answer in zip(waiting, answers, strict=True):
            self._advance(each.field, each.frame, each.gathering, answer, further)
        return further

    async def _answered(self, waiting: list[_Waiting]) -> list[Any]:
        """What came of everything that is waited for, in its order."""
        keyed = [each.asked for each in waiting if isinstance(each.asked, Keyed)]
        others = [each.asked for each in waiting if not isinstance(each.asked, Keyed)]
        flat = [awaitable for asked in others for awaitable in asked]
        if not others:
            return list(await self._documents(keyed))
        if not keyed:
            found: list[Any] = []
            settled = await asyncio.gather(*flat, return_exceptions=True)
        else:
            found, *settled = await asyncio.gather(
                self._documents(keyed), *flat, return_exceptions=True
            )
        by_key, rest = iter(found), iter(settled)
        return [
            next(by_key)
            if isinstance(each.asked, Keyed)
            else [next(rest) for _ in range(len(each.asked))]
            for each in waiting
        ]

    async def _documents(self, asked: Sequence[Keyed]) -> list[Any]:
        """The documents that each asks for, by their keys, or why they could not be loaded."""
        together: dict[tuple[str, str], Keyed] = {}
        for each in asked:
            name = each.collection, each.path
            known = together.get(name)
            if known is not None:
                keys = {*known.keys, *each.keys}
                each = Keyed(*name, keys, known.fields | each.fields)
            together[name] = each
        wanted = {name: each for name, each in together.items() if each.keys}
        found: dict[tuple[str, str], Any] = {name: {} for name in together}
        reader = self.context.loaders.reader
        try:
            rows = await reader.by_keys(list(wanted.values()))
        except Exception as error:
            return [error] * len(asked)
        for (name, each), documents in zip(wanted.items(), rows, strict=True):
            found[name] = _by_key(each.path, documents)
        return [found[each.collection, each.path] for each in asked]


def resolved(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """What a field's resolver gives, called for every row."""
    raws, awaited = _called(run, frame, planned)
    if awaited:
        settled = yield [raws[row] for row in awaited]
        for row, value in zip(awaited, settled, strict=True):
            if isinstance(value, BaseException) and not isinstance(value, Exception):
                raise value
            raws[row] = value
    return run.column(planned, raws)


def _called(run: Run, frame: Frame, planned: PlannedField) -> tuple[list[Any], list[int]]:
    """What the field gives for each row, and the rows for which that is an awaitable."""
    raws: list[Any] = []
    awaited: list[int] = []
    declared = planned.declared
    try:
        info = Info(_raw_info=run.info(planned), _field=declared)
        call = _whole(run, planned, info) if declared.extensions else _own(run, planned, info)
    except Exception as error:
        return [error] * len(frame), []
    for row, source in enumerate(frame.sources):
        try:
            value = call(source)
        except Exception as error:
            value = error
        if is_awaitable(value):
            awaited.append(row)
        raws.append(value)
    return raws, awaited


def _own(run: Run, planned: PlannedField, info: Info[Any, Any]) -> Callable[[Any], Any]:
    """Calls the field's own resolver, with arguments that are converted once."""
    declared, arguments = planned.declared, run.arguments(planned, info)
    if isinstance(declared, DeclaredField):
        return lambda source: declared.get_result(source, info, [], arguments)
    converter = run.schema.schema_converter

    def call(source: Any) -> Any:
        args, kwargs = get_arguments(
            field=declared,
            source=source,
            info=info,
            kwargs={},
            config=converter.config,
            scalar_registry=converter.scalar_registry,
        )
        return declared.get_result(source, info, args, {**arguments, **kwargs})

    return call


def _whole(run: Run, planned: PlannedField, info: Info[Any, Any]) -> Callable[[Any], Any]:
    """Calls what strawberry has made of the field, which is more than its resolver."""
    resolve, given = planned.definition.resolve, run.given(planned)
    assert resolve is not None
    return lambda source: resolve(source, info._raw_info, **given)


def _by_key(path: str, documents: Iterable[Document]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    if path == "_id":
        return {document["_id"]: document for document in documents}
    for document in documents:
        values = at(document, path)
        for value in values if isinstance(values, list) else [values]:
            found[value] = document
    return found
