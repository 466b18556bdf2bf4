"""Frames: the rows that one selection of a plan has in one request, and what was gathered of them.

A column is what one field gave, row by row. Where that is objects, they are the rows of frames
below, and `refs` tells which: a number, a slice of them, None, or lists of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from execution.leaves import Unusual
from execution.plans import PlannedField, PlannedSelection
from execution.sources import Document, Sourced

_NOTHING: Final[Document] = {}
_NO_ERRORS: Final[Mapping[int, Exception]] = {}


class Frame:
    """Rows of one selection: documents of a type that reads documents, or any objects."""

    __slots__ = ("columns", "documents", "objects", "selection", "within")

    def __init__(
        self,
        selection: PlannedSelection,
        *,
        documents: Sequence[Document] | None = None,
        within: Sequence[Document] | None = None,
        objects: Sequence[Any] | None = None,
    ) -> None:
        self.selection = selection
        self.documents = documents
        self.within = within
        self.objects = objects
        self.columns: dict[str, Column] = {}

    @classmethod
    def of(cls, selection: PlannedSelection, objects: Sequence[Any]) -> "Frame":
        """A frame of objects as resolvers give them."""
        if selection.target is not None and all(map(_is_sourced, objects)):
            documents = [each.document for each in objects]
            within = [each.within for each in objects]
            return cls(selection, documents=documents, within=within, objects=objects)
        return cls(selection, objects=objects)

    def __len__(self) -> int:
        rows = self.objects if self.documents is None else self.documents
        return len(rows or ())

    @property
    def sources(self) -> Sequence[Any]:
        """The rows as resolvers know them."""
        if self.objects is None:
            target, documents = self.selection.target, self.documents or ()
            assert target is not None
            if self.within is None:
                self.objects = [target.of(each) for each in documents]
            else:
                self.objects = [
                    target.of(each, holder)
                    for each, holder in zip(documents, self.within, strict=True)
                ]
        return self.objects

    def places(self) -> Iterable[tuple[Document, Document]]:
        """Each document, with the one it stands in."""
        documents = self.documents or ()
        return zip(documents, self.within or [_NOTHING] * len(documents), strict=True)

    def gathered(self) -> list[PlannedField]:
        """The fields that need columns: of documents, those that are not read on the way."""
        if self.documents is not None:
            return self.selection.columns
        return [planned for planned in self.selection.names.values() if planned is not None]

    def answers(self) -> list[dict[str, Any]]:
        """What the answer holds of each row; anything unusual raises some exception."""
        columns = [self.columns[planned.key].answers() for planned in self.gathered()]
        if self.documents is not None:
            return self.selection.build(is_of_documents=True)(self.documents, columns)
        return self.selection.build(is_of_documents=False)(self.objects or (), columns)


class Column:
    """What one field gave: raw values, or refs to rows of the frames below."""

    __slots__ = ("below", "errors", "field", "places", "raws", "refs")

    def __init__(
        self,
        field: PlannedField,
        *,
        raws: list[Any] | None = None,
        refs: list[Any] | None = None,
        below: Sequence[Frame] = (),
        places: Sequence[tuple[Frame, int] | None] | None = None,
        errors: Mapping[int, Exception] = _NO_ERRORS,
    ) -> None:
        self.field = field
        self.errors = errors
        self.raws = raws
        self.refs = refs
        self.below = below
        self.places = places

    def raw(self, row: int) -> Any:
        """What the field gave for a row, as graphql-core expects it of a resolver."""
        if row in self.errors:
            return self.errors[row]
        if self.raws is not None:
            return self.raws[row]
        return self._source((self.refs or ())[row])

    def _source(self, ref: Any) -> Any:
        if ref is None:
            return None
        if isinstance(ref, slice):
            return self.below[0].sources[ref] if self.below else []
        if isinstance(ref, list):
            return [self._source(each) for each in ref]
        frame, row = self.place(ref)
        return frame.sources[row]

    def answers(self) -> Sequence[Any]:
        """What the answer holds of each value."""
        if self.errors:
            raise Unusual
        if self.field.leaf is not None:
            return list(map(self.field.leaf.complete, self.raws or ()))
        assert self.field.show is not None
        return self.field.show(self.refs or (), self._rows())

    def has_place(self, ref: int) -> bool:
        """Whether what the number stands for is of a type that was selected."""
        return self.places is None or self.places[ref] is not None

    def place(self, ref: int) -> tuple[Frame, int]:
        """The frame and the row that a number stands for."""
        if self.places is None:
            return self.below[0], ref
        place = self.places[ref]
        assert place is not None
        return place

    def _rows(self) -> Sequence[Any]:
        if self.places is None:
            return self.below[0].answers() if self.below else []
        made = {id(frame): frame.answers() for frame in self.below}
        rows: list[Any] = []
        for place in self.places:
            if place is None:
                raise Unusual
            frame, row = place
            rows.append(made[id(frame)][row])
        return rows


def _is_sourced(value: object) -> bool:
    return isinstance(value, Sourced) and hasattr(value, "document")
