import tempfile
from pathlib import Path

import pytest

from server import mongod_socket
from server.data_folder import DataFolder, MongodUnavailable, Record


@pytest.fixture
def shelter(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of this test, where nothing else is."""
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return short_path


@pytest.fixture
def deep(tmp_path: Path) -> DataFolder:
    return DataFolder.claim(tmp_path / ("long" * 25))


@pytest.mark.parametrize(("length", "fits"), [(107, True), (108, False)])
def test_the_limit_counts_bytes(length: int, fits: bool) -> None:
    assert mongod_socket.fits(Path("/é" + "x" * (length - 3))) == fits


def test_a_short_path_stays_in_the_data_folder(tmp_path: Path, shelter: Path) -> None:
    folder = DataFolder.claim(tmp_path / "data")

    assert mongod_socket.place(folder) == folder.run / "mongod.sock"
    assert list(shelter.iterdir()) == []


def test_a_long_path_gets_the_same_private_folder_each_time(
    deep: DataFolder, shelter: Path
) -> None:
    first, second = mongod_socket.place(deep), mongod_socket.place(deep)

    assert first == second
    assert first.parent.parent == shelter
    assert first.parent.stat().st_mode & 0o777 == 0o700


def test_each_data_folder_has_its_own(deep: DataFolder, tmp_path: Path, shelter: Path) -> None:
    other = DataFolder.claim(tmp_path / ("gone" * 25))

    assert mongod_socket.place(deep) != mongod_socket.place(other)


def test_the_recorded_place_stays_while_something_runs_there(
    deep: DataFolder, tmp_path: Path, shelter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = mongod_socket.place(deep)
    deep.write(Record(str(running)))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    assert mongod_socket.place(deep) == running


def test_a_record_that_moved_here_with_the_folder_does_not_count(
    deep: DataFolder, shelter: Path
) -> None:
    deep.write(Record("/elsewhere/run/mongod.sock"))

    assert mongod_socket.place(deep).parent.parent == shelter


@pytest.mark.parametrize("trap", ["open to all", "a link", "a file"])
def test_a_folder_that_somebody_else_may_have_prepared_is_not_used(
    deep: DataFolder, tmp_path: Path, shelter: Path, trap: str
) -> None:
    private = mongod_socket.place(deep).parent
    match trap:
        case "open to all":
            private.chmod(0o777)
        case "a link":
            private.rename(tmp_path / "moved")
            private.symlink_to(tmp_path / "moved")
        case _:
            private.rmdir()
            private.touch()

    with pytest.raises(MongodUnavailable, match="is too long for a socket, and no private folder"):
        mongod_socket.place(deep)


def test_the_run_time_folder_of_the_user_comes_second(
    deep: DataFolder, shelter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = shelter / "mine"
    mine.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(mine))
    mongod_socket.place(deep).parent.chmod(0o755)

    assert mongod_socket.place(deep).parent.parent == mine
