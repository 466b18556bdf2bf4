import os
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    CursorNotFound,
    DuplicateKeyError,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from store.deployment import answers, connect, is_passing
from store.driver import Driver, close
from store.reading import TookTooLong


@pytest.fixture
def lone_uri() -> Iterator[str]:
    """A MongoDB that is no member of a replica set, and that answers."""
    mongod = os.path.join(sysconfig.get_path("purelib"), "fiftyone/db/bin/mongod")
    with tempfile.TemporaryDirectory(prefix="q") as folder:
        path = f"{folder}/m.sock"
        options = ["--dbpath", folder, "--bind_ip", path, "--wiredTigerCacheSizeGB", "0.25"]
        # Another mongod of this machine would take /tmp/mongodb-27017.sock for its own.
        options.append("--nounixsocket")
        process = subprocess.Popen([mongod, *options], stdout=subprocess.DEVNULL)
        try:
            _wait_for(path)
            yield f"mongodb://{quote(path, safe='')}/?directConnection=true"
        finally:
            process.terminate()
            process.wait()


def _wait_for(path: str, seconds: float = 60.0) -> None:
    """Return once somebody listens there: a start may take longer than clients wait for one."""
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX) as probe:
        while probe.connect_ex(path) and time.monotonic() < deadline:
            time.sleep(0.05)


@pytest.mark.parametrize("driver", list(Driver), ids=lambda driver: driver.value)
async def test_a_replica_set_is_connected_to_and_answers(mongodb_uri: str, driver: Driver) -> None:
    client = await connect(mongodb_uri, driver)

    assert not isinstance(client, str)
    assert await answers(client)
    await close(client)


async def test_a_lone_server_is_refused(lone_uri: str) -> None:
    reason = await connect(lone_uri, Driver.MOTOR)

    assert reason == "it is a lone server; make it a replica set, of one member if need be"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        pytest.param(
            "mongodb://ann:secret@127.0.0.1:1/?serverSelectionTimeoutMS=300",
            "127.0.0.1:1: [Errno 111] Connection refused",
            id="nobody is there",
        ),
        pytest.param(
            "mongodb://127.0.0.1:70000/",
            "Port must be an integer between 0 and 65535",
            id="no port",
        ),
        pytest.param(
            "mongodb://ann:se:cret@127.0.0.1/",
            "Username and password must be escaped according to RFC 3986, use"
            " urllib.parse.quote_plus",
            id="a password with a colon",
        ),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_reason_without_the_password(
    uri: str, reason: str
) -> None:
    assert await connect(uri, Driver.MOTOR) == reason


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        pytest.param(AutoReconnect("closed"), True, id="a connection that breaks"),
        pytest.param(ServerSelectionTimeoutError("nobody"), True, id="nobody there"),
        pytest.param(NotPrimaryError("stepped down"), True, id="another one is in charge"),
        pytest.param(ExecutionTimeout("slow", 50), True, id="a time limit"),
        pytest.param(WTimeoutError("slow", 64), True, id="a majority that is slow"),
        pytest.param(WriteConcernError("interrupted", 11602), True, id="a majority that was lost"),
        pytest.param(TookTooLong(), True, id="a read that took too long"),
        pytest.param(CursorNotFound("gone", 43), True, id="a cursor that a restart has ended"),
        pytest.param(
            OperationFailure("again", 112, {"errorLabels": ["TransientTransactionError"]}),
            True,
            id="a transaction to be tried again",
        ),
        pytest.param(
            BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 91}]}),
            True,
            id="a bulk whose server ended",
        ),
        pytest.param(
            BulkWriteError({"writeErrors": [{"code": 11000}], "writeConcernErrors": []}),
            False,
            id="a bulk with an id that is taken",
        ),
        pytest.param(OperationFailure("no such command", 59), False, id="a refused command"),
        pytest.param(DuplicateKeyError("taken", 11000), False, id="an id that is taken"),
        pytest.param(ValueError("bug"), False, id="an error of our own"),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(error: Exception, passes: bool) -> None:
    assert is_passing(error) is passes
