from fractions import Fraction

import pytest

from domain.role_templates import (
    TemplateFault,
    TemplateRole,
    Weighting,
    check_publishing,
    check_roles,
    shares,
)
from tests.builders import DECISION_MAKER, INFLUENCER, PRACTITIONER, a_template_role


def test_shares_of_vital_important_and_normal() -> None:
    weightings = {
        DECISION_MAKER: Weighting.VITAL,
        INFLUENCER: Weighting.IMPORTANT,
        PRACTITIONER: Weighting.NORMAL,
    }

    assert shares(weightings) == {
        DECISION_MAKER: Fraction(100, 240),
        INFLUENCER: Fraction(80, 240),
        PRACTITIONER: Fraction(60, 240),
    }


@pytest.mark.parametrize(
    ("weighting", "weight"),
    [
        pytest.param(Weighting.TRIVIAL, 20, id="trivial is 20"),
        pytest.param(Weighting.MINOR, 40, id="minor is 40"),
        pytest.param(Weighting.NORMAL, 60, id="normal is 60"),
        pytest.param(Weighting.IMPORTANT, 80, id="important is 80"),
        pytest.param(Weighting.VITAL, 100, id="vital is 100"),
    ],
)
def test_weights(weighting: Weighting, weight: int) -> None:
    both = {DECISION_MAKER: weighting, INFLUENCER: Weighting.VITAL}

    assert shares(both)[DECISION_MAKER] == Fraction(weight, weight + 100)


@pytest.mark.parametrize(
    ("roles", "fault"),
    [
        pytest.param([a_template_role()], None, id="one role is fine"),
        pytest.param(
            [a_template_role(), a_template_role(INFLUENCER), a_template_role()],
            TemplateFault("roles[2].role", "stands in the template already"),
            id="a role stands once",
        ),
        pytest.param(
            [a_template_role(), a_template_role(INFLUENCER, members_required=0)],
            TemplateFault("roles[1].membersRequired", "must be at least 1"),
            id="at least one member",
        ),
    ],
)
def test_roles_of_a_draft(roles: list[TemplateRole], fault: TemplateFault | None) -> None:
    assert check_roles(roles) == fault


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        pytest.param([], "a live template needs at least one role", id="no roles"),
        pytest.param(
            [a_template_role(is_required=False)],
            "at least one role must be required for completeness",
            id="nothing required",
        ),
    ],
)
def test_a_draft_that_cannot_go_live(roles: list[TemplateRole], reason: str) -> None:
    assert check_publishing(roles) == TemplateFault("roles", reason)
