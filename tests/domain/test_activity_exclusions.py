from datetime import UTC, datetime, timedelta

import pytest

from domain.activity_exclusions import (
    MOST_SOURCES,
    WRITERS_TAKE,
    Mark,
    Said,
    SourceRule,
    by_type,
    unsettled,
    with_rule,
)
from domain.activity_types import Exclusion
from domain.fields import Refused
from domain.identifiers import ActivityTypeId

BOT, SELF = Exclusion.BOT, Exclusion.SELF
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CRAWLER = SourceRule("crawler", BOT, NOON)
VISIT, CLICK = ActivityTypeId("at_visit"), ActivityTypeId("at_click")


@pytest.mark.parametrize(
    ("said", "excluded_as"),
    [
        pytest.param(Said(), None, id="nothing is said"),
        pytest.param(Said(reported=SELF), SELF, id="the source says so"),
        pytest.param(Said(ruled=BOT), BOT, id="the rule for its source says so"),
        pytest.param(Said(reported=SELF, ruled=BOT), SELF, id="a source that says so itself"),
        pytest.param(Said(Mark.BOT, SELF), BOT, id="people know better"),
        pytest.param(Said(Mark.COUNTED, SELF, BOT), None, id="people let it count"),
    ],
)
def test_who_says_whether_an_act_counts(said: Said, excluded_as: Exclusion | None) -> None:
    assert said.excluded_as is excluded_as


LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("source", "excluded_as", "rules"),
    [
        pytest.param("ads ", SELF, (SourceRule("ads", SELF, LATER), CRAWLER), id="a further one"),
        pytest.param("crawler", BOT, (CRAWLER,), id="the same again"),
        pytest.param("crawler", None, (SourceRule("crawler", None, LATER),), id="counted again"),
        pytest.param("ads", None, (CRAWLER,), id="one that counts already"),
        pytest.param(
            " ", BOT, Refused("source", "is required and cannot be empty"), id="no source"
        ),
        pytest.param(
            "x" * 256, BOT, Refused("source", "is longer than 255 characters"), id="too long"
        ),
    ],
)
def test_what_rules_become(
    source: str, excluded_as: Exclusion | None, rules: tuple[SourceRule, ...] | Refused
) -> None:
    assert with_rule((CRAWLER,), source, excluded_as, LATER, None) == rules


def test_there_is_an_end_to_rules() -> None:
    rules = [SourceRule(f"s{number:03}", BOT, NOON) for number in range(MOST_SOURCES)]

    assert with_rule(rules, "s100", BOT, LATER, None) == Refused(
        "source", "would make more than 100 sources with a rule"
    )
    assert len(with_rule(rules, "s000", SELF, LATER, None)) == MOST_SOURCES  # type: ignore[arg-type]


def test_a_source_that_counts_again_leaves_its_place_once_its_acts_do() -> None:
    rules = [SourceRule(f"s{number:03}", None, NOON) for number in range(MOST_SOURCES)]
    soon, settled = NOON + WRITERS_TAKE / 2, NOON + WRITERS_TAKE

    assert isinstance(with_rule(rules, "s100", BOT, LATER, soon), Refused)
    assert with_rule(rules, "s100", BOT, LATER, settled) == (SourceRule("s100", BOT, LATER),)


@pytest.mark.parametrize(
    ("last_run", "is_left"),
    [
        pytest.param(None, True, id="no run yet"),
        pytest.param(NOON - timedelta(days=1), True, id="a run before the rule"),
        pytest.param(NOON + timedelta(minutes=14), True, id="a run beside whoever knew no rule"),
        pytest.param(NOON + timedelta(minutes=15), False, id="a run that found all there was"),
    ],
)
def test_which_rules_stored_acts_may_not_follow_yet(
    last_run: datetime | None, is_left: bool
) -> None:
    assert unsettled([CRAWLER], last_run) == ((CRAWLER,) if is_left else ())


def test_what_is_left_out_is_told_by_type_and_reason() -> None:
    of_acts = {
        ("visit", BOT): 3,
        ("page views", BOT): 2,
        ("click", SELF): 1,
        ("click", BOT): 4,
        ("hum", BOT): 9,
    }
    known = {"visit": VISIT, "page views": VISIT, "click": CLICK}

    assert by_type({CLICK: 5}, {CLICK: SELF}, of_acts, known) == {
        (CLICK, SELF): 6,
        (CLICK, BOT): 4,
        (VISIT, BOT): 5,
    }
