"""Unique names: claimed before what they name is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from domain.events import Event, EventType
from domain.folding import fold, words
from domain.identities import Identity
from execution.context import Context
from resolvers import stamps
from resolvers.outcomes import Invalid, NameTaken
from resolvers.unsaid import Unsaid
from store import joint_writes
from store.driver import Document
from store.joint_writes import Gone, Held, Made, Renaming, Whole
from store.records import Conflict, Records
from store.unique_names import Taken

NAME_LENGTH: Final = 255
DESCRIPTION_LENGTH: Final = 2_000

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is named: the prefix of its ids, the namespace of its names, and the event it makes."""

    prefix: str
    namespace: str
    created: EventType


def check_text(field: str, text: str, longest: int = NAME_LENGTH) -> Invalid | None:
    """Why a text cannot be stored under a field: blank, too long, or no text at all."""
    if not fold(text):
        return Invalid(field, "must not be blank")
    if len(text) > longest:
        return Invalid(field, f"must have at most {longest} characters, not {len(text)}")
    return check_characters(field, text)


def check_characters(field: str, text: str) -> Invalid | None:
    """Why a text holds what cannot be stored: NUL, or half of a surrogate pair."""
    if "\x00" in text:
        return Invalid(field, "must not contain the character NUL")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return Invalid(field, "must not contain half of a surrogate pair")
    return None


def check_description(text: str | None) -> Invalid | None:
    """Why a description cannot be stored: too long, or with characters that cannot be."""
    if text is None:
        return None
    if len(text) > DESCRIPTION_LENGTH:
        reason = f"must have at most {DESCRIPTION_LENGTH} characters, not {len(text)}"
        return Invalid("description", reason)
    return check_characters("description", text)


def check_said(name: str | Unsaid, description: str | Unsaid | None) -> Invalid | None:
    """Why the name or the description that a change gives cannot be stored."""
    if not isinstance(name, Unsaid) and (fault := check_text("name", name)):
        return fault
    return None if isinstance(description, Unsaid) else check_description(description)


async def create(
    ctx: Context,
    records: Records,
    kind: Kind,
    name: str,
    fields: Callable[[str], Mapping[str, object]],
) -> str | NameTaken:
    """Store something new under a name of its own; its id, or who has the name.

    `fields` gives the rest of its document for the id it gets: its own, or that of one who
    claimed the name and never wrote what it names. Of several who come at once with one name,
    one stores, and the others are told.
    """
    claimed = named(kind, name)
    wanted = ctx.new_id(kind.prefix)
    while True:
        owner = await ctx.stores.identities.claim(*claimed, wanted)
        document, created = new_document(ctx, kind, owner, name, fields(owner))
        if owner == wanted:
            is_stored = await records.insert(document, created)
        else:
            is_stored = await ctx.stores.deletions.insert_new(records, document, created)
        if is_stored:
            return owner
        if not await ctx.stores.deletions.among([owner]):
            return NameTaken(name, owner)
        await _let_go(ctx, claimed, owner)


async def create_jointly(
    ctx: Context,
    records: Records,
    kind: Kind,
    name: str,
    fields: Callable[[str], Mapping[str, object]],
    *,
    held: Sequence[Held] = (),
    check: Callable[[Whole], R | None] | None = None,
) -> str | NameTaken | Gone | Conflict | R:
    """As `create`, while all that is `held` is there and the `check` has nothing against it."""

    def build(id: str) -> tuple[Document, Sequence[Event]]:
        return new_document(ctx, kind, id, name, fields(id))

    made = await joint_writes.create(
        records,
        ctx.new_id(kind.prefix),
        named(kind, name),
        ctx.now(),
        build,
        held=held,
        check=check,
    )
    match made:
        case Made(id):
            return id
        case Taken(owner):
            return NameTaken(name, owner)
        case _:
            return made


def new_document(
    ctx: Context, kind: Kind, id: str, name: str, fields: Mapping[str, object]
) -> tuple[Document, list[Event]]:
    """The document of something new, with its event."""
    document = {
        "_id": id,
        "name": name,
        **fields,
        "folded": {"name": fold(name)},
        "search": list(words(name)),
        **stamps.created(ctx),
    }
    return document, [stamps.event(ctx, kind.created, id)]


def name_paths(name: str) -> dict[str, object]:
    """The paths of a document that another name changes."""
    return {"name": name, "folded.name": fold(name), "search": list(words(name))}


def named(kind: Kind, name: str) -> Identity:
    """What makes a name the only one of its kind."""
    return Identity(f"{kind.namespace}.name", fold(name))


def renaming(ctx: Context, kind: Kind, before: str, after: str) -> Renaming | None:
    """What a new name asks of the old one; None when both are the same to whoever compares."""
    if fold(before) == fold(after):
        return None
    return Renaming(named(kind, before), named(kind, after), ctx.now())


async def _let_go(ctx: Context, name: Identity, owner: str) -> None:
    """Free a name that was claimed for an id when that had been deleted."""
    claims = await ctx.stores.identities.find([name], ctx.now())
    late = {named: claim for named, claim in claims.items() if claim.owner == owner}
    await ctx.stores.identities.release_many(late)
