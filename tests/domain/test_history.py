from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.buying_groups import Member
from domain.events import Event, EventType
from domain.history import PastGroup, PastStage, RoleMove, difference, fold, until
from domain.history_summaries import Names, summary
from domain.identifiers import BuyingGroupId, EventId, PersonId, RoleId, StageId
from domain.membership import Claim, Method

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADA, BO = PersonId("per_ada"), PersonId("per_bo")
CHAMPION, OTHER = RoleId("role_ch"), RoleId("role_ot")
NAMES = Names({ADA: "Ada"}, {CHAMPION: "Champion", OTHER: "Other"})


def an_event(type: EventType, minutes: int = 0, **said: Any) -> Event:
    at = NOON + timedelta(minutes=minutes)
    return Event(EventId("evt"), type, at, "sam", "bg_1", **said)


def claimed(role: str | None, version: int = 1) -> dict[str, Any]:
    return {"role_id": role, "actor": "sam", "at": NOON, "version": version}


def spoken(
    before: dict[str, Any], after: dict[str, Any], role: str | None, was: str | None = None
) -> dict[str, Any]:
    return {
        "person_id": ADA,
        "before": {"role_id": was, "claims": before},
        "after": {"role_id": role, "claims": after},
    }


MADE = an_event(
    EventType.BUYING_GROUP_CREATED,
    method="system",
    after={"members": 1, "completeness": {"exact": 50.0}},
)
JOINED = an_event(
    EventType.MEMBERSHIP_CHANGED,
    1,
    method="system",
    **spoken({}, {"system": claimed(CHAMPION)}, CHAMPION),
)
MOVED = an_event(
    EventType.MEMBERSHIP_CHANGED,
    2,
    method="manual",
    personal={"reason": "asked for it"},
    **spoken(
        {"system": claimed(CHAMPION)},
        {"system": claimed(CHAMPION), "manual": claimed(OTHER, 2)},
        OTHER,
        CHAMPION,
    ),
)
FILLED = an_event(
    EventType.COMPLETENESS_CHANGED,
    3,
    before={"completeness": {"exact": 50.0}},
    after={"completeness": {"exact": 66.666666667}},
)
SCORED = an_event(EventType.ENGAGEMENT_CHANGED, 3, before={"score": 0}, after={"score": 40})
HOT = an_event(EventType.BUYING_GROUP_UPDATED, 4, before={"status": None}, after={"status": "Hot"})
RENAMED = an_event(
    EventType.BUYING_GROUP_UPDATED,
    5,
    personal={"before": {"name": "One"}, "after": {"name": "Two"}},
)
STAGED = an_event(
    EventType.BUYING_GROUP_MOVED,
    6,
    method="journey",
    before={"name": None},
    after={
        "stage_id": "stg_1",
        "name": "New",
        "is_entry": True,
        "destination": None,
        "since": NOON,
    },
)
FLAGGED = an_event(
    EventType.MEMBER_FLAGGED,
    7,
    method="system",
    person_id=ADA,
    before={"unrelated": False},
    after={"unrelated": True},
)
DELETED = an_event(EventType.BUYING_GROUP_DELETED, 8)
LIFE = [MADE, JOINED, MOVED, FILLED, SCORED, HOT, RENAMED, STAGED, FLAGGED, DELETED]


def test_a_group_is_told_from_its_events_alone() -> None:
    by_system = Claim(Method.SYSTEM, CHAMPION, "sam", NOON, 1)
    by_hand = Claim(Method.MANUAL, OTHER, "sam", NOON, 2, "asked for it")
    claims = {Method.SYSTEM: by_system, Method.MANUAL: by_hand}

    assert fold(LIFE[:-1]) == PastGroup(
        name="Two",
        status="Hot",
        completeness=66.666666667,
        score=40,
        stage=PastStage(StageId("stg_1"), "New", True, None, NOON, "sam", Method.JOURNEY),
        known={ADA: Member(ADA, claims, unrelated=True)},
    )


@pytest.mark.parametrize(
    ("minutes", "roles"),
    [
        pytest.param(-1, None, id="before it was made there is none"),
        pytest.param(0, {}, id="as it was made nobody had been told of yet"),
        pytest.param(1, {ADA: CHAMPION}, id="the moment of an event belongs to it"),
        pytest.param(7, {ADA: OTHER}, id="later events change what was before"),
        pytest.param(8, None, id="a deleted group is none"),
    ],
)
def test_a_group_as_of_a_moment(minutes: int, roles: dict[PersonId, RoleId] | None) -> None:
    group = fold(until(LIFE, NOON + timedelta(minutes=minutes)))

    assert (group.roles if group else None) == roles


def test_a_group_made_again_begins_anew() -> None:
    assert fold([*LIFE, MADE]) == PastGroup(completeness=50.0)


def test_the_difference_names_who_joined_who_left_and_who_moved() -> None:
    first, second = fold(LIFE[:2]), fold(LIFE[:3])

    assert difference(first, second).moved == (RoleMove(ADA, CHAMPION, OTHER),)
    assert [member.person for member in difference(None, first).joined] == [ADA]
    assert [member.person for member in difference(second, None).left] == [ADA]
    assert difference(second, second) == difference(None, None)


AGAIN = {"manual": claimed(None, 2)}


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        pytest.param(MADE, "The group was made with 1 member, by a job.", id="made"),
        pytest.param(JOINED, "Ada joined as Champion, by a job.", id="joined"),
        pytest.param(MOVED, "Ada went from Champion to Other, by hand.", id="another role"),
        pytest.param(
            an_event(EventType.MEMBERSHIP_CHANGED, **spoken(AGAIN, {}, CHAMPION), method="manual"),
            "Ada came back as Champion, by hand.",
            id="back",
        ),
        pytest.param(
            an_event(EventType.MEMBERSHIP_CHANGED, **spoken({}, AGAIN, None, CHAMPION)),
            "Ada left, until then Champion.",
            id="left",
        ),
        pytest.param(
            an_event(EventType.MEMBERSHIP_CHANGED, **spoken(AGAIN, AGAIN, None)),
            "Ada stays out.",
            id="stays out",
        ),
        pytest.param(
            an_event(EventType.MEMBERSHIP_CHANGED, **spoken({}, {}, OTHER, OTHER)),
            "Ada stays Other.",
            id="stays in",
        ),
        pytest.param(FILLED, "Completeness went from 50 to 67.", id="completeness"),
        pytest.param(SCORED, "Engagement went from 0 to 40.", id="engagement"),
        pytest.param(HOT, "The status became “Hot”.", id="status"),
        pytest.param(
            an_event(EventType.BUYING_GROUP_UPDATED, after={"status": None}),
            "The status was cleared.",
            id="no status",
        ),
        pytest.param(RENAMED, "The group was given another name.", id="name"),
        pytest.param(STAGED, "The stage became New, by a journey.", id="first stage"),
        pytest.param(
            an_event(EventType.BUYING_GROUP_MOVED, before={"name": "New"}, after={"name": "Won"}),
            "The stage went from New to Won.",
            id="another stage",
        ),
        pytest.param(
            an_event(
                EventType.BUYING_GROUP_STAGE_MODEL_CHANGED,
                after={"stage_model_id": "sm_1", "name": "Open"},
            ),
            "The group follows another stage model in its stage Open.",
            id="another model",
        ),
        pytest.param(
            an_event(EventType.BUYING_GROUP_STAGE_MODEL_CHANGED, after={"stage_model_id": None}),
            "The group follows no stage model any more.",
            id="no model",
        ),
        pytest.param(
            FLAGGED,
            "Ada is of the account no more and stays by a stronger method, by a job.",
            id="flagged",
        ),
        pytest.param(
            an_event(EventType.MEMBER_FLAGGED, person_id=BO, after={"unrelated": False}),
            "Somebody who is known no more is of the account again.",
            id="somebody gone",
        ),
        pytest.param(DELETED, "The group was deleted.", id="deleted"),
        pytest.param(
            an_event(EventType.BUYING_GROUP_DELETED, after={"merged_into": BuyingGroupId("bg_2")}),
            "The group went into another.",
            id="merged",
        ),
        pytest.param(an_event(EventType.JOB_CREATED), "Job created.", id="anything else"),
    ],
)
def test_an_event_in_words(event: Event, sentence: str) -> None:
    assert summary(event, NAMES) == sentence
