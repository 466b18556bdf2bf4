"""Why somebody is in a group, or is not, as clients see it."""

from typing import Annotated, Final

import strawberry
from strawberry.scalars import JSON

import resolvers.explaining
from domain.condition_checking import path_of
from domain.condition_evaluation import Explanation, deciding_tests
from domain.conditions import MAX_LEAVES, AttributeTest
from domain.identifiers import RoleId
from domain.membership import Claim, Method
from domain.plain_values import written_moment
from domain.related_checking import path_of_related
from domain.related_tests import Found, RelatedTest
from domain.roles import MOST_ROLES
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.explaining import MembershipExplanation, RuleFinding
from resolvers.outcomes import NotFound as Nothing
from schema.buying_groups import BuyingGroup
from schema.conditions import as_written
from schema.errors import NotFound, refusal_of
from schema.info import Info
from schema.members import Claim as ClaimShown
from schema.people import Person
from schema.roles import Role

MOST_REASONS: Final = 10


@strawberry.type(description="One test of a rule, and what it found.")
class TestFinding(Sourced):
    attribute: str = stored(description="What was looked at, as conditions spell it.")
    condition: JSON = stored(description="The test, as a client would write it.")
    actual: JSON | None = stored(
        description="The value found; null when there is none. Of signals, acts and buying "
        "groups: how many fit, as `count`, and when the `latest` signal or act was."
    )
    held: bool = stored(description="Whether the test held.")
    because: list[Annotated["TestFinding", strawberry.lazy("schema.explaining_membership")]] = (
        embedded(
            "because",
            at_most=MOST_REASONS,
            description="Of a test of a persona, what made it hold or fail, at most 10; none of "
            "any other.",
        )
    )


@strawberry.type(description="A role of the template, and what its rule found in the person.")
class RuleFound(Sourced):
    role: Role = one("role_id", description="The role the rule assigns to.")
    has_rule: bool = stored(
        description="Whether the role has a rule; nobody is assigned by rule without one."
    )
    held: bool = stored(description="Whether the rule holds for the person in this account.")
    gives_role: bool = stored(
        description="Whether it is the first rule that holds: the role the rules give."
    )
    condition: JSON | None = stored(description="The rule, as a client would write it.")
    decisive: list[TestFinding] = embedded(
        "decisive",
        at_most=MAX_LEAVES,
        description="The tests that made the outcome what it is.",
    )


@strawberry.type(description="Everything that bears on one person's place in a group.")
class MembershipExplained(Sourced):
    buying_group: BuyingGroup = one("buying_group_id", description="The group.")
    person: Person = one("person_id", description="The person.")
    summary: str = stored(description="The explanation in a sentence or two.")
    is_member: bool = stored(description="Whether the person is in the group.")
    is_related: bool = stored(
        description="Whether the person has a current relation to the group's account."
    )
    deciding_claim: ClaimShown | None = embedded(
        "deciding_claim", description="The claim that decides; null when nobody has spoken."
    )
    claims: list[ClaimShown] = embedded(
        "claims",
        at_most=len(Method),
        description="Every method's latest word, the strongest method first.",
    )
    rules: list[RuleFound] = embedded(
        "rules",
        at_most=MOST_ROLES,
        description="The template's roles in order of priority, and what their rules found; none "
        "of somebody who has no current relation to the group's account: no rule is asked then.",
    )


ExplainMembershipResult = Annotated[
    MembershipExplained | NotFound, strawberry.union("ExplainMembershipResult")
]


async def explain_membership(
    info: Info, buying_group_id: strawberry.ID, person_id: strawberry.ID
) -> ExplainMembershipResult:
    """Why the person is in the group, or is not."""
    explained = await resolvers.explaining.explain_membership(
        info.context, buying_group_id, person_id
    )
    if isinstance(explained, Nothing):
        return refusal_of(explained)
    return MembershipExplained.of(_document(explained))


def _document(explained: MembershipExplanation) -> Document:
    deciding = explained.deciding
    return {
        "buying_group_id": explained.group,
        "person_id": explained.person,
        "summary": resolvers.explaining.sentence(explained),
        "is_member": deciding is not None and deciding.role is not None,
        "is_related": explained.is_related,
        "deciding_claim": _claim(deciding) if deciding else None,
        "claims": [_claim(claim) for claim in explained.strongest_first],
        "rules": [_rule(rule) for rule in explained.rules],
    }


def _claim(claim: Claim) -> Document:
    return {
        "method": claim.method.value,
        "role_id": claim.role,
        "actor": claim.actor,
        "at": claim.at,
        "reason": claim.reason,
        "version": claim.version,
    }


def _rule(rule: RuleFinding) -> Document:
    finding = rule.finding
    return {
        "role_id": RoleId(rule.role),
        "has_rule": finding is not None,
        "held": finding is not None and finding.held,
        "gives_role": rule.is_first,
        "condition": as_written(finding.condition) if finding else None,
        "decisive": [_test(test) for test in deciding_tests(finding)] if finding else [],
    }


def _test(finding: Explanation) -> Document:
    test = finding.condition
    if isinstance(test, RelatedTest) and isinstance(finding.actual, Found):
        return {
            "attribute": path_of_related(test),
            "condition": as_written(test),
            "actual": _found(finding.actual),
            "held": finding.held,
        }
    if not isinstance(test, AttributeTest):
        raise ValueError("only a test looks at a value")
    inner = [_test(each) for part in finding.parts for each in deciding_tests(part)]
    return {
        "because": inner[:MOST_REASONS],
        "attribute": path_of(test.attribute),
        "condition": as_written(test),
        "actual": finding.actual,
        "held": finding.held,
    }


def _found(found: Found) -> Document:
    """How many records a test found, and when the latest of them happened, where that is known."""
    when = {} if found.latest is None else {"latest": written_moment(found.latest)}
    return {"count": found.count, **when}
