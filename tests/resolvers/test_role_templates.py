import asyncio
from collections.abc import Sequence

import pytest

from domain.identifiers import TenantId
from execution.context import Context
from resolvers.outcomes import Conflict, NotFound
from resolvers.role_templates import create_role_template, delete_role_template
from store.driver import Database
from tests.contexts import Clock, a_context
from tests.worlds import DECIDERS


async def drafts(ctx: Context, count: int) -> list[str]:
    made = [
        await create_role_template(ctx, f"Draft {number}", None, [DECIDERS])
        for number in range(count)
    ]
    return [id for id in made if isinstance(id, str)]


@pytest.mark.parametrize(
    "count", [pytest.param(1, id="all of one draft"), pytest.param(12, id="of a draft each")]
)
async def test_deletions_at_once_end_in_an_answer_each(
    home: Context, database: Database, tenant: TenantId, clock: Clock, count: int
) -> None:
    wanted: Sequence[str] = (await drafts(home, count)) * (12 // count)
    writers = [a_context(database, tenant, clock) for _ in wanted]

    answers = await asyncio.gather(
        *(delete_role_template(writer, id) for writer, id in zip(writers, wanted, strict=True))
    )

    deleted = [answer for answer in answers if isinstance(answer, str)]
    assert sorted(deleted) == sorted(set(wanted))
    refused = [answer for answer in answers if not isinstance(answer, str)]
    assert all(isinstance(answer, (NotFound, Conflict)) for answer in refused)
    assert await home.stores.role_templates.by_ids(wanted) == {}
    told = {"tenant": tenant, "type": "ROLE_TEMPLATE_DELETED"}
    assert await database["events"].count_documents(told) == len(deleted)
