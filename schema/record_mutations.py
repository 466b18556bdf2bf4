"""Mutations of records: accounts, people, opportunities, and what is recorded of them."""

import strawberry

from execution.context import Right
from schema import (
    defining_custom_fields,
    defining_derived_fields,
    deleting_records,
    erasing_people,
    lost_answers,
    merging_accounts,
    merging_people,
    recording_activities,
    recording_interest_signals,
    upserting_accounts,
    upserting_opportunities,
    upserting_people,
)
from schema.repeating import done_in_parts, once


@strawberry.type
class RecordMutations:
    """What `Mutation` has of records."""

    upsert_accounts = strawberry.mutation(
        resolver=once(
            upserting_accounts.upsert_accounts, Right.EDIT_DATA, lost_answers.accounts_upserted
        ),
        description=(
            "Create or update accounts, found by id, then outside key. One outcome for each item. "
            "Right: EDIT_DATA."
        ),
    )
    upsert_people = strawberry.mutation(
        resolver=once(
            upserting_people.upsert_people, Right.EDIT_DATA, lost_answers.people_upserted
        ),
        description=(
            "Create or update people, found by id, then outside key, then e-mail address. One "
            "outcome for each item. Right: EDIT_DATA."
        ),
    )
    merge_accounts = strawberry.mutation(
        resolver=once(merging_accounts.merge_accounts, Right.EDIT_DATA, done_in_parts),
        description=(
            "Make one account of two records that stand for the same one. What was broken off is "
            "finished by asking again. Rights: EDIT_DATA and EDIT_GROUPS."
        ),
    )
    merge_people = strawberry.mutation(
        resolver=once(merging_people.merge_people, Right.EDIT_DATA, done_in_parts),
        description=(
            "Make one person of two records that stand for the same one. What was broken off is "
            "finished by asking again. Right: EDIT_DATA."
        ),
    )
    upsert_opportunities = strawberry.mutation(
        resolver=once(
            upserting_opportunities.upsert_opportunities,
            Right.EDIT_DATA,
            lost_answers.opportunities_upserted,
        ),
        description=(
            "Create or update opportunities, found by id, then outside key. One outcome for each "
            "item. Right: EDIT_DATA."
        ),
    )
    delete_account = strawberry.mutation(
        resolver=once(deleting_records.delete_account, Right.EDIT_DATA, done_in_parts),
        description=(
            "Delete an account with its opportunities, and with its buying groups if that is "
            "asked for. What was broken off is finished by asking again. Right: EDIT_DATA; with "
            "groups also EDIT_GROUPS."
        ),
    )
    delete_person = strawberry.mutation(
        resolver=once(deleting_records.delete_person, Right.EDIT_DATA, done_in_parts),
        description=(
            "Delete a person, who leaves every buying group. What was broken off is finished by "
            "asking again. Right: EDIT_DATA."
        ),
    )
    erase_person = strawberry.mutation(
        resolver=once(erasing_people.erase_person, Right.ADMIN, done_in_parts),
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
        resolver=once(recording_activities.record_activities, Right.EDIT_DATA, done_in_parts),
        description=(
            "Store what people did, up to 1,000 activities; telling one again changes nothing. "
            "One outcome for each item. Right: EDIT_DATA."
        ),
    )
    record_interest_signals = strawberry.mutation(
        resolver=once(
            recording_interest_signals.record_interest_signals, Right.EDIT_DATA, done_in_parts
        ),
        description=(
            "Store who cares about which solution, up to 1,000 signals; telling one again changes "
            "nothing. One outcome for each item. Right: EDIT_DATA."
        ),
    )
