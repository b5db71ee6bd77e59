"""``mhc bench voice``: how well calls are heard, by machine voices through a telephone's band."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings
from mhc_core.errors import ConfigurationError
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    voices: Annotated[
        list[str] | None,
        typer.Option("--voice", help="A voice such as flite:slt or espeak-ng:en-us; default: all that are installed."),
    ] = None,
    calls: Annotated[int, typer.Option(min=1, help="How many of the release's calls are read aloud.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of the noise.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Read invented booking calls aloud, clear, by telephone and with noise, and count what the recogniser gets wrong.

    Machine voices are harder than people's, and none has an accent: the figures compare, they do not promise.
    """
    from mhc_core.speech import engines, select
    from mhc_jobs.bench.voice import benchmark

    chosen = voices or engines.installed()
    if not chosen:
        raise ConfigurationError("no engine reads aloud here: install espeak-ng or flite (apt install espeak-ng flite)")
    speakers = [engines.EngineSpeaker(voice) for voice in chosen]
    report = benchmark.measure(benchmark.load()[:calls], speakers, select.transcriber(settings.load()), seed)
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for by in ("voice", "condition"):
        table = columns(by, ">words wrong", ">slots right", title=f"{report['transcriber']}, by {by}")
        for name, one in report[f"by_{by}"].items():
            table.add_row(name, f"{one['word_error_rate']:.1%}", f"{one['slots_right']:.1%}")
        yield table
    nothing = report["words_from_nothing"]
    yield "words heard where nobody speaks: " + ", ".join(f"{name} {count}" for name, count in nothing.items())
    yield f"{report['seconds_of_speech']} s of speech at {report['times_real_time']} times its own length"
