"""``mhc simulate``: the closed loop in compressed time, and whether it learns."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.settings import Settings
from mhc_jobs.cli.console import AsJson, columns, err, respond


def command(
    weeks: Annotated[int, typer.Option(min=2, help="Weeks to simulate.")] = 8,
    customers: Annotated[int, typer.Option(min=20, help="Customers a week, each with one question.")] = 250,
    sabotage_week: Annotated[
        int | None,
        typer.Option(min=1, help="Week whose candidate has its answers shuffled. Half-way when left out."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws the customers, their ratings and the staff's decisions.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Let customers with known needs ask serving while the pipeline learns from them, week by week.

    Everything is the real thing but people and time: customers rate some answers, staff review a share of the queue,
    and what passes the offline gate is promoted at once. Everything runs in a temporary folder with a database of its
    own, which is gone afterwards. Exit code 1 when the sabotaged candidate passed, or never was offered.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and folder go when it is terminated
    folder = Path(tempfile.mkdtemp(prefix="mhc-simulate-"))
    try:
        report = _run(settings_for(folder), weeks, customers, sabotage_week or (weeks + 1) // 2, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    respond(as_json, report, *_shown(report))
    reading = report["understanding"]
    for what, sabotaged in (
        ("candidate", report["sabotaged_candidate"]),
        *([("version of understanding", reading["sabotaged_candidate"])] if reading else []),
    ):
        if sabotaged["passed"]:
            err.print(f"error: the sabotaged {what} passed; look at its evaluation", style="bold red")
            raise typer.Exit(1)
        if not sabotaged["offered"]:
            said = f"error: no sabotaged {what} could be trained; simulate more customers or weeks"
            err.print(said, style="bold red")
            raise typer.Exit(1)


def settings_for(folder: Path) -> Settings:
    """The settings of a simulation: the local models, an own database in ``folder``, no canary."""
    return configuration.load(
        state_dir=folder,
        database_url=None,
        artifact_uri=None,
        inbox_uri=None,
        serve_host="127.0.0.1",
        webhook_url=None,
        openai_api_key=None,
        embedder="local",
        fine_tuner="local",
        judge_model=None,
        auto_approve=True,
        rollout="direct",
    )


def _run(settings: Settings, weeks: int, customers: int, sabotage_week: int, seed: int) -> dict[str, Any]:
    from mhc_jobs.simulation import report
    from mhc_jobs.simulation.weeks import Plan, simulate

    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    plan = Plan(weeks, customers, sabotage_week, seed)
    done = []
    with database(settings) as engine, err.status("starting") as line:
        for week in simulate(engine, settings, plan, line.update):
            done.append(week)
            share = f"{week.met / week.conversations:.0%} of needs met by {week.production}"
            err.print(f"week {week.number}: {share} ({week.seconds:.0f} s)")
    return report.document(done, seed, customers)


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        ">week", ">needs met", ">95 % interval", "production", ">answers approved so far", ">articles",
        "candidate at the end of the week",
        title=f"{report['customers_a_week']} customers a week, seed {report['seed']}",
    )  # fmt: skip
    for week in report["weeks"]:
        table.add_row(
            str(week["number"]), f"{week['share_met']:.1%}", f"{week['low']:.1%} to {week['high']:.1%}",
            week["production"], str(week["approved_answers"]), str(week["articles"]), _candidate(week["candidate"]),
        )  # fmt: skip
    yield table
    for week in (report["weeks"][0], report["weeks"][-1]):
        for example in week["examples"]:
            met = "met" if example["met"] else "not met"
            yield f"week {week['number']}, {met}: {example['question']}\n  → {example['answer']}"
    gain = report["last_minus_first"]
    interval = f"{100 * gain['low']:+.1f} to {100 * gain['high']:+.1f}"
    verdict = "the curve rises" if report["rises"] else "no rise is shown"
    yield f"last minus first week: {100 * gain['difference']:+.1f} points ({interval}): {verdict}"
    if report["understanding"]:
        yield from _reading(report)


def _reading(report: dict[str, Any]) -> Iterator[RenderableType]:
    table = columns(
        ">week", ">read without fault", ">held-out ones", ">slots F1", ">topics", ">corrections so far",
        "version at the end of the week",
        title="messages whose right reading is known, by the version that was live",
    )  # fmt: skip
    for week in report["weeks"]:
        read = week["read"]
        found = read["candidate"]
        fate = "promoted" if found["promoted"] else "not promoted"
        kind = "sabotaged, " if found["sabotaged"] else ""
        table.add_row(
            str(week["number"]), f"{read['right'] / read['messages']:.1%}",
            f"{read['held_out'].get('all_right', 0):.1%}", f"{read['slots_f1']:.3f}",
            f"{read['topics']:.3f}", str(read["corrections"]), f"{kind}{found['verdict']}, {fate}",
        )  # fmt: skip
    yield table
    gain = report["understanding"]["last_minus_first"]
    interval = f"{100 * gain['low']:+.1f} to {100 * gain['high']:+.1f}"
    verdict = "the curve rises" if report["understanding"]["rises"] else "no rise is shown"
    yield f"reading, last minus first week: {100 * gain['difference']:+.1f} points ({interval}): {verdict}"


def _candidate(found: dict[str, Any] | None) -> str:
    if found is None:
        return "none"
    mean, low, high = found["gain"]
    fate = "promoted" if found["promoted"] else "not promoted"
    kind = "sabotaged, " if found["sabotaged"] else ""
    return f"{kind}{found['verdict']}, {fate} ({mean:+.3f}, {low:+.3f} to {high:+.3f})"
