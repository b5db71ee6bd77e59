"""``mhc bench train-multilingual``: make the file of what reads Spanish, Chinese and Japanese again."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, respond


def command(
    target: Annotated[Path, typer.Argument(help="The shipped one is mhc_core/understanding/multilingual/reading.npz.")],
    as_json: AsJson = False,
) -> None:
    """Train the models of other languages on the labelled messages of the release (five minutes of one core)."""
    from mhc_core.understanding.multilingual import release, training

    def report(said: str) -> None:
        if not as_json:
            typer.echo(said)

    data = release.dump(training.train(training.vectors(release.vectors), report))
    target.write_bytes(data)
    respond(as_json, {"file": str(target), "bytes": len(data)}, f"{target}: {len(data):,} bytes")
