"""Template linting: what is probably not meant, told with the names of the roles."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain import template_linting
from domain.role_templates import RoleTemplate
from domain.template_linting import REQUIRED_ADVISED, LintCode, LintFinding
from execution.context import Context, Right
from resolvers.outcomes import Invalid, NotFound
from resolvers.template_previews import Over, preview_role_template


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found, each finding with a sentence about it, and how much was looked at."""

    findings: tuple[tuple[LintFinding, str], ...]
    accounts: int
    people: int
    is_whole: bool


async def lint_role_template(
    ctx: Context, template: RoleTemplate, accounts_at_most: int
) -> Linted | Invalid | NotFound:
    """What is probably not meant in a template, by its roles and by so many of all accounts."""
    ctx.viewer.require(Right.READ)
    preview = await preview_role_template(ctx, template, Over(), None, accounts_at_most)
    if isinstance(preview, Invalid | NotFound):
        return preview
    tally = preview.tally
    found = template_linting.of_roles(template.roles)
    explained = {each.role for each in found if each.code in _EXPLAINS_PEOPLE}
    found += [each for each in template_linting.of_people(tally) if each.role not in explained]
    names = {role["_id"]: role["name"] for role in await ctx.stores.roles.all({"name": 1})}
    findings = tuple((each, _sentence(each, names)) for each in found)
    return Linted(findings, tally.accounts, tally.people, preview.is_whole)


_EXPLAINS_PEOPLE = frozenset(
    {LintCode.RULE_NEVER_HOLDS, LintCode.DUPLICATE_RULE, LintCode.UNREACHABLE_ROLE}
)
"""What already says why nobody takes a role."""


def _sentence(found: LintFinding, names: Mapping[str, str]) -> str:
    role = names.get(found.role or "", "")
    other = names.get(found.other or "", "the earlier roles together")
    match found.code:
        case LintCode.NO_ROLE:
            return "The template has no role: it cannot be published."
        case LintCode.NO_REQUIRED_ROLE:
            return "No role is required for completeness: the template cannot be published."
        case LintCode.SINGLE_ROLE:
            return f"{role} is the only role: a group is complete as soon as it is filled."
        case LintCode.NO_RULE:
            return "No role has a rule: nobody is put into groups but by hand or by a journey."
        case LintCode.TOO_MANY_REQUIRED_ROLES:
            return (
                f"{found.count} roles are required; with more than {REQUIRED_ADVISED} few groups "
                "ever become complete."
            )
        case LintCode.RULE_NEVER_HOLDS:
            return f"The rule of {role} can hold for nobody."
        case LintCode.DUPLICATE_RULE:
            return f"{role} has the same rule as {other}, which comes first: nobody takes it."
        case LintCode.UNREACHABLE_ROLE:
            return f"Whoever matches {role} matches {other} first: nobody takes it."
        case LintCode.SCORE_IN_OWN_RULE:
            return (
                f"The rule of {role} asks for the engagement score, which changes every day: "
                "people come and go with it, and with them the score of the group."
            )
        case LintCode.MATCHES_NOBODY:
            return f"The rule of {role} holds for nobody who was looked at."
        case LintCode.ALL_TAKE_EARLIER_ROLES:
            return f"All who match {role} take an earlier role, most of them {other}."
        case LintCode.REQUIRES_MORE_THAN_MATCH:
            return (
                f"In {found.count} of the accounts looked at, more than half of those with anybody "
                f"to place, the rules find fewer people for {role} than it requires."
            )
