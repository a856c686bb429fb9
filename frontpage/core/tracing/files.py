"""Spans in a file, a line of JSON each, where there is no collector."""

from collections.abc import Sequence
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult


class FileExporter(SpanExporter):
    """Appends; several processes may share the file, since a line is written at once."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._out = Path(path).open("ab", buffering=0)  # noqa: SIM115 - until shutdown

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write them; a disk that is full loses traces, and stops nobody."""
        try:
            for span in spans:
                self._out.write(span.to_json(indent=None).encode() + b"\n")
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        self._out.close()
