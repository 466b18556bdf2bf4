"""The data: accounts with their people, and a group of each account for each solution interest.

Every group is made by the rules that make any group, and stored as it is, with its scores, without
a job and without history: a million of them by commands would take an hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from domain.identifiers import BuyingGroupId, SolutionInterestId
from domain.placing import placing
from domain.readiness import Thresholds
from domain.role_templates import Weighting
from domain.scoring_runs import Reference
from execution.context import Context
from resolvers import new_groups, scoring
from resolvers.new_groups import Interest
from resolvers.role_templates import RoleEntry
from resolvers.solution_interests import update_solution_interest
from store.driver import Database, Document
from store.indexes import ensure_indexes
from store.schema_version import SCHEMA_VERSION
from tests.stored import a_person, an_account
from tests.worlds import a_live_stage_model, an_interest, titled

INTERESTS: Final = 20
PEOPLE: Final = 12
"""People of an account; a group has those whose title one of its roles asks for."""
LARGEST_PERSON_RAW: Final = 900
COLLECTIONS: Final = ("accounts", "people", "buying_groups")
AT_ONCE: Final = 5_000
READ_GROUPS: Final = 1_000
WRITTEN_GROUPS: Final = 2_000

_TITLES: Final = ("Chief Officer", "Director", "Engineer", "Analyst", "Buyer", "Assistant")
_INDUSTRIES: Final = ("Software", "Health", "Retail", "Energy", "Finance", "Telecom")
_COUNTRIES: Final = ("Germany", "United States", "Japan", "Brazil")
_ROLES: Final = (
    RoleEntry("Decision Maker", Weighting.VITAL, True, 1, titled("chief")),
    RoleEntry("Champion", Weighting.IMPORTANT, True, 1, titled("director")),
    RoleEntry("Influencer", Weighting.NORMAL, True, 2, titled("engineer")),
    RoleEntry("Practitioner", Weighting.MINOR, True, 4, titled("analyst")),
    RoleEntry("Executive Steering Committee", Weighting.TRIVIAL, False, 1, titled("buyer")),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What can be asked for: solution interests, groups to be shown, and groups to be changed."""

    groups: int
    interests: list[str]
    shown: list[str]
    changed: list[Document]


async def fill(ctx: Context, groups: int, interests_of: int = INTERESTS) -> Filled:
    """Store so many groups for so many solution interests, an account having one for each.

    It may be some more, for accounts are whole. The indexes of many are made afterwards.
    """
    database = ctx.stores.database
    if groups > AT_ONCE:
        for name in COLLECTIONS:
            await database[name].drop_indexes()
    await scoring.run_scoring(ctx)
    interests = await _interests(ctx, interests_of)
    reference = await _reference(ctx)
    accounts = -(-groups // interests_of)
    per_slice = max(1, AT_ONCE // interests_of)
    largest = 0.0
    for start in range(0, accounts, per_slice):
        numbers = range(start, min(start + per_slice, accounts))
        rows = [row for number in numbers for row in _rows(ctx, interests, reference, number)]
        raws = [row["engagement"]["raw"] for name, row in rows if name == "buying_groups"]
        largest = max(largest, *raws)
        await _insert(database, ctx, rows)
    await database["tenants"].update_one(
        {"_id": ctx.viewer.tenant}, {"$set": {"scoring.reference.largest_group_raw": largest}}
    )
    await ensure_indexes(database)
    return await _filled(ctx, [each.id for each in interests])


async def _interests(ctx: Context, count: int) -> list[Interest]:
    """Solution interests with a template and thresholds each; their groups begin in a stage."""
    model = await a_live_stage_model(ctx)
    found: list[Interest] = []
    for number in range(count):
        roles = _ROLES[: 4 + number % 2]
        id = await an_interest(ctx, roles, f"Solution {number:02d}", model)
        await update_solution_interest(
            ctx, id, description="What is sold, in a few words.", thresholds=Thresholds(60)
        )
        what = await new_groups.interest(ctx, SolutionInterestId(id), "New")
        assert isinstance(what, Interest)
        found.append(what)
    return found


async def _reference(ctx: Context) -> Reference:
    """The reference of the scoring run, as if it had found people of that much engagement."""
    figures = {"largest_person_raw": LARGEST_PERSON_RAW, "largest_weight": 60, "is_first": False}
    await ctx.stores.database["tenants"].update_one(
        {"_id": ctx.viewer.tenant},
        {"$set": {f"scoring.reference.{name}": figure for name, figure in figures.items()}},
    )
    reference = await ctx.stores.scoring.runs.reference()
    assert reference is not None
    return replace(reference, largest_group_raw=LARGEST_PERSON_RAW**0.5)


def _rows(
    ctx: Context, interests: list[Interest], reference: Reference, number: int
) -> Iterator[tuple[str, Document]]:
    """An account, its people and its groups, by their collections."""
    now, random = ctx.at_one_moment(), Random(number)
    account = _account(number, random)
    people = [
        _person(number * PEOPLE + n, account["_id"], reference, random) for n in range(PEOPLE)
    ]
    yield "accounts", account
    yield from (("people", person) for person in people)
    for what in interests:
        place = placing(what.template, reference.largest_person_raw)
        group, _ = new_groups.new_group(
            now, what, account, people, place, None, scored_by=reference
        )
        yield "buying_groups", {"version": 1, **group}


def _account(number: int, random: Random) -> Document:
    address = {"city": "Springfield", "country": random.choice(_COUNTRIES)}
    _, row = an_account(
        f"acc_{number:026d}",
        f"Account {random.randrange(10**6):06d} {number}",
        industry=random.choice(_INDUSTRIES),
        employees=random.randrange(10, 100_000),
        website=f"https://account{number}.example",
        address=address,
    )
    return row


def _person(number: int, account: str, reference: Reference, random: Random) -> Document:
    raw = int(LARGEST_PERSON_RAW * random.random() ** 2)
    scored: dict[str, Any] = {
        "raw": raw,
        "counted": raw // 20,
        "largest_weight": 60,
        "run_id": reference.run,
        "run_number": reference.number,
        "computed_at": reference.computed_at,
    }
    _, row = a_person(
        f"per_{number:026d}",
        f"Person {number}",
        [account],
        email=f"person{number}@account{account[-6:]}.example",
        job_title=random.choice(_TITLES),
        engagement=scored,
    )
    return row


async def _insert(database: Database, ctx: Context, rows: list[tuple[str, Document]]) -> None:
    own = {"tenant": ctx.viewer.tenant, "schema_version": SCHEMA_VERSION, "outbox": []}
    for name in COLLECTIONS:
        documents = [{**row, **own} for of, row in rows if of == name]
        await database[name].insert_many(documents, ordered=False)


async def _filled(ctx: Context, interests: list[SolutionInterestId]) -> Filled:
    """Which groups are asked for: every so manieth, so that they lie all over the collection."""
    groups = ctx.stores.groups
    ids = await groups.of_interest(None, "", 10_000_000)
    step = max(1, len(ids) // (READ_GROUPS + WRITTEN_GROUPS))
    chosen = ids[::step][: READ_GROUPS + WRITTEN_GROUPS]
    Random(1).shuffle(chosen)
    shown, changed = chosen[: len(chosen) // 3], chosen[len(chosen) // 3 :]
    documents = await groups.by_ids(changed)
    kept = [documents[BuyingGroupId(id)] for id in changed]
    return Filled(len(ids), [str(id) for id in interests], [str(id) for id in shown], kept)


async def put_back(database: Database, changed: list[Document]) -> None:
    """Store the groups that runs change as they were."""
    groups = database["buying_groups"]
    ids = [document["_id"] for document in changed]
    await groups.delete_many({"_id": {"$in": ids}})
    await groups.insert_many(changed, ordered=False)
