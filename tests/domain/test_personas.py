import pytest

from domain.attributes import Attribute, FieldType
from domain.condition_evaluation import Subject, evaluate
from domain.conditions import Scalar
from domain.personas import (
    TELLING,
    PersonaAttribute,
    PersonaFault,
    check,
    check_beside,
    condition_of,
    distinct,
)
from tests.condition_builders import JOB_TITLE, catalogued

CITY, COUNTRY, UNSUBSCRIBED = (
    catalogued(f"person.{name}") for name in ("city", "country", "unsubscribed")
)
NO_NUMBER = "The value is a finite number; a whole one has at most 64 bits."
DECLARED = {"person.custom": {"years": FieldType.NUMBER, "team": FieldType.TEXT_LIST}}


def custom(name: str) -> Attribute:
    return catalogued("person.custom").of_field(name)


def told(attribute: Attribute, *values: Scalar) -> PersonaAttribute:
    return PersonaAttribute(attribute, values)


def test_a_persona_is_told_by_what_is_stored_of_people_and_not_by_what_they_do() -> None:
    assert [each.key.removeprefix("person.") for each in TELLING] == [
        "first_name", "last_name", "email", "job_title", "phone", "mobile_phone", "city", "state",
        "postal_code", "country", "inferred_state", "inferred_region", "email_invalid",
        "email_suspended", "unsubscribed", "marketing_suspended", "custom",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("person", "holds"),
    [
        pytest.param({"job_title": " cio", "custom": {"years": 5}}, True, id="one value of each"),
        pytest.param({"job_title": "CIO", "custom": {"years": 6}}, False, id="only of one"),
        pytest.param({"job_title": "Deputy CIO", "custom": {"years": 5}}, False, id="a part of it"),
        pytest.param({"custom": {"years": 5}}, False, id="nothing in one"),
    ],
)
def test_all_attributes_hold_with_any_of_their_values(
    person: dict[str, object], holds: bool
) -> None:
    condition = condition_of([told(JOB_TITLE, "CEO", "CIO"), told(custom("years"), 5, 7)])

    assert evaluate(condition, Subject(None, person, 0)) is holds


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        pytest.param([told(JOB_TITLE, "CIO")], None, id="a title"),
        pytest.param([told(UNSUBSCRIBED, False), told(custom("team"), "Ops")], None, id="others"),
        pytest.param([], (None, "", "a persona has 1 to 5 attributes, not 0"), id="nothing"),
        pytest.param(
            [told(each, "x") for each in TELLING[:6]],
            (None, "", "a persona has 1 to 5 attributes, not 6"),
            id="six attributes",
        ),
        pytest.param(
            [told(JOB_TITLE, "CIO"), told(JOB_TITLE, "CEO")],
            (1, "", "stands in the persona already"),
            id="one twice",
        ),
        pytest.param([told(JOB_TITLE)], (0, "", "has 1 to 200 values, not 0"), id="no value"),
        pytest.param(
            [told(JOB_TITLE, *map(str, range(201)))],
            (0, "", "has 1 to 200 values, not 201"),
            id="too many values",
        ),
        pytest.param(
            [told(CITY, "Rome"), told(JOB_TITLE, "CIO", " ")],
            (1, "[1]", "The value is empty; to find empty values there is an operator."),
            id="a blank value",
        ),
        pytest.param(
            [told(custom("years"), 5, float("nan"))],
            (0, ".values.number[1]", NO_NUMBER),
            id="a number that is none",
        ),
        pytest.param(
            [told(custom("years"), "5")],
            (0, ".values.text", "The field is of type number; its test is `number`."),
            id="values of another type",
        ),
        pytest.param(
            [told(custom("shoes"), "5")],
            (0, ".field", "person.custom has no field 'shoes'."),
            id="an unknown field",
        ),
        pytest.param(
            [told(JOB_TITLE, *(f"{number} {'x' * 120}" for number in range(170)))],
            (None, "", "the values have at most 20,000 characters together"),
            id="too much text",
        ),
    ],
)  # fmt: skip
def test_what_makes_a_persona(
    attributes: list[PersonaAttribute], fault: tuple[int | None, str, str] | None
) -> None:
    assert check(attributes, DECLARED) == (PersonaFault(*fault) if fault else None)


def test_values_that_compare_as_one_are_one() -> None:
    assert distinct([told(JOB_TITLE, "CIO", "cio ", "CEO")]) == (told(JOB_TITLE, "CIO", "CEO"),)


def test_a_tenant_has_20_personas() -> None:
    others = [[told(JOB_TITLE, "CIO")]] * 19

    assert check_beside([told(JOB_TITLE, "CEO")], others) is None
    assert check_beside([told(JOB_TITLE, "CEO")], [*others, *others[:1]]) == PersonaFault(
        None, "", "a tenant has at most 20 personas"
    )


def test_all_personas_together_have_10_different_attributes() -> None:
    ten = [*TELLING[:8], custom("years"), custom("team")]
    others = [[told(each, "x") for each in ten[:5]], [told(each, "x") for each in ten[5:]]]

    assert check_beside([told(ten[0], "y"), told(ten[9], "y")], others) is None
    assert check_beside([told(TELLING[8], "x")], others) == PersonaFault(
        None, "", "all personas together have at most 10 different attributes, not 11"
    )
