"""``mhc bench console``: how long the console's pages read over a long history."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mhc_core.db.engine import database
from mhc_core.settings import Settings
from mhc_jobs.bench import console as bench
from mhc_jobs.cli.console import AsJson, columns, err, respond


def command(
    conversations: Annotated[int, typer.Option(min=1000, help="Of the generated year, two messages each.")] = 1_000_000,
    queued: Annotated[int, typer.Option(min=100, help="Items that wait for review.")] = 100_000,
    times: Annotated[int, typer.Option(min=10, help="How often each read is timed.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Generate a year of conversations in a database of its own and time the reads of dashboard, inbox and review."""
    now = bench.now()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(state_dir=Path(folder) / "state", database_url=None)
        with database(settings) as engine:
            counted = bench.fill(engine, conversations, queued, now, lambda told: err.print(told, style="dim"))
            measured = bench.measure(engine, now, times)
    table = columns("read", ">times", ">median ms", ">p95 ms", ">worst ms")
    for one in measured:
        table.add_row(one.name, str(one.times), *(f"{ms:.1f}" for ms in (one.median_ms, one.p95_ms, one.worst_ms)))
    document = {"conversations": conversations, "queued": queued, "first_count_seconds": round(counted, 1),
                "reads": [asdict(one) for one in measured]}  # fmt: skip
    respond(as_json, document, table, f"{conversations:,} conversations were counted in {counted:.0f} s, once.")
