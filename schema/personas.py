"""Personas: names for kinds of people, such as those who hold one of many job titles."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

import strawberry
from strawberry.scalars import JSON

import domain.personas
import domain.standard_personas
from domain.condition_checking import path_of
from execution.connections import Connection
from execution.context import Context
from execution.fields import embedded, stored
from execution.lists import Listed, Listing, held, many
from execution.sources import Document, Sourced
from schema.node import Node, Stamped
from schema.ordering import ComponentOrder, ComponentOrderField, orders
from schema.searching import search_of
from store import filters
from store.personas import people_of, to_attributes
from store.reading import Order, Query

if TYPE_CHECKING:
    from schema.people import Person
    from schema.role_templates import RoleTemplate

_JOB_TITLE: Final = path_of(domain.standard_personas.of_titles().attribute)


def _spelled(attributes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A persona's stored attributes as conditions spell them, with their values."""
    return [
        {
            "attribute": path_of(each.attribute),
            "values": [v.isoformat() if isinstance(v, date) else v for v in each.values],
        }
        for each in to_attributes({"attributes": attributes})
    ]


def _titles(attributes: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        title
        for each in _spelled(attributes)
        if each["attribute"] == _JOB_TITLE
        for title in each["values"]
    ]


@strawberry.input(description="Which personas are listed: all that is given holds.")
class PersonaFilter:
    search: str | None = search_of("name", is_listed_by_name=False)


async def _where(context: Context, asked: PersonaFilter) -> Query:
    return filters.every(filters.searched(asked.search))


async def _people(context: Context, persona: Document) -> Query:
    return people_of(persona)


@strawberry.type(description="An attribute of people with the values of which they have one.")
class PersonaAttribute(Sourced):
    attribute: str = stored(description="What is looked at, as conditions spell it.")
    values: list[JSON] = stored(description="One of these is the value; at most 200.")


@strawberry.type(
    description="A name for a kind of people: those who have, for each of its attributes, one of "
    "the values listed. A tenant has at most 20."
)
class Persona(Node, Stamped, Listed):
    collection: ClassVar[str] = "personas"
    listing: ClassVar[Listing] = Listing(
        default=Order("updated_at", is_descending=True),
        orders=orders(ComponentOrderField),
        order_by=ComponentOrder,
        filter=PersonaFilter,
        where=_where,
    )

    name: str = stored(description="Its name; the tenant has it once.")
    description: str | None = stored(description="Who it is; null when nobody said.")
    attributes: list[PersonaAttribute] = embedded(
        "attributes",
        at_most=domain.personas.MOST_ATTRIBUTES,
        parts=_spelled,
        description="What tells its people: all of these hold; at most 5.",
    )
    job_titles: list[str] = stored(
        "attributes",
        shown=_titles,
        absent=(),
        description="The job titles among that; none when it does not ask for any.",
    )
    people: Connection[Annotated["Person", strawberry.lazy("schema.people")]] = held(
        _people, needs=("attributes",), description="The people who are of it now."
    )
    role_templates: Connection[
        Annotated["RoleTemplate", strawberry.lazy("schema.role_templates")]
    ] = many("roles.persona_ids", description="The templates whose rules ask for it.")
