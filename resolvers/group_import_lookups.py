"""What the items of an import of groups name is looked up: accounts, interests, people, roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import buying_groups
from domain.activities import PersonByEmail, PersonById, PersonByKey, PersonReference
from domain.buying_groups import PersonOutsideAccount
from domain.group_imports import GroupItem, Refusal
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    RoleId,
    RoleTemplateId,
    SolutionInterestId,
)
from domain.identities import Reference, carried, key_identity
from domain.membership import Method
from domain.role_aliases import Spellings, UnknownRole
from domain.upserting import UnknownRecord
from execution.context import Context
from resolvers import activities, merged_accounts, roles
from resolvers.directories import Directory, directory_of
from store.driver import Document

_NAMED = {"keys": 1, "former_keys": 1, "merged_into": 1}


@dataclass(frozen=True, slots=True)
class Assigned:
    """A person of the group's account and a role, with the word it was named by."""

    person: PersonId
    role: RoleId
    named: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """An item with whatever it names; `template` is the one it wants the group to follow."""

    group: BuyingGroupId
    account: AccountId
    interest: SolutionInterestId
    members: tuple[Assigned, ...]
    template: RoleTemplateId | None
    stage: str | None
    method: Method
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that the items of a call name, as far as there is such a thing."""

    accounts: Mapping[Reference, AccountId]
    interests: Directory[SolutionInterestId]
    templates: Directory[RoleTemplateId]
    people: Mapping[PersonReference, PersonId]
    relations: Mapping[str, Document]
    roles: Spellings


async def looked_up(ctx: Context, items: Sequence[GroupItem | Refusal]) -> list[Resolved | Refusal]:
    """The items with what they name, or why that cannot be; what was refused stays refused.

    It serves an import, which has asked for its rights.
    """
    given = [item for item in items if isinstance(item, GroupItem)]
    people = await activities.people_named(ctx, {m.person for item in given for m in item.members})
    is_template_named = any(item.role_template for item in given)
    stores = ctx.stores
    none: Directory[Any] = Directory({})
    known = _Known(
        await _accounts(ctx, {item.account for item in given}),
        await directory_of(stores.solution_interests, SolutionInterestId) if given else none,
        await directory_of(stores.role_templates, RoleTemplateId) if is_template_named else none,
        people,
        await ctx.stores.people.by_ids(people.values(), {"relations.account_id": 1}),
        await roles.spellings(ctx),
    )
    return [
        await _resolved(ctx, known, item) if isinstance(item, GroupItem) else item for item in items
    ]


async def _resolved(ctx: Context, known: _Known, item: GroupItem) -> Resolved | Refusal:
    account = known.accounts.get(item.account)
    if account is None:
        field = "account.id" if item.account.id is not None else "account.key"
        return _unknown(field, "account", item.account.named)
    interest = known.interests.find(item.solution_interest)
    if interest is None:
        return _unknown("solutionInterest", "solution interest", item.solution_interest)
    template = known.templates.find(item.role_template or "")
    if template is None and item.role_template is not None:
        return _unknown("roleTemplate", "role template", item.role_template)
    assigned = _assigned(known, item)
    if isinstance(assigned, Refusal):
        return assigned
    stranger = await _stranger(ctx, known, account, assigned)
    if stranger is not None:
        why = PersonOutsideAccount(assigned[stranger].person)
        return Refusal(f"members[{stranger}].person", why)
    return Resolved(
        buying_groups.identifier(ctx.viewer.tenant, account, interest),
        account,
        interest,
        tuple(assigned),
        template,
        item.stage,
        item.method,
        item.reason,
    )


def _assigned(known: _Known, item: GroupItem) -> list[Assigned] | Refusal:
    assigned: list[Assigned] = []
    for place, member in enumerate(item.members):
        person = known.people.get(member.person)
        if person is None:
            field, named = _shown(member.person)
            return _unknown(f"members[{place}].{field}", "person", named)
        role = known.roles.find(member.role)
        if isinstance(role, UnknownRole):
            return Refusal(f"members[{place}].role", role)
        assigned.append(Assigned(person, role, member.role))
    return assigned


async def _stranger(
    ctx: Context, known: _Known, account: AccountId, assigned: Sequence[Assigned]
) -> int | None:
    """The place of the first who is not of the account."""
    people = [known.relations[each.person] for each in assigned if each.person in known.relations]
    accounts = await merged_accounts.known_as(ctx, account, people) if people else frozenset()
    for place, each in enumerate(assigned):
        relations = known.relations.get(each.person, {}).get("relations", ())
        if not any(relation["account_id"] in accounts for relation in relations):
            return place
    return None


async def _accounts(ctx: Context, references: Iterable[Reference]) -> dict[Reference, AccountId]:
    """The accounts that are there under these names; one that was merged away is not."""
    named = {each: key_identity("account", each.key) for each in references if each.key}
    claims = await ctx.stores.identities.find(named.values(), ctx.now())
    owners = {ref: claims[identity].owner for ref, identity in named.items() if identity in claims}
    owners |= {each: each.id for each in references if each.id is not None}
    stored = await ctx.stores.accounts.by_ids(owners.values(), _NAMED)
    carries = {
        id: carried("account", each) for id, each in stored.items() if "merged_into" not in each
    }
    return {
        reference: AccountId(id)
        for reference, id in owners.items()
        if id in carries and (reference not in named or named[reference] in carries[id])
    }


def _unknown(field: str, noun: str, named: str) -> Refusal:
    return Refusal(field, UnknownRecord(field, noun, named))


def _shown(person: PersonReference) -> tuple[str, str]:
    match person:
        case PersonById(id):
            return "person.id", id
        case PersonByEmail(email):
            return "person.email", email
        case PersonByKey(key):
            return "person.key", f"{key.system}:{key.id}"
