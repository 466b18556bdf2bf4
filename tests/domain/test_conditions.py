from domain.conditions import Range, operands_of
from domain.operators import Operator
from tests.condition_builders import asks


def test_the_operands_of_a_test_are_in_order() -> None:
    assert operands_of(asks("account.level", Operator.IS_EMPTY)) == ()
    assert operands_of(asks("account.level", Operator.IS, 0)) == (0,)
    assert operands_of(asks("account.level", Operator.IS_ANY_OF, (2, 1))) == (2, 1)
    assert operands_of(asks("account.level", Operator.BETWEEN, Range(1, 2))) == (1, 2)
