"""Values with sensible defaults: a test names what matters to it."""

from datetime import UTC, datetime

from domain.buying_groups import BuyingGroup, Member
from domain.identifiers import AccountId, BuyingGroupId, PersonId, RoleId, SolutionInterestId
from domain.membership import Action, Assign, Claim, Claims, Command, Method
from domain.role_templates import TemplateRole, Weighting

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DECISION_MAKER = RoleId("role_decision_maker")
INFLUENCER = RoleId("role_influencer")
PRACTITIONER = RoleId("role_practitioner")


def a_claim(
    method: Method = Method.MANUAL,
    role: RoleId | None = DECISION_MAKER,
    version: int = 1,
    actor: str = "sam",
    at: datetime = NOON,
    reason: str | None = None,
) -> Claim:
    return Claim(method, role, actor, at, version, reason)


def claims(*each: Claim) -> Claims:
    return {claim.method: claim for claim in each}


def a_command(
    action: Action | None = None,
    method: Method = Method.MANUAL,
    person: str = "per_ada",
    actor: str = "sam",
    at: datetime = NOON,
    reason: str | None = None,
) -> Command:
    return Command(PersonId(person), action or Assign(DECISION_MAKER), method, actor, at, reason)


def a_member(person: str = "per_ada", *said: Claim, unrelated: bool = False) -> Member:
    return Member(PersonId(person), claims(*said), unrelated)


def a_group(*members: Member, version: int = 1) -> BuyingGroup:
    return BuyingGroup(
        BuyingGroupId("bg_1"),
        AccountId("acc_1"),
        SolutionInterestId("si_1"),
        version,
        members,
    )


def a_template_role(
    role: RoleId = DECISION_MAKER,
    weighting: Weighting = Weighting.NORMAL,
    members_required: int = 1,
    *,
    is_required: bool = True,
) -> TemplateRole:
    return TemplateRole(role, weighting, is_required, members_required)
