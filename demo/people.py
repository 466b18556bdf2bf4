"""About 1,500 invented people of the CRM accounts: a pure function of the accounts and a seed.

How much of each committee an account has is drawn for the account, so that buying groups come
out at every level of completeness, empty and full ones among them.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from demo.crm_accounts import CrmAccount
from demo.dice import Dice
from demo.names import ANYWHERE_FIRST, ANYWHERE_LAST, CITIES, LOCAL_NAMES, US_CITIES
from demo.positions import (
    ANALYTICS_SEATS,
    BUG_TRACKING_SEATS,
    CONSULTING,
    EVERYONE_ELSE,
    SECURITY_SEATS,
    Position,
    Seat,
)
from domain.people import RelationKind

EMPLOYEES_IN_ALL: Final = 1_400
CONSULTANTS: Final = 48
CONSULTING_FIRMS: Final = ("northbridge.example", "pinnacle-advisors.example", "codeworks.example")
HOME_OF_FIRMS: Final = "United States"
MOST_CLIENTS: Final = 4
COMMITTEES: Final = {
    "security": SECURITY_SEATS,
    "bug tracking": BUG_TRACKING_SEATS,
    "analytics": ANALYTICS_SEATS,
}
STAFFING: Final = ((0.10, 0.0), (0.34, 0.25), (0.64, 0.5), (0.89, 0.75), (1.0, 1.0))
"""Up to which draw a committee has which part of its seats taken."""


@dataclass(frozen=True, slots=True)
class DemoRelation:
    """That a person belongs to an account, and as what."""

    account: str
    kind: RelationKind
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """An invented person; `key` is the id the made-up CRM knows them by."""

    key: str
    first_name: str
    last_name: str
    email: str
    job_title: str
    department: str
    country: str
    city: str
    state: str | None
    phone: str | None
    unsubscribed: bool
    email_invalid: bool
    relations: tuple[DemoRelation, ...]


def people(accounts: Sequence[CrmAccount], seed: str) -> list[DemoPerson]:
    """Everyone: employees account by account, then consultants who work for several."""
    dice = Dice(seed)
    taken: set[str] = set()
    everyone = [
        person for account in accounts for person in _employees(account, accounts, dice, taken)
    ]
    return everyone + list(_consultants(accounts, dice, taken))


def staffing(account: str, committee: str, dice: Dice) -> float:
    """Which part of a committee's seats is taken in the account, from 0 to 1."""
    drawn = dice.roll("staffing", account, committee)
    return next(part for limit, part in STAFFING if drawn < limit)


def _employees(
    account: CrmAccount, accounts: Sequence[CrmAccount], dice: Dice, taken: set[str]
) -> Iterator[DemoPerson]:
    divisions = [each.name for each in accounts if each.parent == account.name]
    for number, position in enumerate(_positions(account, accounts, dice)):
        relations = [DemoRelation(account.name, RelationKind.EMPLOYEE, position.roles)]
        if position.department == "Executive":
            relations += [
                DemoRelation(division, RelationKind.OTHER, ("board member",))
                for division in divisions
            ]
        name = f"{account.name}/{number}"
        yield _person(name, account.country, account.domain, position, relations, dice, taken)


def _positions(account: CrmAccount, accounts: Sequence[CrmAccount], dice: Dice) -> list[Position]:
    """The committees as far as they are staffed, and others until the account has its share."""
    seats = [
        position
        for committee, seats in COMMITTEES.items()
        for position in _seated(account.name, committee, seats, dice)
    ]
    weights = {each.name: each.employees**0.35 for each in accounts}
    share = round(EMPLOYEES_IN_ALL * weights[account.name] / sum(weights.values()))
    others = [
        dice.pick(EVERYONE_ELSE, "position", account.name, number)
        for number in range(max(1, share - len(seats)))
    ]
    return seats + others


def _seated(account: str, committee: str, seats: Iterable[Seat], dice: Dice) -> Iterator[Position]:
    part = staffing(account, committee, dice)
    for number, seat in enumerate(seats):
        if dice.roll("seat", account, committee, number) < part:
            yield dice.pick(seat, "sits", account, committee, number)
            if dice.roll("second", account, committee, number) < 0.15 * part:
                yield dice.pick(seat, "sits too", account, committee, number)


def _consultants(
    accounts: Sequence[CrmAccount], dice: Dice, taken: set[str]
) -> Iterator[DemoPerson]:
    for number in range(CONSULTANTS):
        name = f"consultant/{number}"
        drawn = range(dice.count(1, MOST_CLIENTS, "clients", number))
        clients = {dice.pick(accounts, "client", number, place).name: None for place in drawn}
        position = dice.pick(CONSULTING, "position", name)
        relations = [DemoRelation(client, RelationKind.CONTRACTOR) for client in clients]
        firm = dice.pick(CONSULTING_FIRMS, "firm", number)
        yield _person(name, HOME_OF_FIRMS, firm, position, relations, dice, taken)


def _person(
    name: str,
    country: str,
    domain: str,
    position: Position,
    relations: Sequence[DemoRelation],
    dice: Dice,
    taken: set[str],
) -> DemoPerson:
    first, last, address = _named(name, country, domain, dice, taken)
    city, state = dice.pick(US_CITIES, "city", name)
    is_local = country in LOCAL_NAMES
    line = dice.count(100, 199, "line", name)
    return DemoPerson(
        key=f"contact-{len(taken):04}",
        first_name=first,
        last_name=last,
        email=address,
        job_title=position.title,
        department=position.department,
        country=country,
        city=CITIES[country] if is_local else city,
        state=None if is_local else state,
        phone=f"+1 555 555 0{line}" if dice.roll("phone", name) < 0.7 else None,
        unsubscribed=dice.roll("unsubscribed", name) < 0.05,
        email_invalid=dice.roll("invalid", name) < 0.02,
        relations=tuple(relations),
    )


def _named(
    name: str, country: str, domain: str, dice: Dice, taken: set[str]
) -> tuple[str, str, str]:
    """First name, last name and an address nobody has yet, drawn until there is one."""
    firsts, lasts = LOCAL_NAMES.get(country, (ANYWHERE_FIRST, ANYWHERE_LAST))
    for draw in count():
        first, last = dice.pick(firsts, "first", name, draw), dice.pick(lasts, "last", name, draw)
        address = f"{_plain(first)}.{_plain(last)}@{domain}"
        if address not in taken:
            break
    taken.add(address)
    return first, last, address


def _plain(name: str) -> str:
    """The name in the letters of an address."""
    spelled = name.lower().translate({ord("ø"): "o", ord("ł"): "l", ord("ß"): "ss"})
    letters = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
