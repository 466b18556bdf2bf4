from datetime import timedelta

from ulid import ULID

from execution.new_ids import ids_of, new_id
from tests.builders import NOON


def test_an_id_says_when_it_was_made() -> None:
    prefix, _, ulid = new_id("acc", NOON).partition("_")

    assert (prefix, ULID.from_str(ulid.upper()).datetime) == ("acc", NOON)


def test_many_ids_of_one_moment_are_as_those_made_one_by_one() -> None:
    another = ids_of(NOON)
    many = [another("evt") for _ in range(1_000)]

    assert len(set(many)) == 1_000
    assert {ULID.from_str(id.removeprefix("evt_").upper()).datetime for id in many} == {NOON}
    assert max(many) < new_id("evt", NOON + timedelta(milliseconds=1))
    assert min(many) > new_id("evt", NOON - timedelta(milliseconds=1))
