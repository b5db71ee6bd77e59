"""``mhc bench voice``: how well calls are heard, and the whole phone line by callers who do not exist."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import RenderableType

from mhc_core import settings
from mhc_core.errors import ConfigurationError
from mhc_jobs.cli.console import AsJson, columns, err, respond


def command(
    voices: Annotated[
        list[str] | None,
        typer.Option("--voice", help="A voice such as flite:slt or espeak-ng:en-us; default: all that are installed."),
    ] = None,
    calls: Annotated[int, typer.Option(min=1, help="How many of the release's calls are read aloud.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of the noise.")] = 1,
    phone: Annotated[
        bool, typer.Option(help="Call the phone line too, one call and four at once (25 minutes). Needs flite.")
    ] = True,
    half: Annotated[
        Literal["dev", "test"], typer.Option(help="Which calls are made: those looked at, or those that were not.")
    ] = "test",
    model: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A version of understanding; trained on the gold without it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read invented booking calls aloud, clear, by telephone and with noise, and count what is heard wrong; then
    ask for parties over the phone line as callers do: slots in the facts, delay, and how soon it falls silent.

    Machine voices are harder than people's, and none has an accent: the figures compare, they do not promise.
    """
    from mhc_core.speech import engines, select
    from mhc_jobs.bench.voice import benchmark

    chosen = voices or engines.installed()
    if not chosen:
        raise ConfigurationError("no engine reads aloud here: install espeak-ng or flite (apt install espeak-ng flite)")
    speakers = [engines.EngineSpeaker(voice) for voice in chosen]
    report = benchmark.measure(benchmark.load()[:calls], speakers, select.transcriber(settings.load()), seed)
    if phone:
        report["phone"] = _phone(
            [each for each in speakers if each.id.startswith("flite")] or speakers, half, seed, model
        )
    respond(as_json, report, *_shown(report))


def _phone(speakers: list[Any], half: str, seed: int, model: Path | None) -> dict[str, Any]:
    """The phone line in a temporary folder with a database of its own, which is gone afterwards."""
    from datetime import UTC, datetime

    from mhc_core.db.engine import database
    from mhc_core.providers import select as providers
    from mhc_jobs.bench.voice import phone

    folder = Path(tempfile.mkdtemp(prefix="mhc-bench-voice-"))
    try:
        config = settings.load(state_dir=folder, database_url=None)
        with database(config) as engine:
            err.print("making the knowledge …" if model else "training a model of understanding …")
            phone.prepare(engine, config, providers.embedder(config), datetime.now(UTC), model)
            with phone.serving(engine, folder) as account:
                err.print("calling …")
                found = phone.measure(engine, account, speakers, half, seed, (1, 4))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return found | {"cores": os.cpu_count(), "load_average_at_the_end": round(os.getloadavg()[0], 2)}


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for by in ("voice", "condition"):
        table = columns(by, ">words wrong", ">slots right", title=f"{report['transcriber']}, by {by}")
        for name, one in report[f"by_{by}"].items():
            table.add_row(name, f"{one['word_error_rate']:.1%}", f"{one['slots_right']:.1%}")
        yield table
    nothing = report["words_from_nothing"]
    yield "words heard where nobody speaks: " + ", ".join(f"{name} {count}" for name, count in nothing.items())
    if called := report.get("phone"):
        table = columns(
            "calls", ">words wrong", ">slots right", ">delay p50 ms", ">p95", title=f"phone line, {called['half']}"
        )
        for name in ("1_at_once", "4_at_once"):
            one = called[name]
            table.add_row(
                name.replace("_", " "), f"{one['word_error_rate']:.1%}", one["slots_right_of_these"],
                str(one["delay_ms_p50"]), str(one["delay_ms_p95"]),
            )  # fmt: skip
        yield table
        yield f"barge-in: {called['barge_in']}"
    yield f"{report['seconds_of_speech']} s of speech at {report['times_real_time']} times its own length"
