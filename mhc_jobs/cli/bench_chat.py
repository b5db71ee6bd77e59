"""``mhc bench chat``: how fast customers are answered, over real HTTP, from a second process, beside a bare route."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import orjson
import psutil
import sqlalchemy as sa
import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.errors import MHCError
from mhc_core.knowledge import retrieval
from mhc_core.protocols import Embedder
from mhc_jobs.bench.chat import report, stage
from mhc_jobs.bench.chat.mix import Mix
from mhc_jobs.cli.console import AsJson, columns, err, respond

PAUSE_SECONDS = 0.25
"""How long each of the eight customers reads before the next message, on average. People take far longer."""
CALM_REQUESTS = 2_000
RECALL_QUESTIONS = 200


def command(
    chunks: Annotated[int, typer.Option(min=200, help="Chunks in the index.")] = 20_000,
    requests: Annotated[
        int, typer.Option(min=100, help="Requests for the throughput; 100000 to see whether memory stays flat.")
    ] = 5_000,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="As of `mhc serve`. Default: one for each core.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="2,000 chunks and 200 requests: to see that it works, not to report.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure latency at 8 customers and throughput at 50; 60 % repeated questions, 20 % paraphrases, 20 % new.

    The eight pause between messages as readers do (0.25 s on average), the fifty do not. Everything runs in a temporary
    folder with a database of its own, which is gone afterwards.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folder go when it is terminated
    chunks, requests = (min(chunks, 2_000), min(requests, 200)) if quick else (chunks, requests)
    folder = Path(tempfile.mkdtemp(prefix="mhc-bench-"))
    try:
        figures = _measure(folder, chunks, requests, os.cpu_count() or 1 if workers is None else workers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    respond(as_json, figures, *_shown(figures))


def _measure(folder: Path, chunks: int, requests: int, workers: int) -> dict[str, Any]:
    from mhc_core.providers import select

    settings = configuration.load(state_dir=folder, database_url=None)
    embedder = select.embedder(settings)
    with database(settings) as engine:
        err.print(f"making {chunks:,} chunks and training the local model …")
        made = stage.prepare(engine, settings, embedder, chunks, datetime.now(UTC))
        err.print("comparing retrieval with exact search …")
        recall = _recall(engine, embedder, made)
        url = engine.url.render_as_string(hide_password=False)
        environment = os.environ | {
            "MHC_STATE_DIR": str(folder), "MHC_DATABASE_URL": url, "MHC_SERVE_WORKERS": str(workers),
        }  # fmt: skip
        mix = Mix(made.questions)
        with _server("chat", environment, folder) as (chat, process):
            err.print("warming up, filling the cache …")
            _load(chat, "/api/v1/chat", 2, mix.repeated, "first")
            time.sleep(5)
            _load(chat, "/api/v1/chat", 8, mix.take(200), "warm")
            err.print("latencies at 8 customers …")
            quiet = _load(
                chat, "/api/v1/chat", 8, mix.take(max(100, min(requests // 3, CALM_REQUESTS))), "eight", PAUSE_SECONDS
            )
            cpu = _cpu_seconds(process)
            with _memory(process) as rss:
                err.print(f"throughput at 50 customers, {requests:,} requests …")
                busy = _load(chat, "/api/v1/chat", 50, mix.take(requests), "fifty")
            spent = _cpu_seconds(process) - cpu
        with _server("bare", environment, folder) as (bare_url, _):
            err.print("the bare route at 50 customers …")
            _load(bare_url, "/bare", 50, mix.take(200), "bare-warm")
            calm = _load(
                bare_url,
                "/bare",
                8,
                mix.take(max(100, min(requests // 5, CALM_REQUESTS))),
                "bare-eight",
                PAUSE_SECONDS,
            )
            bare = _load(bare_url, "/bare", 50, mix.take(min(requests, 20_000)), "bare")
    per_second, bare_per_second = report.rate(busy), report.rate(bare)
    return {
        "chunks": made.chunks,
        "chunks_embedded": made.embedded,
        "chunks_with_made_vectors": made.chunks - made.embedded,
        "examples_of_the_local_model": made.examples,
        "cores": os.cpu_count(),
        "workers": workers,
        "load_average_at_the_end": round(os.getloadavg()[0], 2),
        "pause_s_at_8": PAUSE_SECONDS,
        "per_second_at_8": report.rate(quiet),
        "server_ms_at_8": report.server_ms(quiet) | {"bare route": report.total_ms(calm)},
        "recall_at_5_of_exact_search": recall,
        "cache_hits": report.hits(busy),
        "throughput_at_50": {
            "requests": len(busy["results"]),
            "errors": report.errors(busy) | report.errors(quiet),
            "per_second": per_second,
            "bare_route_per_second": bare_per_second,
            "bare_errors": report.errors(bare),
            "share_of_bare_route": round(per_second / bare_per_second, 3),
            "server_cpu_ms_per_request": round(1000 * spent / len(busy["results"]), 2),
        },
        "memory_rss_mb": _growth(rss),
    }


def _recall(engine: sa.Engine, embedder: Embedder, made: stage.Stage) -> float:
    """The share of the five best passages by exact search that retrieval with the index finds too."""
    found = asked = 0
    with engine.connect() as connection:
        for question in made.questions[:RECALL_QUESTIONS]:
            vector = embedder.embed([question])[0]
            connection.execute(sa.text("set local enable_indexscan = off"))
            sought = retrieval.search(connection, made.knowledge_id, question, vector, 5)
            connection.rollback()
            best = retrieval.search(connection, made.knowledge_id, question, vector, 5)
            connection.rollback()
            found += len({passage.chunk_id for passage in sought} & {passage.chunk_id for passage in best})
            asked += len(sought)
    return round(found / asked, 4)


@contextmanager
def _memory(process: psutil.Process) -> Iterator[list[float]]:
    """Resident memory (MB) of a server and its workers, looked at every second."""
    seen: list[float] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            seen.append(sum(each.memory_info().rss for each in _family(process)) / 1024**2)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        done.set()
        watching.join()


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _cpu_seconds(process: psutil.Process) -> float:
    times = [each.cpu_times() for each in _family(process)]
    return float(sum(each.user + each.system for each in times))


def _growth(rss: list[float]) -> dict[str, float | None]:
    """Medians of the second and the last tenth: the first one still loads and fills pools."""
    tenth = max(1, len(rss) // 10)
    if len(rss) < 3:
        return {"early": None, "late": None, "growth_percent": None}
    early, late = float(np.median(rss[tenth : 2 * tenth])), float(np.median(rss[-tenth:]))
    return {"early": round(early, 1), "late": round(late, 1), "growth_percent": round(100 * (late / early - 1), 1)}


def _load(
    url: str, path: str, customers: int, requests: list[tuple[str, str]], name: str, pause: float = 0.0
) -> dict[str, Any]:
    order = {
        "url": url, "path": path, "customers": customers, "requests": requests, "name": name, "pause_s": pause,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "mhc_jobs.bench.chat.load"],
        input=orjson.dumps(order),
        stdout=subprocess.PIPE,
        check=True,
    )
    seen: dict[str, Any] = orjson.loads(done.stdout)
    return seen


@contextmanager
def _server(which: str, environment: dict[str, str], folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mhc_jobs.bench.chat.serve", which, str(port)]
    with (folder / f"{which}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not _ready(which, url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MHCError(f"the {which} server did not start; run it alone with `mhc serve` to see why")
            time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _ready(which: str, url: str) -> bool:
    """Whether the server answers."""
    try:
        with urllib.request.urlopen(f"{url}/{'readyz' if which == 'chat' else 'openapi.json'}", timeout=5):
            return True
    except OSError:
        return False


def _shown(figures: dict[str, Any]) -> Iterator[RenderableType]:
    sizes = ", ".join(f"{figures[part]:,} {part}" for part in ("chunks", "cores", "workers"))
    table = columns("", ">n", ">p50", ">p95", ">p99", title=f"server milliseconds at 8 customers; {sizes}")
    for name, row in figures["server_ms_at_8"].items():
        table.add_row(name, *([row] if isinstance(row, str) else [str(value) for value in row.values()]))
    yield table
    for part in ("recall_at_5_of_exact_search", "cache_hits", "throughput_at_50", "memory_rss_mb"):
        yield f"{part}: {figures[part]}"
