"""Unique names: claimed before what they name is written."""

from typing import Final

from domain.folding import fold
from execution.context import Context
from resolvers.outcomes import Invalid, NameTaken
from store.records import Records

NAME_LENGTH: Final = 255


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


async def claim(
    ctx: Context, records: Records, namespace: str, name: str, identifier: str
) -> str | NameTaken:
    """The id to store something new under, now that the name is its own.

    That is `identifier`, or the id of one who claimed the name and never wrote what it names.
    """
    owner = await ctx.stores.identities.claim(f"{namespace}.name", fold(name), identifier)
    if owner != identifier and await records.one(owner, {"_id": 1}) is not None:
        return NameTaken(name, owner)
    return owner
