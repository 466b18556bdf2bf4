"""A process that activates drafts of a weighting model, all at once, and says what came of each.

python -m tests.concurrency.activators URI DATABASE TENANT DRAFT...
"""

import asyncio
import sys

from domain.identifiers import TenantId
from resolvers.weighting_drafts import activate_weighting_model
from store.driver import close, open_client, open_database
from tests.contexts import Clock, a_context


async def run(arguments: list[str]) -> None:
    """One line for each draft: its id, and the kind of the answer."""
    uri, database, tenant, *drafts = arguments
    client = open_client(uri)
    ctx = a_context(open_database(client, database), TenantId(tenant), Clock())
    answers = await asyncio.gather(*(activate_weighting_model(ctx, id) for id in drafts))
    for id, answer in zip(drafts, answers, strict=True):
        print(id, type(answer).__name__)
    await close(client)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
