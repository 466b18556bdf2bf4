"""People, groups and activities as scoring meets them, stored with what it reads of them."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from domain.activities import PersonById, Report
from domain.identifiers import BuyingGroupId, PersonId
from domain.upserting import TooManyItems
from execution.context import Context
from resolvers import activities
from store.driver import Document

VITAL, IMPORTANT, NORMAL = "vital", "important", "normal"
THREE_ROLES: Mapping[str, str] = {"role_d": VITAL, "role_i": IMPORTANT, "role_p": NORMAL}

_numbers = itertools.count(1)


async def some_people(ctx: Context, *names: str) -> list[PersonId]:
    """Stored people of these names; their e-mail addresses are theirs at acme.com."""
    people: list[Document] = [
        {"_id": ctx.new_id("per"), "name": name, "email": f"{name}@acme.com", "keys": {}}
        for name in names
    ]
    await ctx.stores.people.insert_many([(person, ()) for person in people])
    return [PersonId(person["_id"]) for person in people]


async def a_group_of(
    ctx: Context, members: Mapping[PersonId, str], roles: Mapping[str, str] = THREE_ROLES
) -> BuyingGroupId:
    """A stored group whose members have these roles of a template; it is due to be scored."""
    id = BuyingGroupId(ctx.new_id("bg"))
    document: Document = {
        "_id": id,
        "account_id": "acc_1",
        "solution_interest_id": "si_1",
        "members": [
            {"person_id": person, "role_id": role, "is_member": True, "is_removed": False}
            for person, role in members.items()
        ],
        "member_ids": list(members),
        "roles": [{"role_id": role, "weighting": weighting} for role, weighting in roles.items()],
        "score_due": 1,
        "updated_at": ctx.now(),
    }
    await ctx.stores.groups.insert(document)
    return id


def acts(person: PersonId, type: str, day: date, count: int = 1) -> list[Report]:
    """So many reports of one kind of act on a day, at noon in UTC."""
    at = datetime.combine(day, time(12), UTC)
    return [
        Report("test", f"a-{next(_numbers)}", type, PersonById(person), at, {})
        for _ in range(count)
    ]


async def record(ctx: Context, *reports: Sequence[Report]) -> None:
    """Record all of these reports."""
    flat = list(itertools.chain.from_iterable(reports))
    for start in range(0, len(flat), 1_000):
        done = await activities.record_activities(ctx, flat[start : start + 1_000])
        assert not isinstance(done, TooManyItems)
        assert done.refused == 0


async def engagement_of(ctx: Context, group: BuyingGroupId) -> Document:
    """What is stored of a group's engagement."""
    document = await ctx.stores.groups.one(group)
    assert document is not None
    stored: Document = document["engagement"]
    return stored


async def person_raw(ctx: Context, person: PersonId) -> float | None:
    """The raw that is stored of a person; None when there is none yet."""
    document = await ctx.stores.people.one(person)
    assert document is not None
    return document["engagement"]["raw"] if "engagement" in document else None
