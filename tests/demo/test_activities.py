"""Sixty days of activities: the same for the same end and seed, with silence and excess in them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from demo.activities import UNKNOWN_TYPE, DemoActivity, activities
from demo.crm_accounts import crm_accounts
from demo.people import people
from demo.records import SEED
from domain.folding import fold
from domain.standard_activity_types import STANDARD_TYPES
from domain.weighting_models import DAILY_CAP

END = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def acts() -> list[DemoActivity]:
    return list(activities(people(crm_accounts(), SEED), END, SEED))


def test_the_same_end_and_seed_give_the_same_acts(acts: list[DemoActivity]) -> None:
    assert list(activities(people(crm_accounts(), SEED), END, SEED)) == acts
    assert list(activities(people(crm_accounts(), "another"), END, "another")) != acts


def test_they_fill_sixty_days_and_end_at_the_end(acts: list[DemoActivity]) -> None:
    days = {act.at.date() for act in acts}

    assert max(act.at for act in acts) <= END
    assert days == {END.date() - timedelta(days=back) for back in range(60)}
    assert len(acts) == 16_142


def test_every_act_has_an_id_of_its_own(acts: list[DemoActivity]) -> None:
    assert len({(act.source, act.source_id) for act in acts}) == len(acts)


def test_weekends_are_quiet(acts: list[DemoActivity]) -> None:
    per_day = Counter(act.at.date() for act in acts)
    monday, sunday = date(2026, 4, 20), date(2026, 4, 26)

    assert per_day[sunday] < per_day[monday] / 2


def test_some_accounts_are_silent_and_some_people_beyond_all_measure(
    acts: list[DemoActivity],
) -> None:
    everyone = {person.email: person for person in people(crm_accounts(), SEED)}
    per_account = Counter(
        everyone[act.email].relations[0].account for act in acts if act.email in everyone
    )
    per_day = Counter((act.email, act.at.date(), act.type) for act in acts)

    assert 85 - len(per_account) == 9
    assert per_account.most_common(1)[0][1] > 500
    assert 40 <= sum(count > DAILY_CAP for count in per_day.values()) <= 150


def test_a_few_types_and_people_are_unknown(acts: list[DemoActivity]) -> None:
    spellings = {
        fold(text) for standard in STANDARD_TYPES for text in (standard.name, *standard.aliases)
    }
    emails = {person.email for person in people(crm_accounts(), SEED)}

    unknown = {act.type for act in acts if fold(act.type) not in spellings}

    assert unknown == {UNKNOWN_TYPE}
    assert 50 <= sum(act.type == UNKNOWN_TYPE for act in acts) <= 300
    assert 20 <= sum(act.email not in emails for act in acts) <= 200
