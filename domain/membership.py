"""Membership: who is in a group, in which role, when several methods disagree.

What a method said last about a person is its claim. Claims do not replace one another: they stand
side by side, and of those there are, the one by the strongest method has its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, assert_never

from domain.identifiers import PersonId, RoleId


class Method(Enum):
    """Through whom somebody speaks about a membership."""

    MANUAL = "manual"
    JOURNEY = "journey"
    SYSTEM = "system"


STRONGEST_FIRST: Final = (Method.MANUAL, Method.JOURNEY, Method.SYSTEM)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one method said last about one person; without a role: that they are out.

    `version` is the group version that wrote it. Moment, actor and reason only inform.
    """

    method: Method
    role: RoleId | None
    actor: str
    at: datetime
    version: int
    reason: str | None = None


Claims = Mapping[Method, Claim]


@dataclass(frozen=True, slots=True)
class Assign:
    """Put the person into a role."""

    role: RoleId


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the person out, and keep weaker methods from putting them back."""


@dataclass(frozen=True, slots=True)
class Release:
    """Withdraw the method's claim: what the next weaker method said last decides."""


Action = Assign | Remove | Release


@dataclass(frozen=True, slots=True)
class Command:
    """What a method wants done about one person, by whom, when and why."""

    person: PersonId
    action: Action
    method: Method
    actor: str
    at: datetime
    reason: str | None = None


class Outcome(Enum):
    """What came of a command."""

    APPLIED = "applied"
    OVERRULED = "overruled"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Decision:
    """The claims after a command, and what came of it.

    `overruled_by` is the stronger claim that decides, when the outcome is OVERRULED.
    """

    outcome: Outcome
    claims: Claims
    overruled_by: Claim | None = None


def deciding(claims: Claims) -> Claim | None:
    """The claim that decides: the strongest method's; None while nobody has spoken."""
    if len(claims) < 2:  # as it is about nearly everybody
        return next(iter(claims.values()), None)
    return next((claims[method] for method in STRONGEST_FIRST if method in claims), None)


def decide(claims: Claims, command: Command, version: int) -> Decision:
    """What a command does to the claims about one person.

    `version` is the group version that will hold the answer. Claims that come back as the very
    same object were not changed: then nothing is to be stored.
    """
    match command.action:
        case Assign(role):
            return _claim(claims, command, role, version)
        case Remove():
            return _claim(claims, command, None, version) if claims else _unchanged(claims)
        case Release():
            return _release(claims, command.method)
        case _:
            assert_never(command.action)


def _unchanged(claims: Claims) -> Decision:
    return Decision(Outcome.UNCHANGED, claims)


def _claim(claims: Claims, command: Command, role: RoleId | None, version: int) -> Decision:
    method = command.method
    is_repeated = method in claims and claims[method].role == role
    if not is_repeated:
        own = Claim(method, role, command.actor, command.at, version, command.reason)
        claims = {**claims, method: own}
    winner = deciding(claims)
    if winner is None or winner.method is method:
        return Decision(Outcome.UNCHANGED if is_repeated else Outcome.APPLIED, claims)
    if winner.role == role:
        return Decision(Outcome.UNCHANGED, claims)
    return Decision(Outcome.OVERRULED, claims, winner)


def _release(claims: Claims, method: Method) -> Decision:
    if method not in claims:
        return _unchanged(claims)
    remaining = {other: claim for other, claim in claims.items() if other is not method}
    winner = deciding(claims)
    if winner is None or winner.method is method:
        return Decision(Outcome.APPLIED, remaining)
    return Decision(Outcome.OVERRULED, remaining, winner)
