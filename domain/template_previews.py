"""Template previews: who would take which role, counted account by account, nothing written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from domain import membership
from domain.buying_groups import BuyingGroup, MemberChange
from domain.identifiers import AccountId, BuyingGroupId, PersonId, RoleId
from domain.membership import Claim, Method
from domain.role_templates import RoleTemplate, TemplateRole

MOST_EXAMPLES: Final = 10
"""How many people each count of a preview names."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of an account."""

    person: PersonId
    account: AccountId


@dataclass(slots=True)
class RoleTally:
    """What was counted of one role.

    `matching` people have a rule that holds, `taken` of them take the role; the others took an
    earlier one, counted in `taken_earlier`. In `short_accounts` the rules place somebody, but
    fewer into this role than it requires.
    """

    entry: TemplateRole
    matching: int = 0
    taken: int = 0
    short_accounts: int = 0
    taken_earlier: Counter[RoleId] = field(default_factory=Counter)
    examples: list[Candidate] = field(default_factory=list)

    @property
    def matches_nobody(self) -> bool:
        """Whether there is a rule, and it holds for nobody."""
        return self.entry.condition is not None and self.matching == 0

    @property
    def is_shadowed(self) -> bool:
        """Whether whoever matches has taken an earlier role."""
        return self.matching > 0 and self.taken == 0


class Tally:
    """The counts of a preview, which grow by one account at a time.

    A person counts once for each account.
    """

    def __init__(self, template: RoleTemplate) -> None:
        self.roles = {entry.role: RoleTally(entry) for entry in template.roles}
        self.accounts = 0
        self.placed_accounts = 0
        self.people = 0

    @property
    def placed(self) -> int:
        """How many people take a role."""
        return sum(role.taken for role in self.roles.values())

    def add(self, account: AccountId, matches: Mapping[PersonId, Sequence[RoleId]]) -> None:
        """Count an account, given for each of its people the roles whose rules hold, in order."""
        self.accounts += 1
        self.people += len(matches)
        taken = Counter[RoleId]()
        for person, roles in matches.items():
            for role in roles:
                self.roles[role].matching += 1
            if roles:
                self._take(Candidate(person, account), roles)
                taken[roles[0]] += 1
        if taken:
            self.placed_accounts += 1
            for role_id, tally in self.roles.items():
                tally.short_accounts += taken[role_id] < tally.entry.members_required

    def _take(self, candidate: Candidate, roles: Sequence[RoleId]) -> None:
        first, *later = roles
        self.roles[first].taken += 1
        if len(self.roles[first].examples) < MOST_EXAMPLES:
            self.roles[first].examples.append(candidate)
        for role in later:
            self.roles[role].taken_earlier[first] += 1


class Movement(Enum):
    """What would become of a person in a group."""

    JOINS = "joins"
    LEAVES = "leaves"
    MOVES = "moves"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class Shift:
    """A person of a group about whom SYSTEM would say something else than so far.

    Of one who stays, in a role or out of the group, `decided_by` is the stronger claim.
    """

    movement: Movement
    group: BuyingGroupId
    person: PersonId
    before: RoleId | None
    after: RoleId | None
    decided_by: Claim | None = None


def shifts(group: BuyingGroup, changes: Sequence[MemberChange]) -> list[Shift]:
    """What each changed claim of SYSTEM would do to the person it is about."""
    found = []
    for change in changes:
        winner = membership.deciding(change.before)
        before, after = winner.role if winner else None, change.after.role
        decides = change.after.deciding
        if decides is not None and decides.method is not Method.SYSTEM:
            movement, by = Movement.STAYS, decides
        elif before is None:
            movement, by = Movement.JOINS, None
        else:
            movement, by = Movement.LEAVES if after is None else Movement.MOVES, None
        if movement is Movement.JOINS and after is None:
            continue  # out before, and out by SYSTEM's word now
        found.append(Shift(movement, group.id, change.after.person, before, after, by))
    return found
