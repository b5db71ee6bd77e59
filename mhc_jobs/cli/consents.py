"""``mhc consents``: who agreed to follow-ups, with the proof, and who takes it back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.campaigns import consents
from mhc_core.db.engine import database
from mhc_core.errors import DataError
from mhc_jobs.cli.console import AsJson, By, columns, err, respond

app = typer.Typer(help="Who agreed to follow-ups, when, how, and to which words.", no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines: customer, channel, given_at, how, wording.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Keep the consents of a file. Lines that are none are named; correct them and import the file again."""
    now = datetime.now(UTC)
    lines, refused = consents.read(file, now)
    with database(configuration.load()) as engine, engine.begin() as connection:
        made = consents.add(connection, lines, refused, by, now)
    for problem in refused[:20]:
        err.print(problem, soft_wrap=True)
    if len(refused) > 20:
        err.print(f"and {len(refused) - 20:,} more lines")
    erased = f", {made.erased:,} of people who were erased left out" if made.erased else ""
    said = f"{made.added:,} consents are new, {made.known:,} were known{erased}; {len(refused):,} lines refused."
    respond(as_json, made._asdict(), said)
    if refused and not lines:
        raise DataError("no line of the file is a consent; correct what is named above and import it again")


@app.command("list")
def list_(
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="ID", help="One person's: a phone number or e-mail address.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List consents with their proof, the newest first. People are shown by their pseudonyms."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        found = consents.kept(connection, customer, limit)
    table = columns("person", "channel", "given", "how", "in force")
    for one in found:
        ended = one.revoked_at or (one.opted_out_at if one.opted_out_at and one.opted_out_at >= one.given_at else None)
        until = f"until {ended:%Y-%m-%d}" if ended else "yes"
        table.add_row(one.customer_hash[:12], one.channel, f"{one.given_at:%Y-%m-%d}", one.how, until)
    respond(as_json, [one._asdict() for one in found], table if found else "No consent is kept.")


@app.command()
def revoke(
    customer: Annotated[
        str, typer.Option("--customer", metavar="ID", help="The person's phone number or e-mail address.")
    ],
    by: By,
    as_json: AsJson = False,
) -> None:
    """End all advertising to a person at once, on every channel."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        ended = consents.revoke(connection, customer, by, datetime.now(UTC))
    respond(as_json, {"consents_ended": ended}, f"Nothing is sent to them any more; {ended:,} consents ended.")
