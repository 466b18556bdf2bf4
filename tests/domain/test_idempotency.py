from datetime import UTC, datetime, timedelta

import pytest

from domain.idempotency import KeptAnswer, KeyedCommand, KeyReused, answered, input_hash, standing

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HASH = input_hash(["group", ["ada"]])
SENT = KeyedCommand("sam", "assignMembers", "k1", HASH)
KEPT = KeptAnswer(SENT, NOON, "the answer")


@pytest.mark.parametrize(
    ("command", "found"),
    [
        pytest.param(SENT, KEPT, id="the same command has its answer"),
        pytest.param(
            KeyedCommand("sam", "assignMembers", "k1", input_hash(["group", ["bo"]])),
            KeyReused(),
            id="other input under the same key is told apart",
        ),
        pytest.param(
            KeyedCommand("sam", "assignMembers", "k2", HASH), None, id="another key is new"
        ),
        pytest.param(
            KeyedCommand("kim", "assignMembers", "k1", HASH), None, id="another actor's key is new"
        ),
        pytest.param(
            KeyedCommand("sam", "removeMembers", "k1", HASH), None, id="another mutation's is new"
        ),
    ],
)
def test_a_key_counts_per_actor_and_mutation(
    command: KeyedCommand, found: KeptAnswer | KeyReused | None
) -> None:
    assert answered([KEPT], command) == found


@pytest.mark.parametrize(
    ("later", "left"),
    [
        pytest.param(timedelta(hours=24, milliseconds=-1), [KEPT], id="a moment before a day"),
        pytest.param(timedelta(hours=24), [], id="after a day"),
    ],
)
def test_an_answer_stands_for_a_day(later: timedelta, left: list[KeptAnswer]) -> None:
    assert standing([KEPT], NOON + later) == left


def test_the_order_of_what_is_asked_counts_and_that_of_names_does_not() -> None:
    assert input_hash(["ada", "bo"]) != input_hash(["bo", "ada"])
    assert input_hash({"a": 1, "b": None}) == input_hash({"b": None, "a": 1})
