"""Account audiences: to whom something is sold, by a rule over accounts or as a fixed list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.audiences import AudienceStatus
from domain.condition_documents import to_document
from domain.conditions import Condition
from domain.events import EventType
from domain.identifiers import AccountId, AudienceId
from domain.references import references_in, roles_in, solution_interests_in
from execution.context import Context, Right
from resolvers import audience_accounts, audience_members, conditions, naming, stamps
from resolvers.outcomes import Conflict, Invalid, NameTaken, NotFound
from resolvers.unsaid import Unsaid, settled
from store import joint_writes
from store.driver import Document
from store.joint_writes import Gone, Held, Renaming, Whole
from store.records import Change, Changed, Missing
from store.records import Conflict as Raced
from store.unique_names import Taken

MOST_LISTED: Final = 10_000
MOST_COUNTED: Final = 10_000
"""Up to so many accounts an estimate is exact."""

FIRST_SHOWN: Final = 10
KIND: Final = naming.Kind("aud", "account_audience", EventType.ACCOUNT_AUDIENCE_CREATED)


_Answer = Changed | Missing | Taken | Gone | Raced | AudienceId


@dataclass(frozen=True, slots=True)
class AudienceAccounts:
    """Who belongs: the accounts a rule finds, or those of a list; exactly one of the two."""

    condition: Condition | None = None
    account_ids: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class AudienceEstimate:
    """How many accounts belong, or at least belong, and the first of them by their ids."""

    accounts: int
    is_exact: bool
    first: tuple[AccountId, ...]


async def create_account_audience(
    ctx: Context,
    name: str,
    description: str | None,
    accounts: AudienceAccounts,
    *,
    is_draft: bool = False,
) -> AudienceId | Invalid | NameTaken | Conflict:
    """Store an audience, as a draft or live at once."""
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_text("name", name) or naming.check_description(description):
        return fault
    status = {"status": AudienceStatus.DRAFT.value} if is_draft else live(ctx)
    fields = {"description": description, "revision": 1, **status, **_accounts(accounts)}
    while True:
        if fault := await _check(ctx, accounts):
            return fault
        made: str | NameTaken | Gone | Raced = await naming.create_jointly(
            ctx, ctx.stores.audiences, KIND, name, lambda _: fields, held=_held(accounts)
        )
        match made:
            case str():
                return AudienceId(made)
            case NameTaken():
                return made
            case Raced():
                return Conflict("account audience", name)
            case Gone():
                continue


async def update_account_audience(
    ctx: Context,
    id: str,
    description: str | Unsaid | None,
    accounts: AudienceAccounts | Unsaid,
    name: str | Unsaid = Unsaid.STAYS,
) -> AudienceId | Invalid | NameTaken | NotFound | Conflict:
    """Change what an audience is called, its description, or who belongs to it.

    Who is a member of a live one follows within moments.
    """
    ctx.viewer.require(Right.EDIT_COMPONENTS)
    if fault := naming.check_said(name, description):
        return fault

    def decide(document: Document, _: Whole) -> Change | AudienceId:
        named = settled(name, document["name"])
        described = settled(description, document.get("description"))
        belonging = {} if isinstance(accounts, Unsaid) else _accounts(accounts)
        after = {"name": named, "description": described, **belonging}
        if not _differ(document, after):
            return AudienceId(id)
        paths = after | naming.name_paths(named)
        if _differ(document, belonging):
            paths |= audience_members.revised(document)
        event = stamps.event(ctx, EventType.ACCOUNT_AUDIENCE_UPDATED, id)
        return Change({**paths, **stamps.updated(ctx)}, (event,))

    def renaming(document: Document) -> Renaming | None:
        return naming.renaming(ctx, KIND, document["name"], settled(name, document["name"]))

    while True:
        if not isinstance(accounts, Unsaid) and (fault := await _check(ctx, accounts)):
            return fault
        held = [] if isinstance(accounts, Unsaid) else _held(accounts)
        answer: _Answer = await joint_writes.change(
            ctx.stores.audiences, id, decide, held=held, renaming=renaming
        )
        match answer:
            case Missing():
                return NotFound("account audience", id)
            case Taken(owner):
                return NameTaken(str(name), owner)
            case Raced():
                return Conflict("account audience", id)
            case Changed() | str():
                return AudienceId(id)
            case Gone():
                continue


def live(ctx: Context) -> Document:
    """What a document says of an audience that goes live now."""
    marks = {"published_at": ctx.now(), "published_by": ctx.viewer.actor}
    return {"status": AudienceStatus.LIVE.value, "refresh_due": True, **marks}


def _differ(document: Document, after: Mapping[str, object]) -> bool:
    return any(document.get(key) != value for key, value in after.items())


def _held(accounts: AudienceAccounts) -> list[Held]:
    """What has to be there for a rule to name it."""
    if accounts.condition is None:
        return []
    return [
        Held("roles", roles_in(accounts.condition)),
        Held("solution_interests", solution_interests_in(accounts.condition)),
    ]


async def estimate_account_audience(
    ctx: Context, accounts: AudienceAccounts
) -> AudienceEstimate | Invalid:
    """How many accounts an audience would have, counted up to a bound; nothing is stored."""
    ctx.viewer.require(Right.READ)
    if fault := await _check(ctx, accounts):
        return fault
    audience = _accounts(accounts)
    counted = await audience_accounts.count_accounts(ctx, audience, MOST_COUNTED + 1)
    first = await audience_accounts.next_accounts(
        ctx, audience, {"_id": 1}, after="", limit=FIRST_SHOWN
    )
    return AudienceEstimate(
        min(counted, MOST_COUNTED),
        counted <= MOST_COUNTED,
        tuple(AccountId(account["_id"]) for account in first),
    )


async def _check(ctx: Context, accounts: AudienceAccounts) -> Invalid | None:
    if (accounts.condition is None) == (accounts.account_ids is None):
        return Invalid("condition", "give either a condition or a list of accounts")
    if accounts.condition is not None:
        return await conditions.check(ctx, "condition", accounts.condition, conditions.OF_ACCOUNTS)
    listed = list(accounts.account_ids or ())
    if len(listed) > MOST_LISTED:
        return Invalid("accountIds", f"at most {MOST_LISTED} accounts, not {len(listed)}")
    known = await ctx.stores.accounts.by_ids(listed, {"_id": 1})
    for place, account in enumerate(listed):
        if account not in known:
            return Invalid(f"accountIds[{place}]", f"there is no account {account}")
    return None


def _accounts(accounts: AudienceAccounts) -> Document:
    condition = accounts.condition
    return {
        "condition": to_document(condition) if condition is not None else None,
        "account_ids": (
            sorted(set(accounts.account_ids)) if accounts.account_ids is not None else None
        ),
        "reference_ids": references_in(condition) if condition is not None else [],
    }
