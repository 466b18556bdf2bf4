"""The log of mongod: kept small, and read for the reason when mongod does not start."""

import json
import shutil
import signal
from pathlib import Path
from typing import Final

LONGEST: Final = 8 * 1024 * 1024
"""Bytes of one log file; there are two, the current one and the one before."""
TAIL: Final = 256 * 1024
NOTHING: Final = 1024 * 1024
"""Free bytes on a disk that is as good as full."""

REASONS: Final = (
    ("libcrypto.so.3", "this mongod needs OpenSSL 3 (Debian 12, Ubuntu 22.04 and later have it)"),
    ("libssl.so.3", "this mongod needs OpenSSL 3 (Debian 12, Ubuntu 22.04 and later have it)"),
    ("error while loading shared libraries", "a library that mongod needs is missing"),
    ("version `GLIBC", "this mongod needs a newer C library than this system has"),
    ("No space left on device", "the disk is full"),
    ("Disk quota exceeded", "the disk quota is used up"),
    ("Read-only file system", "the file system is read-only"),
    ("DBPathInUse", "another mongod is already using it"),
    ("UPGRADE PROBLEM", "its data was written by a MongoDB of an incompatible version"),
    ("Wrong mongod version", "its data was written by a MongoDB of an incompatible version"),
    ("unsupported WiredTiger file version", "its data was written by a newer MongoDB"),
    ("WT_TRY_SALVAGE", "its data files are damaged; restore them from a backup"),
    ("is corrupted", "its data files are damaged; restore them from a backup"),
    ("checksum error", "its data files are damaged; restore them from a backup"),
    (
        "does not appear to be a BTree file",
        "its data files are damaged; restore them from a backup",
    ),
    ("File name too long", "the path of its socket is too long"),
    ("Permission denied", "it may not read or write its files"),
    ("Too many open files", "too few files may be open at once (`ulimit -n`)"),
    ("Cannot allocate memory", "there is not enough memory"),
)
"""What mongod or the loader writes when it gives up, and what that means; the first counts."""


def trim(log: Path) -> None:
    """Move the text of a log that has become too long aside, replacing what was there before.

    The file itself stays: the running mongod goes on appending to it.
    """
    if log.exists() and log.stat().st_size > LONGEST:
        shutil.copy(log, log.with_name(log.name + ".1"))
        with log.open("r+b") as file:
            file.truncate(0)


def reason_of_death(log: Path, since: int, code: int) -> str:
    """Why a mongod ended, from what it wrote after byte `since` and its exit code, as a clause."""
    with log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - TAIL))
        text = file.read().decode(errors="replace")
    for sign, meaning in REASONS:
        if sign in text:
            return meaning
    if shutil.disk_usage(log.parent).free < NOTHING:  # then it could not write why
        return "the disk is full"
    if code == -signal.SIGILL:
        return "this processor lacks AVX, which MongoDB has needed since version 5"
    return _last_complaint(text) or _ending(code)


def _last_complaint(text: str) -> str | None:
    """The last error or fatal message among mongod's log lines (JSON, one per line)."""
    for line in reversed(text.splitlines()):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("s") in ("E", "F"):
            detail = entry.get("attr", {}).get("error", "")
            return f"{entry.get('msg')} {detail}".strip().rstrip(".")
    return None


def _ending(code: int) -> str:
    if code < 0:
        return f"mongod was ended by {signal.Signals(-code).name}"
    return f"mongod ended with code {code}"
