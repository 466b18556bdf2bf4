"""What is probably not meant in a role template, as clients see it."""

from typing import Annotated

import strawberry

import domain.role_templates
import domain.template_linting
import resolvers.template_linting
import resolvers.template_previews
from domain.roles import MOST_ROLES
from domain.template_linting import LintFinding
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.outcomes import Invalid
from resolvers.template_linting import Linted
from resolvers.template_previews import DEFAULT_ACCOUNTS
from schema.errors import InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.previewing_role_templates import TemplateSourceInput, asked_template
from schema.roles import Role

MOST_FINDINGS = 3 * MOST_ROLES + 3

LintSeverity = domain.template_linting.LintSeverity
strawberry.enum(
    LintSeverity,
    name="LintSeverity",
    description="ERROR: it cannot work as it stands. WARNING: it may surprise. ADVICE: it could be "
    "better.",
)
LintCode = domain.template_linting.LintCode
strawberry.enum(
    LintCode,
    name="LintCode",
    description="What was found in a role template. The first nine are seen in its roles and rules "
    "alone, the last three in the people who were looked at.",
)


@strawberry.type(description="Something that is probably not meant.")
class RoleTemplateFinding(Sourced):
    code: LintCode = stored(shown=LintCode, description="What was found.")
    severity: LintSeverity = stored(shown=LintSeverity, description="How much it matters.")
    role: Role | None = one("role_id", description="The role; null: the template as a whole.")
    other_role: Role | None = one(
        "other_role_id", description="The earlier role that stands in the way; null if none does."
    )
    message: str = stored(description="The finding in a sentence.")


@strawberry.type(description="What was found in a template, and how many people were looked at.")
class RoleTemplateLint(Sourced):
    findings: list[RoleTemplateFinding] = embedded(
        "findings",
        at_most=MOST_FINDINGS,
        description="Of the template first, then role by role, then what the people show.",
    )
    accounts: int = stored(description="How many accounts were looked at.")
    people: int = stored(description="How many people of them; one counts once for each account.")
    is_whole: bool = stored(description="Whether those were all accounts there are.")


LintRoleTemplateResult = Annotated[
    RoleTemplateLint | InvalidInput | NotFound, strawberry.union("LintRoleTemplateResult")
]


@strawberry.input(description="Which template is looked at, and by how many accounts.")
class LintRoleTemplateInput:
    template: TemplateSourceInput = strawberry.field(description="The template.")
    accounts_at_most: int = strawberry.field(
        default=DEFAULT_ACCOUNTS,
        description="By how many accounts the rules are tried, 1 to 100,000, in the order of ids.",
    )


async def lint_role_template(info: Info, input: LintRoleTemplateInput) -> LintRoleTemplateResult:
    """What is probably not meant in a template."""
    asked = asked_template(input.template)
    if isinstance(asked, Invalid):
        return refusal_of(asked)
    template = await resolvers.template_previews.template_of(info.context, *asked)
    if not isinstance(template, domain.role_templates.RoleTemplate):
        return refusal_of(template)
    linted = await resolvers.template_linting.lint_role_template(
        info.context, template, input.accounts_at_most
    )
    if isinstance(linted, Linted):
        return RoleTemplateLint.of(_document(linted))
    return refusal_of(linted)


def _document(linted: Linted) -> Document:
    return {
        "findings": [_finding(found, message) for found, message in linted.findings],
        "accounts": linted.accounts,
        "people": linted.people,
        "is_whole": linted.is_whole,
    }


def _finding(found: LintFinding, message: str) -> Document:
    return {
        "code": found.code.value,
        "severity": found.severity.value,
        "role_id": found.role,
        "other_role_id": found.other,
        "message": message,
    }
