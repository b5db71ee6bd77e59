"""``mhc bench languages``: how customers of other languages are heard, understood, answered and protected."""

from collections.abc import Iterator
from importlib import import_module
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_jobs.cli.console import AsJson, columns, respond

PARTS = ("detection", "slots", "answers", "scrubbing")


def command(
    part: Annotated[
        list[str] | None, typer.Option(help=f"One of {', '.join(PARTS)}; may be repeated. All without it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure each part on the half of its sets that nobody looked at while it was made. Takes some minutes."""
    wanted = part or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        raise typer.BadParameter(f"{unknown[0]} is not one of {', '.join(PARTS)}")
    report: dict[str, Any] = {}
    for name in wanted:
        report[name] = import_module(f"mhc_jobs.bench.languages.{name}").measure()
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    tables = {"detection": _detection, "slots": _slots, "answers": _answers, "scrubbing": _scrubbing}
    yield from (tables[name](measured) for name, measured in report.items())


def _detection(measured: dict[str, Any]) -> RenderableType:
    table = columns("detection", ">right", ">wrong", ">of", ">nothing said of nothing", ">ms")
    for name, one in measured["detectors"].items():
        nothing = f"{one['nothing_said_of_nothing']:.2f}"
        table.add_row(name, f"{one['right']:.4f}", str(one["wrong"]), str(one["of"]), nothing, f"{one['ms']:.2f}")
    return table


def _slots(measured: dict[str, Any]) -> RenderableType:
    table = columns("slots", "half", ">all slots right", ">acts right", ">topics right", ">needs of a person seen",
                    ">handed over without need", ">ms")  # fmt: skip
    for half, languages in measured.items():
        for language, one in languages.items():
            of = (("slots_right", "slots"), ("acts_right", "messages"), ("topics_right", "topics"),
                  ("persons_seen", "persons"), ("false_calls", "others"))  # fmt: skip
            table.add_row(language, half, *(f"{one[part]} of {one[whole]}" for part, whole in of), f"{one['ms']:.1f}")
    return table


def _scrubbing(measured: dict[str, Any]) -> RenderableType:
    kinds = sorted({kind for languages in measured.values() for one in languages.values() for kind in one["found"]})
    table = columns("scrubbing", "half", *(f">{kind.lower()}" for kind in kinds), ">precision", ">clean untouched")
    for half, languages in measured.items():
        for language, one in languages.items():
            found = (one["found"].get(kind, "") for kind in kinds)
            table.add_row(language, half, *found, f"{one['precision']:.2f}", f"{one['clean_untouched']:.2f}")
    return table


def _answers(measured: dict[str, Any]) -> RenderableType:
    table = columns(
        f"answers, half {measured['half']}", ">questions", ">right", ">in English", ">article first", ">wrong",
        ">changed figures", ">English sentences",
    )  # fmt: skip
    for language, one in measured["languages"].items():
        shares = (f"{one[name]:.3f}" for name in ("right", "right_in_english", "article_first"))
        counts = (str(one[name]) for name in ("wrong", "changed_figures", "english_sentences"))
        table.add_row(language, str(one["questions"]), *shares, *counts)
    return table
