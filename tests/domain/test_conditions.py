from domain.attributes import attribute
from domain.conditions import ALWAYS, AllOf, AnyOf, Not, Range, attributes_used, operands_of
from domain.operators import Operator
from tests.condition_builders import asks


def test_the_attributes_a_condition_uses() -> None:
    custom = attribute("person.custom")
    assert custom is not None
    condition = AllOf(
        (
            asks("person.job_title", Operator.CONTAINS, "CIO"),
            Not(AnyOf((asks("person.custom", Operator.IS_EMPTY, field="vip"), ALWAYS))),
            asks("person.job_title", Operator.IS_NOT, "x"),
        )
    )

    assert attributes_used(condition) == {attribute("person.job_title"), custom.of_field("vip")}


def test_the_operands_of_a_test_are_in_order() -> None:
    assert operands_of(asks("account.level", Operator.IS_EMPTY)) == ()
    assert operands_of(asks("account.level", Operator.IS, 0)) == (0,)
    assert operands_of(asks("account.level", Operator.IS_ANY_OF, (2, 1))) == (2, 1)
    assert operands_of(asks("account.level", Operator.BETWEEN, Range(1, 2))) == (1, 2)
