"""Personas: added, changed, deleted."""

from dataclasses import replace
from typing import Annotated, Final

import strawberry

import domain.personas
import resolvers.personas
from execution.fields import one, stored
from execution.limits import at_most
from execution.sources import Sourced
from resolvers.outcomes import Invalid
from resolvers.personas import GivenAttribute, NewPersona, PersonaChange
from resolvers.roles import MOST_USERS_NAMED
from schema import uses
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.persona_inputs import PersonaAttributeInput, attributes_of, titles_of
from schema.personas import Persona
from schema.repeating import Repeatable
from schema.unsaid import null_in, or_none, said, said_in_full
from schema.uses import User


@strawberry.type(description="Role templates ask for the persona.")
class PersonaInUse(UserError):
    persona_id: strawberry.ID = strawberry.field(description="The persona.")
    role_templates: int = strawberry.field(description="How many templates ask for it.")
    users: list[User] = strawberry.field(
        metadata=at_most(MOST_USERS_NAMED), description="Some of them, at most 10."
    )


_TITLES: Final = "Job titles of which one is held, 1 to 200"
_ATTRIBUTES: Final = "1 to 5 attributes of people, all of which hold"
_IN_ALL: Final = "All personas together have at most 10 different ones."


@strawberry.input(description="A persona to add.")
class CreatePersonaInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    description: str | None = strawberry.field(default=None, description="Free text.")
    job_titles: list[str] | None = strawberry.field(
        default=None,
        description=f"{_TITLES}; given instead of `attributes`.",
    )
    attributes: list[PersonaAttributeInput] | None = strawberry.field(
        default=None,
        description=f"{_ATTRIBUTES}; given instead of `jobTitles`. {_IN_ALL}",
    )


@strawberry.input(description="What is to change of a persona; what is left out stays.")
class UpdatePersonaInput(Repeatable):
    persona_id: strawberry.ID = strawberry.field(description="The persona.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Unique; at most 255 characters; not null."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )
    job_titles: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"{_TITLES}, in the place of all titles or attributes there are; null only "
        "beside `attributes`.",
    )
    attributes: list[PersonaAttributeInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"{_ATTRIBUTES}, in the place of all titles or attributes there are; null only "
        f"beside `jobTitles`. {_IN_ALL}",
    )


@strawberry.input(description="The persona to delete.")
class DeletePersonaInput(Repeatable):
    persona_id: strawberry.ID = strawberry.field(description="The persona.")


@strawberry.type(description="The persona was created.")
class CreatePersonaSuccess(Sourced):
    persona: Persona = one("persona_id", description="The new persona.")


@strawberry.type(
    description="The persona is what was asked for. Groups whose rules ask for it follow with the "
    "next maintenance."
)
class UpdatePersonaSuccess(Sourced):
    persona: Persona = one("persona_id", description="The persona.")


@strawberry.type(description="The persona is gone, and its name is free again.")
class DeletePersonaSuccess(Sourced):
    persona_id: strawberry.ID = stored(description="The id it had.")


CreatePersonaResult = Annotated[
    CreatePersonaSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreatePersonaResult"),
]
UpdatePersonaResult = Annotated[
    UpdatePersonaSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("UpdatePersonaResult"),
]
DeletePersonaResult = Annotated[
    DeletePersonaSuccess | PersonaInUse | NotFound | Conflict | InvalidInput,
    strawberry.union("DeletePersonaResult"),
]


async def create_persona(info: Info, input: CreatePersonaInput) -> CreatePersonaResult:
    """Add a persona."""
    asked = _asked(input.job_titles, input.attributes)
    if isinstance(asked, Invalid):
        return refusal_of(asked)
    path, given = asked
    new = NewPersona(input.name, input.description, given, path)
    made = await resolvers.personas.create_persona(info.context, new)
    if isinstance(made, str):
        return CreatePersonaSuccess.of({"persona_id": made})
    return refusal_of(made)


async def update_persona(info: Info, input: UpdatePersonaInput) -> UpdatePersonaResult:
    """Change a persona."""
    if fault := null_in(input, "name"):
        return refusal_of(fault)
    change = PersonaChange(said_in_full(input.name), said(input.description))
    if any(given is not strawberry.UNSET for given in (input.job_titles, input.attributes)):
        asked = _asked(or_none(input.job_titles), or_none(input.attributes))
        if isinstance(asked, Invalid):
            return refusal_of(asked)
        path, given = asked
        change = replace(change, attributes=given, path=path)
    made = await resolvers.personas.update_persona(info.context, input.persona_id, change)
    if isinstance(made, str):
        return UpdatePersonaSuccess.of({"persona_id": made})
    return refusal_of(made)


async def delete_persona(info: Info, input: DeletePersonaInput) -> DeletePersonaResult:
    """Delete a persona."""
    gone = await resolvers.personas.delete_persona(info.context, input.persona_id)
    match gone:
        case str():
            return DeletePersonaSuccess.of({"persona_id": gone})
        case domain.personas.PersonaInUse(_, templates, users):
            return PersonaInUse(
                message=f"The persona is in use: role templates: {templates}. They are: "
                f"{uses.named(users, templates)}.",
                persona_id=input.persona_id,
                role_templates=templates,
                users=uses.shown(users),
            )
        case _:
            return refusal_of(gone)


def _asked(
    job_titles: list[str] | None, attributes: list[PersonaAttributeInput] | None
) -> tuple[str, list[GivenAttribute]] | Invalid:
    """What a client asks of people, and the input's field that says it."""
    if (job_titles is None) == (attributes is None):
        return Invalid("attributes", "give either jobTitles or attributes")
    if attributes is not None:
        return "attributes", attributes_of(attributes)
    return "jobTitles", titles_of(job_titles or [])
