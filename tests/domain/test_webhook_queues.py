from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import WebhookDeliveryId
from domain.webhook_queues import Queue, Waiting

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def waiting(position: int, lane: str = "bg_1", due: datetime = NOON, failed: int = 0) -> Waiting:
    return Waiting(WebhookDeliveryId(f"whd_{position}"), lane, position, due, failed)


def started(queue: Queue, at: datetime = NOON, at_most: int = 10) -> list[int]:
    return [each.position for each in queue.start(at, at_most)]


def id_of(position: int) -> WebhookDeliveryId:
    return WebhookDeliveryId(f"whd_{position}")


def test_one_of_each_group_is_under_way_the_earliest_first() -> None:
    queue = Queue([waiting(3, "a"), waiting(1, "a"), waiting(2, "b")])

    assert started(queue) == [1, 2]
    assert started(queue) == []
    queue.done(id_of(1))
    assert started(queue) == [3]


def test_no_more_are_under_way_than_there_is_room_for() -> None:
    queue = Queue(waiting(n, f"bg_{n}") for n in range(1, 6))

    assert started(queue, at_most=2) == [1, 2]
    assert started(queue, at_most=0) == []
    assert started(queue, at_most=9) == [3, 4, 5]


def test_what_failed_holds_its_group_up_and_no_other() -> None:
    queue = Queue([waiting(1, "a"), waiting(2, "a"), waiting(3, "b"), waiting(4, "b")])
    assert started(queue, at_most=2) == [1, 3]

    queue.again(id_of(1), NOON + 5 * SECOND)
    queue.done(id_of(3))

    assert (queue.held_up, queue.ready, len(queue)) == (2, 1, 3)
    assert started(queue) == [4]
    assert queue.next_due() == NOON + 5 * SECOND
    assert started(queue, NOON + 4 * SECOND) == []
    assert started(queue, NOON + 5 * SECOND) == [1]
    queue.done(id_of(1))
    assert (queue.held_up, started(queue)) == (0, [2])


def test_a_queue_that_is_taken_up_again_knows_what_failed() -> None:
    queue = Queue([waiting(1, failed=2, due=NOON + SECOND), waiting(2), waiting(3, "b")])

    assert (queue.held_up, queue.ready) == (2, 1)
    assert started(queue) == [3]


def test_what_comes_in_twice_counts_once_and_what_is_earlier_goes_first() -> None:
    queue = Queue([waiting(5), waiting(5)])
    assert started(queue) == [5]

    queue.add([waiting(5), waiting(4), waiting(6)])
    assert started(queue) == []
    queue.again(id_of(5), NOON)

    assert started(queue) == [4]
    queue.done(id_of(4))
    assert started(queue) == [5]
    queue.done(id_of(5))
    assert started(queue) == [6]
    queue.done(id_of(6))
    assert (len(queue), queue.next_due(), queue.held_up) == (0, None, 0)


@given(
    lanes=st.lists(st.sampled_from("abc"), min_size=1, max_size=20),
    answers=st.lists(st.booleans(), max_size=40),
    at_most=st.integers(1, 4),
    order=st.randoms(use_true_random=False),
)
def test_whatever_is_answered_nothing_is_skipped_and_each_group_keeps_its_order(
    lanes: list[str], answers: list[bool], at_most: int, order: object
) -> None:
    items = [waiting(position, lane) for position, lane in enumerate(lanes, start=1)]
    queue = Queue(items[: len(items) // 2])
    later = items[len(items) // 2 :]
    now, under_way, delivered = NOON, dict[int, Waiting](), list[Waiting]()
    left = list(answers)
    while len(queue) or later or under_way:
        for each in queue.start(now, at_most - len(under_way)):
            assert each.lane not in {other.lane for other in under_way.values()}
            under_way[each.position] = each
        if later:
            queue.add([later.pop(0)])
        if under_way:
            position = order.choice(sorted(under_way))  # type: ignore[attr-defined]
            ended = under_way.pop(position)
            if left and not left.pop():
                queue.again(ended.id, now + 5 * SECOND)
            else:
                queue.done(ended.id)
                delivered.append(ended)
        now += SECOND

    assert sorted(each.position for each in delivered) == list(range(1, len(items) + 1))
    for lane in set(lanes):
        told = [each.position for each in delivered if each.lane == lane]
        assert told == sorted(told)
