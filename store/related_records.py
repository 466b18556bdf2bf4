"""Related records: who has the signals, the acts or the groups that a condition asks about.

One aggregate answers one test for many people or accounts at once, or for all of the tenant.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from domain.folding import fold
from domain.identifiers import TenantId
from domain.interest_signals import at_least
from domain.related_tests import Found, GroupTest, InterestTest, Period
from store import filters
from store.activity_marks import COUNTED
from store.driver import Database, Document, aggregate
from store.reading import Query

_A_DAY: Final = timedelta(days=1)


class RelatedRecords:
    """What can be found of the people and accounts of one tenant in other collections.

    `people` and `accounts` say of whom; None: of all there are.
    """

    def __init__(self, database: Database, tenant: TenantId) -> None:
        self._database = database
        self._tenant = tenant

    async def signals(
        self, test: InterestTest, period: Period, people: Collection[str] | None
    ) -> dict[str, Found]:
        """The interest signals that fit, by person."""
        query = filters.every(
            filters.any_of("person_id", people),
            filters.is_one("solution_interest_id", test.solution_interest),
            filters.any_of("strength", [each.value for each in at_least(test.at_least)]),
            filters.span("at", at_least=period.begins, less_than=period.ends),
        )
        return await self._found("interest_signals", query, "person_id", "at")

    async def acts(
        self, spellings: Iterable[str], period: Period, people: Collection[str] | None
    ) -> dict[str, Found]:
        """The acts of these folded spellings that are not left out, by person, on the days they
        count on."""
        first, last = period.first_day, period.last_day
        # The day is what counts; the moments let an index pass over the others.
        begins = period.begins and period.begins - _A_DAY
        query = filters.every(
            {"person_id": {"$ne": None}}
            if people is None
            else {"person_id": {"$in": list(people)}},
            filters.any_of("type_folded", spellings),
            COUNTED,
            filters.span("at", at_least=begins, less_than=period.ends + _A_DAY),
            filters.span("day", at_least=first and first.isoformat(), at_most=last.isoformat()),
        )
        return await self._found("activities", query, "person_id", "at")

    async def groups(
        self, test: GroupTest, scored: Query | None, accounts: Collection[str] | None
    ) -> dict[str, Found]:
        """The buying groups that fit, by account; `scored` is what is asked of their scores."""
        completeness = test.completeness
        query = filters.every(
            filters.any_of("account_id", accounts),
            filters.is_one("solution_interest_id", test.solution_interest),
            _in_stages(test.stages),
            filters.any_of("folded.status", test.statuses and map(fold, test.statuses)),
            scored,
            filters.span(
                "completeness.exact",
                at_least=completeness.at_least,
                greater_than=completeness.greater_than,
                at_most=completeness.at_most,
                less_than=completeness.less_than,
            ),
            *(
                filters.an_entry(
                    "roles",
                    filters.is_one("role_id", count.role),
                    filters.span("assigned", at_least=count.at_least, at_most=count.at_most),
                )
                for count in test.people_in_role
            ),
        )
        return await self._found("buying_groups", query, "account_id", None)

    async def _found(
        self, collection: str, query: Query, owner: str, moment: str | None
    ) -> dict[str, Found]:
        counted: Document = {"_id": f"${owner}", "count": {"$sum": 1}}
        if moment is not None:
            counted["latest"] = {"$max": f"${moment}"}
        own: Mapping[str, Any] = {"$and": [{"tenant": self._tenant}, query]}
        rows = await aggregate(self._database[collection], [{"$match": own}, {"$group": counted}])
        return {row["_id"]: Found(row["count"], row.get("latest")) for row in rows}


def _in_stages(named: tuple[str, ...] | None) -> Query | None:
    """Groups in one of these stages, each meant by its id or by its name."""
    if named is None:
        return None
    by_id = {"stage.stage_id": {"$in": list(named)}}
    return {"$or": [by_id, {"folded.stage": {"$in": [fold(each) for each in named]}}]}
