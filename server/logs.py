"""Logs: one line a record on standard error, the time in UTC first."""

import logging
import sys
import time
from typing import Final

LEVELS: Final = ("debug", "info", "warning", "error")


def configure(level: str) -> None:
    """Log everything of at least this level; libraries speak up for warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("quorum", "server", "store", "execution", "resolvers", "schema", "jobs", "demo"):
        logging.getLogger(room).setLevel(level.upper())
