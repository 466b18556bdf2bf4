"""Resolved groups: what another system says about a group and its members."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from domain.activities import PersonReference, checked_person, text_fault
from domain.buying_groups import COMMAND_SIZE, PersonOutsideAccount, RoleNotInTemplate
from domain.fields import Refused, flaw_of
from domain.identifiers import BuyingGroupId, RoleTemplateId
from domain.identities import Reference, checked_reference
from domain.membership import Method
from domain.role_aliases import UnknownRole
from domain.stages import MoveRefusal
from domain.upserting import UnknownRecord

MOST_MEMBERS: Final = COMMAND_SIZE
"""How many members one item names at most."""

MOST_MEMBERS_IN_ALL: Final = 5_000
"""How many members all items of a call name together at most."""

REASON_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class MemberItem:
    """A person, and the role to be in, by id, name or alias."""

    person: PersonReference
    role: str


@dataclass(frozen=True, slots=True)
class GroupItem:
    """One item: the group of an account for a solution interest, and what is said of it.

    Solution interest and role template are named by id or name, the stage likewise. Whoever names
    a template wants nothing said to a group that follows another.
    """

    account: Reference
    solution_interest: str
    members: tuple[MemberItem, ...] = ()
    role_template: str | None = None
    stage: str | None = None
    method: Method = Method.SYSTEM
    reason: str | None = None


class Status(Enum):
    """What came of an item that was accepted."""

    CREATED = "CREATED"
    ADDED_TO = "ADDED_TO"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class AnotherTemplate:
    """The group follows this role template, and not the one that the item names."""

    template: RoleTemplateId


@dataclass(frozen=True, slots=True)
class Raced:
    """Others kept changing the group, or deleted it; nothing of the item was stored."""

    group: BuyingGroupId


Why: TypeAlias = (
    Refused
    | UnknownRecord
    | UnknownRole
    | RoleNotInTemplate
    | PersonOutsideAccount
    | AnotherTemplate
    | MoveRefusal
    | Raced
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing of an item is stored: the field of it that is at fault, and why.

    `group` is the one it is about, where that is known.
    """

    field: str
    why: Why
    group: BuyingGroupId | None = None


def fault_of_all(items: Sequence[GroupItem]) -> Refused | None:
    """Why these items are too much for one call."""
    count = sum(len(item.members) for item in items)
    if count <= MOST_MEMBERS_IN_ALL:
        return None
    return Refused("items", f"name {count:,} members, more than {MOST_MEMBERS_IN_ALL:,} in all")


def checked(item: GroupItem) -> GroupItem | Refusal:
    """The item without blanks around its texts, or its first fault."""
    first = next(faults(item), None)
    if first is not None:
        return Refusal(first.field, first)
    account = checked_reference(item.account, "account")
    members = [(checked_person(each.person), each.role.strip()) for each in item.members]
    assert isinstance(account, Reference)
    return replace(
        item,
        account=account,
        solution_interest=item.solution_interest.strip(),
        members=tuple(
            MemberItem(person, role) for person, role in members if not isinstance(person, Refused)
        ),
    )


def faults(item: GroupItem) -> Iterator[Refused]:
    """Everything that shows in the item itself, one fault a field."""
    account = checked_reference(item.account, "account")
    if isinstance(account, Refused):
        yield account
    texts = (("roleTemplate", item.role_template), ("stage", item.stage))
    stated = [(field, text) for field, text in texts if text is not None]
    for field, text in (("solutionInterest", item.solution_interest), *stated):
        if fault := text_fault(field, text.strip()):
            yield fault
    if item.reason is not None and (flaw := flaw_of(item.reason, REASON_LENGTH)):
        yield Refused("reason", flaw.reason)
    if len(item.members) > MOST_MEMBERS:
        reason = f"may be at most {MOST_MEMBERS}, not {len(item.members)}"
        yield Refused("members", reason)
    yield from _faults_of(item.members)


def _faults_of(members: Iterable[MemberItem]) -> Iterator[Refused]:
    for place, member in enumerate(members):
        person = checked_person(member.person)
        if isinstance(person, Refused):
            yield Refused(f"members[{place}].{person.field}", person.reason)
        if fault := text_fault("role", member.role.strip()):
            yield Refused(f"members[{place}].{fault.field}", fault.reason)
