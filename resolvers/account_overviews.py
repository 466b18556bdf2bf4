"""Account overviews: what an account's people, groups and opportunities add up to."""

from asyncio import gather
from collections.abc import Sequence
from typing import Any, Final

from domain import engagement
from execution.context import Context, Right
from store.driver import Document

NEEDS: Final = ("industry",)
_NONE: Final[Document] = {"count": 0, "amount": 0.0}


async def of_accounts(ctx: Context, accounts: Sequence[Document]) -> list[dict[str, Any]]:
    """The overview of each account; as many commands for all as for one."""
    ctx.viewer.require(Right.READ)
    ids = {account["_id"] for account in accounts}
    figures = ctx.stores.account_figures
    people, groups, opportunities, reference = await gather(
        figures.people(ids),
        figures.groups(ids),
        figures.opportunities(ids),
        ctx.stores.scoring.runs.reference(),
    )
    largest = reference.largest_group_raw if reference else 0.0
    overviews: list[dict[str, Any]] = []
    for account in accounts:
        of_account = groups.get(account["_id"], {})
        raw = of_account.get("largest_raw")
        worth = opportunities[account["_id"]]
        overviews.append(
            {
                "industry": account.get("industry"),
                "people_count": people.get(account["_id"], 0),
                "buying_group_count": of_account.get("groups", 0),
                "engagement": None if raw is None else {"exact": engagement.score(raw, largest)},
                "open_opportunities": worth.get(False, _NONE),
                "closed_opportunities": worth.get(True, _NONE),
            }
        )
    return overviews
