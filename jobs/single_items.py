"""Items one by one: what a job does where a slice fails as a whole, so that one bad item is found.

What fails everywhere is nobody's fault among the items: then the slice has failed, not they.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Final

from domain.jobs import ItemFailure
from execution.context import Context
from jobs.plans import Items, JobFailed, Slice
from store.deployment import is_passing
from store.driver import Document

MOST_ALIKE: Final = 20
"""How many items may fail, and no other be done, until that is taken for a fault of the slice."""

_log = logging.getLogger(__name__)


async def one_by_one(ctx: Context, job: Document, items: Items, error: Exception) -> Slice:
    """The next slice, item by item; raises the slice's own error where that finds no culprit."""
    ids = await items.following(ctx, job)
    counts, failures = await _done(ctx, job, items, ids)
    if not ids or len(failures) == len(ids) > MOST_ALIKE:
        raise error
    return Slice(ids[-1], {**counts, "done": len(ids)}, failures)


async def tried_again(ctx: Context, job: Document, items: Items) -> Slice:
    """The items that have failed before; the job stays where it is."""
    counts, failures = await _done(ctx, job, items, job["to_retry"])
    return Slice(job["cursor"], counts, failures)


async def _done(
    ctx: Context, job: Document, items: Items, ids: Sequence[str]
) -> tuple[Counter[str], list[ItemFailure]]:
    counts: Counter[str] = Counter()
    failures: list[ItemFailure] = []
    for id in ids:
        try:
            counts.update(await items.one(ctx, job, id))
        except JobFailed:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            _log.error("Job %s cannot do %s.", job["_id"], id, exc_info=error)
            failures.append(_failure(ctx, id, error))
    return counts, failures


def _failure(ctx: Context, id: str, error: Exception) -> ItemFailure:
    """What a reader may know of an error: texts of errors may hold what is nobody's business."""
    is_key = isinstance(error, KeyError) and error.args and isinstance(error.args[0], str)
    field = str(error.args[0]) if is_key else None
    reason = "is missing" if is_key else f"unexpected error ({type(error).__name__})"
    return ItemFailure(id, field, f"{reason}; the server's log says more", ctx.now())
