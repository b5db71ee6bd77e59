"""``mhc bench understanding``: how well people are understood, on messages and customers that nobody was taught."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core.settings import Settings
from mhc_jobs.cli.console import AsJson, columns, respond


def command(
    data: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder with public sets: slots_restaurant8k_train.jsonl.gz (and _test), intents_clinc150.jsonl.gz, "
            "intents_banking77.jsonl.gz. Without it only this project's own sets are measured.",
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A version's file; trained on the gold without it.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of ten examples a class.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure understanding on held-out messages, hand-overs and booking customers, and on public sets.

    `dev` was looked at while the platform was built; `test` never was. Takes about two minutes without public sets and
    about ten with them.
    """
    from mhc_core.business.pricing import load
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_core.understanding import examples
    from mhc_core.understanding.model import UnderstandingModel
    from mhc_jobs.bench.understanding import intents, messages, policies, restaurants

    settings = Settings()
    business, embedder = load(settings.business_file), minilm.load(1)
    reader = (
        UnderstandingModel.from_bytes(model.read_bytes(), model.name, embedder)
        if model
        else UnderstandingModel.train(examples.gold(), embedder, settings.seed)
    )
    report: dict[str, Any] = {"own": {}}
    for half in messages.HALVES:
        played = [
            policies.play(business, reader, policy) for policy in policies.load(messages.SETS / half / "bookings.toml")
        ]
        ended = Counter(one.ended for one in played)
        report["own"][half] = {
            "messages": messages.measure(business, reader, messages.load(half, "messages")),
            "handover": messages.measure(business, reader, messages.load(half, "handover")),
            "bookings": {"played": len(played), "right": ended["right"], "wrong": ended["wrong"]},
        }
    if data is not None:
        report["restaurant8k"] = restaurants.measure(data, embedder, settings.seed)
        report |= {name: intents.measure(data, name, embedder, seeds) for name in intents.SETS}
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        "set", ">messages", ">slots F1", ">acts", ">topics", ">must reach a person", ">false hand-overs",
        ">complaints on questions", ">ms CPU",
    )  # fmt: skip
    for half, measured in report["own"].items():
        for name in ("messages", "handover"):
            one = measured[name]
            table.add_row(
                f"{half}/{name}", str(one["messages"]), f"{one['slots_f1']:.3f}", f"{one['acts']:.3f}",
                f"{one['topics']:.3f}", f"{one['person_recall']:.3f} of {one['need_a_person']}",
                f"{one['false_person']:.3f}", str(one["complaints_on_questions"]), str(one["median_ms"]),
            )  # fmt: skip
    yield table
    for half, measured in report["own"].items():
        one = measured["bookings"]
        ended = f"{one['right']} in the right record, {one['wrong']} in a wrong one"
        yield f"{half}: of {one['played']} booking customers ended {ended}"
    if slots := report.get("restaurant8k"):
        yield f"restaurant8k: macro F1 {slots['macro_f1']:.3f} on {slots['asked']} messages ({slots['held_out']})"
    for name in ("clinc150", "banking77"):
        if found := report.get(name):
            outside = found.get("out_of_scope_recall")
            told = f", out-of-scope recall {outside:.3f} at 5 % false alarms" if outside is not None else ""
            yield f"{name}: accuracy {found['accuracy']:.3f} with ten examples a class{told}"
