"""Mutations of components: roles, templates, models, interests, and what else is set up once."""

import strawberry

from execution.context import Right
from schema import (
    creating_activity_types,
    deleting_components,
    editing_personas,
    editing_role_templates,
    editing_roles,
    editing_solution_interests,
    editing_stage_models,
    editing_weighting_models,
    lost_answers,
    migrating_role_templates,
)
from schema.repeating import done_in_parts, once


@strawberry.type
class ComponentMutations:
    """What `Mutation` has of components."""

    create_activity_type = strawberry.mutation(
        resolver=once(creating_activity_types.create_activity_type, Right.EDIT_COMPONENTS),
        description=(
            "Add a type of activity; with a weight a scoring job begins, and counts the activities "
            "that came in before, too. Right: EDIT_COMPONENTS."
        ),
    )
    add_activity_type_aliases = strawberry.mutation(
        resolver=once(creating_activity_types.add_activity_type_aliases, Right.EDIT_COMPONENTS),
        description=(
            "Let a type of activity be meant by further spellings; a scoring job begins. Right: "
            "EDIT_COMPONENTS."
        ),
    )
    create_role = strawberry.mutation(
        resolver=once(editing_roles.create_role, Right.EDIT_COMPONENTS),
        description="Add a role of the tenant's own; 20 roles in all. Right: EDIT_COMPONENTS.",
    )
    update_role = strawberry.mutation(
        resolver=once(editing_roles.update_role, Right.EDIT_COMPONENTS),
        description="Rename or describe a role of the tenant's own. Right: EDIT_COMPONENTS.",
    )
    delete_role = strawberry.mutation(
        resolver=once(editing_roles.delete_role, Right.EDIT_COMPONENTS),
        description=(
            "Delete a role of the tenant's own that no template and no group uses. Right: "
            "EDIT_COMPONENTS."
        ),
    )
    create_persona = strawberry.mutation(
        resolver=once(editing_personas.create_persona, Right.EDIT_COMPONENTS),
        description="Add a persona; 20 personas in all. Right: EDIT_COMPONENTS.",
    )
    update_persona = strawberry.mutation(
        resolver=once(editing_personas.update_persona, Right.EDIT_COMPONENTS),
        description=(
            "Replace what a persona is; groups whose rules ask for it follow with the next "
            "maintenance. Right: EDIT_COMPONENTS."
        ),
    )
    delete_persona = strawberry.mutation(
        resolver=once(editing_personas.delete_persona, Right.EDIT_COMPONENTS),
        description="Delete a persona that no role template asks for. Right: EDIT_COMPONENTS.",
    )
    create_role_template = strawberry.mutation(
        resolver=once(editing_role_templates.create_role_template, Right.EDIT_COMPONENTS),
        description="Draft a role template. Right: EDIT_COMPONENTS.",
    )
    duplicate_role_template = strawberry.mutation(
        resolver=once(editing_role_templates.duplicate_role_template, Right.EDIT_COMPONENTS),
        description=(
            "Draft a template with the roles of another one, draft or live. Right: EDIT_COMPONENTS."
        ),
    )
    update_role_template = strawberry.mutation(
        resolver=once(editing_role_templates.update_role_template, Right.EDIT_COMPONENTS),
        description=(
            "Replace a draft's name, description and roles: reordered, changed or left out. Right: "
            "EDIT_COMPONENTS."
        ),
    )
    publish_role_template = strawberry.mutation(
        resolver=once(editing_role_templates.publish_role_template, Right.EDIT_COMPONENTS),
        description="Make a draft live; from then on its roles are fixed. Right: EDIT_COMPONENTS.",
    )
    change_members_required = strawberry.mutation(
        resolver=once(
            editing_role_templates.change_members_required,
            Right.EDIT_COMPONENTS,
            lost_answers.members_required_changed,
        ),
        description=(
            "Change how many members a role needs, also when live; groups are recomputed. "
            "Right: EDIT_COMPONENTS."
        ),
    )
    new_role_template_version = strawberry.mutation(
        resolver=once(migrating_role_templates.new_role_template_version, Right.EDIT_COMPONENTS),
        description="Draft the next version of a live template. Right: EDIT_COMPONENTS.",
    )
    start_role_template_migration = strawberry.mutation(
        resolver=once(
            migrating_role_templates.start_role_template_migration,
            Right.EDIT_COMPONENTS,
            done_in_parts,
        ),
        description=(
            "Let a solution interest and its groups follow another version of its template. One "
            "that was broken off goes on by asking again. Right: EDIT_COMPONENTS."
        ),
    )
    undo_role_template_migration = strawberry.mutation(
        resolver=once(
            migrating_role_templates.undo_role_template_migration,
            Right.EDIT_COMPONENTS,
            done_in_parts,
        ),
        description=(
            "Let a solution interest and its groups follow the version of before its last "
            "migration. Right: EDIT_COMPONENTS."
        ),
    )
    delete_role_template = strawberry.mutation(
        resolver=once(editing_role_templates.delete_role_template, Right.EDIT_COMPONENTS),
        description="Delete a draft. Right: EDIT_COMPONENTS.",
    )
    exclude_activity_type = strawberry.mutation(
        resolver=once(creating_activity_types.exclude_activity_type, Right.EDIT_COMPONENTS),
        description=(
            "Leave the acts of a type out of every score, as those of machines or of one's own "
            "people, or count them again; a scoring job begins. Right: EDIT_COMPONENTS."
        ),
    )
    duplicate_weighting_model = strawberry.mutation(
        resolver=once(editing_weighting_models.duplicate_weighting_model, Right.EDIT_COMPONENTS),
        description=(
            "Draft the next version of a weighting model, or a model of its own, from any "
            "version. Right: EDIT_COMPONENTS."
        ),
    )
    update_weighting_model = strawberry.mutation(
        resolver=once(editing_weighting_models.update_weighting_model, Right.EDIT_COMPONENTS),
        description=(
            "Edit a draft's name, bands, window, and what types weigh. Right: EDIT_COMPONENTS."
        ),
    )
    activate_weighting_model = strawberry.mutation(
        resolver=once(editing_weighting_models.activate_weighting_model, Right.EDIT_COMPONENTS),
        description=(
            "Make a draft the one version that counts; the former is archived, and a scoring job "
            "begins. Right: EDIT_COMPONENTS."
        ),
    )
    delete_weighting_model = strawberry.mutation(
        resolver=once(editing_weighting_models.delete_weighting_model, Right.EDIT_COMPONENTS),
        description="Delete a draft. Right: EDIT_COMPONENTS.",
    )
    create_stage_model = strawberry.mutation(
        resolver=once(editing_stage_models.create_stage_model, Right.EDIT_COMPONENTS),
        description="Draft a stage model. Right: EDIT_COMPONENTS.",
    )
    update_stage_model = strawberry.mutation(
        resolver=once(editing_stage_models.update_stage_model, Right.EDIT_COMPONENTS),
        description="Replace what a draft says. Right: EDIT_COMPONENTS.",
    )
    publish_stage_model = strawberry.mutation(
        resolver=once(editing_stage_models.publish_stage_model, Right.EDIT_COMPONENTS),
        description=(
            "Make a draft live, if nothing is wrong with it; from then on it stays as it is. "
            "Right: EDIT_COMPONENTS."
        ),
    )
    delete_stage_model = strawberry.mutation(
        resolver=once(editing_stage_models.delete_stage_model, Right.EDIT_COMPONENTS),
        description=(
            "Delete a stage model that no solution interest names and no group follows. Right: "
            "EDIT_COMPONENTS."
        ),
    )
    create_solution_interest = strawberry.mutation(
        resolver=once(editing_solution_interests.create_solution_interest, Right.EDIT_COMPONENTS),
        description=(
            "Create a solution interest that follows a live role template. Right: EDIT_COMPONENTS."
        ),
    )
    update_solution_interest = strawberry.mutation(
        resolver=once(editing_solution_interests.update_solution_interest, Right.EDIT_COMPONENTS),
        description="Replace what may change of a solution interest. Right: EDIT_COMPONENTS.",
    )
    delete_solution_interest = strawberry.mutation(
        resolver=once(
            deleting_components.delete_solution_interest, Right.EDIT_COMPONENTS, done_in_parts
        ),
        description=(
            "Delete a solution interest without buying groups and without jobs that are "
            "unfinished or in force. Right: EDIT_COMPONENTS."
        ),
    )
