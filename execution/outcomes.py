"""Outcomes: what stands in a column where rows cannot be read, or may not be."""

from collections.abc import Sequence
from typing import Any

from execution.context import NotPermitted, Right
from execution.frames import Column
from execution.gathering import Run
from execution.plans import PlannedField
from execution.sources import Document, at
from execution.wrapped import BROKEN


def refusal_of(run: Run) -> NotPermitted | None:
    """Why the viewer may read nothing; None when it may."""
    try:
        run.context.viewer.require(Right.READ)
    except NotPermitted as refusal:
        return refusal
    return None


def failed(planned: PlannedField, raws: list[Any]) -> Column:
    """The column of rows that give an error, or nothing to be looked at further."""
    refs = [BROKEN if raw is not None else None for raw in raws]
    return Column(planned, raws=raws, refs=refs)


def read(documents: Sequence[Document], path: str) -> list[Any]:
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


def is_error(value: object) -> bool:
    """Whether a row gave an error."""
    return isinstance(value, Exception)
