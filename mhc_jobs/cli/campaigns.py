"""``mhc campaigns``: follow-ups, who is due for them, what they do, and the codes and tasks that come of them."""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.campaigns import channels, offers, planning, report, rules
from mhc_core.campaigns.sending import Sender
from mhc_core.db.engine import database
from mhc_core.db.queries import audit
from mhc_core.db.queries import campaigns as queries
from mhc_core.errors import ConfigurationError, NotFound
from mhc_jobs.cli.console import AsJson, By, columns, respond

app = typer.Typer(help="Follow-ups to customers who agreed to them, and what they do.", no_args_is_help=True)
_NOT_LEFT_OUT = ("sent", "planned", "withheld", "sending")
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the campaigns, their steps and their offers."""
    settings = configuration.load()
    found = rules.load(settings.campaigns_file)
    table = columns("campaign", "step", "after", "template", ">off", ">holdout")
    for campaign in found.campaign:
        for step in campaign.step:
            off = f"{step.offer.percent} %" if step.offer else ""
            table.add_row(campaign.name, step.name, step.after, step.template, off, f"{campaign.holdout:.0%}")
    sends = "Follow-ups are sent." if settings.campaigns else "Nothing is sent: MHC_CAMPAIGNS is off."
    respond(as_json, found.model_dump(mode="json") | {"sends": settings.campaigns}, table, sends)


@app.command()
def plan(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it and write nothing down.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say who is due for which step and why others are left out. Nothing is sent."""
    settings = configuration.load()
    campaigns = rules.load(settings.campaigns_file)
    with database(settings) as engine, engine.connect() as connection:
        transaction = connection.begin()
        made = planning.plan(connection, campaigns, datetime.now(UTC))
        if dry_run:
            transaction.rollback()
        else:
            transaction.commit()
    table = columns("campaign", "step", "what becomes of it", ">people")
    rows: list[dict[str, Any]] = []
    for (campaign, step, fate), count in sorted(made.touches.items()):
        table.add_row(campaign, step, fate.replace("_", " "), f"{count:,}")
        rows.append({"campaign": campaign, "step": step, "fate": fate, "people": count})
    said = "Nobody is due for anything." if not rows else "Nothing was written down." if dry_run else "Planned."
    more = f"{made.tasks:,} new tasks for people; {made.opted_out:,} people want to hear nothing more."
    document = {"dry_run": dry_run, "touches": rows, "tasks": made.tasks, "opted_out": made.opted_out}
    respond(as_json, document, *([table] if rows else []), said, more)


@app.command()
def send(limit: Limit = 5_000, as_json: AsJson = False) -> None:
    """Send what is due now. MHC_CAMPAIGNS must be on."""
    settings = configuration.load()
    if not settings.campaigns:
        raise ConfigurationError(
            "sending is off; look at `mhc campaigns plan --dry-run` and set MHC_CAMPAIGNS=true when it is right"
        )
    campaigns = rules.load(settings.campaigns_file)
    services = channels.of(settings, campaigns, lambda: datetime.now(UTC))
    with database(settings) as engine:
        business = pricing.load(settings.business_file)
        sender = Sender(engine, campaigns, business, settings, services, lambda: datetime.now(UTC))
        done = sender.send_due(limit)
    words = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in sorted(done.items()))
    respond(as_json, dict(done), words or "Nothing is due.")


@app.command("report")
def report_(as_json: AsJson = False) -> None:
    """Show what was sent and left out, and whether it made people book who would not have."""
    settings = configuration.load()
    campaigns = rules.load(settings.campaigns_file)
    with database(settings) as engine, engine.connect() as connection:
        found = report.of(connection, campaigns, datetime.now(UTC))
    table = columns("campaign", ">sent", ">left out", ">codes used", ">booked", ">left alone")
    lines = []
    for one in found:
        fates: Counter[str] = Counter()
        for of_step in one.touches.values():
            fates.update(of_step)
        out = {name: count for name, count in sorted(fates.items()) if name not in _NOT_LEFT_OUT}
        table.add_row(
            one.campaign, f"{fates['sent']:,}", f"{sum(out.values()):,}",
            f"{one.codes_redeemed:,} of {one.codes_issued:,}",
            _share(one.lift.treated_booked, one.lift.treated), _share(one.lift.holdout_booked, one.lift.holdout),
        )  # fmt: skip
        lines.append(f"{one.campaign}: {_lift(one.lift)}")
        if out:
            why = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in out.items())
            lines.append(f"  left out: {why}")
    respond(as_json, [asdict(one) for one in found], table, *lines)


def _share(booked: int, people: int) -> str:
    return f"{booked / people:.1%} of {people:,}" if people else "nobody yet"


def _lift(found: report.Lift) -> str:
    if found.estimate is None or found.low is None or found.high is None:
        return f"{found.verdict} ({report.MIN_PEOPLE} people in each arm are needed)"
    return f"{found.estimate:+.1%} ({found.low:+.1%} to {found.high:+.1%}): {found.verdict}"


@app.command()
def tasks(limit: Limit = 50, as_json: AsJson = False) -> None:
    """List customers whom a person should write to, with the offer that they may make."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.tasks(connection, limit)
    table = columns(">task", "conversation", "channel", ">up to", "why")
    for one in found:
        table.add_row(str(one.id), str(one.conversation_id), one.channel, f"{one.percent} %", "; ".join(one.reasons))
    shown = (table, "Note each that is done: `mhc campaigns done --task N --by NAME`.")
    respond(as_json, [one._asdict() for one in found], *(shown if found else ("No task is open.",)))


@app.command()
def done(
    task: Annotated[int, typer.Option("--task", metavar="N", help="The task's number.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Note that a task is done."""
    now = datetime.now(UTC)
    with database(configuration.load()) as engine, engine.begin() as connection:
        if not queries.close_task(connection, task, by, now):
            raise NotFound(f"no open task {task}; `mhc campaigns tasks` lists those there are")
        audit.record(connection, by, "customer_task.closed", str(task), {}, now)
    respond(as_json, {"task": task, "by": by}, f"Task {task} is done.")


@app.command()
def redeem(
    code: Annotated[str, typer.Argument(help="The code of the offer, as the customer has it.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Use the code of an offer up for a booking and print what is off."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        percent = offers.redeem(connection, code, by, datetime.now(UTC))
    respond(as_json, {"code": code.strip().upper(), "percent": percent}, f"{percent} % off.")
