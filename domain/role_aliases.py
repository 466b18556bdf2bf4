"""Role aliases: the names that other systems have for a tenant's roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from domain.fields import NAME_LENGTH, Refused, flaw_of
from domain.folding import fold
from domain.identifiers import RoleId

MOST_ALIASES: Final = 50
_LIKENESS: Final = 0.75
"""How like a role's name a word has to be for the role to be suggested, of 1."""

_ELSEWHERE: Final[Mapping[str, Sequence[str]]] = {
    "Decision Maker": (
        "Budget Holder",
        "Business Decision Maker",
        "Economic Buyer",
        "Economic Decision Maker",
        "Primary Decision Maker",
        "Ratifier",
        "Technical Decision Maker",
    ),
    "Influencer": ("Business Evaluator", "Evaluator", "Technical Buyer", "Technical Evaluator"),
    "Practitioner": ("Business User", "End User", "User"),
    "Executive Steering Committee": ("Executive Sponsor", "Sponsor"),
    "Other": ("Legal and Compliance",),
}
"""Which default role is nearest to the role names of CRM and ABM systems; a suggestion, no more."""


@dataclass(frozen=True, slots=True)
class UnknownRole:
    """No role has this name or alias; the name of the one that may be meant, if any."""

    named: str
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class RoleNames:
    """A role as it may be named."""

    id: RoleId
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spellings:
    """The roles of a tenant by whatever other systems call them."""

    roles: Sequence[RoleNames]
    _exact: Mapping[str, RoleId] = field(init=False)
    _spelled: Mapping[str, RoleId | None] = field(init=False)

    def __post_init__(self) -> None:
        exact: dict[str, RoleId] = {fold(role.name): role.id for role in self.roles}
        exact |= {role.id: role.id for role in self.roles}
        spelled: dict[str, RoleId | None] = {}
        for role in self.roles:
            for form in {spelling(text) for text in (role.name, *role.aliases)}:
                spelled[form] = None if form in spelled else role.id
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_spelled", spelled)

    def find(self, named: str) -> RoleId | UnknownRole:
        """The role of this id, name or alias.

        Where two names differ in hyphens alone, only the very name means one of them.
        """
        found = self._exact.get(named) or self._exact.get(fold(named))
        return found or self._spelled.get(spelling(named)) or self._unknown(named)

    def _unknown(self, named: str) -> UnknownRole:
        by_form = {spelling(text): r.name for r in self.roles for text in (r.name, *r.aliases)}
        form = spelling(named)
        meant = _MEANT.get(form)
        if meant is not None and spelling(meant) in by_form:
            return UnknownRole(named, by_form[spelling(meant)])
        like = get_close_matches(form, by_form, n=1, cutoff=_LIKENESS)
        return UnknownRole(named, by_form[like[0]] if like else None)


def spelling(name: str) -> str:
    """The form in which names of roles are compared across systems.

    Case, blanks, hyphens and underscores do not matter: `DECISION_MAKER` is `Decision-Maker`.
    """
    return fold(name.replace("_", " ").replace("-", " "))


def check_aliases(aliases: Sequence[str]) -> Refused | None:
    """Why these cannot be all the aliases of a role; None when they can."""
    for place, alias in enumerate(aliases):
        if not spelling(alias):
            return Refused(f"aliases[{place}]", "is required and cannot be empty")
        if flaw := flaw_of(alias, NAME_LENGTH):
            return Refused(f"aliases[{place}]", flaw.reason)
    if len(aliases) > MOST_ALIASES:
        return Refused("aliases", f"must be at most {MOST_ALIASES}, not {len(aliases)}")
    return None


def without_repeats(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    """The aliases that say something besides the name, in order, each once, without blanks around.

    The first spelling of several that are one stands.
    """
    kept: dict[str, str] = {}
    for alias in aliases:
        if spelling(alias) != spelling(name):
            kept.setdefault(spelling(alias), alias.strip())
    return tuple(kept.values())


def taken(id: RoleId, spellings: Iterable[str], others: Iterable[RoleNames]) -> RoleNames | None:
    """The other role that one of these spellings means already, if there is one."""
    wanted = {spelling(text) for text in spellings}
    return next(
        (
            role
            for role in others
            if role.id != id
            and not wanted.isdisjoint(spelling(text) for text in (role.name, *role.aliases))
        ),
        None,
    )


def taken_by_alias(name: str, id: RoleId | None, roles: Iterable[RoleNames]) -> RoleNames | None:
    """The other role that has this name as an alias, if there is one."""
    form = spelling(name)
    others = (role for role in roles if role.id != id)
    return next((role for role in others if form in map(spelling, role.aliases)), None)


_MEANT: Final = {spelling(name): default for default, names in _ELSEWHERE.items() for name in names}
