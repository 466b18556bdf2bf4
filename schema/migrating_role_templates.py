"""Versions of role templates, and solution interests that go over from one to another."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

import domain.roles
import resolvers.template_migrations
import resolvers.template_versions
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.solution_interests import TemplateNotLive as NotLive
from resolvers.template_migrations import Asked, Migrating, MigrationPreview
from schema.editing_solution_interests import TemplateNotLive
from schema.errors import Conflict, InvalidInput, NameTaken, NotFound, refusal_of
from schema.info import Info
from schema.jobs import Job
from schema.repeating import Repeatable
from schema.role_templates import RoleTemplate
from schema.roles import Role
from schema.solution_interests import SolutionInterest

MOST_CHANGES = domain.roles.MOST_ROLES * domain.roles.MOST_ROLES


@strawberry.input(description="The live template to draft the next version of.")
class NewRoleTemplateVersionInput(Repeatable):
    role_template_id: strawberry.ID = strawberry.field(description="The live template.")
    name: str = strawberry.field(description="The version's own; unique, at most 255 characters.")


@strawberry.input(description="What becomes of a role.")
class MigratedRoleInput:
    role: str = strawberry.field(description="A role of the old version, by id or by name.")
    becomes: str | None = strawberry.field(
        default=None,
        description="A role of the new version, by id or by name; none: its members go.",
    )


@strawberry.input(description="Which migration is looked at.")
class PreviewRoleTemplateMigrationInput:
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")
    to_role_template_id: strawberry.ID = strawberry.field(
        description="A live version of the template that it follows."
    )
    roles: list[MigratedRoleInput] = strawberry.field(
        default_factory=list,
        description="What becomes of roles; one that is not named stays what it is.",
    )


@strawberry.input(description="The version a solution interest and its groups are to follow.")
class StartRoleTemplateMigrationInput(Repeatable):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")
    to_role_template_id: strawberry.ID = strawberry.field(
        description="A live version of the template that it follows."
    )
    roles: list[MigratedRoleInput] = strawberry.field(
        default_factory=list,
        description="What becomes of roles; one that is not named stays what it is.",
    )


@strawberry.input(description="The solution interest whose last migration is undone.")
class UndoRoleTemplateMigrationInput(Repeatable):
    solution_interest_id: strawberry.ID = strawberry.field(description="The solution interest.")


@strawberry.type(description="The version was drafted.")
class NewRoleTemplateVersionSuccess(Sourced):
    role_template: RoleTemplate = one("role_template_id", description="The draft.")


@strawberry.type(description="Members whose role would become another one, or none.")
class PreviewedMigration(Sourced):
    before: Role = one("before", description="The role they have.")
    after: Role | None = one("after", description="The role they would have; null: they are out.")
    members: int = stored(description="How many; a person counts once for each group.")


@strawberry.type(description="What a migration would do. Nothing of it is stored.")
class RoleTemplateMigrationPreview(Sourced):
    groups: int = stored(description="How many groups would change over.")
    members_kept: int = stored(description="How many members would keep their role.")
    members_moved: int = stored(description="How many would get another role.")
    members_dropped: int = stored(description="How many would be members no more.")
    completeness_changes: int = stored(
        description="How many groups would have another completeness."
    )
    is_whole: bool = stored(
        description="Whether that was all groups; false where 25 seconds had passed."
    )
    roles: list[PreviewedMigration] = embedded(
        "roles", at_most=MOST_CHANGES, description="The members by what becomes of their role."
    )


@strawberry.type(
    description="The solution interest follows the version from now on, new groups with it; the "
    "job changes over the groups there are."
)
class StartRoleTemplateMigrationSuccess(Sourced):
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="The solution interest."
    )
    job: Job = one("job_id", description="The job that changes its groups over.")


@strawberry.type(
    description="The solution interest follows the former version again; the job puts back its "
    "groups. What was said about members since is kept as far as the former version has a role for "
    "it; of members who were out by the migration, why they had been put in is not known any more."
)
class UndoRoleTemplateMigrationSuccess(Sourced):
    solution_interest: SolutionInterest = one(
        "solution_interest_id", description="The solution interest."
    )
    job: Job = one("job_id", description="The job that puts its groups back.")


NewRoleTemplateVersionResult = Annotated[
    NewRoleTemplateVersionSuccess
    | InvalidInput
    | NameTaken
    | NotFound
    | TemplateNotLive
    | Conflict,
    strawberry.union("NewRoleTemplateVersionResult"),
]
PreviewRoleTemplateMigrationResult = Annotated[
    RoleTemplateMigrationPreview | InvalidInput | NotFound | TemplateNotLive,
    strawberry.union("PreviewRoleTemplateMigrationResult"),
]
StartRoleTemplateMigrationResult = Annotated[
    StartRoleTemplateMigrationSuccess | InvalidInput | NotFound | TemplateNotLive | Conflict,
    strawberry.union("StartRoleTemplateMigrationResult"),
]
UndoRoleTemplateMigrationResult = Annotated[
    UndoRoleTemplateMigrationSuccess | InvalidInput | NotFound | Conflict,
    strawberry.union("UndoRoleTemplateMigrationResult"),
]


async def new_role_template_version(
    info: Info, input: NewRoleTemplateVersionInput
) -> NewRoleTemplateVersionResult:
    """Draft the next version of a template."""
    made = await resolvers.template_versions.new_role_template_version(
        info.context, input.role_template_id, input.name
    )
    if isinstance(made, str):
        return NewRoleTemplateVersionSuccess.of({"role_template_id": made})
    return _not_live(made) if isinstance(made, NotLive) else refusal_of(made)


async def preview_role_template_migration(
    info: Info, input: PreviewRoleTemplateMigrationInput
) -> PreviewRoleTemplateMigrationResult:
    """What a migration would do."""
    asked = _asked(input.solution_interest_id, input.to_role_template_id, input.roles)
    found = await resolvers.template_migrations.preview_template_migration(info.context, asked)
    if isinstance(found, MigrationPreview):
        return RoleTemplateMigrationPreview.of(_document(found))
    return _not_live(found) if isinstance(found, NotLive) else refusal_of(found)


async def start_role_template_migration(
    info: Info, input: StartRoleTemplateMigrationInput
) -> StartRoleTemplateMigrationResult:
    """Let a solution interest follow another version."""
    asked = _asked(input.solution_interest_id, input.to_role_template_id, input.roles)
    begun = await resolvers.template_migrations.start_template_migration(info.context, asked)
    if isinstance(begun, Migrating):
        return StartRoleTemplateMigrationSuccess.of(
            {"solution_interest_id": begun.solution_interest, "job_id": begun.job}
        )
    return _not_live(begun) if isinstance(begun, NotLive) else refusal_of(begun)


async def undo_role_template_migration(
    info: Info, input: UndoRoleTemplateMigrationInput
) -> UndoRoleTemplateMigrationResult:
    """Let a solution interest follow the former version."""
    begun = await resolvers.template_migrations.undo_template_migration(
        info.context, input.solution_interest_id
    )
    if isinstance(begun, Migrating):
        return UndoRoleTemplateMigrationSuccess.of(
            {"solution_interest_id": begun.solution_interest, "job_id": begun.job}
        )
    return refusal_of(begun)


def _asked(interest: str, to: str, roles: Sequence[MigratedRoleInput]) -> Asked:
    return Asked(interest, to, [(each.role, each.becomes) for each in roles])


def _not_live(refusal: NotLive) -> TemplateNotLive:
    message = "The role template is a draft; publish it first."
    return TemplateNotLive(message=message, role_template_id=strawberry.ID(refusal.id))


def _document(preview: MigrationPreview) -> Document:
    by_roles = sorted(preview.members.items(), key=lambda each: (each[0][0], each[0][1] or ""))
    return {
        "groups": preview.groups,
        "members_kept": sum(n for (was, now), n in by_roles if was == now),
        "members_moved": sum(n for (was, now), n in by_roles if now not in (was, None)),
        "members_dropped": sum(n for (_, now), n in by_roles if now is None),
        "completeness_changes": preview.completeness_changes,
        "is_whole": preview.is_whole,
        "roles": [
            {"before": before, "after": after, "members": count}
            for (before, after), count in by_roles
        ],
    }
