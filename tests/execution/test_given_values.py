"""Values that do not fit, in variables and in the text of a request: each is named by its path."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, parse

from execution.given_values import check
from schema.build import build_schema

SCHEMA = build_schema()._schema
TEMPLATE = """mutation ($input: CreateRoleTemplateInput!) {
  createRoleTemplate(input: $input) { __typename } }"""
OPPORTUNITIES = """mutation ($given: UpsertOpportunitiesInput!) {
  upsertOpportunities(input: $given) { __typename } }"""
ONE_OF = (
    "Within OneOf Input Object type '{}', exactly one field must be specified,"
    " and the value for that field must be non-null."
)


def with_condition(condition: object) -> dict[str, Any]:
    role = {"role": "a", "weighting": "VITAL", "required": True, "membersRequired": 1}
    return {"input": {"name": "T", "roles": [{**role, "condition": condition}]}}


@pytest.mark.parametrize(
    ("query", "variables", "code", "path", "message"),
    [
        pytest.param(
            TEMPLATE,
            with_condition({"all": [{"account": {}}]}),
            "GRAPHQL_VALIDATION_FAILED",
            "input.roles[0].condition.all[0].account",
            ONE_OF.format("AccountCondition"),
            id="an empty one-of in a variable",
        ),
        pytest.param(
            TEMPLATE,
            with_condition({"any": [{"not": {"all": [], "any": []}}]}),
            "GRAPHQL_VALIDATION_FAILED",
            "input.roles[0].condition.any[0].not",
            ONE_OF.format("ConditionInput"),
            id="two members in a variable",
        ),
        pytest.param(
            TEMPLATE,
            with_condition({"all": None}),
            "GRAPHQL_VALIDATION_FAILED",
            "input.roles[0].condition.all",
            ONE_OF.format("ConditionInput"),
            id="a member that is null",
        ),
        pytest.param(
            'mutation { createAccountAudience(input: {name: "A", condition: {all: [{}]}}) '
            "{ __typename } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            "input.condition.all[0]",
            ONE_OF.format("ConditionInput"),
            id="an empty one-of in the text",
        ),
        pytest.param(
            "mutation ($i: ConditionInput = {all: [], any: []}) { __typename }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            "i",
            ONE_OF.format("ConditionInput"),
            id="the default of a variable",
        ),
        pytest.param(
            OPPORTUNITIES,
            {"given": {"items": [{}, {"closeDate": "soon"}]}},
            "GRAPHQL_VALIDATION_FAILED",
            "given.items[1].closeDate",
            "Value cannot represent a Date: \"soon\". Invalid isoformat string: 'soon'",
            id="no date",
        ),
        pytest.param(
            '{ buyingGroups(filter: {updatedSince: "soon"}) { totalCount } }',
            {},
            "GRAPHQL_VALIDATION_FAILED",
            "filter.updatedSince",
            "A DateTime is ISO 8601 with an offset, for example 2026-05-04T12:00:00Z.",
            id="no moment in the text",
        ),
        pytest.param(
            "{ events(filter: {afterPosition: -1}) { totalCount } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            "filter.afterPosition",
            "A Position is a whole number from 0 to 9007199254740991.",
            id="no position in the text",
        ),
        pytest.param(
            "query ($id: ID!) { account(id: $id) { id } }",
            {},
            "GRAPHQL_VALIDATION_FAILED",
            "id",
            "A value of type ID! must be given.",
            id="no value",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_path(
    query: str, variables: dict[str, Any], code: str, path: str, message: str
) -> None:
    refusal = check(SCHEMA, parse(query), variables, None)

    assert refusal is not None
    assert refusal.message == f"{path}: {message}"
    assert refusal.extensions == {"code": code, "field": path}


@pytest.mark.parametrize(
    ("filter", "path"),
    [
        pytest.param("{completeness: {lessThan: 1e999}}", "filter.completeness.lessThan", id="+"),
        pytest.param("{completeness: {atLeast: -1e999}}", "filter.completeness.atLeast", id="-"),
        pytest.param(
            "{engagement: {atMost: 1" + "0" * 309 + "}}", "filter.engagement.atMost", id="digits"
        ),
    ],
)
def test_a_figure_without_end_is_refused(filter: str, path: str) -> None:
    query = f"{{ buyingGroups(filter: {filter}) {{ totalCount }} }}"

    refusal = check(SCHEMA, parse(query), None, None)

    assert refusal is not None
    assert refusal.message == f"{path} must be a finite number."
    assert refusal.extensions == {"code": "BAD_REQUEST", "field": path}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        pytest.param("{ nothing(a: 1e9) { b } }", None, id="unknown fields"),
        pytest.param("query ($a: Nothing!) { __typename }", None, id="an unknown type"),
        pytest.param("query A($a: ID!) { __typename } query B { __typename }", "B", id="not run"),
        pytest.param('{ accounts(filter: {search: "a"}) { totalCount } }', None, id="what fits"),
    ],
)
def test_what_is_no_matter_of_values_is_left_alone(query: str, name: str | None) -> None:
    assert check(SCHEMA, parse(query), {}, name) is None


def test_the_schema_tells_which_inputs_take_one_member() -> None:
    one_of, other = SCHEMA.type_map["ConditionInput"], SCHEMA.type_map["CreateRoleTemplateInput"]

    assert isinstance(one_of, GraphQLInputObjectType)
    assert isinstance(other, GraphQLInputObjectType)
    assert (one_of.is_one_of, other.is_one_of) == (True, False)
