import pytest

from bench import membership, serving
from bench.ground import Ground, context
from bench.membership import Load
from resolvers.tenants import create_tenant
from store.driver import Client, open_database


@pytest.fixture(scope="module")
async def made(client: Client, mongodb_uri: str) -> Ground:
    database = open_database(client, "quorum_bench_of_writers")
    ctx = context(database)
    await create_tenant(ctx, "Bench", "UTC")
    await membership.fill(ctx, 3, [10])
    return Ground(mongodb_uri, None, database, ctx)


async def test_commands_of_writers_in_two_processes_are_measured(
    made: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    together = membership.measure(made, Load(2, 2, 3, 0.2))
    alone = membership.measure(made, Load(1, 2, 1, 0.2, alone=True))
    together.show("2 writers")
    await membership.sized(made.ctx, 10)

    printed = capsys.readouterr().out
    assert min(len(together.taken), len(alone.taken)) > 0
    assert "commands/s" in printed
    assert "bytes stored" in printed


async def test_commands_by_http_are_measured(
    made: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    served = await serving.serve(made, Load(1, 2, 3, 0.2))

    assert served.taken
    assert served.conflicts == 0
    assert "server afterwards" in capsys.readouterr().out
