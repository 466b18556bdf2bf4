import json
from pathlib import Path

import pytest

from server import mongod_log


def entry(severity: str, message: str, **attributes: str) -> str:
    return json.dumps({"s": severity, "msg": message, "attr": attributes})


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        pytest.param(
            "mongod: error while loading shared libraries: libssl.so.3: cannot open",
            127,
            "this mongod needs OpenSSL 3 (Debian 12, Ubuntu 22.04 and later have it)",
            id="OpenSSL 3 is missing",
        ),
        pytest.param(
            "mongod: error while loading shared libraries: libcurl.so.4: cannot open",
            127,
            "a library that mongod needs is missing",
            id="another library is missing",
        ),
        pytest.param(
            entry("E", "WiredTiger error", error="pwrite: No space left on device") + "\naborting",
            -6,
            "the disk is full",
            id="no space",
        ),
        pytest.param(
            entry("E", "DBException", error="DBPathInUse: Unable to lock the lock file"),
            100,
            "another mongod is already using it",
            id="in use",
        ),
        pytest.param(
            entry("F", "UPGRADE PROBLEM: Found an invalid version"),
            62,
            "its data was written by a MongoDB of an incompatible version",
            id="data of another version",
        ),
        pytest.param(
            "\n".join(
                [entry("E", "First"), entry("F", "Last.", error="5: why"), entry("I", "Bye")]
            ),
            14,
            "Last. 5: why",
            id="the last complaint, when none is known",
        ),
        pytest.param(
            "",
            -4,
            "this processor lacks AVX, which MongoDB has needed since version 5",
            id="no AVX",
        ),
        pytest.param("", -9, "mongod was ended by SIGKILL", id="killed"),
        pytest.param("not JSON\n[1]\n", 3, "mongod ended with code 3", id="nothing was said"),
    ],
)
def test_the_reason_of_a_death(tmp_path: Path, text: str, code: int, reason: str) -> None:
    log = tmp_path / "mongod.log"
    earlier = entry("F", "No space left on device, the time before") + "\n"
    log.write_text(earlier + text)

    assert mongod_log.reason_of_death(log, len(earlier), code) == reason


def test_a_log_that_grew_too_long_starts_again_and_its_text_is_kept_once(tmp_path: Path) -> None:
    log, before = tmp_path / "mongod.log", tmp_path / "mongod.log.1"
    before.write_text("older")
    with log.open("ab") as mongod:
        mongod.write(b"x" * mongod_log.LONGEST)
        mongod.flush()
        mongod_log.trim(log)
        assert before.read_text() == "older"

        mongod.write(b"y")
        mongod.flush()
        mongod_log.trim(log)
        mongod.write(b"new")

    assert log.read_bytes() == b"new"
    assert before.stat().st_size == mongod_log.LONGEST + 1
