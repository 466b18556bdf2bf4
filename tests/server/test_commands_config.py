"""`quorum config` as an operator and a script use it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.commands_config import run_apply, run_diff
from server.process import CommandFailed
from store.driver import Client
from tests.server.quorum_process import Quorum

NAME = "quorum_configured"
SPONSOR = "quorum_configuration: 1\nroles:\n  - name: Sponsor\n"
FAULTY = """
quorum_configuration: 1
roles:
  - name: Champion
  - nme: Sponsor
"""


@pytest.fixture
async def elsewhere(client: Client, mongodb_uri: str) -> AsyncIterator[dict[str, str]]:
    """The settings of another database, which is empty."""
    yield {"QUORUM_MONGODB_URI": mongodb_uri, "QUORUM_DATABASE": NAME}
    await client.drop_database(NAME)


@pytest.fixture
def quorum(tmp_path: Path) -> Iterator[Quorum]:
    quorum = Quorum(tmp_path)
    yield quorum
    quorum.clean()


def test_a_file_is_compared_and_applied_and_exported(
    quorum: Quorum, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file, out = tmp_path / "wanted.yaml", tmp_path / "out.yaml"
    file.write_text(SPONSOR)

    differs = quorum.run("config", "apply", str(file), "--diff", **elsewhere)
    applied = quorum.run("config", "apply", str(file), **elsewhere)
    exported = quorum.run("config", "export", str(out), **elsewhere)
    same = quorum.run("config", "diff", str(out), **elsewhere)

    assert (differs.returncode, differs.stdout) == (3, "+ roles: Sponsor\n")
    assert (applied.returncode, applied.stdout) == (
        0,
        "+ roles: Sponsor\nApplied: 1 made or changed.\n",
    )
    assert (same.returncode, same.stdout) == (0, "Nothing would change.\n")
    assert exported.returncode == 0, exported.stderr
    assert "roles:\n  - name: Sponsor\n" in out.read_text()


def test_a_file_that_cannot_be_applied_is_told_whole(tmp_path: Path) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(FAULTY)

    with pytest.raises(CommandFailed) as refused:
        run_apply(file, None)

    assert refused.value.message == (
        f"{file} cannot be applied; nothing was written:\n"
        "  roles[1].nme: is none of: name, description, aliases\n"
        "  roles[1].name: is required"
    )


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as missing:
        run_diff(tmp_path / "no.yaml", None)

    assert missing.value.message == f"{tmp_path}/no.yaml cannot be read: No such file or directory."
