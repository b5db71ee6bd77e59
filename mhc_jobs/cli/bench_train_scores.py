"""``mhc bench train-scores``: make the file of what the scores have learned again."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_jobs.cli.console import AsJson, respond


def command(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of the public data sets.")],
    out: Annotated[Path, typer.Option(help="Where to write it; the shipped one is mhc_core/scoring/trained.npz.")],
    seed: Annotated[int, typer.Option(help="Seed of the sample of neutral messages.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Train reactions, coherence and satisfaction on public data whose licences allow to ship the result."""
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_jobs.bench.scores import training

    embedder = minilm.load(2)
    found = training.sources(data, embedder)
    about = {"seed": seed, "trained_on": {part.name: len(part.rated) for part in found}}
    models = training.train(found, training.reactions(data, embedder, seed), embedder, about)
    out.write_bytes(models.dump())
    size = out.stat().st_size
    respond(as_json, {"file": str(out), "bytes": size, **about}, f"{out}: {size:,} bytes")
