"""Gathered documents: what the keys of many rows lead to, loaded by one command."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from execution.frames import Column, Frame
from execution.gathering import Gathering, Run, resolved
from execution.outcomes import failed, is_error, read, refusal_of
from execution.plans import PlannedField, PlannedSelection
from execution.sources import Document, Sourced
from execution.wrapped import BROKEN
from store.reading import Keyed


def one(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """The document that a key of each row leads to."""
    field: Any = planned.declared
    keys = read(frame.documents or (), field.key)
    return (yield from _led(run, planned, keys, field.foreign))


def found(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """The document of the id that is given."""
    try:
        key = run.given(planned)["id"]
    except Exception as error:
        return failed(planned, [error])
    return (yield from _led(run, planned, [key], "_id"))


def each(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """The documents that the keys of each row lead to."""
    refusal = refusal_of(run)
    if refusal is not None:
        return failed(planned, [refusal] * len(frame))
    field: Any = planned.declared
    selection, target = _below(planned)
    lists = read(frame.documents or (), field.keys)
    if not all(keys is None or _is_list_of_keys(keys) for keys in lists):
        return (yield from resolved(run, frame, planned))
    wanted = {key for keys in lists for key in keys or ()}
    found = yield Keyed(target.collection, "_id", wanted, planned.wanted)
    if isinstance(found, Exception):
        return failed(planned, [found if keys else keys for keys in lists])
    documents, numbers = _numbered(wanted, found)
    refs = [
        None if keys is None else [numbers[key] for key in keys if key in numbers] for keys in lists
    ]
    frames = [Frame(selection, documents=documents)] if documents else []
    return Column(planned, refs=refs, below=frames)


def _led(run: Run, planned: PlannedField, keys: Sequence[Any], foreign: str) -> Gathering:
    """The document that each key leads to; a key that is an exception is what its row gives."""
    refusal = refusal_of(run)
    if refusal is not None:
        return failed(planned, [refusal] * len(keys))
    selection, target = _below(planned)
    wanted = {key for key in keys if key.__class__ is str}
    found = yield Keyed(target.collection, foreign, wanted, planned.wanted)
    if isinstance(found, Exception):
        return failed(planned, [_outcome(key, found) for key in keys])
    documents, numbers = _numbered(wanted, found)
    errors = {
        row: key for row, key in enumerate(keys) if key.__class__ is not str and is_error(key)
    }
    refs: list[Any] = [numbers.get(key) if key.__class__ is str else None for key in keys]
    for row in errors:
        refs[row] = BROKEN
    frames = [Frame(selection, documents=documents)] if documents else []
    return Column(planned, refs=refs, below=frames, errors=errors)


def _numbered(
    wanted: Iterable[str], found: Mapping[str, Document]
) -> tuple[list[Document], dict[str, int]]:
    """The documents that were found by the keys that are wanted, and the number of each key's."""
    own = {key: found[key] for key in wanted if key in found}
    return list(own.values()), {key: number for number, key in enumerate(own)}


def _below(planned: PlannedField) -> tuple[PlannedSelection, type[Sourced]]:
    only = planned.only
    assert only is not None
    assert only.target is not None
    return only, only.target


def _is_list_of_keys(value: object) -> bool:
    return isinstance(value, list) and all(key.__class__ is str for key in value)


def _outcome(key: Any, error: Exception) -> Any:
    """What a row gives whose documents could not be loaded."""
    if key.__class__ is str:
        return error
    return key if is_error(key) else None
