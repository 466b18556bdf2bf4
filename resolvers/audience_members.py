"""Members of an audience: whoever belongs by now joins, whoever does not any more leaves.

A stretch of accounts is done after the other. What is done again finds nothing left to do, so a
refresh may be broken off anywhere, and any number of them may go on at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.audiences import AudienceStatus, RefreshPlace, member_changes, status_of
from domain.events import Event, EventType
from domain.identifiers import AccountId, AudienceId, JobId
from execution.context import Context, Right
from resolvers import audience_accounts, stamps
from store.audience_members import AUDIENCE, MEMBERSHIPS, Crossing
from store.driver import Document
from store.records import Change, Changed, Conflict, Missing

STRETCH: Final = 5_000
"""How many accounts are looked at in a step."""

CROSSINGS_AT_ONCE: Final = 1_000
_MOST_LOOKS: Final = 10
"""How often a stretch is looked at in which others change accounts; the next refresh does more."""

_FORGOTTEN_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Accounts that were looked at up to `last`, and how many of them the job let join and leave.

    It counts what is stored, whoever ran the job when that was written.
    """

    last: str
    accounts: int
    joined: int
    left: int


async def audiences_of(ctx: Context, accounts: Sequence[str]) -> list[AudienceId]:
    """The audiences that have one of these accounts as a member."""
    ctx.viewer.require(Right.READ)
    stored = await ctx.stores.accounts.by_ids(accounts, {AUDIENCE: 1})
    entries = (entry for each in stored.values() for entry in each.get(MEMBERSHIPS, ()))
    return sorted({AudienceId(entry["audience_id"]) for entry in entries})


async def refresh_stretch(
    ctx: Context, audience: Mapping[str, Any], job: JobId, after: str
) -> Stretch | None:
    """Let the next accounts behind an id join and leave; None where there are no more."""
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    stretch = await ctx.stores.accounts.found({}, {"_id": 1}, after=after, limit=STRETCH)
    if not stretch:
        return None
    id, last = AudienceId(audience["_id"]), str(stretch[-1]["_id"])
    for _ in range(_MOST_LOOKS):
        if await _settled(ctx, audience, job, after, last):
            break
    if await ctx.stores.audiences.one(id, {"_id": 1}) is None:
        await forget_audience(ctx, id)
    store = ctx.stores.audience_members
    joined, left = await store.crossed_by(job, id, after=after, last=last)
    return Stretch(last, len(stretch), joined, left)


async def note_refresh(ctx: Context, id: AudienceId, place: RefreshPlace, job: Document) -> bool:
    """Note that a job has refreshed an audience, once; False when that has to begin anew.

    It does when who belongs was changed since.
    """
    ctx.viewer.require(Right.ACT_AS_SYSTEM)
    members = await ctx.stores.accounts.count_found({AUDIENCE: id})
    counts = {
        "joined": job["progress"].get("accounts_joined", 0),
        "left": job["progress"].get("accounts_left", 0),
        "members": members,
    }

    def decide(document: Document) -> Change | bool:
        if revision_of(document) != place.revision:
            return False
        if document.get("refreshed_by_job") == job["_id"] and "refresh_due" not in document:
            return True
        told = {"job_id": job["_id"], **counts}
        event = stamps.event(ctx, EventType.ACCOUNT_AUDIENCE_REFRESHED, id, after=told)
        marks = {
            "refreshed_at": ctx.now(),
            "refreshed_by_job": job["_id"],
            "member_count": members,
        }
        return Change(marks, (event,), unset=("refresh_due",))

    match await ctx.stores.audiences.change(id, decide):
        case Changed() | Missing():
            return True
        case Conflict():
            return False
        case answer:
            return answer


async def forget_audience(ctx: Context, id: AudienceId) -> None:
    """Take a deleted audience away from the accounts that were its members.

    It follows a change that was permitted, and asks for no right of its own.
    """
    while await ctx.stores.audience_members.forget(id, _FORGOTTEN_AT_ONCE):
        pass


def revision_of(audience: Mapping[str, Any]) -> int:
    """Which revision an audience is; the first ones had none."""
    return int(audience.get("revision", 1))


def revised(audience: Mapping[str, Any]) -> dict[str, object]:
    """What becomes of an audience to which others belong than before."""
    is_live = status_of(audience.get("status")) is AudienceStatus.LIVE
    due = {"refresh_due": True} if is_live else {}
    return {"revision": revision_of(audience) + 1, **due}


def leaving_events(ctx: Context, account: Document) -> list[Event]:
    """What an account's end says of the audiences it was a member of."""
    id = AccountId(account["_id"])
    return [
        _event(ctx, EventType.ACCOUNT_LEFT_AUDIENCE, AudienceId(each["audience_id"]), id)
        for each in account.get(MEMBERSHIPS, ())
    ]


async def _settled(
    ctx: Context, audience: Mapping[str, Any], job: JobId, after: str, last: str
) -> bool:
    """Whether the members of a stretch are those who belong, for what has been written here."""
    id = AudienceId(audience["_id"])
    up_to = {"_id": {"$lte": last}}
    shown = {"version": 1, AUDIENCE: 1, "merged_into": 1}
    stored = await ctx.stores.accounts.found(up_to, shown, after=after)
    by_rule = await audience_accounts.belonging(ctx, audience, after=after, last=last)
    belonging = [
        AccountId(each["_id"])
        for each in stored
        if each["_id"] in by_rule and "merged_into" not in each
    ]
    members = [
        AccountId(each["_id"])
        for each in stored
        if any(entry["audience_id"] == id for entry in each.get(MEMBERSHIPS, ()))
    ]
    changes = member_changes(belonging, members)
    versions = {each["_id"]: int(each["version"]) for each in stored}
    crossings = [
        Crossing(account, joins, versions[account], _event(ctx, type, id, account, job))
        for joins, type, accounts in (
            (True, EventType.ACCOUNT_JOINED_AUDIENCE, changes.joining),
            (False, EventType.ACCOUNT_LEFT_AUDIENCE, changes.leaving),
        )
        for account in accounts
    ]
    crossed = 0
    for begin in range(0, len(crossings), CROSSINGS_AT_ONCE):
        some = crossings[begin : begin + CROSSINGS_AT_ONCE]
        crossed += await ctx.stores.audience_members.cross(id, some, job=job, at=ctx.now())
    return crossed == len(crossings)


def _event(
    ctx: Context,
    type: EventType,
    audience: AudienceId,
    account: AccountId,
    job: JobId | None = None,
) -> Event:
    after = None if job is None else {"job_id": job}
    return stamps.event(ctx, type, audience, account_id=account, after=after)
