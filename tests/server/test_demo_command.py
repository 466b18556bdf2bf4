"""`quorum demo` as a newcomer meets it: loaded once, kept, gone without a trace at Ctrl-C."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.quorum_process import Quorum

COUNTS = """{
  accounts { totalCount } people { totalCount } opportunities { totalCount }
  buyingGroups { totalCount }
}"""


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


def test_a_second_start_takes_seconds_and_keeps_the_data(quorum: Quorum) -> None:
    first = quorum.serve("demo")
    counts = quorum.ask(COUNTS)["data"]
    out, err = quorum.end(first, signal.SIGINT)

    started = time.monotonic()
    second = quorum.serve("demo")
    seconds = time.monotonic() - started
    kept = quorum.ask(COUNTS)["data"]
    out_again, _ = quorum.end(second, signal.SIGINT)

    assert counts["accounts"] == {"totalCount": 85}
    assert counts["opportunities"] == {"totalCount": 7375}
    assert counts["people"]["totalCount"] > 1_400
    assert counts["buyingGroups"]["totalCount"] > 100
    assert kept == counts
    assert seconds < 20
    assert "Loaded 85 accounts" in out
    assert f"GraphiQL: {quorum.address}/graphiql" in out
    assert [line[:2] for line in out.splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1.",
        "2.",
        "3.",
    ]
    assert "The demo data is there." in out_again
    assert err == ""
    assert (first.returncode, second.returncode) == (0, 0)
    assert quorum.left_running() == []


def test_ctrl_c_while_it_loads_says_how_to_go_on(quorum: Quorum) -> None:
    process = quorum.start("demo")
    deadline = time.monotonic() + 60
    while quorum.mongod() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(3)

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
