"""`quorum demo` as a newcomer meets it: loaded once, kept, gone without a trace at Ctrl-C."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from server.mongod import embedded_mongod
from store.driver import close, open_client, open_database
from tests.server.quorum_process import Quorum

COUNTS = """{
  accounts { totalCount } people { totalCount } opportunities { totalCount }
  buyingGroups { totalCount }
}"""
WRITES = """{
  events(
    filter: {
      types: [
        ACCOUNT_CREATED, ACCOUNT_UPDATED, PERSON_CREATED, PERSON_UPDATED
        OPPORTUNITY_CREATED, OPPORTUNITY_UPDATED, BUYING_GROUP_CREATED, JOB_CREATED
      ]
    }
    orderBy: { direction: DESC }
    first: 1
  ) { totalCount nodes { position } }
}"""


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


@pytest.mark.long
def test_a_second_start_loads_nothing_and_keeps_the_data(quorum: Quorum) -> None:
    first = quorum.serve("demo")
    counts = quorum.ask(COUNTS)["data"]
    writes = quorum.ask(WRITES)["data"]
    out, err = quorum.end(first, signal.SIGINT)

    second = quorum.serve("demo")
    kept = quorum.ask(COUNTS)["data"]
    writes_by_then = quorum.ask(WRITES)["data"]
    out_again, _ = quorum.end(second, signal.SIGINT)

    assert counts["accounts"] == {"totalCount": 85}
    assert counts["opportunities"] == {"totalCount": 7375}
    assert counts["people"]["totalCount"] > 1_400
    assert counts["buyingGroups"]["totalCount"] > 100
    assert kept == counts
    assert writes["events"]["totalCount"] > 8_000
    assert writes_by_then == writes
    assert "Loaded 85 accounts" in out
    assert f"GraphiQL: {quorum.address}/graphiql" in out
    assert f"{quorum.address}/graphiql" in out.splitlines()[-1]
    assert [line[:2] for line in out.splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1.",
        "2.",
        "3.",
    ]
    assert "The demo data is there." in out_again
    assert "Loaded" not in out_again
    assert err == ""
    assert (first.returncode, second.returncode) == (0, 0)
    assert quorum.left_running() == []


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1_200):
        if await is_so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to that within a minute")


async def until_it_loads(quorum: Quorum) -> None:
    """Look into the store it fills until the first accounts are there."""

    async def is_up() -> bool:
        return quorum.mongod() is not None

    async def has_begun() -> bool:
        return await accounts.find_one() is not None

    await until(is_up)
    async with embedded_mongod(quorum.data) as mongod:
        client = open_client(mongod.uri)
        accounts = open_database(client, "quorum")["accounts"]
        await until(has_begun)
        await close(client)


async def test_ctrl_c_while_it_loads_says_how_to_go_on(quorum: Quorum) -> None:
    process = quorum.start("demo")
    await until_it_loads(quorum)

    out, err = quorum.end(process, signal.SIGINT)

    assert process.returncode == 0
    assert out == (
        "Starting MongoDB ...\nThe demo data is not complete yet: run it again to continue.\n"
    )
    assert err == ""
    assert quorum.left_running() == []


def test_a_store_with_data_of_its_own_is_left_as_it_is(quorum: Quorum) -> None:
    (quorum.folder / "accounts.csv").write_text("name\nAcme\n")
    (quorum.folder / "accounts.toml").write_text(
        'kind = "accounts"\n[fields]\nkeys.crm = "name"\nname = "name"\n'
    )
    quorum.run("import", "accounts.csv", "--mapping", "accounts.toml")

    process = quorum.serve("demo")
    counts = quorum.ask(COUNTS)["data"]
    out, _ = quorum.end(process, signal.SIGINT)

    assert counts["accounts"] == {"totalCount": 1}
    assert counts["buyingGroups"] == {"totalCount": 0}
    assert "The store has data of its own" in out
