from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import engagement
from domain.engagement import MemberFigures, Window
from domain.identifiers import ActivityTypeId, RoleId
from domain.weighting_models import TypeWeight

VISIT = ActivityTypeId("at_visit")
CLICK = ActivityTypeId("at_click")
DOWNLOAD = ActivityTypeId("at_download")
SILENT = ActivityTypeId("at_silent")
KNOWN = {
    "visited website": VISIT,
    "page views": VISIT,
    "clicked email": CLICK,
    "downloaded pub": DOWNLOAD,
    "blinked": SILENT,
}
WEIGHTS = {
    VISIT: TypeWeight(VISIT, 40),
    CLICK: TypeWeight(CLICK, 30),
    DOWNLOAD: TypeWeight(DOWNLOAD, 60),
}
DECISION_MAKER, INFLUENCER, PRACTITIONER = RoleId("role_d"), RoleId("role_i"), RoleId("role_p")
ROLES = {DECISION_MAKER: 100, INFLUENCER: 80, PRACTITIONER: 60}
TODAY = date(2026, 3, 2)
YESTERDAY = TODAY - timedelta(days=1)


def a_person(**counts: tuple[int, int]) -> engagement.PersonFigures:
    """A person's figures from the counts of yesterday and today by spelling."""
    days = {
        day: {spelling.replace("_", " "): pair[place] for spelling, pair in counts.items()}
        for place, day in enumerate((YESTERDAY, TODAY))
    }
    return engagement.of_person(days, KNOWN, WEIGHTS)


ADAM = a_person(visited_website=(37, 15), clicked_email=(1, 1))
MARK = a_person(visited_website=(5, 3), clicked_email=(1, 1), downloaded_pub=(3, 2))
JOHN = a_person(visited_website=(19, 9))
BOB = PAUL = a_person(clicked_email=(1, 1))
CALVIN = a_person(clicked_email=(1, 1), visited_website=(1, 7), downloaded_pub=(1, 2))
IN_ROLES = (
    (DECISION_MAKER, ADAM),
    (DECISION_MAKER, MARK),
    (INFLUENCER, JOHN),
    (PRACTITIONER, BOB),
    (PRACTITIONER, PAUL),
    (PRACTITIONER, CALVIN),
)


def test_the_documented_worked_example() -> None:
    members = [MemberFigures(role, person.raw, person.counted) for role, person in IN_ROLES]

    figures = engagement.of_group(ROLES, members)

    assert [role.total for role in figures.roles] == [52, 28, 17]
    assert [str(engagement.shown(role.contribution, 2)) for role in figures.roles] == [
        "21.67",
        "9.33",
        "4.25",
    ]
    assert [str(engagement.shown(role.share * 100, 2)) for role in figures.roles] == [
        "41.67",
        "33.33",
        "25.00",
    ]
    assert figures.role_weighted_count == Fraction(3525, 100)
    assert engagement.shown(figures.role_weighted_count) == 35


@pytest.mark.parametrize(
    ("person", "counted"),
    [
        pytest.param(ADAM, {VISIT: 35, CLICK: 2}, id="37 and 15 visits count as 20 and 15"),
        pytest.param(MARK, {VISIT: 8, CLICK: 2, DOWNLOAD: 5}, id="few acts count in full"),
        pytest.param(CALVIN, {VISIT: 8, CLICK: 2, DOWNLOAD: 3}, id="a tenant's own type counts"),
        pytest.param(
            a_person(visited_website=(15, 0), page_views=(15, 1)),
            {VISIT: 21},
            id="spellings of one type share one cap",
        ),
        pytest.param(a_person(blinked=(5, 5)), {}, id="a type without weight does not count"),
        pytest.param(a_person(hummed=(5, 5)), {}, id="an unknown type does not count"),
    ],
)
def test_capped_counts(person: engagement.PersonFigures, counted: dict[str, int]) -> None:
    assert {figures.activity_type: figures.capped for figures in person.types} == counted


def test_a_persons_raw_is_the_weighted_sum_of_capped_counts() -> None:
    assert ADAM.raw == 35 * 40 + 2 * 30
    assert ADAM.counted == 37
    assert ADAM.largest_weight == 40
    assert MARK.largest_weight == 60


def test_what_does_not_count_is_told() -> None:
    person = a_person(blinked=(2, 3), hummed=(4, 0), visited_website=(1, 0))

    assert person.unweighted == {SILENT: 5}
    assert person.unknown == {"hummed": 4}


def test_points_are_capped_counts_by_the_normalised_weight() -> None:
    visits, clicks = ADAM.types

    assert visits.points(60) == Fraction(70, 3)
    assert clicks.points(60) == 1
    assert clicks.points(0) == 0


def test_the_groups_raw_is_shared_among_the_roles_that_have_members() -> None:
    members = [MemberFigures(DECISION_MAKER, 400, 10), MemberFigures(PRACTITIONER, 900, 15)]

    figures = engagement.of_group(ROLES, members)

    # Decision makers 100/160 of 20, practitioners 60/160 of 30; the empty role takes no share.
    assert figures.raw == 23.75
    assert [role.filled_share for role in figures.roles] == [
        Fraction(100, 160),
        Fraction(0),
        Fraction(60, 160),
    ]
    assert [role.raw_contribution for role in figures.roles] == [12.5, 0, 11.25]
    assert figures.role_weighted_count == Fraction(10 * 100 + 15 * 60, 240)


def test_a_root_is_kept_at_nine_decimals() -> None:
    figures = engagement.of_group({INFLUENCER: 80}, [MemberFigures(INFLUENCER, 2, 1)])

    assert figures.raw == 1.414213562


def test_a_group_without_members_is_at_zero() -> None:
    figures = engagement.of_group(ROLES, [])

    assert figures.raw == 0
    assert figures.role_weighted_count == 0


@pytest.mark.parametrize(
    ("raw", "largest", "score"),
    [
        pytest.param(0, 0, 0.0, id="nobody is active"),
        pytest.param(0, 900, 0.0, id="no activity"),
        pytest.param(900, 900, 100.0, id="the most engaged"),
        pytest.param(225, 900, 50.0, id="a quarter of the raw is half the score"),
        pytest.param(300, 900, 57.735026919, id="nine decimals"),
        pytest.param(1600, 900, 100.0, id="above an older reference"),
    ],
)
def test_score(raw: int, largest: int, score: float) -> None:
    assert engagement.score(raw, largest) == score


@pytest.mark.parametrize(
    ("exact", "whole"),
    [
        pytest.param(75.89999, 76, id="up"),
        pytest.param(66.49, 66, id="down"),
        pytest.param(0.5, 1, id="half up, not to the even number"),
        pytest.param(2.5, 3, id="half up once more"),
        pytest.param(Fraction(141, 4), 35, id="a fraction"),
    ],
)
def test_shown(exact: float | Fraction, whole: int) -> None:
    assert engagement.shown(exact) == whole


def test_the_window_holds_its_last_day() -> None:
    window = Window.ending(TODAY, 30)

    assert window == Window(date(2026, 2, 1), date(2026, 3, 2))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_score_stays_within_its_bounds(raw: int, largest: int) -> None:
    assert 0 <= engagement.score(raw, largest) <= 100


@given(st.lists(st.tuples(st.sampled_from(list(ROLES)), st.integers(0, 10**7)), max_size=30))
def test_the_contributions_of_the_roles_add_up(members: list[tuple[RoleId, int]]) -> None:
    figures = engagement.of_group(
        ROLES, [MemberFigures(role, raw, raw // 40) for role, raw in members]
    )

    parts = sum((role.raw_contribution for role in figures.roles), Decimal(0))
    assert abs(Decimal(figures.raw) - parts) < Decimal("1e-9")
