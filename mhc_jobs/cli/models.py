"""``mhc models``: what was trained, how it compares, and what is in production."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import ids, versions
from mhc_core.db.queries import rollout as rollouts
from mhc_core.db.queries import training as queries
from mhc_core.errors import NotFound
from mhc_core.rollout import promotion
from mhc_core.training import deadlines
from mhc_core.training import jobs as training
from mhc_jobs.cli import model_card, model_export, train
from mhc_jobs.cli.console import AsJson, By, Reason, columns, console, respond
from mhc_jobs.cli.evaluation_tables import evidence
from mhc_jobs.cli.summary import bullets, comparison

app = typer.Typer(help="Trained models, their evaluations, and production.", no_args_is_help=True)
ModelId = Annotated[str, typer.Argument(metavar="ID", help="A model version (`mhc models list`), or its beginning.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Model versions, newest first, with verdict and rollout."""
    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        live = versions.live(connection, "model")
        near = deadlines.near(connection, settings, datetime.now(UTC).date())
        rows = [_row(connection, model, live) for model in queries.models(connection)]
    table = columns("model", "data set", "verdict", "difference", "state", "made")
    for row in rows:
        table.add_row(
            row["id"],
            row["dataset"] or "–",
            row["verdict"] or "–",
            row["difference"] or "–",
            Text("live", "bold green") if row["live"] else row["rollout"] or "–",
            row["created_at"][:10],
        )
    dues = [str(due) for due in near]
    document = {"production": live, "models": rows, "model_deadlines": dues}
    shown = table if rows else "no model yet: run `mhc loop`"
    respond(as_json, document, shown, *(Text(due, style="yellow") for due in dues))


@app.command("show")
def show(model_id: ModelId, as_json: AsJson = False) -> None:
    """One model: where it comes from, every evaluation with its numbers and reasons, every decision."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        model_id = ids.complete(connection, ids.MODEL, model_id)
        model = queries.model(connection, model_id)
        if model is None:
            raise NotFound(f"there is no model {model_id}; `mhc models list` shows them")
        compared = evaluations.of_candidate(connection, model_id)
        decided = rollouts.decisions(connection, model_id)
        live = versions.live(connection, "model") == model_id
    if as_json:
        document = {
            "model": model._asdict() | {"cost_usd": float(model.cost_usd)},
            "live": live,
            "evaluations": [evaluation._asdict() for evaluation in compared],
            "decisions": [decision._asdict() for decision in decided],
        }
        respond(True, document)
        return
    console.print(Text.assemble((model.id, "bold"), "  live in production" if live else ""))
    made_of = f"{model.provider}, {model.base_model}, data set {model.dataset_id or '–'}, cost {model.cost_usd:.2f} USD"
    console.print(made_of)
    for evaluation in compared:
        measured = (
            f" against {evaluation.baseline_id}: {evaluation.difference:+.3f} "
            f"({evaluation.interval_low:+.3f} to {evaluation.interval_high:+.3f}), {evaluation.questions:,} questions"
        )
        console.print(Text.assemble("\n", (str(evaluation.verdict), "bold"), measured))
        console.print(comparison(evaluation.candidate_metrics, evaluation.baseline_metrics))
        console.print(bullets(evaluation.reasons))
        for part in evidence(evaluation):
            console.print(part)
    if decided:
        console.print()
    for decision in decided:
        console.print(f"{decision.decided_at:%F %H:%M} UTC  {decision.action} by {decision.decided_by}")


app.command("card")(model_card.command)
app.command("train")(train.command)
app.command("export")(model_export.command)


@app.command("jobs")
def jobs(as_json: AsJson = False) -> None:
    """Training jobs, newest first."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.jobs(connection)
    table = columns("job", "provider", "data set", "status", "estimate USD", "cost USD", "error")
    for job in found:
        state = job.state
        table.add_row(
            str(job.id), job.provider, job.dataset_id, state.status, _usd(job.estimated_cost_usd), _usd(state.cost_usd),
            state.error or "",
        )  # fmt: skip
    document = {"jobs": [job._asdict() for job in found]}
    respond(as_json, document, table if found else "no training job yet: run `mhc loop`")


@app.command("approve")
def approve(model_id: ModelId, by: By, as_json: AsJson = False) -> None:
    """Agree with promoting a candidate whose verdict is *promote*.

    With `MHC_ROLLOUT=direct` production moves to it now; else it goes among customers first (`mhc rollout show`).
    """
    now, settings = datetime.now(UTC), configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        model_id = ids.complete(connection, ids.MODEL, model_id)
        promotion.approve(connection, model_id, by, now)
        moved = settings.promotes_directly and promotion.promote(connection, model_id, by, now)
    where = "is in production; serving picks it up within seconds" if moved else "is approved; see `mhc rollout show`"
    respond(as_json, {"model": model_id, "live": moved}, f"{model_id} {where}")


@app.command("reject")
def reject(
    model_id: ModelId,
    by: By,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Decide against a candidate."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        model_id = ids.complete(connection, ids.MODEL, model_id)
        promotion.reject(connection, model_id, by, reason, datetime.now(UTC))
    respond(as_json, {"model": model_id, "rejected_by": by}, f"{model_id} is rejected")


@app.command("rollback")
def rollback(by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Point production at the model that was live before, at once."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        target = promotion.roll_back(connection, by, reason, datetime.now(UTC))
    respond(as_json, {"production": target}, f"{target} is in production again; serving picks it up within seconds")


@app.command("retry")
def retry(
    job_id: Annotated[int, typer.Argument(metavar="JOB", help="As `mhc models jobs` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Set a failed or cancelled training job aside, so that the next run starts (and pays) another."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        training.retry(connection, job_id)
    respond(as_json, {"set_aside": job_id}, "set aside; `mhc loop` or the job `train` starts a new one")


def _row(connection: Any, model: queries.ModelVersion, live: str | None) -> dict[str, Any]:
    compared = evaluations.of_candidate(connection, model.id)
    state = rollouts.of_model(connection, model.id)
    newest = compared[0] if compared else None
    return {
        "id": model.id,
        "provider": model.provider,
        "dataset": model.dataset_id,
        "verdict": newest.verdict.value if newest else None,
        "difference": f"{newest.difference:+.3f} [{newest.interval_low:+.3f}, {newest.interval_high:+.3f}]"
        if newest
        else None,
        "rollout": state.status if state else None,
        "live": model.id == live,
        "created_at": model.created_at.isoformat(),
    }


def _usd(amount: Any) -> str:
    return "–" if amount is None else f"{amount:.2f}"
