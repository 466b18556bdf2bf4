"""Exports and restores as an operator types them, and what is said when they cannot be done."""

import gzip
import os
import signal
import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from server import exported_files
from server.commands_restore import run_restore
from server.database import opened
from server.process import CommandFailed
from server.settings import Settings
from store.driver import Client, Document, open_database
from store.schema_version import SCHEMA_VERSION
from tests.exports import an_export
from tests.server.quorum_process import START_SECONDS, Quorum

SEEN = "{ roles { nodes { name } } events { nodes { position type } } }"
MANY = 15_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quorum]:
    """A running server with an embedded MongoDB."""
    quorum = Quorum(tmp_path_factory.mktemp("home"))
    process = quorum.serve()
    yield quorum
    quorum.end(process)
    quorum.clean()


@pytest.fixture
async def elsewhere(client: Client, mongodb_uri: str) -> AsyncIterator[dict[str, str]]:
    """The settings of another database, which is empty."""
    yield {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": "quorum_elsewhere"}
    await client.drop_database("quorum_elsewhere")


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


def _written(file: Path, *documents: tuple[str, Document], tenant: str = "default") -> Path:
    file.write_bytes(b"".join(an_export(*documents, tenant=tenant)))
    return file


def test_what_is_exported_beside_a_server_is_served_elsewhere_once_restored(
    home: Quorum, quorum: Quorum, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "home.jsonl.gz"

    done = home.run("export", str(file))
    printed = home.run("export", "-", "--tenant", "default")
    restored = quorum.run("restore", str(file), **elsewhere)
    process = quorum.serve(**elsewhere)

    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    count = len(lines) - 2
    assert (done.stdout, done.stderr) == (
        "",
        f"Exported the tenant default: {count:,} documents.\n",
    )
    assert printed.stdout.splitlines()[1:] == lines[1:]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []
    assert restored.stdout.startswith("Restored the tenant default as of ")
    assert restored.stdout.endswith(f": {count:,} documents.\n")
    assert quorum.ask(SEEN) == home.ask(SEEN)
    quorum.end(process)


def test_a_store_with_data_is_not_restored_over(home: Quorum, tmp_path: Path) -> None:
    before = home.ask(SEEN)

    refused = home.run("restore", str(_written(tmp_path / "a.jsonl")))

    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "Error: There is data of the tenant default (tenants: 1, roles: 6, personas: 10,"
    )
    assert refused.stderr.endswith(
        "nothing is restored. Restore into an empty folder (QUORUM_DATA) or another database"
        " (QUORUM_DATABASE).\n"
    )
    assert home.ask(SEEN) == before


def test_a_restore_that_is_killed_is_not_served_and_can_be_ended_or_discarded(
    quorum: Quorum, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    people: list[tuple[str, Document]] = [
        ("people", {"_id": f"per_{number:05}", "name": "x" * 500}) for number in range(MANY)
    ]
    file = _written(tmp_path / "many.jsonl", *people)
    other = _written(tmp_path / "other.jsonl")
    process = quorum.start("restore", str(file), **elsewhere)

    _until_some_are_stored(elsewhere)
    process.send_signal(signal.SIGKILL)
    process.wait()
    served = quorum.run("serve", **elsewhere)
    made = quorum.run("tenant", "create", "default", **elsewhere)
    refused = quorum.run("restore", str(other), **elsewhere)
    ended = quorum.run("restore", str(file), **elsewhere)
    discarded = quorum.run("discard-restore", "default", **elsewhere)
    unknown = quorum.run("discard-restore", "acme", **elsewhere)

    sentence = (
        "Error: The tenant default is being restored. If that was broken off, run `quorum restore`"
        " with the same file again, or `quorum discard-restore default`.\n"
    )
    assert (served.stderr, made.stderr) == (sentence, sentence)
    assert refused.stderr == (
        "Error: A restore of the tenant default from another file was broken off: end it with that"
        " file, or remove what it has stored (`quorum discard-restore default`).\n"
    )
    assert ended.stdout == (
        "Restored the tenant default as of 2026-05-04T12:00:00+00:00: 15,001 documents.\n"
    )
    assert discarded.stderr == "Error: The tenant default is there: it is not being restored.\n"
    assert unknown.stdout == "There is nothing of a tenant acme; nothing was removed.\n"


def _until_some_are_stored(settings: dict[str, str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    with MongoClient[Document](settings["QUORUM_MONGODB_URI"]) as client:
        people = client[settings["QUORUM_DATABASE"]]["people"]
        while time.monotonic() < deadline:
            if people.find_one({}) is not None:
                return
            time.sleep(0.01)
    raise AssertionError("nothing was stored")


async def test_a_database_of_a_newer_program_is_not_opened(
    client: Client, mongodb_uri: str
) -> None:
    database = open_database(client, "quorum_newer")
    await database["deployment"].insert_one({"_id": "schema", "version": 8, "begun": 9})

    with pytest.raises(CommandFailed) as failed:
        async with opened(Settings(mongodb_uri=mongodb_uri, database="quorum_newer")):
            pass

    assert failed.value.message == (
        "The database quorum_newer is of the schema version 9, written by a newer Quorum; this one"
        f" knows {SCHEMA_VERSION}. Run the newer one, or restore an export into a database of its"
        " own."
    )
    assert await database.list_collection_names() == ["deployment"]
    await client.drop_database("quorum_newer")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "There is no file {file}.", id="no file"),
        pytest.param(
            b"name,staff\n", "{file}, line 1: this is no JSON. Nothing is restored.", id="a table"
        ),
        pytest.param(
            b"".join(an_export()[:1]),
            "{file}, line 2: the file is cut off: its last line is missing. Nothing is restored.",
            id="a file that was cut off",
        ),
        pytest.param(
            b"".join(an_export(tenant="A:B")),
            "{file}, line 1: 'A:B' cannot name a tenant.",
            id="a name no tenant can have",
        ),
        pytest.param(
            gzip.compress(b"".join(an_export()))[:-30],
            "{file}, line 3: the packed file is damaged or cut off.",
            id="a packed file that was cut off",
        ),
    ],
)
def test_a_file_that_cannot_be_restored_is_refused_before_mongodb_is_opened(
    content: bytes | None, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "export"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandFailed) as failed:
        run_restore(file)

    assert failed.value.message == sentence.format(file=file)


def test_an_export_that_cannot_be_written_is_one_sentence(home: Quorum) -> None:
    failed = home.run("export", "/nowhere/a")

    assert (failed.returncode, failed.stderr) == (
        1,
        "Error: /nowhere/a.part cannot be written: No such file or directory.\n",
    )


def test_a_file_is_there_once_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"before")

    def write_half() -> None:
        with exported_files.written(file) as target:
            target.write(b"half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_half()
    assert file.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.jsonl"]

    with exported_files.written(file) as target:
        target.write(b"whole")
    assert file.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["a.jsonl"]


def test_a_line_that_never_ends_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported_files, "_LONGEST_LINE", 8)
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"x" * 20)

    assert list(exported_files.lines(file)) == [b"x" * 8, b"x" * 8, b"x" * 4]
