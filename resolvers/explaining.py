"""Why somebody is in a group, or is not: the claims there are, and what each rule found."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain import membership
from domain.condition_evaluation import Explanation, Subject, evaluate, explain
from domain.conditions import Condition
from domain.identifiers import BuyingGroupId, PersonId, RoleId
from domain.membership import Claim, Claims
from domain.persona_tests import told_by_name
from domain.placing import placing
from domain.role_templates import RoleTemplate
from execution.context import Context, Right
from resolvers import placements, related_findings
from resolvers.outcomes import NotFound
from store.groups import to_group
from store.personas import definitions
from store.role_templates import with_personas


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A role of the template, and what its rule found in the person; None without a rule.

    `is_first` marks the role that the rules give the person.
    """

    role: RoleId
    finding: Explanation | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class MembershipExplanation:
    """Everything that bears on one person's place in a group."""

    group: BuyingGroupId
    person: PersonId
    claims: Claims
    deciding: Claim | None
    is_related: bool
    rules: tuple[RuleFinding, ...]
    role_names: Mapping[str, str]

    @property
    def strongest_first(self) -> list[Claim]:
        """The claims, the one that decides first."""
        return [self.claims[m] for m in membership.STRONGEST_FIRST if m in self.claims]


async def explain_membership(
    ctx: Context, group_id: str, person_id: str
) -> MembershipExplanation | NotFound:
    """The claims about a person in a group, which of them decides, and every rule's finding."""
    ctx.viewer.require(Right.READ)
    document = await ctx.stores.groups.one(group_id, {"outbox": 0, "folded": 0, "search": 0})
    if document is None:
        return NotFound("buying group", group_id)
    person = await ctx.stores.people.one(person_id)
    if person is None:
        return NotFound("person", person_id)
    written = await ctx.stores.role_templates.as_written(document["role_template_id"])
    account = await ctx.stores.accounts.one(document["account_id"])
    if written is None or account is None:
        return NotFound("account", document["account_id"])
    group = to_group(document)
    claims = next((m.claims for m in group.members if m.person == person_id), {})
    is_related = any(r["account_id"] == group.account for r in person["relations"])
    reference = await placements.score_reference(ctx)
    stored = await ctx.stores.personas.all({"name": 1, "attributes": 1})
    defined = definitions(stored)
    template = with_personas(written, defined)
    findings = await related_findings.of_rules(ctx, [template], [person], [group.account])
    subject = Subject(account, person, reference, findings)
    given = placing(template, reference, findings)(account, person)
    matched = [
        {"id": each["_id"], "name": each["name"]}
        for each in stored
        if evaluate(defined[each["_id"]], subject)
    ]
    return MembershipExplanation(
        group.id,
        PersonId(person_id),
        claims,
        membership.deciding(claims),
        is_related,
        _findings(written, template, subject, given, matched) if is_related else (),
        {role["_id"]: role["name"] for role in await ctx.stores.roles.all()},
    )


def _findings(
    written: RoleTemplate,
    template: RoleTemplate,
    subject: Subject,
    given: RoleId | None,
    matched: object,
) -> tuple[RuleFinding, ...]:
    """What each rule found, told of the rules as they were written.

    `given` is the role that the rules give, `matched` the personas of the person.
    """

    def finding(asked: Condition | None, evaluated: Condition | None) -> Explanation | None:
        if asked is None or evaluated is None:
            return None
        return told_by_name(asked, explain(evaluated, subject), matched)

    return tuple(
        RuleFinding(entry.role, finding(entry.condition, each.condition), entry.role == given)
        for entry, each in zip(written.roles, template.roles, strict=True)
    )


def sentence(explanation: MembershipExplanation) -> str:
    """The explanation in one sentence or two, as a salesperson would say it."""
    decides = explanation.deciding
    if decides is None and not explanation.is_related:
        return (
            "Nobody has spoken about this person, who has no current relation to the group's "
            "account: the rules do not apply."
        )
    if decides is None:
        rule = next((each for each in explanation.rules if each.is_first), None)
        if rule is not None:
            role = explanation.role_names[rule.role]
            return f"Nobody has spoken about this person; the rules would give the role {role}."
        return "Nobody has spoken about this person, and no rule gives a role."
    overruled = [
        f"{claim.method.name} said {_said(claim, explanation.role_names)}"
        for claim in explanation.claims.values()
        if claim.role != decides.role
    ]
    words = f"{decides.method.name} decides: {_said(decides, explanation.role_names)}"
    words += f", by {decides.actor} on {decides.at:%Y-%m-%d}"
    words += f" ({decides.reason})." if decides.reason else "."
    if overruled:
        words += f" Overruled: {', '.join(sorted(overruled))}."
    return words


def _said(claim: Claim, role_names: Mapping[str, str]) -> str:
    if claim.role is None:
        return "removed"
    return f"assigned as {role_names.get(claim.role, claim.role)}"
