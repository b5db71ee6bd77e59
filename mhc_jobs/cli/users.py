"""``mhc users``: who may sign in to the console."""

import getpass
import secrets
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.accounts import people, sessions
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import staff as queries
from mhc_core.vocabulary import StaffRole
from mhc_jobs.cli.console import AsJson, columns, err, respond

app = typer.Typer(help="People who sign in to the console.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `mhc users list` shows it.")]
RoleOption = Annotated[
    StaffRole,
    typer.Option(
        help="agent: inbox. reviewer: review, knowledge. operator: models, knowledge. admin: everything, accounts too."
    ),
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and show it once.")]


@app.command()
def create(
    name: Annotated[str, typer.Option(help="The person's name; what they decide is recorded under it.")],
    role: RoleOption,
    generate: Generate = False,
    as_json: AsJson = False,
) -> None:
    """Make an account. The password is asked for, or read from standard input."""
    password = _password(generate)
    with database(configuration.load()) as engine, engine.begin() as connection:
        made = people.create(connection, name, role, password, _me(), datetime.now(UTC))
    document = {"name": made.name, "role": made.role} | ({"password": password} if generate else {})
    respond(as_json, document, f"{made.name} may sign in as {made.role}.", *_shown(password, generate))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All accounts."""
    now = datetime.now(UTC)
    with database(configuration.load()) as engine, engine.connect() as connection:
        rows = queries.listed(connection, now, now - sessions.IDLE)
    table = columns("Name", "Role", "Made", "Last seen", ">Sessions", "Switched off")
    for row in rows:
        times = [f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (row.created_at, row.seen_at, row.disabled_at)]
        table.add_row(row.name, row.role, times[0], times[1], str(row.sessions), times[2])
    none = "No accounts yet; make one with `mhc users create --role admin --name …`."
    respond(as_json, {"accounts": [row._asdict() for row in rows]}, table if rows else none)


@app.command()
def password(name: Name, generate: Generate = False, as_json: AsJson = False) -> None:
    """Give an account a new password; its sessions end."""
    new = _password(generate)
    with database(configuration.load()) as engine, engine.begin() as connection:
        ended = people.set_password(connection, name, new, _me(), datetime.now(UTC))
    document = {"name": name, "sessions_ended": ended} | ({"password": new} if generate else {})
    respond(as_json, document, f"{name} has a new password; {ended} sessions ended.", *_shown(new, generate))


@app.command()
def role(name: Name, role: RoleOption, as_json: AsJson = False) -> None:
    """Give an account another role, from its next act on."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        people.set_role(connection, name, role, _me(), datetime.now(UTC))
    respond(as_json, {"name": name, "role": role}, f"{name} is {role} now.")


@app.command()
def disable(name: Name, as_json: AsJson = False) -> None:
    """Switch an account off and end its sessions."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        ended = people.disable(connection, name, _me(), datetime.now(UTC))
    respond(as_json, {"name": name, "sessions_ended": ended}, f"{name} is switched off; {ended} sessions ended.")


@app.command()
def enable(name: Name, as_json: AsJson = False) -> None:
    """Switch an account on again."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        people.enable(connection, name, _me(), datetime.now(UTC))
    respond(as_json, {"name": name}, f"{name} may sign in again.")


@app.command("codes")
def codes(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Let the password suffice again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask for codes of an authenticator app at each sign-in, and show the address to give to the app."""
    settings = configuration.load()
    issuer = pricing.load(settings.business_file).short_name
    now = datetime.now(UTC)
    with database(settings) as engine, engine.begin() as connection:
        if off:
            people.ask_for_no_codes(connection, name, _me(), now)
            respond(as_json, {"name": name, "codes": False}, f"{name} signs in with the password alone.")
            return
        address = people.ask_for_codes(connection, name, issuer, _me(), now)
    said = f"{name} signs in with a code from now on. Give this to the authenticator app, it is shown this once:"
    respond(as_json, {"name": name, "codes": True, "address": address}, said, address)


@app.command("end-sessions")
def end_sessions(name: Name, as_json: AsJson = False) -> None:
    """Sign an account out everywhere."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        ended = people.end_sessions(connection, name, _me(), datetime.now(UTC))
    respond(as_json, {"name": name, "sessions_ended": ended}, f"{ended} sessions of {name} ended.")


def _password(generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    err.print("a few words make a good password", style="dim")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given


def _shown(password: str, generated: bool) -> list[str]:
    return ["Password, shown this once:", password] if generated else []


def _me() -> str:
    return f"cli:{getpass.getuser()}"
