"""The same scores from a file: what bounds scoring, computed by DuckDB in one query.

Every person's raw and every group's two figures come from a Parquet file of the activities and
one of the members, by the rules of `domain/engagement.py`; nothing is kept, and nobody can ask for
it meanwhile. Roots are whole numbers of 1e-15, which one step of Newton's makes exact: so its
figures are those of Quorum to the ninth decimal, and are compared as they are.
"""

import csv
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from domain.role_templates import WEIGHTS
from domain.scoring_runs import ScoringRun
from store.driver import Database

_WEIGHTS: Final = {weighting.value: weight for weighting, weight in WEIGHTS.items()}
_PEOPLE: Final = """
    WITH counted AS (
        SELECT person, type, weight, cap, count(*) AS acts
        FROM activities JOIN spellings ON lower(spelled) = spelling
        WHERE moment BETWEEN ? AND ?
        GROUP BY person, moment // 86400, type, weight, cap
    )
    SELECT person, sum(weight * least(acts, cap)) AS raw, sum(least(acts, cap)) AS counted
    FROM counted GROUP BY person
"""
_GROUPS: Final = """
    WITH rooted AS (
        SELECT person, counted, CAST(sqrt(raw) * 1e15 AS HUGEINT) AS near,
            CAST(raw AS HUGEINT) * 1000000000000000000000000000000 AS square
        FROM people WHERE raw > 0
    ), roots AS (SELECT person, counted, (near + square // near) // 2 AS root FROM rooted),
    filled AS (
        SELECT members.team, members.role, any_value(weight) AS weight,
            coalesce(sum(root), 0) AS root, coalesce(sum(counted), 0) AS counted
        FROM members JOIN roles ON roles.team = members.team AND roles.role = members.role
        LEFT JOIN roots ON roots.person = members.person
        GROUP BY members.team, members.role
    ), shares AS (SELECT team, sum(weight) AS weights FROM roles GROUP BY team)
    SELECT shares.team,
        coalesce((sum(root * weight) + sum(weight) * 500000) // (sum(weight) * 1000000), 0),
        coalesce(sum(counted * weight) * 1000000000 / any_value(weights), 0)
    FROM shares LEFT JOIN filled ON filled.team = shares.team GROUP BY shares.team
"""
"""Raws in units of 1e-9, rounded as they are stored; role-weighted counts in the same units."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Raws of people by their number, both figures of groups by their id."""

    people: Mapping[int, float]
    groups: Mapping[str, tuple[float, float]]

    def differing(self, other: "Scores") -> str:
        """Some of what is not the same in both, for whoever has to find out why."""
        people = sorted(set(self.people.items()) ^ set(other.people.items()))
        groups = sorted(set(self.groups.items()) ^ set(other.groups.items()))
        return f"{len(people)} people: {people[:6]}, {len(groups)} groups: {groups[:6]}"


@dataclass(frozen=True, slots=True)
class Computed:
    """The scores, and the seconds of the clock and of the processors they took."""

    scores: Scores
    seconds: float
    processor: float


def as_parquet(path: Path) -> Path:
    """The activities of a file of lines as a Parquet file, which takes the place of it."""
    made = path.with_suffix(".parquet")
    with duckdb.connect() as connection:
        columns = "{'person': 'INTEGER', 'moment': 'BIGINT', 'spelled': 'VARCHAR'}"
        connection.execute(
            f"COPY (FROM read_csv('{path}', header = false, columns = {columns})) TO '{made}'"
        )
    path.unlink()
    return made


async def members_file(database: Database, folder: Path, numbers: Mapping[str, int]) -> None:
    """Files of who is in which group, and of the roles that each group's template has."""
    cursor = database["buying_groups"].find({}, {"members": 1, "roles": 1}, batch_size=5_000)
    with (folder / "members.csv").open("w") as members, (folder / "roles.csv").open("w") as roles:
        to_members, to_roles = csv.writer(members), csv.writer(roles)
        async for group in cursor:
            for role in group["roles"]:
                to_roles.writerow((group["_id"], role["role_id"], _WEIGHTS[role["weighting"]]))
            for member in group["members"]:
                if member["is_member"]:
                    person = number_of(member["person_id"], numbers)
                    to_members.writerow((group["_id"], person, member["role_id"]))


def number_of(person: str, numbers: Mapping[str, int]) -> int:
    """The number of a person: it stands in the id of those who were not imported."""
    known = numbers.get(person)
    return int(person.removeprefix("per_")) if known is None else known


def computed(activities: Path, folder: Path, run: ScoringRun) -> Computed:
    """All scores, by the rules and the window of a run, from files that hold what it has seen."""
    with duckdb.connect() as connection:
        tables = {
            "members": "{'team': 'VARCHAR', 'person': 'INTEGER', 'role': 'VARCHAR'}",
            "roles": "{'team': 'VARCHAR', 'role': 'VARCHAR', 'weight': 'INTEGER'}",
        }
        for name, columns in tables.items():
            source = f"read_csv('{folder / name}.csv', header = false, columns = {columns})"
            connection.execute(f"COPY (FROM {source}) TO '{folder / name}.parquet'")
            connection.execute(f"CREATE VIEW {name} AS FROM '{folder / name}.parquet'")
        connection.execute(f"CREATE VIEW activities AS FROM '{activities}'")
        connection.execute(
            "CREATE TABLE spellings (spelling VARCHAR, type VARCHAR, weight INTEGER, cap INTEGER)"
        )
        for spelling, entry in run.rules.counting.items():
            row = (spelling, entry.activity_type, entry.weight, entry.daily_cap)
            connection.execute("INSERT INTO spellings VALUES (?, ?, ?, ?)", row)
        first, last = run.window.first_day, run.window.last_day
        days = [_second(first.toordinal()), _second(last.toordinal() + 1) - 1]
        start, processor = time.perf_counter(), time.process_time()
        connection.execute(f"CREATE TEMP TABLE people AS {_PEOPLE}", days)
        connection.execute(f"CREATE TEMP TABLE teams AS {_GROUPS}")
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        people = connection.execute("SELECT person, raw FROM people").fetchall()
        groups = connection.execute("FROM teams").fetchall()
    scores = Scores(
        {person: float(raw) for person, raw in people},
        {id: (int(raw) / 1e9, round(float(counted)) / 1e9) for id, raw, counted in groups},
    )
    return Computed(scores, seconds, processor)


async def stored(database: Database, numbers: Mapping[str, int]) -> Scores:
    """What Quorum has stored of the same, of whoever is active at all."""
    active = {"engagement.raw": {"$gt": 0}}
    people = database["people"].find(active, {"engagement.raw": 1}, batch_size=10_000)
    groups = database["buying_groups"].find({}, {"engagement": 1}, batch_size=10_000)
    return Scores(
        {number_of(p["_id"], numbers): p["engagement"]["raw"] async for p in people},
        {
            group["_id"]: (group["engagement"]["raw"], group["engagement"]["role_weighted_count"])
            async for group in groups
        },
    )


def _second(ordinal: int) -> int:
    """When the day of this number begins, in seconds since 1970."""
    return (ordinal - 719_163) * 86_400
