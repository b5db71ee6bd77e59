"""``mhc bench chat``: how fast customers are answered, over real HTTP, from a second process, beside a bare route."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Annotated, Any

import numpy as np
import orjson
import psutil
import sqlalchemy as sa
import typer
from rich.table import Table

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import retrieval as queries
from mhc_core.errors import MHCError
from mhc_core.knowledge import retrieval
from mhc_core.providers.protocols import Embedder
from mhc_jobs.chat_bench import stage
from mhc_jobs.cli.console import console, err

POOL = 40
"""Different questions among the repeated ones."""
_BEFORE = ("Hi! ", "Quick question: ", "Hello there, ", "Sorry to bother you, ", "One more thing: ")
_AFTER = ("", " Thanks!", " Just wondering.", " Please let me know.")


def command(
    chunks: Annotated[int, typer.Option(min=200, help="Chunks in the index.")] = 20_000,
    requests: Annotated[int, typer.Option(min=100, help="Requests for the throughput.")] = 5_000,
    quick: Annotated[
        bool, typer.Option("--quick", help="2,000 chunks and 200 requests: to see that it works, not to report.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure latency at 8 customers and throughput at 50; 60 % repeated questions, 20 % paraphrases, 20 % new.

    Everything runs in a temporary folder with a database of its own, which is gone afterwards.
    """
    chunks, requests = (min(chunks, 2_000), min(requests, 200)) if quick else (chunks, requests)
    folder = Path(tempfile.mkdtemp(prefix="mhc-bench-"))
    try:
        report = _measure(folder, chunks, requests)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        typer.echo(orjson.dumps(report, option=orjson.OPT_SERIALIZE_NUMPY).decode())
    else:
        _show(report)


def _measure(folder: Path, chunks: int, requests: int) -> dict[str, Any]:
    from mhc_core.providers import select

    settings = configuration.load(state_dir=folder, database_url=None)
    embedder = select.embedder(settings)
    with database(settings) as engine:
        err.print(f"making {chunks:,} chunks and training the local model …")
        made = stage.prepare(engine, settings, embedder, chunks, datetime.now(UTC))
        err.print("comparing retrieval with exact search …")
        recall = _recall(engine, embedder, made)
        url = engine.url.render_as_string(hide_password=False)
        environment = os.environ | {"MHC_STATE_DIR": str(folder), "MHC_DATABASE_URL": url}
        mix = _mix(made.questions)
        with _server("chat", environment, folder) as (chat, process):
            err.print("warming up …")
            _load(chat, "/api/v1/chat", 8, mix(50), "warm")
            err.print("latencies at 8 customers …")
            latencies = _load(chat, "/api/v1/chat", 8, mix(max(100, requests // 5)), "eight")
            before, cpu = process.memory_info().rss, process.cpu_times()
            err.print("throughput at 50 customers …")
            busy = _load(chat, "/api/v1/chat", 50, mix(requests), "fifty")
            after, cpu_after = process.memory_info().rss, process.cpu_times()
        with _server("bare", environment, folder) as (bare_url, _):
            err.print("the bare route at 50 customers …")
            _load(bare_url, "/bare", 50, mix(200), "bare-warm")
            bare = _load(bare_url, "/bare", 50, mix(requests), "bare")
    rate, bare_rate = _rate(busy), _rate(bare)
    return {
        "chunks": made.chunks,
        "chunks_embedded": made.embedded,
        "chunks_with_made_vectors": made.chunks - made.embedded,
        "examples_of_the_local_model": made.examples,
        "cores": os.cpu_count(),
        "load_average_at_the_end": round(os.getloadavg()[0], 2),
        "server_ms_at_8": _by_kind(latencies["results"]),
        "recall_at_5_of_exact_search": recall,
        "throughput_at_50": {
            "requests": len(busy["results"]),
            "errors": _errors(busy) + _errors(latencies),
            "per_second": rate,
            "bare_route_per_second": bare_rate,
            "bare_errors": _errors(bare),
            "share_of_bare_route": round(rate / bare_rate, 3),
            "server_cpu_ms_per_request": round(
                1000 * (cpu_after.user + cpu_after.system - cpu.user - cpu.system) / len(busy["results"]), 2
            ),
        },
        "memory": {
            "rss_mb_before": round(before / 1024**2, 1),
            "rss_mb_after": round(after / 1024**2, 1),
            "mb_per_10000_requests": round((after - before) / 1024**2 / len(busy["results"]) * 10_000, 1),
        },
    }


def _mix(questions: list[str]) -> Any:
    rng = Random(60)
    pool, others = questions[:POOL], questions[POOL:]

    def make(count: int) -> list[tuple[str, str]]:
        made = []
        for _ in range(count):
            share = rng.random()
            if share < 0.6:
                made.append(("repeated", rng.choice(pool)))
            elif share < 0.8:
                made.append(("paraphrase", rng.choice(_BEFORE) + rng.choice(pool) + rng.choice(_AFTER)))
            else:
                two = rng.sample(others, 2)
                made.append(("new", " ".join(two)))
        return made

    return make


def _recall(engine: sa.Engine, embedder: Embedder, made: stage.Stage) -> dict[str, Any]:
    """The share of the five nearest chunks by exact search that the index finds too."""
    vectors = embedder.embed(made.questions[:200])
    statement = (
        "select c.id from ai.knowledge_chunks c where c.dimensions = {size}"
        " and exists (select 1 from ai.knowledge_version_chunks m where m.version_id = :version and m.chunk_id = c.id)"
        " order by (c.embedding::halfvec({size})) <=> cast(:vector as halfvec({size})) limit 5"
    )
    found = 0
    times = []
    with engine.connect() as connection:
        for question, vector in zip(made.questions, vectors, strict=False):
            given = {"version": made.knowledge_id, "vector": queries.literal(vector)}
            text = sa.text(statement.format(size=len(vector)))
            connection.execute(sa.text("set local enable_indexscan = off"))
            exact = set(connection.scalars(text, given))
            connection.execute(sa.text("set local enable_indexscan = on"))
            queries.scan_settings(connection, 100)
            found += len(exact & set(connection.scalars(text, given)))
            connection.rollback()
            started = time.perf_counter()
            embedded = embedder.embed([question])[0]
            retrieval.search(connection, made.knowledge_id, question, embedded, 3)
            times.append((time.perf_counter() - started) * 1000)
            connection.rollback()
    return {"recall": round(found / (5 * len(vectors)), 4), "retrieval_with_embedding_alone_ms": _quantiles(times[5:])}


def _by_kind(results: list[list[Any]]) -> dict[str, Any]:
    """Server time by kind of question and by part; what did not happen in this run is said to be absent."""
    good = [result for result in results if result[1] == 200]
    rows: dict[str, Any] = {}
    for kind in ("repeated", "paraphrase", "new"):
        answered = [result[3]["total"] for result in good if result[0] == kind and not result[4]]
        rows[f"{kind}, full answer"] = _quantiles(answered)
    hits = {kind: [one[3]["total"] for one in good if one[0] == kind and one[4]] for kind in ("repeated", "paraphrase")}
    rows["exact cache hit"] = (
        _quantiles(hits["repeated"]) if hits["repeated"] else "absent: no answer came from a cache"
    )
    rows["semantic cache hit"] = (
        _quantiles(hits["paraphrase"]) if hits["paraphrase"] else "absent: no answer came from a cache"
    )
    for part in sorted({name for result in good for name in result[3]} - {"total"}):
        rows[f"part {part}"] = _quantiles([result[3][part] for result in good if part in result[3]])
    return rows


def _quantiles(values: list[float]) -> dict[str, float] | str:
    if not values:
        return "absent: none in this run"
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"n": len(values), "p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2)}


def _rate(load: dict[str, Any]) -> float:
    return round(float(len(load["results"]) / load["seconds"]), 1)


def _errors(load: dict[str, Any]) -> int:
    return sum(1 for result in load["results"] if result[1] != 200)


def _load(url: str, path: str, customers: int, requests: list[tuple[str, str]], name: str) -> dict[str, Any]:
    order = {"url": url, "path": path, "customers": customers, "requests": requests, "name": name}
    done = subprocess.run(
        [sys.executable, "-m", "mhc_jobs.chat_bench.load"],
        input=orjson.dumps(order),
        stdout=subprocess.PIPE,
        check=True,
    )
    report: dict[str, Any] = orjson.loads(done.stdout)
    return report


@contextmanager
def _server(which: str, environment: dict[str, str], folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mhc_jobs.chat_bench.serve", which, str(port)]
    with (folder / f"{which}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MHCError(f"the {which} server did not start; run it alone with `mhc serve` to see why")
            time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/openapi.json", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['chunks']:,} chunks, {report['cores']} cores; server milliseconds at 8 customers")
    for heading in ("", "n", "p50", "p95", "p99"):
        table.add_column(heading)
    for name, row in report["server_ms_at_8"].items():
        table.add_row(name, *([row] if isinstance(row, str) else [str(value) for value in row.values()]))
    console.print(table)
    for part in ("recall_at_5_of_exact_search", "throughput_at_50", "memory"):
        console.print(f"{part}: {report[part]}", markup=False)
