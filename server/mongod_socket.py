"""Where the socket of mongod lies: in the data folder, or elsewhere when that path is too long."""

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Final

from server.data_folder import PRIVATE, DataFolder, MongodUnavailable

LONGEST: Final = 107 if sys.platform == "linux" else 103
"""Bytes the kernel takes for the path of a socket; mongod ends itself when it is longer."""
NAME: Final = "mongod.sock"


def place(folder: DataFolder) -> Path:
    """A path that fits. Where it leaves the data folder, its own folder is private to this user.

    The same data folder gets the same path as long as anything runs there: the record decides.
    """
    inside = folder.run / NAME
    if fits(inside):
        return inside
    for shelter in _shelters(folder):
        if fits(shelter / NAME) and _is_private(shelter):
            return shelter / NAME
    raise MongodUnavailable(
        f"The path of the data folder {folder.path} is too long for a socket, and no private "
        f"folder for one could be made in {tempfile.gettempdir()}: choose a shorter data folder."
    )


def fits(socket: Path) -> bool:
    return len(os.fsencode(socket)) <= LONGEST


def _shelters(folder: DataFolder) -> list[Path]:
    """The folder recorded as in use, then the usual ones.

    The temporary folder comes first: a user's run-time folder goes away when that user logs out.
    """
    name = "quorum-" + hashlib.sha256(os.fsencode(folder.path)).hexdigest()[:16]
    record = folder.record()
    recorded = [Path(record.socket).parent] if record else []
    usual = [tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR")]
    return [shelter for shelter in recorded if shelter.name == name] + [
        Path(parent).absolute() / name for parent in usual if parent
    ]


def _is_private(path: Path) -> bool:
    """Make the folder, or see that it is really one, ours, and closed to everybody else."""
    try:
        path.mkdir(mode=PRIVATE)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = path.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and stat.S_IMODE(found.st_mode) == PRIVATE
    )
