"""The checker accepts what some order explains, and nothing else."""

from collections.abc import Mapping, Sequence

import pytest

from tests.chaos.linearizability import Operation, Step, Written, checked

Asked = tuple[str, int]
Register = Operation[Asked, str]


def register(state: int, asked: Asked) -> Step[int, str, int]:
    """A number that is set, or asked for."""
    kind, number = asked
    if kind == "read":
        return Step(state, f"it is {state}", None)
    if number == state:
        return Step(state, "unchanged", None)
    return Step(number, "set", number)


def set_to(number: int, invoked: int, returned: int | None, answer: str | None = "set") -> Register:
    return Operation(("set", number), invoked, answer if returned is not None else None, returned)


def read(number: int, invoked: int, returned: int) -> Register:
    return Operation(("read", 0), invoked, f"it is {number}", returned)


def faults(operations: Mapping[str, Register], writes: Sequence[tuple[str, int]]) -> Sequence[str]:
    return checked(0, operations, [Written(*each) for each in writes], register).faults


@pytest.mark.parametrize(
    ("operations", "writes"),
    [
        pytest.param({}, [], id="nothing was asked"),
        pytest.param({"a": set_to(1, 0, 9)}, [("a", 1)], id="a write and its answer"),
        pytest.param({"a": set_to(1, 0, None)}, [("a", 1)], id="done without an answer"),
        pytest.param({"a": set_to(1, 0, None)}, [], id="not done and without an answer"),
        pytest.param(
            {"a": set_to(1, 0, 9), "b": set_to(2, 5, 7)},
            [("a", 1), ("b", 2)],
            id="at the same time the one answered later may come first",
        ),
        pytest.param(
            {"a": set_to(1, 0, 9), "r": read(0, 1, 8)}, [("a", 1)], id="read before a write"
        ),
        pytest.param(
            {"a": set_to(1, 0, 9), "r": read(1, 1, 8)}, [("a", 1)], id="read after it, unanswered"
        ),
        pytest.param(
            {"a": set_to(1, 0, 3), "b": set_to(1, 4, 6, "unchanged")},
            [("a", 1)],
            id="nothing to change any more",
        ),
        pytest.param(
            {"a": set_to(1, 0, 20), "b": set_to(2, 0, 20), "r": read(1, 5, 6), "s": read(2, 7, 8)},
            [("a", 1), ("b", 2)],
            id="reads that see one write after the other",
        ),
    ],
)
def test_what_some_order_explains_has_no_fault(
    operations: Mapping[str, Register], writes: Sequence[tuple[str, int]]
) -> None:
    assert faults(operations, writes) == []


@pytest.mark.parametrize(
    ("operations", "writes", "fault"),
    [
        pytest.param({"a": set_to(1, 0, 9)}, [], "no order", id="an answered write is lost"),
        pytest.param(
            {"a": set_to(1, 0, 2), "b": set_to(2, 3, 4)},
            [("a", 1), ("b", 2), ("a", 1)],
            "a was done twice",
            id="a write is done twice",
        ),
        pytest.param({}, [("x", 1)], "nobody asked", id="a write that nobody asked for"),
        pytest.param(
            {"a": set_to(1, 0, 2), "b": set_to(2, 3, 4)},
            [("b", 2), ("a", 1)],
            "asked for later",
            id="a write comes after one that was asked for when it was answered",
        ),
        pytest.param(
            {"a": set_to(1, 0, 2, "unchanged")},
            [("a", 1)],
            "was told unchanged, not set",
            id="a caller was told something else than was done",
        ),
        pytest.param({"a": set_to(1, 0, 2)}, [("a", 5)], "not 1", id="something else was written"),
        pytest.param(
            {"a": set_to(1, 0, 2), "r": read(0, 3, 4)}, [("a", 1)], "no order", id="a stale read"
        ),
        pytest.param(
            {"a": set_to(1, 5, 6), "r": read(1, 3, 4)},
            [("a", 1)],
            "no order",
            id="a read of what nobody had asked for yet",
        ),
        pytest.param(
            {"a": set_to(1, 0, 3), "b": set_to(2, 4, 5), "c": set_to(1, 6, 8, "unchanged")},
            [("a", 1), ("b", 2)],
            "c was told unchanged",
            id="a deposed server says that nothing changed",
        ),
        pytest.param(
            {"a": set_to(1, 0, 20), "r": read(1, 2, 3), "s": read(0, 4, 5)},
            [("a", 1)],
            "s was told it is 0",
            id="a read goes back behind an earlier one although no write was answered",
        ),
        pytest.param(
            {
                "a": set_to(1, 0, None),
                "b": set_to(2, 0, 3),
                "r": read(0, 4, 5),
            },
            [("a", 1), ("b", 2)],
            "r was told it is 0",
            id="a write without an answer comes before an answered one",
        ),
    ],
)
def test_what_no_order_explains_is_found(
    operations: Mapping[str, Register], writes: Sequence[tuple[str, int]], fault: str
) -> None:
    found = faults(operations, writes)

    assert any(fault in each for each in found), found
