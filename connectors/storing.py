"""Rows are stored through the resolvers everybody's data goes through; what became of each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar, assert_never

from connectors import items
from connectors.fields import Kind
from connectors.group_items import fault_of, group_item
from connectors.items import Fault, Values
from connectors.signal_items import signal_report
from domain import group_imports
from domain.activities import Outcome as ActOutcome
from domain.fields import Refused
from domain.group_imports import Refusal as GroupRefusal
from domain.hierarchy import HierarchyCircle
from domain.identities import email_identity
from domain.interest_signals import SignalOutcome
from domain.upserting import (
    Applied,
    Item,
    OwnedByAnother,
    Status,
    TooManyItems,
    UnknownRecord,
)
from execution.context import Context
from resolvers import (
    accounts,
    activities,
    attaching,
    interest_signals,
    opportunities,
    people,
)
from resolvers import group_imports as importing
from resolvers.activities import Recorded, Refusal
from resolvers.outcomes import Conflict
from resolvers.upserting import Outcome, Told, untold

Some = TypeVar("Some", bound=Item)
Build = Callable[[Values], Some | Fault]
Upsert = Callable[[Context, Sequence[Some], Told], Awaitable[list[Outcome] | TooManyItems]]


class Result(Enum):
    """What became of a row that was taken."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that is stored; an activity may wait for its person, or for its type."""

    result: Result
    is_unmatched: bool = False
    unknown_type: str | None = None


RESULTS: Final = {
    Status.CREATED: Taken(Result.CREATED),
    Status.UPDATED: Taken(Result.UPDATED),
    Status.UNCHANGED: Taken(Result.UNCHANGED),
}
RESULTS_OF_ACTS: Final = {
    ActOutcome.STORED: Result.CREATED,
    ActOutcome.UPDATED: Result.UPDATED,
    ActOutcome.UNCHANGED: Result.UNCHANGED,
}
RESULTS_OF_SIGNALS: Final = {
    SignalOutcome.RECORDED: Result.CREATED,
    SignalOutcome.DUPLICATE: Result.UNCHANGED,
}

RESULTS_OF_GROUPS: Final = {
    group_imports.Status.CREATED: Result.CREATED,
    group_imports.Status.ADDED_TO: Result.UPDATED,
    group_imports.Status.UNCHANGED: Result.UNCHANGED,
}


async def store(
    ctx: Context, kind: Kind, batch: Sequence[Values], only_new: Told = untold
) -> list[Taken | Fault]:
    """Store up to 1,000 rows in order; accounts without their parents. One result for each.

    `only_new` is told once rows that name none of these rows' records can be stored as well.
    """
    match kind:
        case Kind.ACCOUNTS:
            return await _upserted(
                ctx, batch, items.account_item, accounts.upsert_accounts, only_new
            )
        case Kind.PEOPLE:
            return await _upserted(ctx, batch, items.person_item, people.upsert_people, only_new)
        case Kind.OPPORTUNITIES:
            return await _upserted(
                ctx, batch, items.opportunity_item, opportunities.upsert_opportunities, only_new
            )
        case Kind.ACTIVITIES:
            only_new()  # an activity depends on no other
            return await _recorded(ctx, batch)
        case Kind.INTEREST_SIGNALS:
            # Not before these are stored: of a signal that is told twice the first stands.
            return await _signalled(ctx, batch)
        case Kind.BUYING_GROUPS:
            return await _told(ctx, batch)
        case _:
            assert_never(kind)


async def store_relations(ctx: Context, batch: Sequence[Values]) -> list[Taken | Fault]:
    """Give up to 1,000 people their relations; a person named by e-mail keeps its spelling."""
    addresses = {
        place: email_identity(str(values["email"]))
        for place, values in enumerate(batch)
        if values.get("email") is not None
    }
    known = await attaching.people_by_identity(ctx, set(addresses.values()))
    named: list[Values] = []
    for place, values in enumerate(batch):
        id = known.get(addresses[place]) if place in addresses else None
        others = {path: value for path, value in values.items() if path != "email"}
        named.append(values if id is None else {"id": id, **others})
    return await store(ctx, Kind.PEOPLE, named)


async def store_parents(ctx: Context, batch: Sequence[Values]) -> list[Taken | Fault]:
    """Give up to 1,000 stored accounts their parents."""
    return await _upserted(ctx, batch, items.parent_item, accounts.upsert_accounts)


async def _upserted(
    ctx: Context,
    batch: Sequence[Values],
    build: Build[Some],
    upsert: Upsert[Some],
    only_new: Told = untold,
) -> list[Taken | Fault]:
    built = [build(values) for values in batch]
    fit = [item for item in built if not isinstance(item, Fault)]
    outcomes = await upsert(ctx, fit, only_new)
    if isinstance(outcomes, TooManyItems):
        raise ValueError(f"a batch has at most {outcomes.most} rows, not {outcomes.count}")
    following = iter(outcomes)
    return [
        item if isinstance(item, Fault) else _taken(next(following), item, values)
        for item, values in zip(built, batch, strict=True)
    ]


async def _recorded(ctx: Context, batch: Sequence[Values]) -> list[Taken | Fault]:
    built = [items.report(values) for values in batch]
    fit = [report for report in built if not isinstance(report, Fault)]
    recorded = await activities.record_activities(ctx, fit)
    if isinstance(recorded, TooManyItems):
        raise ValueError(f"a batch has at most {recorded.most} rows, not {recorded.count}")
    following = iter(recorded.outcomes)
    return [
        report if isinstance(report, Fault) else _taken_act(next(following), values)
        for report, values in zip(built, batch, strict=True)
    ]


async def _signalled(ctx: Context, batch: Sequence[Values]) -> list[Taken | Fault]:
    built = [signal_report(values) for values in batch]
    fit = [report for report in built if not isinstance(report, Fault)]
    recorded = await interest_signals.record_interest_signals(ctx, fit)
    if isinstance(recorded, TooManyItems):
        raise ValueError(f"a batch has at most {recorded.most} rows, not {recorded.count}")
    following = iter(recorded.outcomes)
    return [
        report if isinstance(report, Fault) else _taken_signal(next(following), values)
        for report, values in zip(built, batch, strict=True)
    ]


async def _told(ctx: Context, batch: Sequence[Values]) -> list[Taken | Fault]:
    """Say what rows say of buying groups; rows of one group go together."""
    built = [group_item(values) for values in batch]
    fit = [item for item in built if not isinstance(item, Fault)]
    outcomes = await importing.import_buying_groups(ctx, fit)
    if not isinstance(outcomes, list):
        raise ValueError(f"a batch is too large to be said to groups: {outcomes}")
    following = iter(outcomes)
    return [
        item if isinstance(item, Fault) else _taken_group(next(following), values)
        for item, values in zip(built, batch, strict=True)
    ]


def _taken_group(outcome: importing.Outcome, values: Values) -> Taken | Fault:
    if not isinstance(outcome, GroupRefusal):
        return Taken(RESULTS_OF_GROUPS[outcome.status])
    return fault_of(outcome, values)


def _taken_signal(
    outcome: interest_signals.Recorded | interest_signals.Refusal, values: Values
) -> Taken | Fault:
    match outcome:
        case Refused(name, reason):
            pass
        case UnknownRecord(name, noun, named):
            reason = f"there is no {noun} {named}"
        case interest_signals.Recorded():
            return Taken(RESULTS_OF_SIGNALS[outcome.outcome])
        case _:
            assert_never(outcome)
    return Fault(items.mapped_name(name, values, ()), reason)


def _taken_act(outcome: Recorded | Refusal, values: Values) -> Taken | Fault:
    match outcome:
        case Refused(name, reason):
            pass
        case UnknownRecord(name, noun, named):
            reason = f"there is no {noun} {named}"
        case Recorded():
            unknown = outcome.type if outcome.is_type_unknown else None
            return Taken(RESULTS_OF_ACTS[outcome.outcome], outcome.is_person_unmatched, unknown)
        case _:
            assert_never(outcome)
    return Fault(items.mapped_name(name, values, ()), reason)


def _taken(outcome: Outcome, item: Item, values: Values) -> Taken | Fault:
    """An upsert's outcome in the words of the import."""
    match outcome:
        case Applied(status):
            return RESULTS[status]
        case Refused(name, reason):
            pass
        case OwnedByAnother(name, owner):
            reason = f"belongs to another record, {owner}"
        case UnknownRecord(name, noun, named):
            reason = f"there is no {noun} {named}"
        case HierarchyCircle(name):
            reason = "would stand above itself"
        case Conflict():
            name, reason = "", "others kept changing the record; import the row again"
        case _:
            assert_never(outcome)
    return Fault(items.mapped_name(name, values, item.keys or ()), reason)
