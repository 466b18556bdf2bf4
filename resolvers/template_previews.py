"""Template previews: what creation and maintenance would do by a template, nothing written."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from domain import buying_groups
from domain.attributes import Scope
from domain.condition_documents import to_document
from domain.conditions import ALWAYS
from domain.identifiers import (
    AccountId,
    BuyingGroupId,
    PersonId,
    RoleId,
    RoleTemplateId,
    SolutionInterestId,
)
from domain.placing import asked_fields, matching
from domain.role_templates import RoleTemplate, TemplateStatus
from domain.template_previews import MOST_EXAMPLES, Movement, Shift, Tally, shifts
from execution.context import Context, Right
from resolvers import audience_accounts, maintenance, placements, related_findings, role_templates
from resolvers.outcomes import Invalid, NotFound
from resolvers.role_templates import RoleEntry
from store.driver import Document
from store.groups import FOR_DECIDING, to_group
from store.role_templates import with_personas

DEFAULT_ACCOUNTS: Final = 1_000
MOST_ACCOUNTS: Final = 100_000
MOST_LISTED: Final = 1_000
SECONDS: Final = 25.0
"""How long accounts are looked at; what is left then is not."""

_ACCOUNTS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Over:
    """The accounts a preview looks at: of an audience, listed, or with groups of an interest.

    One of them at most is given; with none all accounts are looked at.
    """

    audience: str | None = None
    accounts: Sequence[str] | None = None
    interest: str | None = None


@dataclass(slots=True)
class Comparison:
    """What would become of the groups there are: how many were looked at, and would change."""

    groups: int = 0
    changed: int = 0
    counts: dict[Movement, int] = field(default_factory=lambda: dict.fromkeys(Movement, 0))
    examples: dict[Movement, list[Shift]] = field(
        default_factory=lambda: {movement: [] for movement in Movement}
    )

    def add(self, found: Sequence[Shift]) -> None:
        """Count a group with what would be said anew in it."""
        self.groups += 1
        self.changed += any(shift.movement is not Movement.STAYS for shift in found)
        for shift in found:
            self.counts[shift.movement] += 1
            if len(self.examples[shift.movement]) < MOST_EXAMPLES:
                self.examples[shift.movement].append(shift)


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    """What was counted, what would become of groups if that was asked, and whether that is all."""

    tally: Tally
    comparison: Comparison | None
    is_whole: bool


async def template_of(
    ctx: Context, id: str | None, entries: Sequence[RoleEntry] | None
) -> RoleTemplate | Invalid | NotFound:
    """The stored template of an id, or one of the roles that are given; exactly one of the two."""
    ctx.viewer.require(Right.READ)
    if id is not None:
        stored = await ctx.stores.role_templates.template(id)
        return stored if stored is not None else NotFound("role template", id)
    resolved = await role_templates.resolve(ctx, entries or ())
    if isinstance(resolved, Invalid):
        return Invalid(f"template.{resolved.field}", resolved.reason)
    given = RoleTemplate(RoleTemplateId(""), TemplateStatus.DRAFT, 1, resolved)
    return with_personas(given, await ctx.stores.personas.definitions())


async def preview_role_template(
    ctx: Context,
    template: RoleTemplate,
    over: Over,
    compared_with: str | None = None,
    accounts_at_most: int = DEFAULT_ACCOUNTS,
) -> TemplatePreview | Invalid | NotFound:
    """Who would take which role in these accounts, and what changes in groups there are.

    `compared_with` is the solution interest whose groups are looked at; of accounts found by their
    groups it is that interest unless another is given. Accounts are looked at in the order of
    their ids, or of their groups', so many at most, and for so many seconds.
    """
    ctx.viewer.require(Right.READ)
    if not 1 <= accounts_at_most <= MOST_ACCOUNTS:
        return Invalid("accountsAtMost", f"must be from 1 to {MOST_ACCOUNTS:,}")
    compared = compared_with if compared_with is not None else over.interest
    if refusal := await _missing(ctx, over, compared):
        return refusal
    listed = None if over.accounts is None else list(over.accounts)
    audience: Document | None = {"condition": to_document(ALWAYS), "account_ids": listed}
    if over.audience is not None:
        audience = await ctx.stores.audiences.one(over.audience)
    if audience is None:
        return NotFound("account audience", over.audience or "")
    preview = _Preview(ctx, template, audience, over.interest, compared)
    return await preview.counted(accounts_at_most)


async def _missing(ctx: Context, over: Over, compared: str | None) -> Invalid | NotFound | None:
    """What a preview asks for that is not there; audiences apart."""
    for interest in filter(None, (over.interest, compared)):
        if await ctx.stores.solution_interests.one(interest, {"_id": 1}) is None:
            return NotFound("solution interest", interest)
    listed = over.accounts or ()
    if len(listed) > MOST_LISTED:
        reason = f"at most {MOST_LISTED:,} accounts, not {len(listed):,}"
        return Invalid("accounts.accountIds", reason)
    known = await ctx.stores.accounts.by_ids(listed, {"_id": 1})
    unknown = next((place for place, id in enumerate(listed) if id not in known), None)
    if unknown is None:
        return None
    return Invalid(f"accounts.accountIds[{unknown}]", f"there is no account {listed[unknown]}")


@dataclass(frozen=True, slots=True)
class _Preview:
    """A preview that is being made."""

    ctx: Context
    template: RoleTemplate
    audience: Document
    interest: str | None
    compared: str | None

    async def counted(self, at_most: int) -> TemplatePreview:
        """Look at accounts, some at a time, until there are no more or it has been enough."""
        tally = Tally(self.template)
        comparison = Comparison() if self.compared is not None else None
        reference = await placements.score_reference(self.ctx)
        clock = asyncio.get_running_loop().time
        end = clock() + SECONDS
        after, looked_at = "", 0
        while True:
            room = at_most - looked_at if clock() < end else 0
            accounts, following = await self._next(after, min(max(room, 1), _ACCOUNTS_AT_ONCE))
            if following is None or not room:
                return TemplatePreview(tally, comparison, following is None)
            after, looked_at = following, looked_at + len(accounts)
            await self._look_at(accounts, reference, tally, comparison)

    async def _next(self, after: str, limit: int) -> tuple[list[Document], str | None]:
        """The next accounts, and where to go on behind them; None when there are no more."""
        asked = asked_fields(self.template, Scope.ACCOUNT)
        shown = dict.fromkeys(asked | {"merged_into"}, 1)
        records = self.ctx.stores.accounts
        if self.interest is None:
            found = accounts = await audience_accounts.next_accounts(
                self.ctx, self.audience, shown, after=after, limit=limit
            )
        else:
            followed = {"solution_interest_id": self.interest}
            found = await self.ctx.stores.groups.found(
                followed, {"account_id": 1}, after=after, limit=limit
            )
            stored = await records.by_ids([group["account_id"] for group in found], shown)
            accounts = [stored[id] for id in sorted(stored)]
        following = found[-1]["_id"] if found else None
        return [each for each in accounts if "merged_into" not in each], following

    async def _look_at(
        self,
        accounts: Sequence[Document],
        reference: float,
        tally: Tally,
        comparison: Comparison | None,
    ) -> None:
        ctx, ids = self.ctx, [account["_id"] for account in accounts]
        people = await placements.people_of(ctx, ids, [self.template])
        everybody = chain.from_iterable(people.values())
        findings = await related_findings.of_rules(ctx, [self.template], everybody, ids)
        matches = matching(self.template, reference, findings)
        there = await self._groups(ids)
        for account in accounts:
            found = {
                PersonId(person["_id"]): matches(account, person)
                for person in people[account["_id"]]
            }
            tally.add(AccountId(account["_id"]), found)
            if comparison is not None and account["_id"] in there:
                comparison.add(self._shifts(there[account["_id"]], found))
            await asyncio.sleep(0)

    async def _groups(self, accounts: Sequence[str]) -> dict[str, Document]:
        """The groups of these accounts that are compared with, by account."""
        if self.compared is None:
            return {}
        tenant, interest = self.ctx.viewer.tenant, SolutionInterestId(self.compared)
        ids: list[BuyingGroupId] = [
            buying_groups.identifier(tenant, AccountId(account), interest) for account in accounts
        ]
        found = await self.ctx.stores.groups.by_ids(ids, FOR_DECIDING)
        return {document["account_id"]: document for document in found.values()}

    def _shifts(
        self, document: Document, matches: Mapping[PersonId, Sequence[RoleId]]
    ) -> list[Shift]:
        """What maintenance by this template would change in a group."""
        group = to_group(document)
        placed = {person: next(iter(roles), None) for person, roles in matches.items()}
        _, changes = maintenance.said_anew(self.ctx, group, placed)
        return shifts(group, changes)
