"""``mhc tagger``: the model that finds names, addresses and numbers in text: train it, see its versions, go back."""

import lzma
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import tagger_versions as queries
from mhc_core.db.queries import versions
from mhc_jobs.cli.console import AsJson, By, Reason, columns, respond

app = typer.Typer(help="Versions of what finds names, addresses and numbers in text.", no_args_is_help=True)


@app.command("train")
def train(
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="Where the file goes; that of the release lies in mhc_core.")
    ],
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 20_260_101,
    as_json: AsJson = False,
) -> None:
    """Train the tagger of a release on invented text and the release's messages, without a database."""
    from mhc_core.scrubbing.tagger import training
    from mhc_core.understanding.examples import gold
    from mhc_core.understanding.personal import personal

    data = training.train(personal(gold()), seed)
    out.write_bytes(lzma.compress(data))
    respond(as_json, {"file": str(out), "bytes": out.stat().st_size}, f"{out}: {out.stat().st_size:,} bytes")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Versions that were trained with reviewers' marks, newest first, beside what was live when each was judged."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        live = versions.live(connection, queries.KIND)
        found = queries.all_versions(connection)
    table = columns("version", ">marked messages", "verdict", ">recall", ">precision", ">marks met", "state", "made")
    for one in found:
        pairs = [f"{one.candidate_metrics[name]:.3f} ({one.baseline_metrics[name]:.3f})" for name in _SHARES]
        state = "[bold green]live[/]" if one.id == live else "–"
        table.add_row(one.id, str(one.marks), one.verdict.value, *pairs, state, f"{one.created_at:%Y-%m-%d}")
    document = {"live": live, "versions": [one._asdict() for one in found]}
    respond(as_json, document, table if found else "no version yet: that of the release is live")


@app.command("rollback")
def rollback(by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Let the version that was live before find personal data again, at once."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        target = versions.roll_back(connection, queries.KIND, by, reason, datetime.now(UTC))
    respond(as_json, {"live": target}, f"{target} is live again")


_SHARES = ("recall", "precision", "marks_met")
