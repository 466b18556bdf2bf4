"""The embedded MongoDB with real processes: they join, leave, and are killed in every order."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest

from server.mongod_binary import find
from server.mongod_guard import command
from tests.server.mongod_user import MongodUser

StartUser = Callable[..., MongodUser]


@pytest.fixture
def user(tmp_path: Path) -> Iterator[StartUser]:
    started: list[MongodUser] = []

    def start(folder: Path = tmp_path / "data", **environ: str) -> MongodUser:
        started.append(MongodUser(folder, **environ))
        return started[-1]

    yield start
    for one in started:
        one.close()
    for pid in processes_of(tmp_path):
        kill(pid)


def processes_of(folder: Path) -> dict[int, str]:
    """The guards and mongods that work in or under this folder: process id and command."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                arguments = (entry / "cmdline").read_text().split("\0")
                is_user = "tests.server.mongod_user" in arguments
                if not is_user and any(str(folder) in argument for argument in arguments):
                    found[int(entry.name)] = " ".join(arguments)
    return found


def guard_of(folder: Path) -> int:
    (guard,) = [pid for pid, said in processes_of(folder).items() if "mongod_guard" in said]
    return guard


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def listening_ports(pid: int) -> list[str]:
    """The TCP addresses a process listens on, as the kernel prints them."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            sockets.add(os.readlink(descriptor))
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in open_table(Path(f"/proc/net/{name}"))
    ]
    return [line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets]


def open_table(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []


def test_it_answers_on_a_private_socket_and_listens_on_no_port(
    user: StartUser, tmp_path: Path
) -> None:
    one = user()

    assert one.ask("write 3") == "3"
    assert one.ask("healthy") == "True"
    assert listening_ports(one.mongod()) == []
    socket = Path(unquote(one.ask("uri").removeprefix("mongodb://").partition("/?")[0]))
    assert socket == tmp_path / "data" / "run" / "mongod.sock"
    assert [path.stat().st_mode & 0o777 for path in (socket, socket.parent)] == [0o700, 0o700]
    assert not any(str(one.mongod()) in path.name for path in Path("/tmp").glob("mongodb-*"))


def test_who_comes_second_joins_and_who_leaves_last_stops_it(
    user: StartUser, tmp_path: Path
) -> None:
    first = user()
    first.ask("write 5")
    second = user()

    assert second.mongod() == first.mongod()
    assert first.leave() == 0
    assert second.ask("count") == "5"

    assert second.leave() == 0
    assert processes_of(tmp_path) == {}
    assert not (tmp_path / "data" / "run" / "mongod.sock").exists()


def test_four_that_start_at_once_share_one_mongod(user: StartUser, tmp_path: Path) -> None:
    four = [user() for _ in range(4)]

    assert [one.said for one in four] == ["ready"] * 4
    assert len({one.mongod() for one in four}) == 1
    assert len(processes_of(tmp_path)) == 2

    for one in four:
        assert one.ask("write 1") == "1"
        one.end_input()
    assert [one.leave() for one in four] == [0] * 4
    assert processes_of(tmp_path) == {}


def test_a_killed_mongod_comes_back_with_every_acknowledged_write(user: StartUser) -> None:
    one = user()
    before = one.mongod()
    one.ask("write 200")

    kill(before)

    assert eventually(lambda: one.ask("healthy") == "False", 2)
    assert eventually(lambda: one.ask("healthy") == "True")
    assert one.mongod() != before
    assert one.ask("count") == "200"


def test_a_killed_guard_is_replaced_and_serves_whoever_is_left(
    user: StartUser, tmp_path: Path
) -> None:
    starter, heir = user(), user()
    heir.ask("write 7")

    starter.close()
    kill(guard_of(tmp_path))

    assert eventually(lambda: heir.ask("healthy") == "False")
    assert eventually(lambda: heir.ask("healthy") == "True")
    kill(heir.mongod())
    assert eventually(lambda: heir.ask("healthy") == "False")
    assert eventually(lambda: heir.ask("healthy") == "True")
    assert heir.ask("count") == "7"
    assert len(processes_of(tmp_path)) == 2


def test_who_leaves_right_after_the_guard_was_killed_stops_mongod_itself(
    user: StartUser, tmp_path: Path
) -> None:
    one = user()
    one.ask("write 1")
    guard = guard_of(tmp_path)

    kill(guard)
    assert eventually(lambda: guard not in processes_of(tmp_path))

    assert one.leave() == 0
    assert processes_of(tmp_path) == {}


def test_nothing_outlives_a_killed_user(user: StartUser, tmp_path: Path) -> None:
    one = user()
    one.ask("write 40")

    one.close()

    assert eventually(lambda: processes_of(tmp_path) == {}, 10)
    assert user().ask("count") == "40"


def test_when_all_are_killed_at_once_the_next_start_has_every_write(
    user: StartUser, tmp_path: Path
) -> None:
    one = user()
    one.ask("write 60")

    kill(one.process.pid, guard_of(tmp_path), one.mongod())

    assert (tmp_path / "data" / "run" / "mongod.sock").exists()
    assert user().ask("count") == "60"


def test_ctrl_c_reaches_the_user_and_mongod_serves_until_it_has_ended(
    user: StartUser, tmp_path: Path
) -> None:
    one = user()
    one.ask("write 2")

    os.killpg(one.process.pid, signal.SIGINT)

    assert one.line() == "wrote while ending"
    assert one.process.wait(20) == 130
    assert processes_of(tmp_path) == {}
    assert user().ask("count") == "3"


def test_a_path_too_long_for_a_socket_gets_a_private_folder_that_goes_away_again(
    user: StartUser, tmp_path: Path, short_path: Path
) -> None:
    shelter, mine = short_path / "t", short_path / "u"
    shelter.mkdir()
    mine.mkdir()
    deep = tmp_path / ("long" * 25) / "data"
    one = user(deep, TMPDIR=str(shelter))
    one.ask("write 9")

    joined = user(deep, TMPDIR="/nowhere", XDG_RUNTIME_DIR=str(mine))

    assert joined.ask("count") == "9"
    (private,) = shelter.iterdir()
    assert private.stat().st_mode & 0o777 == 0o700
    joined.leave()
    one.leave()
    assert list(shelter.iterdir()) == []


def test_a_data_folder_can_be_moved_even_after_a_crash(user: StartUser, tmp_path: Path) -> None:
    one = user()
    one.ask("write 11")
    kill(one.process.pid, guard_of(tmp_path), one.mongod())
    assert eventually(lambda: processes_of(tmp_path) == {})

    moved = Path(shutil.move(tmp_path / "data", tmp_path / "moved"))

    assert user(moved).ask("count") == "11"


def test_a_program_that_is_missing_is_named(user: StartUser) -> None:
    assert user(QUORUM_MONGOD="/nowhere/mongod").said == (
        "/nowhere/mongod, named by QUORUM_MONGOD, is not a program that this user can run."
    )


def test_a_program_of_another_system_is_named(user: StartUser, tmp_path: Path) -> None:
    alien = tmp_path / "mongod"
    alien.write_bytes(b"\x7fELF of a machine that never was")
    alien.chmod(0o755)

    assert user(QUORUM_MONGOD=str(alien)).said == (
        f"MongoDB cannot start in {tmp_path}/data: {alien} does not run on this machine "
        f"(exec format error); see {tmp_path}/data/mongod.log."
    )


def test_a_missing_system_library_is_explained(user: StartUser, tmp_path: Path) -> None:
    fake = tmp_path / "mongod"
    fake.write_text("#!/bin/sh\necho error: libcrypto.so.3: cannot open >&2; exit 127\n")
    fake.chmod(0o755)

    assert user(QUORUM_MONGOD=str(fake)).said == (
        f"MongoDB cannot start in {tmp_path}/data: this mongod needs OpenSSL 3 "
        f"(Debian 12, Ubuntu 22.04 and later have it); see {tmp_path}/data/mongod.log."
    )
    assert eventually(lambda: processes_of(tmp_path) == {})


def test_a_mongod_of_somebody_else_in_the_folder_is_left_alone(
    user: StartUser, tmp_path: Path
) -> None:
    database = tmp_path / "data" / "mongo"
    database.mkdir(parents=True)
    (tmp_path / "data" / "quorum.json").write_text('{"format": 1}')
    socket = tmp_path / "other.sock"
    with subprocess.Popen(command(find(), database, socket), stdout=subprocess.DEVNULL) as somebody:
        assert eventually(socket.exists)

        said = user().said

        assert somebody.poll() is None
        somebody.kill()
    assert said == (
        f"MongoDB cannot start in {tmp_path}/data: another mongod is already using it; "
        f"see {tmp_path}/data/mongod.log."
    )


def test_damaged_files_are_called_damaged(user: StartUser, tmp_path: Path) -> None:
    one = user()
    one.ask("write 1")
    one.leave()
    (tmp_path / "data" / "mongo" / "WiredTiger.wt").write_bytes(b"\x00" * 4096)

    assert user().said == (
        f"MongoDB cannot start in {tmp_path}/data: its data files are damaged; restore them "
        f"from a backup; see {tmp_path}/data/mongod.log."
    )
