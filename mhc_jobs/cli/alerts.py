"""``mhc alerts``: what is wrong, who knows, and whether the channels work."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import alert_messages
from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries.alerts import Alert
from mhc_core.errors import ConfigurationError, ProviderUnavailable
from mhc_core.monitoring.alerts import acts, channels, rules, testing
from mhc_core.vocabulary import AlertKind
from mhc_jobs.cli.console import AsJson, columns, respond

app = typer.Typer(help="Alerts: list, acknowledge, silence, and try the channels.", invoke_without_command=True)


@app.callback()
def list_(
    context: typer.Context,
    resolved: Annotated[bool, typer.Option("--resolved", help="Show those that are over, instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open alerts, gravest first. Numbers are for `mhc alerts ack`."""
    if context.invoked_subcommand is not None:
        return
    now = datetime.now(UTC)
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.history(connection, now, 50) if resolved else queries.unresolved(connection, now)
        waiting = alert_messages.undelivered(connection)
    shown = [line for one in found for line in _lines(one)]
    document = {"alerts": [one._asdict() for one in found], "undelivered": waiting}
    late = [f"{waiting} messages have not arrived yet; `mhc alerts messages` says why"] if waiting else []
    none = ["No alert yet." if resolved else "No alert is open."]
    respond(as_json, document, *(shown or none), *late)


@app.command()
def ack(
    numbers: Annotated[list[int], typer.Argument(help="Of alerts, as `mhc alerts` shows them.")],
    as_json: AsJson = False,
) -> None:
    """Say that you look after alerts: they are not told again, but for their end."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        done = acts.acknowledge(connection, numbers, _me(), datetime.now(UTC))
    respond(as_json, {"acknowledged": done}, f"{done} alerts are acknowledged.")


@app.command()
def silence(
    key: Annotated[str, typer.Argument(help="Beginning of keys, such as `run_failed:` or `anomaly:volume`.")],
    hours: Annotated[float, typer.Option(min=0.1, max=24 * 30, help="For how long.")] = 24.0,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End the silence of this key instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell nobody of some alerts for a time. They still open and close."""
    now = datetime.now(UTC)
    with database(configuration.load()) as engine, engine.begin() as connection:
        if end:
            acts.end_silence(connection, key, _me(), now)
            respond(as_json, {"key": key, "until": now}, f"{key} is told again.")
            return
        until = now + timedelta(hours=hours)
        acts.silence(connection, key, until, reason, _me(), now)
    respond(as_json, {"key": key, "until": until}, f"{key} is silent until {until:%Y-%m-%d %H:%M} UTC.")


@app.command()
def messages(as_json: AsJson = False) -> None:
    """The newest messages, and whether they arrived."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = alert_messages.newest(connection, 50)
    table = columns("Written", "Channel", "Message", "Delivered", ">Attempts", "Last failure")
    for one in found:
        arrived = f"{one.delivered_at:%H:%M:%S}" if one.delivered_at else "given up" if one.given_up_at else "not yet"
        written = f"{one.written_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(written, one.channel, one.title, arrived, str(one.attempts), one.last_failure or "")
    respond(as_json, {"messages": [one._asdict() for one in found]}, table if found else "No message yet.")


@app.command("rules")
def rules_(as_json: AsJson = False) -> None:
    """Check the rules and the addresses, and show who hears of what."""
    settings = configuration.load()
    told_by, known = rules.load(settings.alert_rules), channels.of(settings)
    known.check()
    missing = rules.unknown_channels(told_by, known.names)
    if missing:
        raise ConfigurationError(f"rules name channels without an address: set MHC_ALERT_URLS__{missing[0].upper()}")
    who = {kind.value: told_by.channels(kind, known.names) for kind in AlertKind}
    table = columns("Kind", "Channels")
    for kind, names in who.items():
        table.add_row(kind, ", ".join(names) or "nobody: set MHC_ALERT_URLS__MAIL or the like")
    respond(as_json, {"rules": told_by.model_dump(mode="json"), "channels": who}, table)


@app.command("test")
def try_channels(
    channel: Annotated[str | None, typer.Option(help="Only this channel.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a test message through every channel, the way alerts go, and say what arrived."""
    settings = configuration.load()
    with database(settings) as engine:
        found = testing.try_channels(engine, settings, channel, lambda: datetime.now(UTC))
    table = columns("Channel", "Result")
    for name, failure in found.items():
        table.add_row(name, failure or "sent")
    respond(as_json, {name: failure or "sent" for name, failure in found.items()}, table)
    if failed := [name for name, failure in found.items() if failure]:
        raise ProviderUnavailable(f"{', '.join(failed)} did not take the message; correct the address and try again")


def _lines(one: Alert) -> Iterator[str]:
    ended = f" until {one.resolved_at:%Y-%m-%d %H:%M}" if one.resolved_at else ""
    yield f"{one.id}  {one.severity}  {one.title}"
    yield f"    {one.detail}"
    yield f"    {one.key}, from {one.opened_at:%Y-%m-%d %H:%M}{ended} UTC"
    if one.acknowledged_by:
        yield f"    {one.acknowledged_by} looks after it"
    if one.silenced_until:
        yield f"    silent until {one.silenced_until:%Y-%m-%d %H:%M} UTC"


def _me() -> str:
    return f"cli:{getpass.getuser()}"
