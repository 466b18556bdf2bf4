"""Highlights: who of a group comes first, what its people did last, what else they are in.

Each takes many parents at once, and costs as many commands as one would.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from domain.folding import fold
from domain.highlights import DECISION_MAKER, INTERESTING_MOMENT, most_engaged
from domain.identifiers import PersonId
from execution.context import Context, Right
from resolvers.roles import default_role
from store.activity_marks import COUNTED
from store.driver import Document
from store.reading import Order, Query, Relation, Window

MEMBER_NEEDS: Final = ("members",)
PEOPLE_NEEDS: Final = ("member_ids",)
OTHER_NEEDS: Final = ("person_id",)
_EVERYONE: Final[Query] = {}
_ACTIVITIES: Final = Relation("people", "_id", "activities", "person_id")
_GROUPS: Final = Relation("people", "_id", "buying_groups", "member_ids")
_LATEST: Final = Order("at", is_descending=True)
_MOST_ENGAGED: Final = Order("engagement.raw", is_descending=True, is_nullable=True)


async def top_decision_makers(ctx: Context, groups: Sequence[Document]) -> list[list[Document]]:
    """The three most engaged members of each group in the role Decision Maker."""
    ctx.viewer.require(Right.READ)
    role = default_role(ctx.viewer.tenant, DECISION_MAKER)
    return await _top(ctx, groups, lambda member: member["role_id"] == role, is_active_only=False)


async def top_engaged(ctx: Context, groups: Sequence[Document]) -> list[list[Document]]:
    """The three most engaged members of each group in any other role, of those who did anything."""
    ctx.viewer.require(Right.READ)
    role = default_role(ctx.viewer.tenant, DECISION_MAKER)
    return await _top(ctx, groups, lambda member: member["role_id"] != role, is_active_only=True)


async def last_moments_of_groups(ctx: Context, groups: Sequence[Document]) -> list[str | None]:
    """The id of the latest interesting moment of any member of each group."""
    ctx.viewer.require(Right.READ)
    acts = await _acts(ctx, _people(groups), 1, await _interesting(ctx))
    found = [_merged(acts, group["member_ids"], 1) for group in groups]
    return [next(iter(each), None) for each in found]


async def last_moments_of_people(ctx: Context, people: Sequence[Document]) -> list[str | None]:
    """The id of the latest interesting moment of each person."""
    ctx.viewer.require(Right.READ)
    acts = await _acts(ctx, {each["_id"] for each in people}, 1, await _interesting(ctx))
    return [next(iter(_merged(acts, [each["_id"]], 1)), None) for each in people]


async def latest_activities(
    ctx: Context, groups: Sequence[Document], first: int
) -> list[list[str]]:
    """The ids of what members of each group did last, the latest first."""
    ctx.viewer.require(Right.READ)
    acts = await _acts(ctx, _people(groups), first, _EVERYONE)
    return [_merged(acts, group["member_ids"], first) for group in groups]


async def other_groups(ctx: Context, members: Sequence[Document], first: int) -> list[list[str]]:
    """The ids of the other groups that each member is in, the most engaged first.

    A member says as `group_id` which one it is a member of here.
    """
    ctx.viewer.require(Right.READ)
    people = {member["person_id"] for member in members}
    window = Window(_MOST_ENGAGED, first + 1)
    found = await ctx.stores.reader.pages(_GROUPS, people, _EVERYONE, window, frozenset())
    return [
        [
            group["_id"]
            for group in found.get(member["person_id"], ())
            if group["_id"] != member["group_id"]
        ][:first]
        for member in members
    ]


async def _top(
    ctx: Context,
    groups: Sequence[Document],
    is_asked: Callable[[Document], bool],
    *,
    is_active_only: bool,
) -> list[list[Document]]:
    asked = [
        {
            PersonId(member["person_id"]): member
            for member in group["members"]
            if member["is_member"] and is_asked(member)
        }
        for group in groups
    ]
    people = {person for members in asked for person in members}
    scored = await ctx.stores.people.by_ids(people, {"engagement.raw": 1})
    raws = {
        PersonId(id): int((person.get("engagement") or {}).get("raw") or 0)
        for id, person in scored.items()
    }
    return [
        [members[person] for person in most_engaged(members, raws, is_active_only=is_active_only)]
        for members in asked
    ]


async def _interesting(ctx: Context) -> Query:
    """Activities that a source calls an interesting moment, by whatever spelling, and that are not
    left out."""
    name = fold(INTERESTING_MOMENT)
    types = await ctx.stores.activity_types.found({"folded.names": name}, {"folded.names": 1})
    spellings = {name, *(each for type in types for each in type["folded"]["names"])}
    return {"type_folded": {"$in": sorted(spellings)}, **COUNTED}


async def _acts(
    ctx: Context, people: Iterable[str], first: int, query: Query
) -> Mapping[str, Sequence[Document]]:
    """The latest acts of each person, so many at most; one command for all."""
    window = Window(_LATEST, first)
    return await ctx.stores.reader.pages(_ACTIVITIES, set(people), query, window, frozenset())


def _people(groups: Sequence[Document]) -> set[str]:
    return {person for group in groups for person in group["member_ids"]}


def _merged(acts: Mapping[str, Sequence[Document]], people: Iterable[str], first: int) -> list[str]:
    """The ids of the latest of these people's acts, of two at one moment the later id first."""

    def place(act: Document) -> tuple[datetime, str]:
        return act["at"], act["_id"]

    found = [act for person in people for act in acts.get(person, ())]
    return [act["_id"] for act in sorted(found, key=place, reverse=True)[:first]]
