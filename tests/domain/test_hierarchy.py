import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.hierarchy import Hierarchy, Place


def a_hierarchy() -> Hierarchy:
    """top > middle > bottom, and other beside them."""
    hierarchy = Hierarchy()
    hierarchy.learn("bottom", ["top", "middle"])
    hierarchy.learn("other", [])
    return hierarchy


@pytest.mark.parametrize(
    ("account", "parent", "closes"),
    [
        pytest.param("bottom", "other", False, id="below another"),
        pytest.param("bottom", "top", False, id="below one that is above it already"),
        pytest.param("top", "top", True, id="below itself"),
        pytest.param("top", "middle", True, id="below its child"),
        pytest.param("top", "bottom", True, id="below its grandchild"),
        pytest.param("new", "bottom", False, id="a new one anywhere"),
    ],
)
def test_a_circle_is_seen(account: str, parent: str, closes: bool) -> None:
    assert a_hierarchy().closes_circle(account, parent) is closes


def test_a_circle_is_seen_through_links_that_were_just_set() -> None:
    hierarchy = a_hierarchy()
    hierarchy.set_parent("other", "bottom")

    assert hierarchy.closes_circle("top", "other")


def test_levels_count_from_one_at_the_top() -> None:
    hierarchy = a_hierarchy()

    assert hierarchy.place("top") == Place([], 1)
    assert hierarchy.place("bottom") == Place(["top", "middle"], 3)


def test_everything_below_a_moved_account_moves_along() -> None:
    hierarchy = a_hierarchy()
    hierarchy.set_parent("middle", "other")
    hierarchy.learn("deepest", ["top", "middle", "bottom"])

    moved = hierarchy.moved(
        {"bottom": ["top", "middle"], "deepest": ["top", "middle", "bottom"], "other": []}
    )

    assert moved == {
        "bottom": Place(["other", "middle"], 3),
        "deepest": Place(["other", "middle", "bottom"], 4),
    }


def test_what_is_set_outlasts_what_is_learned_later() -> None:
    hierarchy = Hierarchy()
    hierarchy.set_parent("middle", None)
    hierarchy.learn("bottom", ["top", "middle"])

    assert hierarchy.place("bottom") == Place(["middle"], 2)


@given(some.lists(some.tuples(some.integers(0, 6), some.integers(0, 6)), max_size=30))
def test_no_order_of_moves_closes_a_circle(moves: list[tuple[int, int]]) -> None:
    hierarchy = Hierarchy()
    for account, parent in moves:
        if not hierarchy.closes_circle(str(account), str(parent)):
            hierarchy.set_parent(str(account), str(parent))

    assert all(str(n) not in hierarchy.place(str(n)).ancestors for n in range(7))
