"""``mhc bench answers``: what customers are answered, beside the model alone, and how far kept answers serve."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core.settings import Settings
from mhc_jobs.cli.bench_sets import Data, folders
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Data = None,
    model: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A version of understanding; trained on the gold without it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the whole concierge, over the sample's articles, first messages that nobody was taught.

    `dev` was looked at while the platform was built; `test` never was. Takes about three minutes.
    """
    from mhc_core.business.pricing import load
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_core.providers.minilm import paired
    from mhc_core.understanding import examples
    from mhc_core.understanding.model import UnderstandingModel
    from mhc_jobs.bench.answers import paraphrases, prompts, questions, sample, sets

    settings = Settings()
    business, embedder = load(settings.business_file), minilm.load(1)
    reader = (
        UnderstandingModel.from_bytes(model.read_bytes(), model.name, paired.load(1))
        if model
        else UnderstandingModel.train(examples.gold(), paired.load(1), settings.seed)
    )
    live = sample.live(business, embedder, reader)
    desk = questions.Desk(business, live, settings.minimum_confidence)
    assert live.article_selector is not None
    report: dict[str, Any] = {
        "own_questions": sample.own_questions(desk, live.article_selector),
        "prompt": prompts.measure(business, live.article_selector, embedder),
    }
    measured = folders(sets.SETS, sets.HALVES, data)
    for name, folder in measured.items():
        report[name] = {}
        if (file := folder / "questions.toml").exists():
            report[name]["questions"], _ = questions.measure(desk, sets.questions(file))
        if (file := folder / "paraphrases.toml").exists():
            found = sets.paraphrases(file)
            report[name]["paraphrases"] = paraphrases.measure(business, reader, embedder, found, settings)
    respond(as_json, report, *_shown(report, list(measured)))


def _shown(report: dict[str, Any], names: list[str]) -> Iterator[RenderableType]:
    own = report["own_questions"]
    yield f"of {own['asked']} questions of the articles, asked word for word, {own['right']} are answered by theirs"
    prompt = report["prompt"]
    yield f"prompt after {prompt['messages']} messages: {prompt['smaller']:.0%} smaller than with the whole history"
    table = columns(
        "set", ">questions", ">right", ">hedged", ">partly", ">abstained", ">wrong", ">strangers answered",
        ">person reached", ">model alone right",
    )  # fmt: skip
    shares = ("right", "hedged", "partly", "abstained", "wrong", "unknown_answered", "person_reached")
    for name in names:
        if one := report[name].get("questions"):
            asked = one["answerable"] + one["unknown"] + one["person"]
            table.add_row(name, str(asked), *(f"{one[share]:.3f}" for share in (*shares, "model_alone_right")))
    yield table
    table = columns(
        "set", ">asked", ">right first", ">answered", ">of these wrong", ">strangers answered", ">kept", ">kept wrong",
        ">near-misses wrong",
    )  # fmt: skip
    counted = ("right_first", "answered", "answered_wrong", "strangers_answered", "kept", "kept_wrong")
    for name in names:
        if one := report[name].get("paraphrases"):
            missed = f"{one['near_misses_wrong']} of {one['near_misses']}"
            table.add_row(name, str(one["asked"]), *(f"{one[share]:.3f}" for share in counted), missed)
    yield table
