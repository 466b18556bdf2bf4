"""Every fault that shows in a row itself: what is refused goes on to be checked, field by field."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias, assert_never

from connectors import items
from connectors.custom_fields import SCOPES
from connectors.fields import Kind, reference_of
from connectors.group_items import faults_of_group
from connectors.items import Fault, Values
from connectors.signal_items import faults_of_signal
from domain import activities
from domain.accounts import AccountRules
from domain.fields import Refused
from domain.identities import OutsideKey
from domain.opportunities import OpportunityRules
from domain.people import PersonRules
from execution.context import Context
from resolvers import custom_fields

Check: TypeAlias = Callable[[Values], Fault | None]
Faults: TypeAlias = Callable[[Values], Iterator[Fault]]

_SOMEBODY: Final = {"id": "-"}
_ACCOUNT: Final = {"account.id": "-"}
_ACT: Final = {"source": "-", "source_id": "-", "type": "-", "person.id": "-"}


async def check_of(ctx: Context, kind: Kind) -> Check:
    """What finds the first fault of a row of this kind, as far as the row itself shows it."""
    declared = (await custom_fields.declared(ctx)).get(SCOPES[kind], {}) if kind in SCOPES else {}
    account_rules, person_rules = AccountRules(declared), PersonRules(declared)
    opportunity_rules = OpportunityRules()

    def of_account(values: Values) -> Fault | None:
        item = items.account_item(values)
        found = item if isinstance(item, Fault) else account_rules.checked(item)
        return _fault(found, values)

    def of_person(values: Values) -> Fault | None:
        item = items.person_item(values)
        found = item if isinstance(item, Fault) else person_rules.checked(item)
        return _fault(found, values)

    def of_opportunity(values: Values) -> Fault | None:
        item = items.opportunity_item(values)
        found = item if isinstance(item, Fault) else opportunity_rules.checked(item)
        return _fault(found, values)

    match kind:
        case Kind.ACCOUNTS:
            return of_account
        case Kind.PEOPLE:
            return of_person
        case Kind.OPPORTUNITIES:
            return of_opportunity
        case Kind.ACTIVITIES:
            return lambda values: next(_of_act(ctx, values), None)
        case Kind.INTEREST_SIGNALS:
            return lambda values: next(faults_of_signal(ctx, values), None)
        case Kind.BUYING_GROUPS:
            return lambda values: next(faults_of_group(values), None)
        case _:
            assert_never(kind)


async def faults_of(ctx: Context, kind: Kind) -> Faults:
    """What finds all faults of a row of this kind among the values that could be read."""
    if kind is Kind.ACTIVITIES:
        return lambda values: _of_act(ctx, values)
    if kind is Kind.INTEREST_SIGNALS:
        return lambda values: faults_of_signal(ctx, values)
    if kind is Kind.BUYING_GROUPS:
        return faults_of_group
    check = await check_of(ctx, kind)
    beside = _ACCOUNT if kind is Kind.PEOPLE else {}
    return lambda values: _of_record(values, check, beside)


def together(known: Iterable[Fault], others: Iterable[Fault]) -> list[Fault]:
    """All faults, of each field the first."""
    found: dict[str, Fault] = {}
    for fault in (*known, *others):
        found.setdefault(fault.field, fault)
    return list(found.values())


def _of_record(values: Values, check: Check, account: Values) -> Iterator[Fault]:
    """What is wrong with the row as a whole, then with each field by itself.

    Where a field says something about another record, or about a record to be found, and the row
    does not name that one rightly, some name stands in for it.
    """
    if whole := check(values):
        yield whole
    for path, value in values.items():
        beside = {} if reference_of(path) == "account" else account
        if fault := check({**_SOMEBODY, **beside, path: value}):
            yield fault


def _of_act(ctx: Context, values: Values) -> Iterator[Fault]:
    lacking = items.lacking(values)
    yield from lacking
    given = {path: value for path, value in values.items() if value is not None}
    excluded_as = items.exclusion({"excluded_as": given.pop("excluded_as", None)})
    if isinstance(excluded_as, Fault):
        yield excluded_as
    if any(reference_of(path) == "person" for path in given):
        stand_ins = {path: value for path, value in _ACT.items() if path != "person.id"}
    else:
        stand_ins = _ACT
    report = items.report({**stand_ins, "at": ctx.now(), **given})
    if not isinstance(report, Fault):
        for refused in activities.faults(report, ctx.now()):
            yield Fault(items.mapped_name(refused.field, values, ()), refused.reason)


def _fault(found: object, values: Values) -> Fault | None:
    if not isinstance(found, Refused):
        return found if isinstance(found, Fault) else None
    keys = tuple(
        OutsideKey(path.removeprefix("keys."), str(value))
        for path, value in values.items()
        if path.startswith("keys.") and value is not None
    )
    return Fault(items.mapped_name(found.field, values, keys), found.reason)
