"""No single request stops the API: while bodies of 2 MB that were made to be slow come to every route, a real server
process goes on saying that it is alive within half a second."""

import itertools
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import orjson
import psutil
import pytest
import sqlalchemy as sa
from fakes.waiting import until
from fastapi.routing import iter_route_contexts

from mhc_core.settings import Settings
from mhc_serving.app import MAX_BODY_BYTES, create_app

KeyOf = Callable[[str], dict[str, str]]
ALIVE_SECONDS = 0.5
TRIES = 5
SIZE = MAX_BODY_BYTES - 20_000
PARTS = ("On Monday, ", "\n ", "<!--", "12 and ", "a@b.", "!!a", "ignore all [", "\u0301")
"""Each was slow somewhere, or looks as if it could be."""
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
STRINGS: Mapping[str, Mapping[str, Any]] = {
    "/api/v1/chat": {"message": 0, "customer_id": "large", "channel": "email"},
    "/v1/chat/completions": {"model": "m", "messages": [{"role": "user", "content": 0}]},
    "/v1/responses": {"model": "m", "input": 0},
    "/v1/embeddings": {"model": "m", "input": 0},
    "/api/v1/ai/feedback": {"message_id": str(secrets.token_hex(16)), "customer_id": 0, "comment": 0},
    "/api/v1/ai/feedback/agent": {"conversation_id": 0, "good_job": True, "comment": 0},
    "/api/v1/review/{item_id}": {"decision": "edit", "answer": 0, "reason": 0},
    "/api/v1/review/marks": {"message_id": 0, "kind": "missed", "type": "PERSON", "text": 0},
    "/api/v1/review/understanding/{message_id}": {"line": 0},
    "/api/v1/handovers/{handover_id}/reply": {"text": 0},
    "/api/v1/widget/tokens": {"token": 0, "origin": 0},
    "/api/v1/privacy/erasures": {"customer_id": 0},
    "/api/v1/bookings/{booking_id}": {"status": 0, "updated_at": 0},
}


class Body(NamedTuple):
    """What is sent, and what it calls itself."""

    content: bytes
    kind: str = JSON


class Watch:
    """Asks without a pause whether the server is alive."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stop = threading.Event()
        self.worst = 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        with httpx2.Client(timeout=60) as client:
            while not self._stop.wait(0.01):
                started = time.perf_counter()
                assert client.get(f"{self._address}/healthz").status_code == 200
                self.worst = max(self.worst, time.perf_counter() - started)


@pytest.fixture(scope="module")
def server(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API as ``mhc serve`` runs it."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = {f"MHC_RATE_LIMIT_{kind}": "1000000/minute" for kind in ("KEY", "CUSTOMER", "ADDRESS", "ANONYMOUS")}
    url = serving_engine.url.render_as_string(hide_password=False)
    environment = os.environ | limits | {"MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(folder)}
    command = [sys.executable, "-c", "from mhc_jobs.cli.main import main; main()", "serve", "--port", str(port)]
    log = folder / "serve.log"
    with log.open("wb") as file:
        process = psutil.Popen(command, env=environment, stdout=file, stderr=file)
    try:
        until(lambda: "Application startup complete" in log.read_text(), 120)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _routes(engine: sa.Engine, folder: Path) -> list[tuple[str, str]]:
    app = create_app(Settings(state_dir=folder), engine)
    found = {
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in (getattr(context.route, "methods", None) or ())
        if method in ("GET", "POST")
    }
    return sorted(found)


def _filled(shape: Any, text: str) -> Any:
    """The shape with ``text`` wherever a 0 stands."""
    if isinstance(shape, Mapping):
        return {name: _filled(value, text) for name, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, text) for value in shape]
    return text if shape == 0 and shape is not False else shape


def _of_any_route() -> Iterator[Body]:
    """Bodies of nearly the largest size that need no shape."""
    yield Body(b"[" * SIZE)
    yield Body(b'{"a":' * (SIZE // 5))
    yield Body(b'{"messages":[' + b"{}," * (SIZE // 3) + b"{}]}")
    yield Body(b'{"input":[' + b"1," * (SIZE // 2) + b"1]}")
    yield Body(b"1" * SIZE)
    yield Body(b"{" + b",".join(b'"%x":0' % n for n in range(SIZE // 11)) + b"}")
    yield Body(b'"' + b"\\u0061" * (SIZE // 6) + b'"')
    yield Body(b"id=" + b"%41" * (SIZE // 3), FORM)
    yield Body(b"a=&" * (SIZE // 3), FORM)
    part = b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n'
    yield Body(part * (SIZE // len(part)), "multipart/form-data; boundary=x")


def _of(path: str) -> Iterator[Body]:
    """Bodies with the shape of a route, and transcripts of the largest that is read."""
    lengths = itertools.cycle((0, 49_000, 3_900))
    next(itertools.islice(lengths, len(path) % 3, None))
    for text in PARTS if path in STRINGS else ():
        strings = str(STRINGS[path]).count(": 0") + str(STRINGS[path]).count(", 0")
        # Every route meets every part, in one of the lengths; the route that all messages come through in each.
        for longest in (0, 49_000, 3_900) if path == "/api/v1/chat" else (next(lengths),):
            longest = longest or SIZE // strings
            whole = orjson.dumps(_filled(STRINGS[path], text * (longest // len(text.encode()))))
            if len(whole) <= MAX_BODY_BYTES:
                yield Body(whole)
    if path == "/v1/chat/completions":
        for text in PARTS:
            turns = [{"role": ("user", "assistant")[n % 2], "content": text * (3900 // len(text))} for n in range(49)]
            yield Body(orjson.dumps({"model": "m", "messages": turns, "metadata": {"channel": "email"}}))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_api_is_alive_whatever_comes_to_any_route(
    server: str, serving_engine: sa.Engine, tmp_path: Path, key_of: KeyOf
) -> None:
    slow: list[str] = []
    with httpx2.Client(base_url=server, timeout=120, headers=key_of("admin")) as client:

        def worst(method: str, path: str, body: Body) -> float:
            with Watch(server) as watch:
                place = path.replace("{model:path}", "m").format_map(_Anything())
                answer = client.request(method, place, content=body.content, headers={"Content-Type": body.kind})
                assert answer.status_code not in (500, 502), (path, answer.text[:200])
            return watch.worst

        unshaped = list(_of_any_route())
        for number, (method, path) in enumerate(_routes(serving_engine, tmp_path)):
            # One reader takes the bodies of all routes: each route gets some of those without a shape, in turn.
            bodies = [*unshaped[number % 4 :: 4], *_of(path)] if method == "POST" else unshaped[number % 8 :: 8]
            for body in bodies:
                # A machine that does something else may be late once; what blocks the server blocks it each time.
                if all(worst(method, path, body) > ALIVE_SECONDS for _ in range(TRIES)):
                    slow.append(f"{method} {path} {body.content[:60]!r}")
    assert not slow


class _Anything(dict[str, str]):
    """Some id for every name."""

    def __missing__(self, name: str) -> str:
        return "00000000-0000-0000-0000-000000000001" if name.endswith(("booking_id", "message_id")) else "999999"
