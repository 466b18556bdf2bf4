import pytest

from domain.condition_evaluation import Explanation, Subject, deciding_tests, evaluate, explain
from domain.conditions import NEVER, AllOf, AnyOf, Condition, ConditionFault, Not, Operand
from domain.operators import Operator
from domain.persona_tests import by_ids, ids_in, spelled_out, told_by_name
from tests.condition_builders import asks

IS_CIO = asks("person.job_title", Operator.IS_ANY_OF, ("CIO",))
IS_CEO = asks("person.job_title", Operator.IS_ANY_OF, ("CEO",))
PERSONAS = {"persona_cio": AllOf((IS_CIO,)), "persona_ceo": AllOf((IS_CEO,))}
NAMES = {"persona_cio": "persona_cio", "IT chief": "persona_cio", "Chief": "persona_ceo"}


def of(operator: Operator, operand: Operand = None) -> Condition:
    return asks("person.persona", operator, operand)


IS_IT = of(Operator.IS, "persona_cio")


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        pytest.param(IS_IT, AnyOf((AllOf((IS_CIO,)),)), id="is"),
        pytest.param(
            of(Operator.IS_NOT, "persona_cio"), Not(AnyOf((AllOf((IS_CIO,)),))), id="is not"
        ),
        pytest.param(
            of(Operator.IS_ANY_OF, ("persona_ceo", "persona_cio", "persona_ceo")),
            AnyOf((AllOf((IS_CEO,)), AllOf((IS_CIO,)))),
            id="is any of",
        ),
        pytest.param(
            of(Operator.IS_NONE_OF, ("persona_ceo",)),
            Not(AnyOf((AllOf((IS_CEO,)),))),
            id="is none of",
        ),
        pytest.param(
            of(Operator.IS_NOT_EMPTY), AnyOf(tuple(PERSONAS.values())), id="is of any persona"
        ),
        pytest.param(
            of(Operator.IS_EMPTY), Not(AnyOf(tuple(PERSONAS.values()))), id="is of no persona"
        ),
        pytest.param(of(Operator.IS, "persona_gone"), NEVER, id="of one that is not defined"),
        pytest.param(
            AllOf((IS_CEO, Not(IS_IT))),
            AllOf((IS_CEO, Not(AnyOf((AllOf((IS_CIO,)),))))),
            id="within a whole",
        ),
    ],
)
def test_a_test_of_a_persona_is_spelled_out(condition: Condition, asked: Condition) -> None:
    assert spelled_out(condition, PERSONAS) == asked


def test_nobody_evaluates_what_is_not_spelled_out() -> None:
    with pytest.raises(ValueError, match="has to be spelled out first"):
        evaluate(of(Operator.IS_EMPTY), Subject(None, {}, 0))


def test_names_become_ids() -> None:
    given = AnyOf((of(Operator.IS, "IT chief"), of(Operator.IS_ANY_OF, ("Chief", "IT chief"))))

    named = by_ids(given, NAMES.get)

    assert named == AnyOf((IS_IT, of(Operator.IS_ANY_OF, ("persona_ceo", "persona_cio"))))
    assert ids_in(named) == {"persona_cio", "persona_ceo"}


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        pytest.param(of(Operator.IS, "x"), "person.persona.is", id="alone"),
        pytest.param(
            AllOf((IS_CIO, Not(of(Operator.IS_NONE_OF, ("Chief", "x"))))),
            "all[1].not.person.persona.isNoneOf[1]",
            id="in a list within a whole",
        ),
    ],
)
def test_an_unknown_persona_is_named_by_its_path(condition: Condition, path: str) -> None:
    assert by_ids(condition, NAMES.get) == ConditionFault(path, "There is no persona 'x'.")


def test_a_condition_names_40_personas_at_most() -> None:
    assert not isinstance(by_ids(AllOf((IS_IT,) * 40), NAMES.get), ConditionFault)
    assert by_ids(AllOf((IS_IT,) * 41), NAMES.get) == ConditionFault(
        "", "A condition names at most 40 personas, not 41."
    )


def test_an_explanation_tells_of_the_persona_and_what_it_comes_from() -> None:
    condition = AllOf((Not(IS_IT), IS_CEO))
    subject = Subject(None, {"job_title": "CIO"}, 0)
    inner = explain(spelled_out(IS_IT, PERSONAS), subject)

    told = told_by_name(condition, explain(spelled_out(condition, PERSONAS), subject), ["IT chief"])

    of_persona = Explanation(IS_IT, True, (inner,), ["IT chief"])
    assert told.condition == condition
    assert list(deciding_tests(told)) == [of_persona, Explanation(IS_CEO, False, (), "CIO")]
    assert list(deciding_tests(inner)) == [Explanation(IS_CIO, True, (), "CIO")]
