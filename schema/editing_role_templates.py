"""Role templates: drafting, editing, publishing, requirements, deleting."""

from typing import Annotated

import strawberry

import domain.role_templates
import resolvers.members_required
import resolvers.role_templates
from domain.conditions import ConditionFault
from execution.fields import one, stored
from execution.sources import Sourced
from resolvers.members_required import MembersRequired
from resolvers.outcomes import Invalid
from resolvers.role_templates import RoleEntry
from resolvers.unsaid import Unsaid
from schema.conditions import ConditionInput, condition_of
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, UserError, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.repeating import Repeatable
from schema.role_templates import RoleTemplate, RoleWeighting
from schema.unsaid import null_in, or_none, said, said_in_full


@strawberry.type(description="A live template's roles are fixed.")
class TemplateIsLive(UserError):
    role_template_id: strawberry.ID = strawberry.field(description="The template.")


@strawberry.input(description="A role of a template.")
class TemplateRoleInput:
    role: str = strawberry.field(description="The role, by id or by name; it stands once.")
    weighting: RoleWeighting = strawberry.field(
        default=RoleWeighting.NORMAL, description="How much the role counts."
    )
    required: bool = strawberry.field(
        default=True, description="Whether the completeness of groups counts the role."
    )
    members_required: int = strawberry.field(
        default=1, description="How many members fill the role: 1 or more."
    )
    condition: ConditionInput | None = strawberry.field(
        default=None,
        description="Who is assigned by rule. Without one nobody is.",
    )


@strawberry.input(description="A template to draft.")
class CreateRoleTemplateInput(Repeatable):
    name: str = strawberry.field(description="Unique; at most 255 characters.")
    description: str | None = strawberry.field(default=None, description="Free text.")
    roles: list[TemplateRoleInput] = strawberry.field(
        description="The roles in order of priority: a person takes the first whose rule holds."
    )


@strawberry.input(description="The template to draft another one after.")
class DuplicateRoleTemplateInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The template, live or not.")
    name: str = strawberry.field(description="The new draft's; unique, at most 255 characters.")


@strawberry.input(description="What is to change of a draft; what is left out stays.")
class UpdateRoleTemplateInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The draft.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Unique; at most 255 characters; not null."
    )
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description="Free text; null takes it away."
    )
    roles: list[TemplateRoleInput] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All roles, in order of priority; they replace the former ones. Not null.",
    )


@strawberry.input(description="The draft to make live.")
class PublishRoleTemplateInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="The draft to delete.")
class DeleteRoleTemplateInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The draft.")


@strawberry.input(description="How many members a role is to need.")
class ChangeMembersRequiredInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The template, live or not.")
    role: str = strawberry.field(description="A role of the template, by id or by name.")
    members_required: int = strawberry.field(description="1 or more.")


@strawberry.type(description="The template was drafted.")
class CreateRoleTemplateSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The draft.")


@strawberry.type(description="The template was drafted.")
class DuplicateRoleTemplateSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The new draft.")


@strawberry.type(description="The draft says what was asked for.")
class UpdateRoleTemplateSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The draft.")


@strawberry.type(description="The template is live.")
class PublishRoleTemplateSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The live template.")


@strawberry.type(
    description="The role needs so many members. The groups that use the template are recomputed: "
    "up to 500 within moments, more of them by a job."
)
class ChangeMembersRequiredSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The template.")
    job: Job | None = one(
        "job_id", description="The job that recomputes more than 500 groups; null for fewer."
    )


@strawberry.type(description="The draft is gone.")
class DeleteRoleTemplateSuccess(Sourced):
    role_template_id: strawberry.ID = stored(description="The id it had.")


CreateRoleTemplateResult = Annotated[
    CreateRoleTemplateSuccess | InvalidInput | NameTaken | Conflict,
    strawberry.union("CreateRoleTemplateResult"),
]
DuplicateRoleTemplateResult = Annotated[
    DuplicateRoleTemplateSuccess | InvalidInput | NameTaken | NotFound | Conflict,
    strawberry.union("DuplicateRoleTemplateResult"),
]
UpdateRoleTemplateResult = Annotated[
    UpdateRoleTemplateSuccess | InvalidInput | NameTaken | NotFound | Conflict | TemplateIsLive,
    strawberry.union("UpdateRoleTemplateResult"),
]
PublishRoleTemplateResult = Annotated[
    PublishRoleTemplateSuccess | InvalidInput | NotFound | Conflict | TemplateIsLive,
    strawberry.union("PublishRoleTemplateResult"),
]
ChangeMembersRequiredResult = Annotated[
    ChangeMembersRequiredSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("ChangeMembersRequiredResult"),
]
DeleteRoleTemplateResult = Annotated[
    DeleteRoleTemplateSuccess | NotFound | Conflict | TemplateIsLive | InvalidInput,
    strawberry.union("DeleteRoleTemplateResult"),
]


async def create_role_template(
    info: Info, input: CreateRoleTemplateInput
) -> CreateRoleTemplateResult:
    """Draft a template."""
    entries = entries_of(input.roles)
    if isinstance(entries, Invalid):
        return refusal_of(entries)
    made = await resolvers.role_templates.create_role_template(
        info.context, input.name, input.description, entries
    )
    if isinstance(made, str):
        return CreateRoleTemplateSuccess.of({"role_template_id": made})
    return refusal_of(made)


async def duplicate_role_template(
    info: Info, input: DuplicateRoleTemplateInput
) -> DuplicateRoleTemplateResult:
    """Draft a template after another one."""
    made = await resolvers.role_templates.duplicate_role_template(
        info.context, input.role_template_id, input.name
    )
    if isinstance(made, str):
        return DuplicateRoleTemplateSuccess.of({"role_template_id": made})
    return refusal_of(made)


async def update_role_template(
    info: Info, input: UpdateRoleTemplateInput
) -> UpdateRoleTemplateResult:
    """Edit a draft."""
    if fault := null_in(input, "name", "roles"):
        return refusal_of(fault)
    roles = or_none(input.roles)
    entries = Unsaid.STAYS if roles is None else entries_of(roles)
    if isinstance(entries, Invalid):
        return refusal_of(entries)
    made = await resolvers.role_templates.update_role_template(
        info.context,
        input.role_template_id,
        said(input.description),
        entries,
        said_in_full(input.name),
    )
    if isinstance(made, str):
        return UpdateRoleTemplateSuccess.of({"role_template_id": made})
    return _is_live(made) if isinstance(made, _Live) else refusal_of(made)


async def publish_role_template(
    info: Info, input: PublishRoleTemplateInput
) -> PublishRoleTemplateResult:
    """Make a draft live."""
    made = await resolvers.role_templates.publish_role_template(
        info.context, input.role_template_id
    )
    if isinstance(made, str):
        return PublishRoleTemplateSuccess.of({"role_template_id": made})
    return _is_live(made) if isinstance(made, _Live) else refusal_of(made)


async def change_members_required(
    info: Info, input: ChangeMembersRequiredInput
) -> ChangeMembersRequiredResult:
    """Change what a role needs."""
    made = await resolvers.members_required.change_members_required(
        info.context, input.role_template_id, input.role, input.members_required
    )
    if isinstance(made, MembersRequired):
        return ChangeMembersRequiredSuccess.of(
            {"role_template_id": made.template, "job_id": made.job}
        )
    return refusal_of(made)


async def delete_role_template(
    info: Info, input: DeleteRoleTemplateInput
) -> DeleteRoleTemplateResult:
    """Delete a draft."""
    gone = await resolvers.role_templates.delete_role_template(info.context, input.role_template_id)
    if isinstance(gone, str):
        return DeleteRoleTemplateSuccess.of({"role_template_id": gone})
    if isinstance(gone, _Live):
        return _is_live(gone, "The template is live; only drafts are deleted.")
    return refusal_of(gone)


_Live = domain.role_templates.TemplateIsLive


def _is_live(
    refusal: domain.role_templates.TemplateIsLive,
    message: str = "The template is live, so its roles stay; of a role, members required can be"
    " changed.",
) -> TemplateIsLive:
    return TemplateIsLive(message=message, role_template_id=strawberry.ID(refusal.id))


def entries_of(roles: list[TemplateRoleInput]) -> list[RoleEntry] | Invalid:
    """The roles a client wrote; the first rule that cannot be read otherwise."""
    entries = []
    for place, role in enumerate(roles):
        condition = condition_of(role.condition) if role.condition is not None else None
        if isinstance(condition, ConditionFault):
            return Invalid(f"roles[{place}].condition.{condition.path}", condition.reason)
        entries.append(
            RoleEntry(
                role.role,
                role.weighting,
                role.required,
                role.members_required,
                condition,
            )
        )
    return entries
