"""``mhc bench languages``: how customers of other languages are heard, understood, answered and protected."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
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
        module = f"mhc_jobs.bench.languages.{name}"
        if find_spec(module) is None:
            report[name] = None  # this build does not have it
            continue
        report[name] = import_module(module).measure()
    respond(as_json, report, *_shown(report))


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    for name, measured in report.items():
        if measured is None:
            yield f"{name}: not part of this build"
        elif name == "answers":
            yield _answers(measured)
        else:
            yield f"{name}:"
            yield from (f"  {key}: {value}" for key, value in measured.items())


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
