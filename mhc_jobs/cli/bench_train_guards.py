"""``mhc bench train-guards``: make the file of what the guards have learned again."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, respond


def command(
    out: Annotated[Path, typer.Option(help="Where to write it; the shipped one is in mhc_core/concierge/guards.")],
    as_json: AsJson = False,
) -> None:
    """Train the classifiers of answers and messages on the examples of the release (about five minutes)."""
    from mhc_jobs.bench.guards import training

    found = training.train(lambda line: typer.echo(line, err=True))
    out.write_bytes(found.dump())
    size = out.stat().st_size
    respond(as_json, {"file": str(out), "bytes": size, "examples": found.examples}, f"{out}: {size:,} bytes")
