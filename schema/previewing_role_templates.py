"""Template previews as clients see them: who would take which role, nothing written."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

import domain.role_templates
import resolvers.template_previews
from domain.roles import MOST_ROLES
from domain.template_previews import MOST_EXAMPLES, Movement, RoleTally, Shift, Tally
from execution.fields import embedded, one, stored
from execution.sources import Document, Sourced
from resolvers.outcomes import Invalid
from resolvers.role_templates import RoleEntry
from resolvers.template_previews import DEFAULT_ACCOUNTS, Comparison, Over, TemplatePreview
from schema.accounts import Account
from schema.buying_groups import BuyingGroup
from schema.editing_role_templates import TemplateRoleInput, entries_of
from schema.errors import InvalidInput, NotFound, refusal_of
from schema.info import Info
from schema.members import MembershipMethod
from schema.people import Person
from schema.roles import Role
from schema.unsaid import or_none


@strawberry.input(one_of=True, description="Which template is looked at: exactly one is given.")
class TemplateSourceInput:
    role_template_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A stored one, draft or live."
    )
    roles: list[TemplateRoleInput] | None = strawberry.field(
        default=strawberry.UNSET, description="One of these roles, which is stored nowhere."
    )


@strawberry.input(one_of=True, description="Which accounts are looked at: exactly one is given.")
class PreviewedAccountsInput:
    account_audience_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Those of an audience."
    )
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="These, 1,000 at most."
    )
    solution_interest_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Those that have a group for a solution interest; their groups are compared.",
    )


@strawberry.input(description="What a template is tried on.")
class PreviewRoleTemplateInput:
    template: TemplateSourceInput = strawberry.field(description="The template.")
    accounts: PreviewedAccountsInput = strawberry.field(description="The accounts.")
    compared_with: strawberry.ID | None = strawberry.field(
        default=None,
        description="A solution interest: its groups at these accounts are compared with what the "
        "template says. None: only accounts found by their groups are compared.",
    )
    accounts_at_most: int = strawberry.field(
        default=DEFAULT_ACCOUNTS, description="How many accounts are looked at, 1 to 100,000."
    )


@strawberry.type(description="A person of an account.")
class Candidate(Sourced):
    person: Person | None = one("person_id", description="The person.")
    account: Account | None = one("account_id", description="The account.")


@strawberry.type(description="So many people who match a role have taken an earlier one.")
class TakenEarlier(Sourced):
    role: Role = one("role_id", description="The earlier role.")
    people: int = stored(description="How many of them took it.")


@strawberry.type(description="Who would take a role of the template. People count per account.")
class PreviewedRole(Sourced):
    role: Role = one("role_id", description="The role.")
    has_rule: bool = stored(description="Whether it has a rule; without one nobody takes it.")
    people: int = stored(description="How many people would take it.")
    matching: int = stored(
        description="For how many its rule holds, those included who take an earlier role."
    )
    matches_nobody: bool = stored(description="Whether there is a rule, and it holds for nobody.")
    is_shadowed: bool = stored(
        description="Whether its rule holds for people, all of whom take an earlier role."
    )
    taken_earlier: list[TakenEarlier] = embedded(
        "taken_earlier",
        at_most=MOST_ROLES,
        description="The earlier roles that people who match have taken.",
    )
    examples: list[Candidate] = embedded(
        "examples", at_most=MOST_EXAMPLES, description="The first who would take it, 10 at most."
    )


@strawberry.type(description="What would become of one person in one group.")
class PreviewedShift(Sourced):
    buying_group: BuyingGroup | None = one("buying_group_id", description="The group.")
    person: Person | None = one("person_id", description="The person.")
    before: Role | None = one("before", description="The role they have; null: they are out.")
    after: Role | None = one("after", description="The role they would have; null: they are out.")
    decided_by: MembershipMethod | None = stored(
        shown=MembershipMethod,
        description="Whose claim is stronger than the rules' and decides; null where theirs does.",
    )


@strawberry.type(description="People to whom the same would happen.")
class PreviewedShifts(Sourced):
    people: int = stored(description="How many; a person counts once for each group.")
    examples: list[PreviewedShift] = embedded(
        "examples", at_most=MOST_EXAMPLES, description="The first of them, 10 at most."
    )


@strawberry.type(
    description="What maintenance by this template would change in the groups there are."
)
class PreviewedChanges(Sourced):
    groups: int = stored(description="How many groups were looked at.")
    groups_changed: int = stored(description="In how many somebody would join, leave or move.")
    joining: PreviewedShifts = embedded("joins", description="Who would join.")
    leaving: PreviewedShifts = embedded("leaves", description="Who would leave.")
    moving: PreviewedShifts = embedded("moves", description="Who would get another role.")
    staying: PreviewedShifts = embedded(
        "stays",
        description="Of whom the rules would say something else, but a stronger claim decides: "
        "they keep their role, or stay out.",
    )


@strawberry.type(description="What a template would do. Nothing of it is stored.")
class RoleTemplatePreview(Sourced):
    accounts: int = stored(description="How many accounts were looked at.")
    people: int = stored(description="How many people of them; one counts once for each account.")
    placed: int = stored(description="How many of them would take a role.")
    is_whole: bool = stored(
        description="Whether that was all accounts asked for; false where the limit was reached, or"
        " 25 seconds had passed."
    )
    roles: list[PreviewedRole] = embedded(
        "roles", at_most=MOST_ROLES, description="The template's roles in order of priority."
    )
    changes: PreviewedChanges | None = embedded(
        "changes", description="What would become of groups; null when none were compared."
    )


PreviewRoleTemplateResult = Annotated[
    RoleTemplatePreview | InvalidInput | NotFound, strawberry.union("PreviewRoleTemplateResult")
]


async def preview_role_template(
    info: Info, input: PreviewRoleTemplateInput
) -> PreviewRoleTemplateResult:
    """What a template would do."""
    asked = asked_template(input.template)
    if isinstance(asked, Invalid):
        return refusal_of(asked)
    template = await resolvers.template_previews.template_of(info.context, *asked)
    if not isinstance(template, domain.role_templates.RoleTemplate):
        return refusal_of(template)
    preview = await resolvers.template_previews.preview_role_template(
        info.context, template, _over(input.accounts), input.compared_with, input.accounts_at_most
    )
    if isinstance(preview, TemplatePreview):
        return RoleTemplatePreview.of(_document(preview))
    return refusal_of(preview)


def asked_template(
    given: TemplateSourceInput,
) -> tuple[str | None, Sequence[RoleEntry] | None] | Invalid:
    """The id of the template a client asks for, or its roles; or a rule that cannot be read."""
    roles = or_none(given.roles)
    if roles is None:
        return or_none(given.role_template_id), None
    entries = entries_of(roles)
    if isinstance(entries, Invalid):
        return Invalid(f"template.{entries.field}", entries.reason)
    return None, entries


def _over(given: PreviewedAccountsInput) -> Over:
    return Over(
        or_none(given.account_audience_id),
        or_none(given.account_ids),
        or_none(given.solution_interest_id),
    )


def _document(preview: TemplatePreview) -> Document:
    tally = preview.tally
    return {
        "accounts": tally.accounts,
        "people": tally.people,
        "placed": tally.placed,
        "is_whole": preview.is_whole,
        "roles": [_role(tally, role) for role in tally.roles.values()],
        "changes": _changes(preview.comparison) if preview.comparison else None,
    }


def _role(tally: Tally, role: RoleTally) -> Document:
    return {
        "role_id": role.entry.role,
        "has_rule": role.entry.condition is not None,
        "people": role.taken,
        "matching": role.matching,
        "matches_nobody": role.matches_nobody,
        "is_shadowed": role.is_shadowed,
        "taken_earlier": [
            {"role_id": earlier, "people": role.taken_earlier[earlier]}
            for earlier in tally.roles
            if earlier in role.taken_earlier
        ],
        "examples": [
            {"person_id": each.person, "account_id": each.account} for each in role.examples
        ],
    }


def _changes(comparison: Comparison) -> Document:
    counted = {
        movement.value: {
            "people": comparison.counts[movement],
            "examples": [_shift(shift) for shift in comparison.examples[movement]],
        }
        for movement in Movement
    }
    return {"groups": comparison.groups, "groups_changed": comparison.changed, **counted}


def _shift(shift: Shift) -> Document:
    return {
        "buying_group_id": shift.group,
        "person_id": shift.person,
        "before": shift.before,
        "after": shift.after,
        "decided_by": shift.decided_by.method.value if shift.decided_by else None,
    }
