"""Template linting: what is probably not meant in a template, by its roles and by who matches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.attributes import ENGAGEMENT_SCORE
from domain.conditions import NEVER, AnyOf, tests_of
from domain.identifiers import RoleId
from domain.implication import implies
from domain.role_templates import TemplateRole
from domain.template_previews import Tally

REQUIRED_ADVISED: Final = 7
"""How many required roles a template has at most without a remark: more are seldom all filled."""


class LintSeverity(Enum):
    """How much a finding matters: it cannot work, it may surprise, or it could be better."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class LintCode(Enum):
    """What was found."""

    NO_ROLE = "no_role"
    NO_REQUIRED_ROLE = "no_required_role"
    SINGLE_ROLE = "single_role"
    NO_RULE = "no_rule"
    TOO_MANY_REQUIRED_ROLES = "too_many_required_roles"
    RULE_NEVER_HOLDS = "rule_never_holds"
    DUPLICATE_RULE = "duplicate_rule"
    UNREACHABLE_ROLE = "unreachable_role"
    SCORE_IN_OWN_RULE = "score_in_own_rule"
    MATCHES_NOBODY = "matches_nobody"
    ALL_TAKE_EARLIER_ROLES = "all_take_earlier_roles"
    REQUIRES_MORE_THAN_MATCH = "requires_more_than_match"


SEVERITY: Final = {
    LintCode.NO_ROLE: LintSeverity.ERROR,
    LintCode.NO_REQUIRED_ROLE: LintSeverity.ERROR,
    LintCode.SINGLE_ROLE: LintSeverity.ADVICE,
    LintCode.NO_RULE: LintSeverity.ADVICE,
    LintCode.TOO_MANY_REQUIRED_ROLES: LintSeverity.ADVICE,
    LintCode.RULE_NEVER_HOLDS: LintSeverity.ERROR,
    LintCode.DUPLICATE_RULE: LintSeverity.ERROR,
    LintCode.UNREACHABLE_ROLE: LintSeverity.ERROR,
    LintCode.SCORE_IN_OWN_RULE: LintSeverity.WARNING,
    LintCode.MATCHES_NOBODY: LintSeverity.WARNING,
    LintCode.ALL_TAKE_EARLIER_ROLES: LintSeverity.WARNING,
    LintCode.REQUIRES_MORE_THAN_MATCH: LintSeverity.ADVICE,
}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something that is probably not meant: of the whole template, or of one of its roles.

    `other` is the earlier role that stands in the way, `count` the figure the finding is about.
    """

    code: LintCode
    role: RoleId | None = None
    other: RoleId | None = None
    count: int | None = None

    @property
    def severity(self) -> LintSeverity:
        """How much it matters."""
        return SEVERITY[self.code]


def of_roles(roles: Sequence[TemplateRole]) -> list[LintFinding]:
    """What the roles and rules alone show, without a look at anybody."""
    return [*_of_all(roles), *(found for place in range(len(roles)) for found in _of(roles, place))]


def of_people(tally: Tally) -> list[LintFinding]:
    """What the people and accounts that were looked at show; nothing where there is nobody."""
    if not tally.people:
        return []
    found = []
    for role, counted in tally.roles.items():
        if counted.matches_nobody:
            found.append(LintFinding(LintCode.MATCHES_NOBODY, role))
        elif counted.is_shadowed:
            other = max(counted.taken_earlier, key=lambda each: (counted.taken_earlier[each], each))
            found.append(LintFinding(LintCode.ALL_TAKE_EARLIER_ROLES, role, other))
        elif (
            counted.entry.is_required
            and counted.entry.members_required > 1
            and counted.short_accounts * 2 > tally.placed_accounts
        ):
            short = LintCode.REQUIRES_MORE_THAN_MATCH
            found.append(LintFinding(short, role, count=counted.short_accounts))
    return found


def _of_all(roles: Sequence[TemplateRole]) -> Iterator[LintFinding]:
    required = sum(entry.is_required for entry in roles)
    if not roles:
        yield LintFinding(LintCode.NO_ROLE)
        return
    if not required:
        yield LintFinding(LintCode.NO_REQUIRED_ROLE)
    if len(roles) == 1:
        yield LintFinding(LintCode.SINGLE_ROLE, roles[0].role)
    if all(entry.condition is None for entry in roles):
        yield LintFinding(LintCode.NO_RULE)
    if required > REQUIRED_ADVISED:
        yield LintFinding(LintCode.TOO_MANY_REQUIRED_ROLES, count=required)


def _of(roles: Sequence[TemplateRole], place: int) -> Iterator[LintFinding]:
    """What one role's rule shows, beside the rules of the earlier ones."""
    entry = roles[place]
    if entry.condition is None:
        return
    earlier = [each for each in roles[:place] if each.condition is not None]
    same = next((each for each in earlier if each.condition == entry.condition), None)
    before = next((each for each in earlier if _covers(each, entry)), None)
    together = AnyOf(tuple(each.condition for each in earlier if each.condition is not None))
    if implies(entry.condition, NEVER):
        yield LintFinding(LintCode.RULE_NEVER_HOLDS, entry.role)
    elif same is not None:
        yield LintFinding(LintCode.DUPLICATE_RULE, entry.role, same.role)
    elif before is not None:
        yield LintFinding(LintCode.UNREACHABLE_ROLE, entry.role, before.role)
    elif implies(entry.condition, together):
        yield LintFinding(LintCode.UNREACHABLE_ROLE, entry.role)
    if any(test.attribute == ENGAGEMENT_SCORE for test in tests_of(entry.condition)):
        yield LintFinding(LintCode.SCORE_IN_OWN_RULE, entry.role)


def _covers(earlier: TemplateRole, later: TemplateRole) -> bool:
    return (
        earlier.condition is not None
        and later.condition is not None
        and implies(later.condition, earlier.condition)
    )
