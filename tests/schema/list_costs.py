"""What reading a page of a list costs, as MongoDB itself explains it."""

from collections.abc import Mapping
from dataclasses import dataclass

from execution.context import Context
from execution.lists import Listed, first_window
from store.driver import Database, Document
from store.reading import Order, Reader, Window, ranges

PAGE = 25


@dataclass(frozen=True, slots=True)
class Cost:
    """What was found, and how many index keys and documents were examined for it."""

    found: int
    keys: int
    documents: int

    @property
    def is_low(self) -> bool:
        """Within five times what was found and a hundred."""
        return max(self.keys, self.documents) <= 5 * self.found + 100


async def cost_of_page(
    database: Database,
    ctx: Context,
    kind: type[Listed],
    filter: Mapping[str, object],
    order: Order | None = None,
) -> Cost:
    """The cost of the first page of a list, in its usual order unless another is asked for."""
    listing = kind.listing
    query: Mapping[str, object] = {}
    if filter:
        assert listing.filter is not None
        assert listing.where is not None
        query = await listing.where(ctx, listing.filter(**filter))
    filled = listing.filter(**filter) if listing.filter and filter else None
    window = Window(order, PAGE) if order else first_window(listing, PAGE, filled)
    found = keys = documents = 0
    for part in ranges(window):
        if found < PAGE:
            plan: Document = await database.command(
                "explain",
                {
                    "find": kind.collection,
                    "filter": Reader(database, ctx.viewer.tenant)._own(query, part.query),
                    "sort": dict(part.sort),
                    "limit": PAGE - found,
                },
                verbosity="executionStats",
            )
            ran = plan["executionStats"]
            found += ran["nReturned"]
            keys += ran["totalKeysExamined"]
            documents += ran["totalDocsExamined"]
    return Cost(found, keys, documents)
