"""Lost answers: what a command that was done answers again, by its event, when nothing kept it."""

from typing import Any, Final

from domain.events import EventType
from domain.upserting import Applied, Status
from execution.sources import Document, Sourced
from resolvers.stages import MoveStatus
from schema import upserting
from schema.creating_buying_groups import (
    CreateBuyingGroupSuccess,
    StartCreationJobSuccess,
    StartMaintenanceJobSuccess,
    StartScoringJobSuccess,
    UpdateBuyingGroupStatusSuccess,
)
from schema.deleting_buying_groups import DeleteBuyingGroupSuccess
from schema.editing_role_templates import ChangeMembersRequiredSuccess
from schema.moving_buying_groups import MoveBuyingGroupStageSuccess
from schema.repeating import Recalled
from schema.upserting_accounts import UpsertAccountsSuccess
from schema.upserting_opportunities import UpsertOpportunitiesSuccess
from schema.upserting_people import UpsertPeopleSuccess

_CREATED: Final = frozenset(
    {
        EventType.ACCOUNT_CREATED.value,
        EventType.PERSON_CREATED.value,
        EventType.OPPORTUNITY_CREATED.value,
    }
)


def _of_subject(success: type[Sourced], path: str, **fields: Any) -> Recalled:
    """A success that shows what the event is about."""
    return lambda event, input: success.of({path: event["subject_id"], **fields})


def _of_one_item(success: type[upserting.UpsertCounts], noun: str) -> Recalled:
    """The success of a single item; several of them are done anew, and found as they should be."""

    def recalled(event: Document, input: Any) -> Any:
        if len(input.items) != 1:
            return None
        status = Status.CREATED if event["type"] in _CREATED else Status.UPDATED
        return upserting.success(success, [Applied(status, event["subject_id"])], noun)

    return recalled


group_created: Final = _of_subject(CreateBuyingGroupSuccess, "buying_group_id")
group_deleted: Final = _of_subject(DeleteBuyingGroupSuccess, "buying_group_id")
status_updated: Final = _of_subject(UpdateBuyingGroupStatusSuccess, "buying_group_id")
stage_moved: Final = _of_subject(
    MoveBuyingGroupStageSuccess, "buying_group_id", status=MoveStatus.APPLIED.value
)
creation_started: Final = _of_subject(StartCreationJobSuccess, "job_id")
maintenance_started: Final = _of_subject(StartMaintenanceJobSuccess, "job_id")
scoring_started: Final = _of_subject(StartScoringJobSuccess, "job_id")
members_required_changed: Final = _of_subject(
    ChangeMembersRequiredSuccess, "role_template_id", job_id=None
)
accounts_upserted: Final = _of_one_item(UpsertAccountsSuccess, "account")
people_upserted: Final = _of_one_item(UpsertPeopleSuccess, "person")
opportunities_upserted: Final = _of_one_item(UpsertOpportunitiesSuccess, "opportunity")
