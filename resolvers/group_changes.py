"""What is stored when a group's members change: their places, what follows, and the events."""

from collections.abc import Mapping, Sequence

from domain import membership
from domain.buying_groups import BuyingGroup, MemberChange
from domain.events import Event, EventType
from domain.membership import Claims, Method
from domain.role_templates import RoleTemplate
from execution.context import Context
from resolvers import stamps
from store.driver import Document
from store.groups import claims_document, derived_paths, member_paths
from store.records import Change


def follows_another(document: Document, template: RoleTemplate) -> bool:
    """Whether a group follows another template than this one, or a later revision of it."""
    is_another: bool = document["role_template_id"] != template.id
    return is_another or bool(document["template_revision"] > template.revision)


def membership_change(
    ctx: Context,
    document: Document,
    after: BuyingGroup,
    changes: Sequence[MemberChange],
    template: RoleTemplate,
    method: Method | None,
    reason: str | None = None,
) -> Change:
    """What is stored when members changed: their places, what follows, and an event each.

    No method has spoken where a person was deleted, or merged into another.
    """
    derived = derived_paths(after.members, template.roles, template.revision)
    events = [membership_event(ctx, after, change, method, reason) for change in changes]
    events += completeness_events(ctx, document, derived)
    due = {"score_due": document["version"] + 1}
    return Change({**member_paths(changes), **derived, **due, **stamps.updated(ctx)}, tuple(events))


def completeness_events(
    ctx: Context, document: Document, derived: Mapping[str, object]
) -> list[Event]:
    """The event that a group's completeness is another than before, if it is."""
    before, after = document["completeness"], derived["completeness"]
    if before == after:
        return []
    return [
        stamps.event(
            ctx,
            EventType.COMPLETENESS_CHANGED,
            document["_id"],
            buying_group_id=document["_id"],
            account_id=document["account_id"],
            solution_interest_id=document["solution_interest_id"],
            before={"completeness": before, "missing_role_ids": document.get("missing_role_ids")},
            after={"completeness": after, "missing_role_ids": derived["missing_role_ids"]},
        )
    ]


def membership_event(
    ctx: Context,
    group: BuyingGroup,
    change: MemberChange,
    method: Method | None,
    reason: str | None = None,
) -> Event:
    """The event of a member's changed claims, with all of them before and after.

    Why it was said is free text, in which a person may be named, so it stands apart: the reason of
    the method that has spoken, or the reasons of all claims that became others by no method's word.
    """
    return stamps.event(
        ctx,
        EventType.MEMBERSHIP_CHANGED,
        group.id,
        method=method.value if method else None,
        buying_group_id=group.id,
        account_id=group.account,
        solution_interest_id=group.solution_interest,
        person_id=change.after.person,
        before=_said(change.before),
        after=_said(change.after.claims),
        personal=_reasons(change, method, reason) or None,
    )


def _reasons(change: MemberChange, method: Method | None, reason: str | None) -> dict[str, object]:
    claims = change.after.claims
    if method is not None:
        own = claims.get(method)
        told = reason or (own.reason if own else None)
        return {"reason": told} if told else {}
    others = {
        each.method.value: each.reason
        for each in claims.values()
        if each.reason and change.before.get(each.method) != each
    }
    return {"reasons": others} if others else {}


def _said(claims: Claims) -> dict[str, object]:
    if not claims:
        return {"role_id": None, "claims": {}}
    winner = membership.deciding(claims)
    stored = claims_document(claims)
    for claim in stored.values():
        del claim["reason"]
    return {"role_id": winner.role if winner else None, "claims": stored}
