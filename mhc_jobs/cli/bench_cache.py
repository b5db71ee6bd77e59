"""``mhc bench cache``: how many paraphrases cached answers serve, and how many questions that only look the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    pairs: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help='JSON lines {"a", "b", "same"}, gzipped or not; may be given repeatedly.'
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated pairs.")] = 1,
    fit: Annotated[
        bool, typer.Option("--fit", help="Fit the verifier on the tuning half and print its weights.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure hit rate and wrong hits of a fresh cache beside plain cosine >= 0.95, on pairs it was not tuned on."""
    from mhc_core.providers import select
    from mhc_core.response_cache import verifier
    from mhc_jobs.bench import response_cache

    settings = configuration.load()
    if settings.embedder != "local":
        raise ConfigurationError("the weights were fitted for the local embedder; set MHC_EMBEDDER=local")
    embedder = select.embedder(settings)
    tune, held_out = response_cache.generated(seed)
    if fit:
        respond(True, dict(zip(verifier.FEATURES, response_cache.fit(tune, embedder), strict=True)))
        return
    report: dict[str, Any] = {
        "max_error": settings.cache_max_error,
        "generated_held_out": response_cache.measure(held_out, embedder, settings.cache_max_error),
    }
    for file in pairs or ():
        report[file.name] = response_cache.measure(response_cache.load_pairs(file), embedder, settings.cache_max_error)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    headings = ("set", "rule", ">hit rate", ">wrong hits", ">of different", ">of hits")
    table = columns(*headings, title=f"target error {report['max_error']:.1%}")
    for name, measured in report.items():
        if name == "max_error":
            continue
        if "skipped" in measured:
            yield f"{name}: skipped, {measured['skipped']}"
            continue
        for rule in ("cache", "plain_cosine"):
            one = measured[rule]
            shares = [one["hit_rate"], one["wrong_share_of_different"], one["wrong_share_of_hits"]]
            hit, different, hits = ("" if share is None else f"{share:.1%}" for share in shares)
            table.add_row(name, rule.replace("_", " "), hit, str(one["wrong_hits"]), different, hits)
    yield table
