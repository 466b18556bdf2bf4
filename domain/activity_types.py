"""Activity types: what kinds of acts count, and the spellings by which sources name them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.fields import NAME_LENGTH, Refused, flaw_of
from domain.folding import fold
from domain.identifiers import ActivityTypeId, TenantId, derived

LONGEST_DESCRIPTION: Final = 2_000
MOST_ALIASES: Final = 100


class EngagementType(Enum):
    """The channel a type of activity belongs to."""

    WEB = "WEB"
    EMAIL = "EMAIL"
    CURATED = "CURATED"
    MOBILE = "MOBILE"
    SOCIAL = "SOCIAL"
    SMS = "SMS"
    CHAT = "CHAT"
    CALL = "CALL"
    EVENT = "EVENT"


class Exclusion(Enum):
    """Whose acts they are that count for nobody: a machine's, or one's own people's."""

    BOT = "bot"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class ActivityType:
    """A kind of activity; a source may name it by its name or by any of its aliases."""

    id: ActivityTypeId
    name: str
    engagement_type: EngagementType
    aliases: tuple[str, ...] = ()
    description: str | None = None
    excluded_as: Exclusion | None = None

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every folded spelling, the name's first, each once."""
        return tuple(dict.fromkeys(fold(text) for text in (self.name, *self.aliases)))


def identifier(tenant: TenantId, name: str) -> ActivityTypeId:
    """The one id of the type a tenant calls by this name."""
    return ActivityTypeId(derived("at", tenant, fold(name)))


def directory(types: Iterable[ActivityType]) -> dict[str, ActivityTypeId]:
    """Which type each folded spelling means."""
    return {spelling: type.id for type in types for spelling in type.spellings}


def new_aliases(known: Sequence[str], name: str, wanted: Iterable[str]) -> tuple[str, ...]:
    """The wanted aliases that are no spelling of the type yet, in order, each once."""
    spellings = {fold(text) for text in (name, *known)}
    added: dict[str, str] = {}
    for alias in wanted:
        if fold(alias) not in spellings:
            added.setdefault(fold(alias), alias.strip())
    return tuple(added.values())


def check(name: str, description: str | None) -> Refused | None:
    """Why a type cannot be called or described so; None when it can."""
    if not fold(name):
        return Refused("name", "is required and cannot be empty")
    if flaw := flaw_of(name, NAME_LENGTH):
        return Refused("name", flaw.reason)
    if description is not None and (flaw := flaw_of(description, LONGEST_DESCRIPTION)):
        return Refused("description", flaw.reason)
    return None


def check_aliases(known: Sequence[str], wanted: Sequence[str]) -> Refused | None:
    """Why a type with the known aliases cannot have the wanted ones too; None when it can."""
    for place, alias in enumerate(wanted):
        if not fold(alias):
            return Refused(f"aliases[{place}]", "is required and cannot be empty")
        if flaw := flaw_of(alias, NAME_LENGTH):
            return Refused(f"aliases[{place}]", flaw.reason)
    if len(known) + len(wanted) > MOST_ALIASES:
        return Refused("aliases", f"would make more than {MOST_ALIASES} aliases")
    return None


def sums(
    counts: Mapping[str, int], known: Mapping[str, ActivityTypeId]
) -> dict[ActivityTypeId, int]:
    """The counts of one day by type instead of spelling; unknown spellings are left out.

    Spellings of one type are added up, and only the sum meets the daily cap.
    """
    totals: dict[ActivityTypeId, int] = {}
    for spelling, count in counts.items():
        if (type := known.get(spelling)) is not None:
            totals[type] = totals.get(type, 0) + count
    return totals
