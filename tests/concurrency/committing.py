"""A process that stores people one after the other, and says of each that it was acknowledged.

python -m tests.concurrency.committing URI DATABASE TENANT ACCOUNT NAME COUNT
"""

import asyncio
import sys

from domain.identifiers import TenantId
from store.driver import close, open_client, open_database
from tests.contexts import Clock, a_context
from tests.worlds import some_people


async def run(arguments: list[str]) -> None:
    """One line for each person: the id."""
    uri, database, tenant, account, name, count = arguments
    client = open_client(uri)
    ctx = a_context(open_database(client, database), TenantId(tenant), Clock())

    async def store_some(numbers: range) -> None:
        for number in numbers:
            stored = await some_people(ctx, account, {f"{name}{number}": "Engineer"})
            print(*stored.values())

    await asyncio.gather(*(store_some(range(start, int(count), 3)) for start in range(3)))
    await close(client)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
