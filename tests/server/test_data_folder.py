import os
from pathlib import Path

import pytest

from server.data_folder import DataFolder, MongodUnavailable, Record, State


def refusal(path: Path) -> str:
    with pytest.raises(MongodUnavailable) as refused:
        DataFolder.claim(path)
    return str(refused.value)


def test_a_new_folder_is_created_marked_and_closed_to_others(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path / "deep" / "data")

    assert (folder.path / "quorum.json").read_text() == '{"format": 1}\n'
    private = (folder.path, folder.database, folder.run)
    assert [path.stat().st_mode & 0o777 for path in private] == [0o700] * 3


def test_a_folder_of_ours_is_taken_again(tmp_path: Path) -> None:
    first = DataFolder.claim(tmp_path)
    (first.database / "WiredTiger").touch()

    assert DataFolder.claim(tmp_path).path == first.path


@pytest.mark.parametrize("name", ["lost+found", ".DS_Store"])
def test_what_file_systems_leave_behind_does_not_matter(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    assert DataFolder.claim(tmp_path).path == tmp_path.resolve()


def test_a_mark_cut_short_by_a_crash_still_counts(tmp_path: Path) -> None:
    (tmp_path / "quorum.json").touch()

    assert DataFolder.claim(tmp_path).path == tmp_path.resolve()


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()

    assert refusal(tmp_path) == (
        f"The data folder {tmp_path} holds something else (thesis.tex): "
        "choose an empty or a new folder."
    )
    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_a_folder_of_a_later_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "quorum.json").write_text('{"format": 2}')

    assert refusal(tmp_path) == (
        f"The data folder {tmp_path} was written by a newer Quorum: upgrade this one."
    )


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    DataFolder.claim(tmp_path)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    assert refusal(tmp_path) == (
        f"The data folder {tmp_path} belongs to the user with number {owner}, and this process "
        f"runs as {owner + 1}: run it as that user."
    )


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert refusal(tmp_path / "file") == (
        f"The data folder {tmp_path}/file is a file, not a folder."
    )
    assert refusal(tmp_path / "file" / "data") == (
        f"The data folder {tmp_path}/file/data cannot be used: "
        "a part of the path is a file, not a folder."
    )


def test_a_folder_that_cannot_be_made_is_refused_with_the_reason() -> None:
    assert refusal(Path("/proc/quorum")) == (
        "The data folder /proc/quorum cannot be used: no such file or directory."
    )


def test_sharers_of_a_lock_keep_out_who_wants_it_alone(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    first, second, third = (folder.users_lock() for _ in range(3))

    assert first.grab(shared=True)
    assert second.grab(shared=True)
    assert not third.grab()
    first.close()
    assert not third.is_free()
    second.close()
    assert third.is_free()
    assert third.grab()

    third.close()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    long = Record("/run/s", State.FAILED, 7, "123", "x" * 500)
    short = Record("/run/s")

    assert folder.record() is None
    for record in (long, short):
        folder.write(record)
        assert folder.record() == record
    folder.forget()
    assert folder.record() is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"socket": "/ru', id="cut short"),
        pytest.param(b"\x00" * 4096, id="zeros"),
        pytest.param(b'{"socket": "/run/s", "state": "dreaming"}', id="unknown state"),
        pytest.param(b'{"socket": "/run/s", "mood": 1}', id="unknown key"),
    ],
)
def test_a_spoilt_record_is_none(content: bytes) -> None:
    assert Record.from_bytes(content) is None
