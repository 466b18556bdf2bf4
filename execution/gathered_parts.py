"""Gathered parts: what stands within the documents of many rows, and needs no loading."""

from collections.abc import Sequence
from typing import Any

from execution.frames import Column, Frame
from execution.gathering import Gathering, Run
from execution.outcomes import is_error, read
from execution.plans import PlannedField, PlannedSelection
from execution.sources import Document
from execution.wrapped import BROKEN


def embedded(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """The part, or the parts, of each row."""
    field: Any = planned.declared
    selection = planned.only
    assert selection is not None
    if not field.is_list and field.parts is None:
        return standing(
            planned, selection, frame.documents or (), read(frame.documents or (), field.path)
        )
    documents: list[Document] = []
    within: list[Document] = []
    refs: list[Any] = []
    errors: dict[int, Exception] = {}
    for row, (document, holder) in enumerate(frame.places()):
        try:
            if field.is_list:
                parts, stands_in = field.parts_of(document, holder)
                begin = len(documents)
                documents.extend(parts)
                within.extend([stands_in] * len(parts))
                refs.append(slice(begin, len(documents)))
            else:
                part = field.part_of(document)
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


def standing(
    planned: PlannedField,
    selection: PlannedSelection,
    documents: Sequence[Document],
    parts: Sequence[Any],
) -> Column:
    """The column of parts that stand in each document, one at most."""
    if any(part.__class__ is not dict for part in parts):
        errors = {row: part for row, part in enumerate(parts) if is_error(part)}
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
