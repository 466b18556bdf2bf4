"""Personas: names for kinds of people, which conditions, lists and people themselves know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain import persona_tests, personas
from domain.attributes import Attribute
from domain.condition_evaluation import compiled
from domain.conditions import AllOf, AnyOf, Condition, ConditionFault, Not, Scalar
from domain.events import EventType
from domain.folding import fold
from domain.identifiers import PersonaId, derived
from domain.personas import PersonaAttribute, PersonaFault, PersonaInUse
from domain.roles import User
from domain.standard_personas import STANDARD_TITLES, of_titles
from execution.context import Context, Right
from resolvers import conditions, naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.roles import MOST_USERS_NAMED
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.condition_queries import person_filter
from store.deletions import Deleted, Deletion, Use
from store.driver import Document
from store.joint_writes import Gone, Renaming, Whole
from store.personas import attributes_document, definitions, to_attributes
from store.reading import Query
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.unique_names import Taken

KIND: Final = naming.Kind("persona", "persona", EventType.PERSONA_CREATED)


@dataclass(frozen=True, slots=True)
class GivenAttribute:
    """An attribute with its values, and the path at which a client gave them."""

    path: str
    attribute: Attribute
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class NewPersona:
    """What a persona is to be; `path` is where its attributes were given."""

    name: str
    description: str | None
    attributes: Sequence[GivenAttribute]
    path: str = "attributes"


@dataclass(frozen=True, slots=True)
class PersonaChange:
    """What is to change of a persona; `path` is where its attributes were given, if they were."""

    name: str | Unsaid = Unsaid.STAYS
    description: str | Unsaid | None = Unsaid.STAYS
    attributes: Sequence[GivenAttribute] | Unsaid = Unsaid.STAYS
    path: str = "attributes"


_Answer = Changed | Missing | Taken | Gone | Raced | Invalid | PersonaId


async def seed(ctx: Context) -> None:
    """Store the personas a tenant begins with, once: what it makes of them stays."""
    ctx.viewer.require(Right.ADMIN)
    named = {naming.named(KIND, name): _standard(ctx, name) for name in STANDARD_TITLES}
    await ctx.stores.personas.seed(named, ctx.now())


async def create_persona(
    ctx: Context, new: NewPersona
) -> PersonaId | Invalid | NameTaken | Conflict:
    """Add a persona; 20 in all, with 10 different attributes among them."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", new.name) or naming.check_description(new.description):
        return fault
    attributes = await _checked(ctx, new.path, new.attributes)
    if isinstance(attributes, Invalid):
        return attributes
    fields = {"description": new.description, "attributes": attributes_document(attributes)}

    def check(whole: Whole) -> Invalid | None:
        fault = personas.check_beside(attributes, _others(whole))
        return _invalid(new.path, new.attributes, fault)

    made: str | Invalid | NameTaken | Gone | Raced = await naming.create_jointly(
        ctx, ctx.stores.personas, KIND, new.name, lambda _: fields, check=check
    )
    match made:
        case str():
            return PersonaId(made)
        case Raced() | Gone():
            return Conflict("persona", new.name)
        case _:
            return made


async def update_persona(
    ctx: Context, id: str, change: PersonaChange | NewPersona
) -> PersonaId | Invalid | NameTaken | NotFound | Conflict:
    """Change what a persona is; rules that ask for it follow with the next maintenance."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_said(change.name, change.description):
        return fault
    given = () if isinstance(change.attributes, Unsaid) else change.attributes
    attributes: Sequence[PersonaAttribute] | Invalid | Unsaid = Unsaid.STAYS
    if not isinstance(change.attributes, Unsaid):
        attributes = await _checked(ctx, change.path, given)
    if isinstance(attributes, Invalid):
        return attributes

    def decide(document: Document, whole: Whole) -> Change | Invalid | PersonaId:
        before = {key: document[key] for key in ("name", "description", "attributes")}
        after = {
            "name": settled(change.name, before["name"]),
            "description": settled(change.description, before["description"]),
            "attributes": before["attributes"],
        }
        if not isinstance(attributes, Unsaid):
            after["attributes"] = attributes_document(attributes)
        if before == after:
            return PersonaId(id)
        if not isinstance(attributes, Unsaid):
            others = _others(each for each in whole if each["_id"] != id)
            fault = personas.check_beside(attributes, others)
            if refusal := _invalid(change.path, given, fault):
                return refusal
        event = stamps.event(ctx, EventType.PERSONA_UPDATED, id, before=before, after=after)
        paths = {**after, **naming.name_paths(after["name"]), **stamps.updated(ctx)}
        return Change(paths, (event,))

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], settled(change.name, document["name"]))

    answer: _Answer = await joint_writes.change(
        ctx.stores.personas, id, decide, renaming=renaming, is_limited=True
    )
    match answer:
        case Missing():
            return NotFound("persona", id)
        case Raced() | Gone():
            return Conflict("persona", id)
        case Taken(owner):
            return NameTaken(str(change.name), owner)
        case Invalid():
            return answer
        case Changed() | str():
            return PersonaId(id)


async def delete_persona(ctx: Context, id: str) -> PersonaId | PersonaInUse | NotFound | Conflict:
    """Delete a persona that no template asks for by name."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    used = {"roles.persona_ids": id}

    def decide(document: Document, uses: Sequence[int]) -> Deletion | PersonaInUse:
        (templates,) = uses
        if templates:
            return PersonaInUse(PersonaId(id), templates)
        event = stamps.event(ctx, EventType.PERSONA_DELETED, id)
        return Deletion(event, [naming.named(KIND, document["name"])])

    gone: Deleted | Missing | Raced | PersonaInUse = await ctx.stores.deletions.delete(
        ctx.stores.personas, id, decide, [Use("role_templates", used)]
    )
    match gone:
        case Deleted():
            return PersonaId(id)
        case Missing():
            return NotFound("persona", id)
        case Raced():
            return Conflict("persona", id)
        case PersonaInUse():
            found = await ctx.stores.role_templates.found(used, {"name": 1}, limit=MOST_USERS_NAMED)
            users = [User("role template", each["_id"], each["name"]) for each in found]
            return replace(gone, users=users)


async def by_ids(ctx: Context, condition: Condition) -> Condition | ConditionFault:
    """The condition with ids for the names of personas in it; or the first that is unknown."""
    if not persona_tests.asks_about_personas(condition):
        return condition
    return persona_tests.by_ids(condition, _finding(await ctx.stores.personas.all({"name": 1})))


async def people_of(
    ctx: Context, any_of: Sequence[str] | None, none_of: Sequence[str] | None
) -> Query | Invalid:
    """People of one of some personas and of none of others, as a query; by ids or names."""
    ctx.viewer.require(Right.READ)
    stored = await ctx.stores.personas.all({"name": 1, "attributes": 1})
    find, defined = _finding(stored), definitions(stored)
    parts: list[Condition] = []
    for field, given in (("anyOf", any_of), ("noneOf", none_of)):
        if given is None:
            continue
        ids = [find(each) for each in given]
        if None in ids:
            place = ids.index(None)
            return Invalid(f"{field}[{place}]", f"There is no persona {ascii(given[place])[:80]}.")
        one_of_them = AnyOf(tuple(defined[id] for id in dict.fromkeys(ids) if id is not None))
        parts.append(one_of_them if field == "anyOf" else Not(one_of_them))
    return person_filter(AllOf(tuple(parts)), None, 0)


async def personas_of(ctx: Context, people: Sequence[Mapping[str, object]]) -> list[list[Document]]:
    """The personas each of these people is of, by name."""
    ctx.viewer.require(Right.READ)
    stored = sorted(await ctx.stores.personas.all(), key=lambda each: each["folded"]["name"])
    holds = {id: compiled(each, 0) for id, each in definitions(stored).items()}
    return [[each for each in stored if holds[each["_id"]](None, person)] for person in people]


async def _checked(
    ctx: Context, path: str, given: Sequence[GivenAttribute]
) -> Sequence[PersonaAttribute] | Invalid:
    attributes = [PersonaAttribute(each.attribute, each.values) for each in given]
    fault = personas.check(attributes, await conditions.declared_fields(ctx))
    return _invalid(path, given, fault) or personas.distinct(attributes)


def _finding(stored: Iterable[Document]) -> persona_tests.Find:
    """Finds the id of a persona of an id, or of a name however it is written."""
    ids: dict[str, str] = {}
    for persona in stored:
        ids[fold(persona["name"])] = ids[persona["_id"]] = persona["_id"]
    return lambda given: ids.get(given) or ids.get(fold(given))


def _invalid(
    path: str, given: Sequence[GivenAttribute], fault: PersonaFault | None
) -> Invalid | None:
    """A fault of a persona's attributes at the path where they were given."""
    if fault is None:
        return None
    where = path if fault.place is None else given[fault.place].path
    return Invalid(f"{where}{fault.inner}", fault.reason)


def _others(stored: Iterable[Document]) -> list[Sequence[PersonaAttribute]]:
    return [to_attributes(each) for each in stored]


def _standard(ctx: Context, name: str) -> Document:
    id = derived("persona", ctx.viewer.tenant, fold(name))
    attributes = attributes_document([of_titles(*STANDARD_TITLES[name])])
    fields: Document = {"description": None, "attributes": attributes}
    document, _ = naming.new_document(ctx, KIND, id, name, fields)
    return document
