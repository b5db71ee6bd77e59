"""``mhc rollout``: the candidate among customers, and what a person on call may do about it."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import ids, rollout_shadow
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries.rollout import Look, Rollout
from mhc_core.errors import Conflict
from mhc_core.rollout import promotion as approvals
from mhc_core.rollout import shadow, stages
from mhc_core.vocabulary import Intent
from mhc_jobs.cli.console import AsJson, By, Reason, columns, console, respond
from mhc_jobs.cli.summary import bullets

app = typer.Typer(
    help="The candidate that customers meet: look at it, hold it, kill it, approve it.", no_args_is_help=True
)
Model = Annotated[str | None, typer.Argument(metavar="[MODEL]", help="A model version, or its beginning.")]
LOOKS = 200


@app.command("show")
def show(model_id: Model = None, as_json: AsJson = False) -> None:
    """State, newest look and decisions of one rollout, and the others in a line each."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        known = queries.newest(connection, 20)
        model_id = model_id and ids.complete(connection, ids.MODEL, model_id)
        found = approvals.known(connection, model_id) if model_id else next(iter(known), None)
        looks = queries.looks(connection, found.id, LOOKS) if found else []
        decisions = queries.decisions(connection, found.model_version_id) if found else []
        readiness = shadow.readiness(rollout_shadow.compared(connection, found.id)) if found else []
    if as_json:
        document = {
            "rollout": found._asdict() if found else None,
            "looks": [look._asdict() for look in looks],
            "decisions": [decision._asdict() for decision in decisions],
            "readiness": readiness,
            "rollouts": [item._asdict() for item in known],
        }
        respond(True, document)
        return
    if found is None:
        console.print("no candidate was evaluated yet: run `mhc loop`")
        return
    _header(found)
    if looks:
        _look(looks[-1])
    if any(item.pairs for item in readiness):
        console.print(_ready([item for item in readiness if item.pairs]))
    for decision in decisions:
        console.print(f"{decision.decided_at:%F %H:%M} UTC  {decision.action} by {decision.decided_by}")
    for item in known:
        if item.id != found.id:
            console.print(f"also {item.id}: {item.model_version_id}  {item.status}", style="dim")


@app.command("start")
def start(
    by: By,
    model_id: Model = None,
    intents: Annotated[
        list[Intent] | None, typer.Option("--intent", help="Only these; may be repeated. Leaves the shadow out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a waiting candidate in, or go on with the one that was held or killed."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        model_id = model_id and ids.complete(connection, ids.MODEL, model_id)
        found = stages.start(connection, model_id, by, settings, datetime.now(UTC), intents or None)
    respond(as_json, {"rollout": found._asdict()}, _line(found))


@app.command("hold")
def hold(by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Keep the share as it is until a person decides. Harm still rolls back."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = stages.hold(connection, by, reason, datetime.now(UTC))
    respond(as_json, {"rollout": found._asdict()}, f"{_line(found)}; `mhc rollout start` goes on")


@app.command("kill")
def kill(by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Give the candidate to nobody: production answers everybody on every server within 5 seconds."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = stages.kill(connection, by, reason, datetime.now(UTC))
    respond(
        as_json,
        {"rollout": found._asdict()},
        f"{found.model_version_id} is out: production answers everybody within 5 seconds. "
        "Later: `mhc rollout start` goes on, `mhc models reject` ends it",
    )


@app.command("approve")
def approve(by: By, model_id: Model = None, as_json: AsJson = False) -> None:
    """Agree with the last step to all customers, once their outcomes prove the gain."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        flying = queries.in_flight(connection)
        model_id = ids.complete(connection, ids.MODEL, model_id) if model_id else flying and flying.model_version_id
        if model_id is None:
            raise Conflict("no rollout is under way; name the model, `mhc models list` shows them")
        approvals.approve(connection, model_id, by, datetime.now(UTC))
        found = approvals.known(connection, model_id)
    respond(
        as_json,
        {"rollout": found._asdict()},
        f"{model_id} is approved; it takes the last step when its outcomes prove the gain",
    )


def _line(found: Rollout) -> str:
    share = "in the shadow, shown to nobody" if found.share == 0 else f"at {found.share} % of customers"
    return f"{found.model_version_id} is {found.status}, {share}"


def _header(found: Rollout) -> None:
    console.print(Text.assemble((found.model_version_id, "bold"), f"  rollout {found.id}: {found.status}"))
    if found.started_at is None:
        return
    if found.killed_at is not None:
        killed = (f"killed {found.killed_at:%F %H:%M} UTC", "bold red")
        console.print(Text.assemble(killed, ": production answers everybody"))
    facts = [
        f"{found.share} % of customers" if found.share else "shadow only",
        f"against {found.control_id}",
        f"holdback {found.holdback} %",
        f"intents {', '.join(found.intents)}" if found.intents is not None else "all intents",
        f"approved by {found.approved_by}" if found.approved_by else "not approved",
    ]
    console.print("; ".join(facts), soft_wrap=True)
    if found.deadline is not None and found.stage_started_at is not None:
        console.print(f"stage since {found.stage_started_at:%F %H:%M}, deadline {found.deadline:%F %H:%M} UTC")


def _look(look: Look) -> None:
    numbers = look.numbers
    seen = (
        f"  looked at {look.looked_at:%F %H:%M} UTC: {numbers['candidates']:,} customers "
        f"with it, {numbers['controls']:,} without, {numbers['days']} days"
    )
    console.print(Text.assemble("\n", (str(look.decision), "bold"), seen))
    table = columns("candidate − control", "gain", "lower", "upper", "must exceed", "")
    for name, item in numbers["metrics"].items():
        mark = Text("harm", "red") if item["harmful"] else Text("proven", "green") if item["proven"] else "open"
        table.add_row(
            name.replace("_", " "), f"{item['gain']:+.3f}", _bound(item["low"]), _bound(item["high"]),
            f"{item['threshold']:+.3f}", mark,
        )  # fmt: skip
    console.print(table)
    console.print(bullets(look.reasons))


def _ready(readiness: list[shadow.Readiness]) -> Table:
    table = columns("shadow", "pairs", "similarity", "confidence", "shown", "")
    for item in readiness:
        table.add_row(
            item.intent, str(item.pairs), f"{item.similarity:.2f}", f"{item.candidate_confidence:.2f}",
            f"{item.shown_confidence:.2f}", Text("ready", "green") if item.ready else "; ".join(item.blocking),
        )  # fmt: skip
    return table


def _bound(value: Any) -> str:
    return "–" if value is None else f"{value:+.3f}"
