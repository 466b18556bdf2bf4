import pytest

from domain.identifiers import JobId, PersonId, RoleId, RoleTemplateId
from domain.membership import Claim, Method
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.template_migrations import (
    Migration,
    PlanFault,
    RoleMap,
    asked_at_source,
    asked_at_target,
    backwards,
    completed,
    migrated,
    put_back,
)
from tests.builders import (
    DECISION_MAKER,
    INFLUENCER,
    PRACTITIONER,
    a_claim,
    a_member,
    a_template_role,
    claims,
)

SPONSOR = RoleId("role_sponsor")
ADA = PersonId("per_ada")


def a_template(*roles: RoleId) -> RoleTemplate:
    entries = tuple(a_template_role(role) for role in roles)
    return RoleTemplate(RoleTemplateId("rt_1"), TemplateStatus.LIVE, 1, entries)


OLD = a_template(DECISION_MAKER, INFLUENCER, PRACTITIONER)
NEW = a_template(DECISION_MAKER, SPONSOR)
PLAN: RoleMap = {DECISION_MAKER: DECISION_MAKER, INFLUENCER: SPONSOR, PRACTITIONER: None}


@pytest.mark.parametrize(
    ("given", "plan"),
    [
        pytest.param({INFLUENCER: SPONSOR, PRACTITIONER: None}, PLAN, id="the rest stays"),
        pytest.param(
            {INFLUENCER: SPONSOR},
            PlanFault(PRACTITIONER, "is not in the new version: say what becomes of it"),
            id="a role that is left out and gone",
        ),
        pytest.param(
            {SPONSOR: None},
            PlanFault(SPONSOR, "is no role of the version that groups follow now"),
            id="a role nobody has",
        ),
        pytest.param(
            {INFLUENCER: PRACTITIONER},
            PlanFault(INFLUENCER, "is to become a role that the new version does not have"),
            id="a role that is not to be had",
        ),
    ],
)
def test_a_plan(given: RoleMap, plan: RoleMap | PlanFault) -> None:
    assert completed(OLD, NEW, given) == plan


def test_the_way_back_prefers_the_role_of_the_same_name() -> None:
    plan = {INFLUENCER: DECISION_MAKER, DECISION_MAKER: DECISION_MAKER, PRACTITIONER: None}

    assert backwards(a_template(INFLUENCER, DECISION_MAKER, PRACTITIONER), plan) == {
        DECISION_MAKER: DECISION_MAKER
    }


BY_HAND = a_claim(Method.MANUAL, INFLUENCER, reason="she said so")
BY_RULE = a_claim(Method.SYSTEM, DECISION_MAKER, version=2)
OUT = a_claim(Method.JOURNEY, None, version=3)
GOING = a_claim(Method.MANUAL, PRACTITIONER, version=4)


def in_role(claim: Claim, role: RoleId) -> Claim:
    return a_claim(claim.method, role, claim.version, reason=claim.reason)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        pytest.param([BY_RULE], [BY_RULE], id="a role that stays"),
        pytest.param([BY_HAND, BY_RULE], [in_role(BY_HAND, SPONSOR), BY_RULE], id="another role"),
        pytest.param([OUT, BY_RULE], [OUT, BY_RULE], id="a removal stays a removal"),
        pytest.param([GOING, BY_RULE], [BY_RULE], id="a role that goes leaves the weaker word"),
        pytest.param([GOING], [], id="a role that goes leaves nothing"),
    ],
)
def test_claims_in_the_roles_of_the_new_version(said: list[Claim], after: list[Claim]) -> None:
    [member], replaced = migrated([a_member(ADA, *said)], PLAN)

    assert member.claims == claims(*after)
    assert put_back([member], PLAN, backwards(OLD, PLAN), replaced) == [a_member(ADA, *said)]


SINCE = a_claim(Method.MANUAL, SPONSOR, version=9)
NEW_RULE = a_claim(Method.SYSTEM, SPONSOR, version=9)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        pytest.param([SINCE], [in_role(SINCE, INFLUENCER)], id="said since"),
        pytest.param(
            [in_role(BY_HAND, SPONSOR), NEW_RULE],
            [BY_HAND, in_role(NEW_RULE, INFLUENCER)],
            id="one as it was left, one said since",
        ),
        pytest.param([], [], id="withdrawn since"),
    ],
)
def test_what_was_said_since_is_taken_back_with_the_group(
    now: list[Claim], before: list[Claim]
) -> None:
    _, replaced = migrated([a_member(ADA, BY_HAND)], PLAN)

    [member] = put_back([a_member(ADA, *now)], PLAN, backwards(OLD, PLAN), replaced)

    assert member.claims == claims(*before)


def test_what_the_old_version_has_no_role_for_goes() -> None:
    own = a_claim(Method.MANUAL, RoleId("role_new"), version=9)

    [member] = put_back([a_member(ADA, own)], PLAN, backwards(OLD, PLAN), {})

    assert member.claims == {}


MERGING: RoleMap = {DECISION_MAKER: SPONSOR, INFLUENCER: SPONSOR, PRACTITIONER: None}


@pytest.mark.parametrize(
    ("asked", "left", "now", "before"),
    [
        pytest.param(
            (INFLUENCER, DECISION_MAKER, PRACTITIONER),
            (SPONSOR,),
            (SPONSOR,),
            (INFLUENCER, DECISION_MAKER, PRACTITIONER),
            id="what the migration left is again what it was, whatever became one or nobody",
        ),
        pytest.param(
            (INFLUENCER,),
            (SPONSOR,),
            (),
            (),
            id="what is asked for no more stays away on the way back",
        ),
        pytest.param(
            (PRACTITIONER,),
            (),
            (SPONSOR,),
            (DECISION_MAKER,),
            id="what was asked for since is what it stands for",
        ),
    ],
)
def test_roles_that_readiness_asks_for_go_over_and_back(
    asked: tuple[RoleId, ...],
    left: tuple[RoleId, ...],
    now: tuple[RoleId, ...],
    before: tuple[RoleId, ...],
) -> None:
    over = Migration(JobId("job_1"), OLD.id, NEW.id, MERGING, asked=asked)
    undone = Migration(JobId("job_2"), OLD.id, NEW.id, MERGING, is_undone=True, asked=asked)
    back = backwards(OLD, MERGING)

    assert asked_at_target(over, back, asked) == left
    assert asked_at_source(over, back, now) == before
    assert asked_at_target(undone, back, now) == before
    assert asked_at_source(undone, back, asked) == left
