"""``mhc prompts experiment``: trying a wording on a part of the customers, and what that shows."""

import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.table import Column, Table
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import experiments as queries
from mhc_core.db.queries import ids
from mhc_core.db.queries.experiments import StoredExperiment
from mhc_core.prompts import experiment_control as control
from mhc_core.prompts import registry
from mhc_core.prompts.experiment_report import Difference, VariantReport
from mhc_core.vocabulary import ExperimentMetric
from mhc_jobs.cli.console import AsJson, By, Reason, columns, console, err, respond

app = typer.Typer(help="Try a wording on a part of the customers.", no_args_is_help=True)
Experiment = Annotated[str, typer.Argument(metavar="NAME", help="An experiment.")]


@app.command()
def start(
    name: Experiment,
    prompt: Annotated[str, typer.Option("--prompt", help="The prompt, such as agent/booking.")],
    variant: Annotated[list[str], typer.Option("--variant", metavar="ID[=WEIGHT]", help="May be given several times.")],
    by: By,
    control_weight: Annotated[int, typer.Option(help="Weight of the wording in production.")] = 1,
    metric: Annotated[ExperimentMetric, typer.Option(help="What it is about.")] = ExperimentMetric.CONTAINED,
    window: Annotated[int, typer.Option(help="Hours after a customer's first answer in which things count.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Try versions of a prompt against the one in production. Customers are split by hash and keep their variant."""
    settings = configuration.load()
    now = datetime.now(UTC)
    with database(settings) as engine, engine.begin() as connection:
        registry.sync_with_release(connection, pricing.load(settings.business_file), now)
        weighted = [_weighted(text) for text in variant]
        candidates = [(ids.complete(connection, ids.PROMPT, given), weight) for given, weight in weighted]
        made = control.start(
            connection, name, prompt, candidates, control_weight, metric, timedelta(hours=window),
            secrets.token_hex(16), by, now,
        )  # fmt: skip
        told = _told(connection, name)
        variants = queries.variants(connection, made.id)
    if not settings.openai_api_key:
        err.print("no model that reads prompts is configured here: local answers do not count in an experiment")
    split = ", ".join(f"{each.version_id} {each.weight}" for each in variants)
    respond(as_json, told, f"{name} runs on {prompt}: {split}; serving picks it up within seconds")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All experiments, newest first."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.listed(connection)
    table = columns("experiment", "prompt", "status", "started", "by")
    for each in found:
        table.add_row(each.name, each.prompt, each.status, f"{each.started_at:%F}", each.started_by)
    document = {"experiments": [_shown(each) for each in found]}
    respond(as_json, document, table if found else "no experiment yet: `mhc prompts experiment start` starts one")


@app.command()
def show(name: Experiment, as_json: AsJson = False) -> None:
    """Figures by variant, and their differences from the control with bounds that hold at every look."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = control.existing(connection, name)
        variants = control.measure(connection, found, datetime.now(UTC))
    if as_json:
        respond(True, {"experiment": _shown(found), "variants": [asdict(each) for each in variants]})
        return
    about = (
        f" on {found.prompt}: {found.status}, about {found.primary_metric}, "
        f"{found.window_hours} h after the first answer"
    )
    console.print(Text.assemble((found.name, "bold"), about))
    console.print(_figures(variants))
    for each in variants:
        for metric, difference in each.differences.items():
            console.print(f"{each.version_id}  {metric} {_difference(difference)}")
        for reason in each.reasons:
            console.print(f"{each.version_id}  {reason}")
        if each.sample_ratio_p is not None and each.sample_ratio_p < 0.001:
            console.print(f"{each.version_id}  customers are not split as declared: do not trust this comparison")


@app.command()
def pause(name: Experiment, by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Give everybody the wording in production until the experiment goes on; takes effect within seconds."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        control.pause(connection, name, by, reason, datetime.now(UTC))
        told = _told(connection, name)
    respond(as_json, told, f"{name} is paused")


@app.command()
def resume(name: Experiment, by: By, as_json: AsJson = False) -> None:
    """Go on with a paused experiment; customers have the variants they had."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        control.resume(connection, name, by, datetime.now(UTC))
        told = _told(connection, name)
    respond(as_json, told, f"{name} runs again")


@app.command()
def stop(
    name: Experiment,
    version_id: Annotated[str, typer.Argument(metavar="ID", help="The variant's version.")],
    by: By,
    reason: Reason = "by hand",
    as_json: AsJson = False,
) -> None:
    """Stop one variant: its customers get the wording in production; takes effect within seconds."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        version_id = ids.complete(connection, ids.PROMPT, version_id)
        control.stop_variant(connection, name, version_id, by, reason, datetime.now(UTC))
        told = _told(connection, name)
    respond(as_json, told, f"{version_id} is stopped in {name}")


@app.command()
def end(name: Experiment, by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """End an experiment for good; what it showed is kept. A winner goes live with `mhc prompts promote`."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        variants = control.end(connection, name, by, reason, datetime.now(UTC))
    document = {"name": name, "variants": [asdict(each) for each in variants]}
    respond(as_json, document, _figures(variants), f"{name} has ended")


def _weighted(text: str) -> tuple[str, int]:
    version_id, _, weight = text.partition("=")
    if weight and not weight.isdecimal():
        raise typer.BadParameter(f"{text!r} is not ID=WEIGHT; write it like prompt-0123456789abcdef=2")
    return version_id, int(weight or 1)


def _figures(variants: list[VariantReport]) -> Table:
    table = Table(
        Column("variant", no_wrap=True), "state", "weight", "customers", "counted", "contained", "booked",
        "feedback", "escalated", "p95 ms", "USD", box=None, padding=(0, 2, 0, 0),
    )  # fmt: skip
    for each in variants:
        shares = (_share(each.contained), _share(each.booked), _share(each.feedback), _share(each.escalated))
        p95 = "–" if each.latency_p95_ms is None else f"{each.latency_p95_ms:,.0f}"
        cost = "–" if each.cost_usd is None else f"{each.cost_usd:.4f}"
        counts = (str(each.weight), str(each.exposed), str(each.counted))
        table.add_row(each.version_id, each.state, *counts, *shares, p95, cost)
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _difference(found: Difference) -> str:
    return f"{found.estimate:+.4g} against the control ({found.low:+.4g} to {found.high:+.4g})"


def _told(connection: sa.Connection, name: str) -> dict[str, Any]:
    found = control.existing(connection, name)
    return {
        "experiment": _shown(found),
        "variants": [each._asdict() for each in queries.variants(connection, found.id)],
    }


def _shown(found: StoredExperiment) -> dict[str, Any]:
    return {name: value for name, value in found._asdict().items() if name != "salt"}
