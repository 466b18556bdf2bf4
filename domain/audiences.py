"""Account audiences: drafted, then live; and who joins and who leaves when one is refreshed."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from domain.identifiers import AccountId, AudienceId


class AudienceStatus(Enum):
    """How an audience stands."""

    DRAFT = "draft"
    LIVE = "live"


class AudienceKind(Enum):
    """What says who belongs: a rule, or a list of accounts."""

    RULE = "rule"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class AudienceIsLive:
    """The audience is live already."""

    id: AudienceId


@dataclass(frozen=True, slots=True)
class AudienceNotLive:
    """The audience is a draft: it has no members, and nothing is made for it."""

    id: AudienceId


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """Who joins an audience and who leaves it, each in the order of their ids."""

    joining: tuple[AccountId, ...] = ()
    leaving: tuple[AccountId, ...] = ()


def status_of(stored: str | None) -> AudienceStatus:
    """How a stored audience stands; the first ones did not say so, and were live from the start."""
    return AudienceStatus.LIVE if stored is None else AudienceStatus(stored)


def member_changes(
    belonging: Collection[AccountId], members: Collection[AccountId]
) -> MemberChanges:
    """What makes those who belong by now the members."""
    after, before = frozenset(belonging), frozenset(members)
    return MemberChanges(tuple(sorted(after - before)), tuple(sorted(before - after)))


@dataclass(frozen=True, slots=True)
class RefreshPlace:
    """Where a refresh stands: behind which account, and what revision of the audience it follows.

    Every change of who belongs to an audience is another revision.
    """

    revision: int
    after: str = ""


def place_of(cursor: str, revision: int) -> RefreshPlace | None:
    """Where a refresh goes on that noted a place; None when it has to begin anew.

    That is so once the audience is of another revision than the one that was followed so far.
    """
    if not cursor:
        return RefreshPlace(revision)
    followed, _, after = cursor.partition(":")
    return RefreshPlace(revision, after) if int(followed) == revision else None


def cursor_of(place: RefreshPlace) -> str:
    """A place as a job notes it."""
    return f"{place.revision}:{place.after}"
