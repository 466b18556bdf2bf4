"""Gatherers: how the declared kinds of fields are gathered for many rows without a resolver."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from execution.context import NotPermitted, Right
from execution.embedded_lists import EmbeddedListField, Parts
from execution.fields import ComputedField, EachField, EmbeddedField, FoundField, OneField
from execution.frames import Column, Frame
from execution.gathering import Gather, Gathering, Run, resolved
from execution.lists import NOBODY, ManyField, Reading
from execution.plans import PlannedField, PlannedSelection
from execution.sources import Document, Sourced, at
from execution.viewed_lists import ViewedField
from execution.wrapped import BROKEN
from store.reading import Keyed


def gather(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Gather a field for the rows of a frame: as its kind does, or by its resolver, row by row."""
    field = planned.declared
    way = _OF_KINDS.get(type(field), resolved)
    if planned.only is None and way is not _computed:
        way = resolved
    if frame.documents is None and way is not resolved and not _is_of_everything(field):
        way = resolved
    return way(run, frame, planned)


def _one(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    field: Any = planned.declared
    keys = _read(frame.documents or (), field.key)
    return (yield from _led(run, planned, keys, field.foreign))


def _found(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    try:
        key = run.given(planned)["id"]
    except Exception as error:
        return _failed(planned, [error])
    return (yield from _led(run, planned, [key], "_id"))


def _led(run: Run, planned: PlannedField, keys: Sequence[Any], foreign: str) -> Gathering:
    """The document that each key leads to; a key that is an exception is what its row gives."""
    refusal = _refusal(run)
    if refusal is not None:
        return _failed(planned, [refusal] * len(keys))
    selection, target = _below(planned)
    wanted = {key for key in keys if key.__class__ is str}
    found = yield Keyed(target.collection, foreign, wanted, planned.wanted)
    if isinstance(found, Exception):
        return _failed(planned, [_outcome(key, found) for key in keys])
    documents: list[Document] = []
    numbers: dict[Any, Any] = {}
    for key in wanted:
        if key in found:
            numbers[key] = len(documents)
            documents.append(found[key])
    refs = [
        numbers.get(key) if key.__class__ is str else (BROKEN if _is_error(key) else None)
        for key in keys
    ]
    frames = [Frame(selection, documents=documents)] if documents else []
    errors = {row: key for row, key in enumerate(keys) if _is_error(key)}
    return Column(planned, refs=refs, below=frames, errors=errors)


def _each(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    refusal = _refusal(run)
    if refusal is not None:
        return _failed(planned, [refusal] * len(frame))
    field: Any = planned.declared
    selection, target = _below(planned)
    lists = _read(frame.documents or (), field.keys)
    if not all(keys is None or _is_list_of_keys(keys) for keys in lists):
        return (yield from resolved(run, frame, planned))
    wanted = {key for keys in lists for key in keys or ()}
    found = yield Keyed(target.collection, "_id", wanted, planned.wanted)
    if isinstance(found, Exception):
        return _failed(planned, [found if keys else keys for keys in lists])
    documents: list[Document] = []
    numbers: dict[str, int] = {}
    for key in wanted:
        if key in found:
            numbers[key] = len(documents)
            documents.append(found[key])
    refs = [
        None if keys is None else [numbers[key] for key in keys if key in numbers] for keys in lists
    ]
    frames = [Frame(selection, documents=documents)] if documents else []
    return Column(planned, refs=refs, below=frames)


def _embedded(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    embedded: Any = planned.declared
    selection, _ = _below(planned)
    if not embedded.is_list and embedded.parts is None:
        return _standing(frame, planned, selection, _read(frame.documents or (), embedded.path))
    documents: list[Document] = []
    within: list[Document] = []
    refs: list[Any] = []
    errors: dict[int, Exception] = {}
    for row, (document, holder) in enumerate(frame.places()):
        try:
            if embedded.is_list:
                parts, stands_in = embedded.parts_of(document, holder)
                begin = len(documents)
                documents.extend(parts)
                within.extend([stands_in] * len(parts))
                refs.append(slice(begin, len(documents)))
            else:
                part = embedded.part_of(document)
                if part is None:
                    refs.append(None)
                else:
                    refs.append(len(documents))
                    documents.append(part)
                    within.append(document)
        except Exception as error:
            errors[row] = error
            refs.append(BROKEN)
    frames = [Frame(selection, documents=documents, within=within)] if documents else []
    return Column(planned, refs=refs, below=frames, errors=errors)
    yield  # a generator, though it asks for nothing


def _standing(
    frame: Frame, planned: PlannedField, selection: PlannedSelection, parts: Sequence[Any]
) -> Column:
    """The column of parts that stand in each document, one at most."""
    documents = list(frame.documents or ())
    if any(part.__class__ is not dict for part in parts):
        errors = {row: part for row, part in enumerate(parts) if _is_error(part)}
        rows = [row for row, part in enumerate(parts) if part is not None and row not in errors]
        numbers = {row: number for number, row in enumerate(rows)}
        refs = [BROKEN if row in errors else numbers.get(row) for row in range(len(parts))]
        own = Frame(
            selection,
            documents=[parts[row] for row in rows],
            within=[documents[row] for row in rows],
        )
        return Column(planned, refs=refs, below=[own] if rows else [], errors=errors)
    own = Frame(selection, documents=parts, within=documents)
    return Column(planned, refs=list(range(len(parts))), below=[own] if parts else [])


def _computed(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """What a resolver makes of all documents at once."""
    field: Any = planned.declared
    documents = list(frame.documents or ())
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        arguments = run.arguments(planned, info)
    except Exception as error:
        return _failed(planned, [error] * len(frame))
    (values,) = yield [field.computed(run.context, documents, arguments)]
    if isinstance(values, Exception):
        return _failed(planned, [values] * len(frame))
    return run.column(planned, values)


def _listed(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Pages of parts, or of the documents that they lead to."""
    field: Any = planned.declared
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        asked = field.asked(info, run.arguments(planned, info))
    except Exception as error:
        return _failed(planned, [error] * len(frame))
    raws: list[Any] = []
    for document, within in frame.places():
        try:
            raws.append(asked.of(document, within))
        except Exception as error:
            raws.append(error)
    if not field.is_through:
        column = _of_connections(planned, raws)
        _fill_with_parts(column, [each for each in raws if isinstance(each, Parts)])
        return column
    found: Any = _refusal(run) or {}
    if not found and _asks_for_rows(planned):
        wanted = {key for parts in raws if isinstance(parts, Parts) for key in parts.keys}
        found = yield Keyed(field.target.collection, "_id", wanted, planned.wanted)
    given = _giving(found)
    return _of_connections(
        planned, [each.led(given) if isinstance(each, Parts) else each for each in raws]
    )


def _many(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Pages of a collection's documents, and how many there are, in as few commands as may be."""
    field: Any = planned.declared
    refusal = _refusal(run)
    if refusal is not None:
        return _failed(planned, [refusal] * len(frame))
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        arguments = run.arguments(planned, info)
        if arguments.pop("view", None) is not None:
            return (yield from resolved(run, frame, planned))
        reading = Reading(field, info, **arguments)
    except Exception as error:
        return _failed(planned, [error] * len(frame))
    owners = list(frame.documents or ()) if field.has_owner else [NOBODY] * len(frame)
    nothing: list[Any] = [()] * len(owners)
    is_of_rows, is_counted = _asks_for_rows(planned), _asks_for(planned, "totalCount")
    asked: list[Any] = [reading.rows_of(owners)] if is_of_rows else []
    if is_counted:
        asked.append(reading.counts_of(owners))
    settled: list[Any] = yield asked
    rows = _shares(settled[0], owners) if is_of_rows else nothing
    counts = _shares(settled[-1], owners) if is_counted else nothing
    raws = [
        reading.connection(owner, _giving(own_rows), _giving(own_count))
        for owner, own_rows, own_count in zip(owners, rows, counts, strict=True)
    ]
    column = _of_connections(planned, raws)
    if isinstance(rows, list) and not any(map(_is_error, rows)) and is_of_rows:
        _fill(column, [own[: reading.size] for own in rows], None)
    return column


def _of_connections(planned: PlannedField, raws: list[Any]) -> Column:
    """The column of connections, or of errors in their place."""
    assert planned.only is not None
    objects = [raw for raw in raws if not _is_error(raw)]
    below = [Frame(planned.only, objects=objects)] if objects else []
    if len(objects) == len(raws):
        return Column(planned, raws=raws, refs=list(range(len(raws))), below=below)
    numbers = iter(range(len(objects)))
    refs = [BROKEN if _is_error(raw) else next(numbers) for raw in raws]
    return Column(planned, raws=raws, refs=refs, below=below)


def _fill_with_parts(column: Column, pages: Sequence[Parts]) -> None:
    """Let connections of parts show them as they are."""
    rows = [[part for _, part in parts.shown] for parts in pages]
    _fill(column, rows, [parts.holder for parts in pages for _ in parts.shown])


def _fill(
    column: Column, rows: Sequence[Sequence[Document]], within: Sequence[Document] | None
) -> None:
    """Let connections show these documents as their nodes, without asking each for them."""
    for frame in column.below:
        for planned in frame.gathered():
            if planned.nodes[0].name.value != "nodes" or planned.only is None:
                continue
            if planned.only.target is None:
                continue
            refs: list[Any] = []
            begin = 0
            for own in rows:
                refs.append(slice(begin, begin + len(own)))
                begin += len(own)
            documents = [document for own in rows for document in own]
            below = [Frame(planned.only, documents=documents, within=within)] if documents else []
            frame.columns[planned.key] = Column(planned, refs=refs, below=below)


def _shares(loaded: Any, owners: Sequence[Document]) -> Sequence[Any]:
    """What was loaded for each owner, or the error of loading it, for each the same."""
    return [loaded] * len(owners) if isinstance(loaded, Exception) else loaded


def _giving(value: Any) -> Callable[[], Any]:
    """A function that gives the value, or raises it."""

    def give() -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    return give


def _asks_for(planned: PlannedField, name: str) -> bool:
    """Whether a field of this name is selected of a connection."""
    selected = planned.only.names.values() if planned.only else ()
    return any(each is not None and each.nodes[0].name.value == name for each in selected)


def _asks_for_rows(planned: PlannedField) -> bool:
    return any(_asks_for(planned, name) for name in ("nodes", "edges", "pageInfo"))


_OF_KINDS: Final[Mapping[type[StrawberryField], Gather]] = {
    OneField: _one,
    FoundField: _found,
    EachField: _each,
    EmbeddedField: _embedded,
    EmbeddedListField: _listed,
    ComputedField: _computed,
    ManyField: _many,
    ViewedField: _many,
}


def _is_of_everything(field: StrawberryField) -> bool:
    """Whether a field reads nothing of the object that it belongs to."""
    return isinstance(field, FoundField) or (isinstance(field, ManyField) and not field.has_owner)


def _below(planned: PlannedField) -> tuple[PlannedSelection, type[Sourced]]:
    only = planned.only
    assert only is not None
    assert only.target is not None
    return only, only.target


def _refusal(run: Run) -> NotPermitted | None:
    try:
        run.context.viewer.require(Right.READ)
    except NotPermitted as refusal:
        return refusal
    return None


def _failed(planned: PlannedField, raws: list[Any]) -> Column:
    """The column of rows that give an error, or nothing to be looked at further."""
    refs = [BROKEN if raw is not None else None for raw in raws]
    return Column(planned, raws=raws, refs=refs)


def _read(documents: Sequence[Document], path: str) -> list[Any]:
    """What stands at a path of each document, or the error of looking there."""
    try:
        if "." not in path:
            return [document.get(path) for document in documents]
        return [at(document, path) for document in documents]
    except Exception:
        return [_looked(document, path) for document in documents]


def _looked(document: Document, path: str) -> Any:
    try:
        return at(document, path)
    except Exception as error:
        return error


def _is_error(value: object) -> bool:
    return isinstance(value, Exception)


def _is_list_of_keys(value: object) -> bool:
    return isinstance(value, list) and all(key.__class__ is str for key in value)


def _outcome(key: Any, error: Exception) -> Any:
    """What a row gives whose documents could not be loaded."""
    if key.__class__ is str:
        return error
    return key if _is_error(key) else None
