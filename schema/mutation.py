"""The root of every mutation; one line of work per field."""

import strawberry

from execution.context import Right
from schema import (
    aliasing_roles,
    changing_membership,
    creating_buying_groups,
    daily_runs,
    deleting_buying_groups,
    deleting_jobs,
    editing_saved_views,
    excluding_activities,
    handing_off,
    importing_buying_groups,
    lost_answers,
    moving_buying_groups,
    steering_jobs,
)
from schema.account_audience_mutation import AccountAudienceMutation
from schema.component_mutations import ComponentMutations
from schema.record_mutations import RecordMutations
from schema.repeating import done_in_parts, once
from schema.webhook_mutations import WebhookMutations


@strawberry.type(description="Everything that can be changed in the viewer's tenant.")
class Mutation(
    RecordMutations,
    ComponentMutations,
    aliasing_roles.RoleAliases,
    excluding_activities.ExcludingActivities,
    AccountAudienceMutation,
    handing_off.HandOffs,
    importing_buying_groups.GroupImports,
    WebhookMutations,
):
    create_buying_group = strawberry.mutation(
        resolver=once(
            creating_buying_groups.create_buying_group,
            Right.EDIT_GROUPS,
            lost_answers.group_created,
        ),
        description=(
            "Make the group of one account for one solution interest, its people placed by "
            "the template's rules. Right: EDIT_GROUPS."
        ),
    )
    update_buying_group_status = strawberry.mutation(
        resolver=once(
            creating_buying_groups.update_buying_group_status,
            Right.EDIT_GROUPS,
            lost_answers.status_updated,
        ),
        description="Set a group's status text. Right: EDIT_GROUPS.",
    )
    move_buying_group_stage = strawberry.mutation(
        resolver=once(
            moving_buying_groups.move_buying_group_stage,
            moving_buying_groups.right_of,
            lost_answers.stage_moved,
        ),
        description=(
            "Move a group to another stage, along an allowed transition of its stage model. "
            "Right by method: EDIT_GROUPS, ACT_AS_JOURNEY or ACT_AS_SYSTEM."
        ),
    )
    move_buying_groups = strawberry.mutation(
        resolver=once(
            moving_buying_groups.move_buying_groups, moving_buying_groups.right_of, done_in_parts
        ),
        description=(
            "Move up to 50 groups to other stages, each by itself: one outcome for each move. "
            "Right by method, as for moveBuyingGroupStage."
        ),
    )
    delete_buying_group = strawberry.mutation(
        resolver=once(
            deleting_buying_groups.delete_buying_group,
            Right.EDIT_GROUPS,
            lost_answers.group_deleted,
        ),
        description=(
            "Delete a group; no job makes it again, until somebody asks for it. Right: EDIT_GROUPS."
        ),
    )
    start_creation_job = strawberry.mutation(
        resolver=once(
            creating_buying_groups.start_creation_job, Right.RUN_JOBS, lost_answers.creation_started
        ),
        description="Make a group for every account of an audience without one. Right: RUN_JOBS.",
    )
    start_maintenance_job = strawberry.mutation(
        resolver=once(
            creating_buying_groups.start_maintenance_job,
            Right.RUN_JOBS,
            lost_answers.maintenance_started,
        ),
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
        resolver=once(
            creating_buying_groups.start_scoring_job, Right.RUN_JOBS, lost_answers.scoring_started
        ),
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
