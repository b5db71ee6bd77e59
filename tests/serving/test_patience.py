"""Nobody holds the API up: half-sent requests are closed, and a request that takes too long is given up."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import httpx2
import pytest
from fakes.waiting import until
from fastapi import FastAPI
from starlette.requests import Request

from mhc_core.concierge import timing
from mhc_core.errors import TransientError
from mhc_serving import errors
from mhc_serving.access.body_limit import BodyLimit
from mhc_serving.access.time_budget import TimeBudget
from mhc_serving.http_protocol import HEAD_BYTES, PatientProtocol

HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
RELEASED = threading.Event()
"""Until then the slow work of the app goes on."""
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(PatientProtocol):
    head_seconds = 0.3


@pytest.fixture(scope="module")
def ended() -> list[str]:
    """How the slow work of the app ended."""
    return []


@pytest.fixture(scope="module")
def address(serve: Callable[..., AbstractContextManager[str]], ended: list[str]) -> Iterator[str]:
    app = FastAPI()
    errors.install(app)

    @app.get("/healthz")
    async def alive() -> str:
        return "ok"

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    @app.get("/slow")
    def slow() -> str:
        RELEASED.wait(60)
        try:
            with timing.part("storing"):
                ended.append("stored")
        except TransientError:
            ended.append("given up")
            raise
        return "late"

    app.add_middleware(BodyLimit, largest=200_000, seconds=0.3)
    app.add_middleware(TimeBudget, seconds=0.6)
    app.add_middleware(errors.Journal)
    with serve(app, http=Hasty) as url:
        yield url


def _connect(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=20)


def _drip(connection: socket.socket, piece: bytes) -> bytes:
    """Send a piece again and again until the server has had enough; what it said then."""
    connection.settimeout(0.05)
    said = b""
    while True:
        try:
            connection.sendall(piece)
            got = connection.recv(10_000)
        except TimeoutError:
            continue
        except OSError:
            return said
        if not got:
            return said
        said += got


def _all(connection: socket.socket) -> bytes:
    said = b""
    while got := connection.recv(10_000):
        said += got
    return said


@pytest.mark.parametrize("sent", [b"", b"GET", HALF_A_HEAD])
def test_a_request_that_is_never_finished_is_closed(address: str, sent: bytes) -> None:
    with _connect(address) as connection:
        connection.sendall(sent)
        assert _all(connection).startswith(b"HTTP/1.1 408 ")


def test_headers_that_drip_in_are_closed(address: str) -> None:
    with _connect(address) as connection:
        connection.sendall(HALF_A_HEAD)
        assert b"408" in _drip(connection, b"a")


def test_headers_without_end_are_refused(address: str) -> None:
    with _connect(address) as connection:
        connection.sendall(HALF_A_HEAD + b"a" * HEAD_BYTES)
        assert _all(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("piece", [b"\r\n", b"G"])
def test_an_answered_connection_is_not_kept_by_dripping(address: str, piece: bytes) -> None:
    with _connect(address) as connection:
        connection.sendall(WHOLE)
        assert b"200 OK" in connection.recv(10_000)
        _drip(connection, piece)  # ends


def test_a_connection_is_kept_for_the_next_request(address: str) -> None:
    with httpx2.Client(base_url=address) as client:
        for _ in range(3):
            assert client.get("/healthz").status_code == 200
            time.sleep(0.25)  # longer than a head may take in all


def test_a_body_that_does_not_come_is_closed(address: str) -> None:
    with _connect(address) as connection:
        connection.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        said = _all(connection)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"did not come within" in said


def test_a_body_that_drips_in_is_closed(address: str) -> None:
    with _connect(address) as connection:
        connection.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n")
        assert _drip(connection, b"a").startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("apart", [False, True])
def test_a_body_that_comes_in_one_piece_is_no_head(address: str, apart: bool) -> None:
    body = b"x" * (HEAD_BYTES + 20_000)
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    for _ in range(5):
        with _connect(address) as connection:
            if apart:
                connection.sendall(head)
                time.sleep(0.02)  # the server reads what is there
                connection.sendall(body)
            else:
                connection.sendall(head + body)
            assert _all(connection).startswith(b"HTTP/1.1 200 ")


def test_who_waits_too_long_is_told_and_the_work_ends_at_its_next_step(address: str, ended: list[str]) -> None:
    answer = httpx2.get(f"{address}/slow", timeout=20)
    assert answer.status_code == 503
    assert "took too long" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["x-request-id"]
    assert not ended
    RELEASED.set()
    until(lambda: ended)
    assert ended == ["given up"]


def test_others_are_answered_while_many_are_half_sent(address: str) -> None:
    held = [_connect(address) for _ in range(50)]
    try:
        for connection in held:
            connection.sendall(HALF_A_HEAD)
        assert httpx2.get(f"{address}/healthz", timeout=10).status_code == 200
    finally:
        for connection in held:
            connection.close()


def test_a_step_within_the_budget_is_made() -> None:
    def work() -> None:
        timing.limit(60)
        with timing.part("search"):
            done.append(True)

    done: list[bool] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
