import pytest
from graphql import parse, specified_rules

from schema.build import build_schema
from schema.validating import faults

SCHEMA = build_schema()._schema


def told(text: str) -> list[str]:
    return [fault.message for fault in faults(SCHEMA, parse(text), specified_rules)]


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param("$id: ID!", [], id="one that has a value"),
        pytest.param(
            "$id: ID",
            [
                "Variable '$id' is of type 'ID' but must be non-nullable to be used for "
                "OneOf Input Object 'TemplateSourceInput'."
            ],
            id="one that may be null",
        ),
    ],
)
def test_a_variable_in_a_choice_is_looked_at_wherever_its_fragment_stands(
    place: str, declared: str, expected: list[str]
) -> None:
    fragment = """fragment Asks on Query {
      lintRoleTemplate(input: {template: {roleTemplateId: $id}}) { __typename }
    }"""
    operation = f"query Q({declared}) {{ ...Asks }}"
    parts = [fragment, operation] if place == "before" else [operation, fragment]

    assert told(" ".join(parts)) == expected


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("{}", id="nothing"),
        pytest.param('{roleTemplateId: "a", roles: []}', id="two members"),
        pytest.param("{roleTemplateId: null}", id="a null"),
    ],
)
def test_a_choice_of_anything_but_one_member_is_refused(given: str) -> None:
    messages = told(f"{{ lintRoleTemplate(input: {{template: {given}}}) {{ __typename }} }}")

    assert any("TemplateSourceInput" in message for message in messages)
