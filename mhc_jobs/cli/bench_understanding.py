"""``mhc bench understanding``: how well people are understood, on messages and customers that nobody was taught."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core.business.pricing import Business
from mhc_core.settings import Settings
from mhc_core.understanding.reader import Reader
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
    writers: Annotated[
        bool,
        typer.Option(help="Measure each writer of the gold too, by models that learned the others (minutes more)."),
    ] = False,
    provider: Annotated[
        bool, typer.Option(help="Measure the provider's model too (MHC_UNDERSTANDING_MODEL), beside the local one.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of ten examples a class.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Measure understanding on held-out messages, hand-overs and booking customers, and on public sets.

    `dev` was looked at while the platform was built; `test` never was. Takes about two minutes without public sets and
    about ten with them.
    """
    from mhc_core.business.pricing import load
    from mhc_core.concierge.models.providers import ConfiguredProviders
    from mhc_core.providers.minilm import paired
    from mhc_core.understanding import examples
    from mhc_core.understanding.model import UnderstandingModel
    from mhc_jobs.bench.understanding import intents, restaurants
    from mhc_jobs.bench.understanding import writers as unseen
    from mhc_jobs.bench.understanding.writers import Remembered

    settings = Settings()
    business, embedder = load(settings.business_file), paired.load(1)
    reader = (
        UnderstandingModel.from_bytes(model.read_bytes(), model.name, embedder)
        if model
        else UnderstandingModel.train(examples.gold(), embedder, settings.seed)
    )
    report: dict[str, Any] = {"own": _own(business, reader)}
    if provider:
        report["provider"] = _own(business, ConfiguredProviders(settings).reader(reader, business))
    if writers:
        remembered = Remembered(embedder)
        report["writers"] = unseen.measure(
            business, examples.gold(), lambda taught: UnderstandingModel.train(taught, remembered, settings.seed)
        )
    if data is not None:
        report["restaurant8k"] = restaurants.measure(data, embedder, settings.seed)
        report |= {name: intents.measure(data, name, embedder, seeds) for name in intents.SETS}
    respond(as_json, report, *_shown(report))


def _own(business: Business, reader: Reader) -> dict[str, Any]:
    """This project's own sets as a reader reads them, by half."""
    from mhc_jobs.bench.understanding import messages, policies

    measured = {}
    for half in messages.HALVES:
        played = [
            policies.play(business, reader, policy) for policy in policies.load(messages.SETS / half / "bookings.toml")
        ]
        ended = Counter(one.ended for one in played)
        measured[half] = {
            "messages": messages.measure(business, reader, messages.load(half, "messages")),
            "handover": messages.measure(business, reader, messages.load(half, "handover")),
            "bookings": {"played": len(played), "right": ended["right"], "wrong": ended["wrong"]},
        }
    return measured


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for who in ("own", "provider"):
        if who in report:
            yield from _halves(report[who], "" if who == "own" else "the provider's model beside the local one, ")
    if "writers" in report:
        table = columns("writer not taught", *_SHARES)
        for name, one in report["writers"].items():
            table.add_row(name, *_shares(one))
        yield table
    if slots := report.get("restaurant8k"):
        yield f"restaurant8k: macro F1 {slots['macro_f1']:.3f} on {slots['asked']} messages ({slots['held_out']})"
    for name in ("clinc150", "banking77"):
        if found := report.get(name):
            outside = found.get("out_of_scope_recall")
            told = f", out-of-scope recall {outside:.3f} at 5 % false alarms" if outside is not None else ""
            yield f"{name}: accuracy {found['accuracy']:.3f} with ten examples a class{told}"


_SHARES = (">messages", ">slots F1", ">acts", ">topics", ">must reach a person", ">false hand-overs")


def _halves(measured: dict[str, Any], who: str) -> Iterator[RenderableType]:
    table = columns("set", *_SHARES, ">complaints on questions", ">ms CPU")
    for half, found in measured.items():
        for name in ("messages", "handover"):
            one = found[name]
            table.add_row(f"{half}/{name}", *_shares(one), str(one["complaints_on_questions"]), str(one["median_ms"]))
    yield table
    for half, found in measured.items():
        one = found["bookings"]
        ended = f"{one['right']} in the right record, {one['wrong']} in a wrong one"
        yield f"{who}{half}: of {one['played']} booking customers ended {ended}"


def _shares(one: dict[str, Any]) -> tuple[str, ...]:
    shares = (f"{one[name]:.3f}" for name in ("slots_f1", "acts", "topics"))
    person = f"{one['person_recall']:.3f} of {one['need_a_person']}"
    return (str(one["messages"]), *shares, person, f"{one['false_person']:.3f}")
