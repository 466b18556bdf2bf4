"""The root of every mutation; one line of work per field."""

import strawberry

from execution.context import Right
from schema import (
    aliasing_roles,
    changing_membership,
    creating_activity_types,
    creating_buying_groups,
    daily_runs,
    defining_custom_fields,
    defining_derived_fields,
    deleting_buying_groups,
    deleting_components,
    deleting_jobs,
    deleting_records,
    editing_personas,
    editing_role_templates,
    editing_roles,
    editing_saved_views,
    editing_solution_interests,
    editing_stage_models,
    editing_weighting_models,
    erasing_people,
    excluding_activities,
    handing_off,
    importing_buying_groups,
    merging_accounts,
    merging_people,
    migrating_role_templates,
    moving_buying_groups,
    recording_activities,
    recording_interest_signals,
    steering_jobs,
    upserting_accounts,
    upserting_opportunities,
    upserting_people,
)
from schema.account_audience_mutation import AccountAudienceMutation
from schema.repeating import once


@strawberry.type(description="Everything that can be changed in the viewer's tenant.")
class Mutation(
    aliasing_roles.RoleAliases,
    excluding_activities.ExcludingActivities,
    AccountAudienceMutation,
    handing_off.HandOffs,
    importing_buying_groups.GroupImports,
):
    upsert_accounts = strawberry.mutation(
        resolver=once(upserting_accounts.upsert_accounts, Right.EDIT_DATA),
        description=(
            "Create or update accounts, found by id, then outside key. One outcome for each item. "
            "Right: EDIT_DATA."
        ),
    )
    upsert_people = strawberry.mutation(
        resolver=once(upserting_people.upsert_people, Right.EDIT_DATA),
        description=(
            "Create or update people, found by id, then outside key, then e-mail address. One "
            "outcome for each item. Right: EDIT_DATA."
        ),
    )
    merge_accounts = strawberry.mutation(
        resolver=once(merging_accounts.merge_accounts, Right.EDIT_DATA),
        description=(
            "Make one account of two records that stand for the same one. What was broken off is "
            "finished by asking again. Rights: EDIT_DATA and EDIT_GROUPS."
        ),
    )
    merge_people = strawberry.mutation(
        resolver=once(merging_people.merge_people, Right.EDIT_DATA),
        description=(
            "Make one person of two records that stand for the same one. What was broken off is "
            "finished by asking again. Right: EDIT_DATA."
        ),
    )
    upsert_opportunities = strawberry.mutation(
        resolver=once(upserting_opportunities.upsert_opportunities, Right.EDIT_DATA),
        description=(
            "Create or update opportunities, found by id, then outside key. One outcome for each "
            "item. Right: EDIT_DATA."
        ),
    )
    delete_account = strawberry.mutation(
        resolver=once(deleting_records.delete_account, Right.EDIT_DATA),
        description=(
            "Delete an account with its opportunities, and with its buying groups if that is "
            "asked for. What was broken off is finished by asking again. Right: EDIT_DATA; with "
            "groups also EDIT_GROUPS."
        ),
    )
    delete_person = strawberry.mutation(
        resolver=once(deleting_records.delete_person, Right.EDIT_DATA),
        description=(
            "Delete a person, who leaves every buying group. What was broken off is finished by "
            "asking again. Right: EDIT_DATA."
        ),
    )
    erase_person = strawberry.mutation(
        resolver=once(erasing_people.erase_person, Right.ADMIN),
        description=(
            "Erase a person for the sake of their privacy: out of every buying group whatever any "
            "method says, and whatever names them out of history. What was broken off is finished "
            "by asking again. Right: ADMIN."
        ),
    )
    delete_opportunity = strawberry.mutation(
        resolver=once(deleting_records.delete_opportunity, Right.EDIT_DATA),
        description="Delete an opportunity. Right: EDIT_DATA.",
    )
    define_custom_fields = strawberry.mutation(
        resolver=once(defining_custom_fields.define_custom_fields, Right.EDIT_COMPONENTS),
        description=(
            "Declare custom fields of accounts or people, or label them anew. Right: "
            "EDIT_COMPONENTS."
        ),
    )
    define_derived_fields = strawberry.mutation(
        resolver=once(defining_derived_fields.define_derived_fields, Right.EDIT_COMPONENTS),
        description=(
            "Define the fields of accounts that rules set, in the place of those there were. "
            "Maintenance brings their values up to date. Right: EDIT_COMPONENTS."
        ),
    )
    record_activities = strawberry.mutation(
        resolver=once(recording_activities.record_activities, Right.EDIT_DATA),
        description=(
            "Store what people did, up to 1,000 activities; telling one again changes nothing. "
            "One outcome for each item. Right: EDIT_DATA."
        ),
    )
    record_interest_signals = strawberry.mutation(
        resolver=once(recording_interest_signals.record_interest_signals, Right.EDIT_DATA),
        description=(
            "Store who cares about which solution, up to 1,000 signals; telling one again changes "
            "nothing. One outcome for each item. Right: EDIT_DATA."
        ),
    )
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
        resolver=once(editing_role_templates.change_members_required, Right.EDIT_COMPONENTS),
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
            migrating_role_templates.start_role_template_migration, Right.EDIT_COMPONENTS
        ),
        description=(
            "Let a solution interest and its groups follow another version of its template. One "
            "that was broken off goes on by asking again. Right: EDIT_COMPONENTS."
        ),
    )
    undo_role_template_migration = strawberry.mutation(
        resolver=once(migrating_role_templates.undo_role_template_migration, Right.EDIT_COMPONENTS),
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
        resolver=once(deleting_components.delete_solution_interest, Right.EDIT_COMPONENTS),
        description=(
            "Delete a solution interest without buying groups and without jobs that are "
            "unfinished or in force. Right: EDIT_COMPONENTS."
        ),
    )
    create_buying_group = strawberry.mutation(
        resolver=once(creating_buying_groups.create_buying_group, Right.EDIT_GROUPS),
        description=(
            "Make the group of one account for one solution interest, its people placed by "
            "the template's rules. Right: EDIT_GROUPS."
        ),
    )
    update_buying_group_status = strawberry.mutation(
        resolver=once(creating_buying_groups.update_buying_group_status, Right.EDIT_GROUPS),
        description="Set a group's status text. Right: EDIT_GROUPS.",
    )
    move_buying_group_stage = strawberry.mutation(
        resolver=once(moving_buying_groups.move_buying_group_stage, moving_buying_groups.right_of),
        description=(
            "Move a group to another stage, along an allowed transition of its stage model. "
            "Right by method: EDIT_GROUPS, ACT_AS_JOURNEY or ACT_AS_SYSTEM."
        ),
    )
    move_buying_groups = strawberry.mutation(
        resolver=once(moving_buying_groups.move_buying_groups, moving_buying_groups.right_of),
        description=(
            "Move up to 50 groups to other stages, each by itself: one outcome for each move. "
            "Right by method, as for moveBuyingGroupStage."
        ),
    )
    delete_buying_group = strawberry.mutation(
        resolver=once(deleting_buying_groups.delete_buying_group, Right.EDIT_GROUPS),
        description=(
            "Delete a group; no job makes it again, until somebody asks for it. Right: EDIT_GROUPS."
        ),
    )
    start_creation_job = strawberry.mutation(
        resolver=once(creating_buying_groups.start_creation_job, Right.RUN_JOBS),
        description="Make a group for every account of an audience without one. Right: RUN_JOBS.",
    )
    start_maintenance_job = strawberry.mutation(
        resolver=once(creating_buying_groups.start_maintenance_job, Right.RUN_JOBS),
        description="Apply the templates' rules anew to the people there are now. Right: RUN_JOBS.",
    )
    update_daily_schedule = strawberry.mutation(
        resolver=once(daily_runs.update_daily_schedule, Right.ADMIN),
        description=(
            "Let the tenant's daily run begin at another time of day, of another time zone, or "
            "never. Right: ADMIN."
        ),
    )
    pause_job = strawberry.mutation(
        resolver=once(steering_jobs.pause_job, Right.RUN_JOBS),
        description=(
            "Let a job rest where it stands; a creation job in force rests in the daily runs as "
            "well. Right: RUN_JOBS."
        ),
    )
    resume_job = strawberry.mutation(
        resolver=once(steering_jobs.resume_job, Right.RUN_JOBS),
        description="Let a paused job go on where it stands. Right: RUN_JOBS.",
    )
    cancel_job = strawberry.mutation(
        resolver=once(steering_jobs.cancel_job, Right.RUN_JOBS),
        description=(
            "End a job before it is done, for good. What it has done stays. Right: RUN_JOBS."
        ),
    )
    retry_job = strawberry.mutation(
        resolver=once(steering_jobs.retry_job, Right.RUN_JOBS),
        description=(
            "Let a job that has failed go on where it was, after another try with what has "
            "failed in it. Right: RUN_JOBS."
        ),
    )
    delete_job = strawberry.mutation(
        resolver=once(deleting_jobs.delete_job, Right.RUN_JOBS),
        description=(
            "Delete a job: it goes no further, and is in force no more. Its groups stay. Right: "
            "RUN_JOBS."
        ),
    )
    start_scoring_job = strawberry.mutation(
        resolver=once(creating_buying_groups.start_scoring_job, Right.RUN_JOBS),
        description="Compute the engagement of people and groups anew. Right: RUN_JOBS.",
    )
    save_view = strawberry.mutation(
        resolver=once(editing_saved_views.save_view, editing_saved_views.right),
        description="Keep a filter of buying groups under a name. Right: READ; to share it with "
        "all, EDIT_COMPONENTS.",
    )
    update_view = strawberry.mutation(
        resolver=once(editing_saved_views.update_view, editing_saved_views.right),
        description="Replace what a view says, as its owner or as an administrator. Rights as for "
        "saveView.",
    )
    delete_view = strawberry.mutation(
        resolver=once(editing_saved_views.delete_view, Right.READ),
        description="Delete a view, as its owner or as an administrator. Right: READ.",
    )
    assign_members = strawberry.mutation(
        resolver=changing_membership.assign_members,
        description=(
            "Put people of a group's account into roles. Right by method: EDIT_GROUPS, "
            "ACT_AS_JOURNEY or ACT_AS_SYSTEM."
        ),
    )
    change_member_roles = strawberry.mutation(
        resolver=changing_membership.change_member_roles,
        description="Give members other roles. Right by method, as for assignMembers.",
    )
    remove_members = strawberry.mutation(
        resolver=changing_membership.remove_members,
        description=(
            "Take people out of a group; weaker methods will not put them back. Right by "
            "method, as for assignMembers."
        ),
    )
    release_members = strawberry.mutation(
        resolver=changing_membership.release_members,
        description=(
            "Withdraw what a method said about people; what the next weaker one said "
            "decides. Right by method, as for assignMembers."
        ),
    )
