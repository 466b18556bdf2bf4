"""Gatherers: which way each declared kind of field is gathered for many rows at once."""

from collections.abc import Generator, Mapping
from typing import Any, Final

from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from execution.embedded_lists import EmbeddedListField
from execution.fields import ComputedField, EachField, EmbeddedField, FoundField, OneField
from execution.frames import Frame
from execution.gathered_documents import each, found, one
from execution.gathered_pages import listed, many
from execution.gathered_parts import embedded, standing
from execution.gathering import Asked, Gather, Gathering, Run, resolved
from execution.lists import ManyField
from execution.outcomes import failed
from execution.plans import PlannedField
from execution.sources import Document
from execution.viewed_lists import ViewedField
from store.reading import TENANTS, Fields, Keyed


def gather(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """Gather a field for the rows of a frame: as its kind does, or by its resolver, row by row."""
    field = planned.declared
    way = _OF_KINDS.get(type(field), resolved)
    if planned.only is None and way is not _computed:
        way = resolved
    if frame.documents is None and way is not resolved and not _is_of_everything(field):
        way = resolved
    return way(run, frame, planned)


def _computed(run: Run, frame: Frame, planned: PlannedField) -> Gathering:
    """What a resolver makes of all documents at once."""
    field: Any = planned.declared
    documents = list(frame.documents or ())
    try:
        info = Info(_raw_info=run.info(planned), _field=field)
        arguments = run.arguments(planned, info)
        if field.of_tenant:
            tenant = yield from _tenant(run, field.of_tenant)
            arguments["tenant"] = tenant
    except Exception as error:
        return failed(planned, [error] * len(frame))
    (values,) = yield [field.resolver(run.context, documents, **arguments)]
    if isinstance(values, Exception):
        return failed(planned, [values] * len(frame))
    if len(values) != len(documents):
        raise ValueError(f"{len(values)} values were computed for {len(documents)} documents")
    if planned.only is not None and all(each is None or each.__class__ is dict for each in values):
        return standing(planned, planned.only, documents, values)
    return run.column(planned, field.as_shown(values, documents))


def _tenant(run: Run, fields: Fields) -> Generator[Asked, Any, Document]:
    """The tenant's own document, read once in a run, along with what its level asks for."""
    known = run.tenant
    missing = fields - known.keys()
    if missing:
        own = run.context.viewer.tenant
        found = yield Keyed(TENANTS, "_id", [own], fields)
        if isinstance(found, Exception):
            raise found
        for field in fields:
            known[field] = found.get(own, {}).get(field)
    return known


_OF_KINDS: Final[Mapping[type[StrawberryField], Gather]] = {
    OneField: one,
    FoundField: found,
    EachField: each,
    EmbeddedField: embedded,
    EmbeddedListField: listed,
    ComputedField: _computed,
    ManyField: many,
    ViewedField: many,
}


def _is_of_everything(field: StrawberryField) -> bool:
    """Whether a field reads nothing of the object that it belongs to."""
    return isinstance(field, FoundField) or (isinstance(field, ManyField) and not field.has_owner)
