"""Metrics of requests: how many, how long, and with which errors, by the names of operations."""

from collections.abc import Sequence
from typing import Final

from execution.metrics import METRICS, FewNames

MOST_NAMES: Final = 100
UNNAMED: Final = "unnamed"

_REQUESTS: Final = METRICS.counter(
    "quorum_requests_total", "Operations that were answered, by name.", "operation", "outcome"
)
_ERRORS: Final = METRICS.counter("quorum_errors_total", "Errors that were told, by code.", "code")
_SECONDS: Final = METRICS.histogram(
    "quorum_request_seconds", "How long operations took, by name.", "operation"
)
UNDER_WAY: Final = METRICS.gauge("quorum_requests_under_way", "Operations that have no answer yet.")

_names: Final = FewNames(MOST_NAMES)


def count_request(
    name: str | None, seconds: float, codes: Sequence[str], *, was_executed: bool
) -> None:
    """Count an answer with the codes of its errors.

    Names are those of operations that were executed, the first hundred of them: what a client
    makes up, or never had executed, is `other`.
    """
    operation = _names.of(name or UNNAMED) if was_executed else "other"
    _REQUESTS.add(operation, "error" if codes else "ok")
    _SECONDS.observe(seconds, operation)
    for code in codes:
        _ERRORS.add(code)
