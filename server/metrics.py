"""`/metrics`: what the process tells of itself, as Prometheus reads it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from execution.metrics import METRICS
from server.exposition import MEDIA_TYPE, exposition
from server.process_metrics import follow_process


class MetricsEndpoint:
    """Answers with every metric; `measure` brings those up to date that must be looked up."""

    def __init__(self, measure: Callable[[], Awaitable[None]]) -> None:
        self._measure = measure
        follow_process()

    async def answer(self, request: Request) -> Response:
        """The metrics as they are now."""
        await self._measure()
        return Response(exposition(METRICS), headers={"content-type": MEDIA_TYPE})
