"""The customers, in a process of their own: ``python -m mhc_jobs.bench.chat.load`` reads an order and prints a report.

The order is one JSON object on standard input: ``url``, ``path``, ``customers`` (each a connection of its own),
``requests`` (a list of ``[kind, message]``, taken in order by whoever is free), ``pause_s`` (how long a customer reads
before the next message, on average; exponential) and ``name``. The report has the elapsed seconds and, for each
request, kind, status, milliseconds as the client saw them, ``Server-Timing`` and ``cached``.
"""

import http.client
import itertools
import re
import socket
import sys
import threading
import time
from random import Random
from typing import Any
from urllib.parse import urlsplit

import orjson

_TIMING = re.compile(r"(\w+);dur=([\d.]+)")


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Send everything and tell how long it took."""
    results: list[list[Any]] = []
    requests = enumerate(order["requests"])
    taking = threading.Lock()

    def customer(number: int) -> None:
        rng = Random(number)
        connection = http.client.HTTPConnection(urlsplit(order["url"]).netloc, timeout=60)
        for turn in itertools.count():
            with taking:
                position, (kind, message) = next(requests, (-1, ("", "")))
            if position < 0:
                break
            if order["pause_s"]:
                time.sleep(rng.expovariate(1 / order["pause_s"]))
            # A customer of few messages, so that no hand-over to a person makes the rest silent.
            body = {"message": message, "customer_id": f"{order['name']}-{number}-{turn // 3}", "channel": "web"}
            started = time.perf_counter()
            _post(connection, order["path"], orjson.dumps(body))
            response = connection.getresponse()
            data = response.read()
            elapsed = (time.perf_counter() - started) * 1000
            timing = {name: float(took) for name, took in _TIMING.findall(response.getheader("Server-Timing") or "")}
            cached = response.status == 200 and bool(orjson.loads(data).get("cached"))
            results.append([kind, response.status, elapsed, timing, cached])
        connection.close()

    threads = [threading.Thread(target=customer, args=(number,)) for number in range(order["customers"])]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - started, "results": results}


def _post(connection: http.client.HTTPConnection, path: str, body: bytes) -> None:
    """Send head and body together, as browsers do: http.client sends two packets, and a server would be charged with
    the time that this process needs for the second."""
    if connection.sock is None:
        connection.connect()
    together = getattr(socket, "TCP_CORK", None)
    if together is not None:
        connection.sock.setsockopt(socket.IPPROTO_TCP, together, 1)
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    if together is not None:
        connection.sock.setsockopt(socket.IPPROTO_TCP, together, 0)


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(run(orjson.loads(sys.stdin.buffer.read()))))
