"""Gathered pages: the connections of many rows, of their own parts or of other documents."""

from collections.abc import Callable, Sequence
from typing import Any

from strawberry.types.info import Info

from execution.embedded_lists import Parts
from execution.frames import Column, Frame
from execution.gathering import Gathering, Run, resolved
from execution.lists import NOBODY, Reading
from execution.outcomes import failed, is_error, refusal_of
from execution.plans import PlannedField
from execution.sources import Document
from execution.wrapped import BROKEN
from store.reading import Keyed


def listed(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Pages of parts, or of the documents that they lead to."""
    field: Any = planned.declared
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        asked = field.asked(info, run.arguments(planned, info))
    except Exception as error:
        return failed(planned, [error] * len(frame))
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
    found: Any = refusal_of(run) or {}
    if not found and _asks_for_rows(planned):
        wanted = {key for parts in raws if isinstance(parts, Parts) for key in parts.keys}
        found = yield Keyed(field.target.collection, "_id", wanted, planned.wanted)
    given = _giving(found)
    return _of_connections(
        planned, [each.led(given) if isinstance(each, Parts) else each for each in raws]
    )


def many(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Pages of a collection's documents, and how many there are, in as few commands as may be."""
    field: Any = planned.declared
    refusal = refusal_of(run)
    if refusal is not None:
        return failed(planned, [refusal] * len(frame))
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        arguments = run.arguments(planned, info)
        if arguments.pop("view", None) is not None:
            return (yield from resolved(run, frame, planned))
        reading = Reading(field, info, **arguments)
    except Exception as error:
        return failed(planned, [error] * len(frame))
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
    if isinstance(rows, list) and not any(map(is_error, rows)) and is_of_rows:
        _fill(column, [own[: reading.size] for own in rows], None)
    return column


def _of_connections(planned: PlannedField, raws: list[Any]) -> Column:
    """The column of connections, or of errors in their place."""
    assert planned.only is not None
    objects = [raw for raw in raws if not is_error(raw)]
    below = [Frame(planned.only, objects=objects)] if objects else []
    if len(objects) == len(raws):
        return Column(planned, raws=raws, refs=list(range(len(raws))), below=below)
    numbers = iter(range(len(objects)))
    refs = [BROKEN if is_error(raw) else next(numbers) for raw in raws]
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
