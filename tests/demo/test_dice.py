"""Dice: the same on every machine, whatever else is drawn, and fair enough."""

from demo.dice import Dice


def test_a_draw_depends_on_the_seed_and_its_name_only() -> None:
    assert Dice("quorum").roll("name", 7) == 0.38687701464074553
    assert Dice("quorum").roll("name", 7) != Dice("other").roll("name", 7)
    assert Dice("quorum").roll("name", 7) != Dice("quorum").roll("name", 8)


def test_draws_are_spread_over_the_whole_range() -> None:
    dice = Dice("quorum")
    draws = [dice.roll("spread", number) for number in range(1_000)]
    counts = [dice.count(1, 4, "spread", number) for number in range(1_000)]

    assert min(draws) >= 0
    assert max(draws) < 1
    assert 450 < sum(draw < 0.5 for draw in draws) < 550
    assert {count: 200 < counts.count(count) < 300 for count in counts} == {
        1: True,
        2: True,
        3: True,
        4: True,
    }


def test_a_pick_is_one_of_the_options() -> None:
    dice = Dice("quorum")

    assert {dice.pick("abc", number) for number in range(100)} == {"a", "b", "c"}
