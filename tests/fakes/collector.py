"""A collector of traces: takes OTLP over HTTP in this process and decodes it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Got(NamedTuple):
    """One span as it arrived; ids in hexadecimal, ``kind`` by its name, ``service`` from the resource."""

    name: str
    trace: str
    id: str
    parent: str
    kind: str
    attributes: dict[str, object]
    error: bool
    service: str


class Collector:
    """``bodies`` are the requests as they came, ``headers`` what came with them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    def spans(self) -> list[Got]:
        """All spans so far."""
        return [span for body in self.bodies for span in _decoded(body)]

    def one(self, name: str) -> Got:
        """The only span of this name."""
        [found] = [span for span in self.spans() if span.name == name]
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}/v1/traces")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _decoded(body: bytes) -> Iterator[Got]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        of_resource = _values(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert not span.events
                assert not span.links
                assert not span.trace_state
                assert not span.status.message
                kind = span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()
                yield Got(
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    kind,
                    _values(span.attributes),
                    span.status.code == 2,
                    str(of_resource["service.name"]),
                )


def _values(attributes: object) -> dict[str, object]:
    return {
        one.key: getattr(one.value, str(one.value.WhichOneof("value")))
        for one in attributes  # type: ignore[attr-defined]
    }
