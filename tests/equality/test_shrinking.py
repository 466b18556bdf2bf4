"""A difference is shown by the least that shows it."""

from graphql import parse, validate

from domain.identifiers import TenantId
from schema.build import build_schema
from schema.serving import Answer
from tests.equality.asking import Answered, Asked, Both
from tests.equality.shrinking import shrunk

TEXT = """
query ($first: Int, $id: ID!, $other: ID!) {
  buyingGroup(id: $other) { name }
  buyingGroups(first: $first) { ...F totalCount }
  person(id: $id) { ... on Person @include(if: true) { name email } }
}

fragment F on BuyingGroupConnection { nodes { name members { nodes { person { name } } } } }
"""
LEAST = """query ($id: ID!) {
  person(id: $id) {
    ... on Person {
      email
    }
  }
}"""


async def _a_fault(asked: Asked) -> Both:
    """Answers of two executions, of which one knows no e-mail addresses."""
    if validate(build_schema()._schema, parse(asked.text)):
        refused = Answered(Answer({"errors": []}, was_executed=False), [])
        return Both(refused, refused)
    one, other = (
        Answered(Answer({"data": {"email": known}}, was_executed=True), [])
        for known in (None, "ada@example.com" if "email" in asked.text else None)
    )
    return Both(one, other)


async def test_what_a_difference_does_not_need_is_dropped() -> None:
    variables = {"first": 1, "id": "per_1", "other": "bg_1"}
    asked = Asked(TenantId("t"), (), TEXT, None, variables)

    least, both = await shrunk(asked, await _a_fault(asked), _a_fault)

    assert both.difference == "data at data.email: None and 'ada@example.com'"
    assert (least.text, least.variables) == (LEAST, {"id": "per_1"})
