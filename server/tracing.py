"""OpenTelemetry: spans of requests, commands of the database and slices of jobs, when asked for.

It is loaded only then. Where spans go is said by OpenTelemetry's own variables (`OTEL_…`).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from execution.tracing import Span, trace_with
from server.process import CommandFailed
from server.settings import Settings
from store.command_watch import CommandTrace
from store.driver import Listener

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_FLUSH_SECONDS: Final = 5.0
_MISSING: Final = (
    "QUORUM_TRACING is on, but OpenTelemetry is not installed:"
    " run `.venv/bin/pip install -c constraints.txt -e '.[tracing]'`."
)


@asynccontextmanager
async def traced(settings: Settings) -> AsyncIterator[list[Listener]]:
    """Trace for as long as the block lasts, if the settings say so.

    Yields what the database's client is to be opened with. Spans that are left are sent at the end.
    """
    if not settings.tracing:
        yield []
        return
    try:
        provider = _provider()
    except ImportError:
        raise CommandFailed(_MISSING) from None
    tracing = Tracing(provider)
    trace_with(tracing)
    try:
        yield [CommandTrace(tracing.command)]
    finally:
        trace_with(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                await asyncio.to_thread(provider.shutdown)


class Tracing:
    """Spans of one provider."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("quorum")

    @contextmanager
    def span(self, name: str, attributes: dict[str, str], caller: str | None) -> Iterator[Span]:
        """A span below that of the caller, or else below the present one."""
        from opentelemetry.propagate import get_global_textmap

        above = get_global_textmap().extract({"traceparent": caller}) if caller else None
        with self._tracer.start_as_current_span(
            name,
            context=above,
            attributes=attributes,
            record_exception=False,  # its message may quote what people have stored
            set_status_on_exception=False,
        ) as opened:
            yield _Span(opened)

    def command(self, name: str, collection: str) -> Callable[[bool], None] | None:
        """Begin the span of a command, if it belongs to a traced piece of work; what ends it."""
        from opentelemetry import trace

        if not trace.get_current_span().is_recording():
            return None
        attributes = {"db.system.name": "mongodb", "db.operation.name": name}
        if collection:
            attributes["db.collection.name"] = collection
        span = self._tracer.start_span(
            f"{name} {collection}".rstrip(), kind=trace.SpanKind.CLIENT, attributes=attributes
        )

        def end(succeeded: bool) -> None:
            if not succeeded:
                span.set_status(trace.StatusCode.ERROR)
            span.end()

        return end


class _Span:
    """An open span of OpenTelemetry."""

    def __init__(self, span: "trace.Span") -> None:
        self._span = span

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def tell(self, name: str, value: str) -> None:
        self._span.set_attribute(name, value)

    def fail(self, code: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR, code)


def _provider() -> "TracerProvider":
    """A provider as the variables of OpenTelemetry describe it."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "quorum")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    exporter = _exporter(os.environ.get("OTEL_TRACES_EXPORTER", "otlp"))
    if exporter is not None:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _exporter(name: str) -> "SpanExporter | None":
    match name:
        case "none":
            return None
        case "console":
            from opentelemetry.sdk.trace.export import ConsoleSpanExporter

            return ConsoleSpanExporter()
        case "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            sent: SpanExporter = OTLPSpanExporter()
            return sent
    raise CommandFailed(f"OTEL_TRACES_EXPORTER is {name!r}; it must be otlp, console or none.")
