"""``mhc keys``: make, list and revoke API keys."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import keys as queries
from mhc_jobs.cli.console import AsJson, columns, respond
from mhc_serving.access import keys
from mhc_serving.access.keys import Role

app = typer.Typer(help="API keys for staff and for apps.", no_args_is_help=True)


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="What the key may do; admin may do everything.")],
    name: Annotated[str, typer.Option(help="Who or what uses it; decisions are recorded under this name.")],
    expires: Annotated[str | None, typer.Option(help="Lifetime, e.g. 90d. Left out: it never expires.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once; only its hash is stored."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        key = keys.create(connection, name, role, datetime.now(UTC), _length(expires) if expires else None)
    said = f"Key of {name.strip()}, role {role}. Keep it now, it is not shown again:"
    respond(as_json, {"name": name.strip(), "role": role, "key": key}, said, key)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All keys, without their secrets."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        rows = queries.listed(connection)
    table = columns("ID", "Name", "Role", "Made", "Last used", "Revoked", "Expires")
    for row in rows:
        times = (row.created_at, row.last_used_at, row.revoked_at, row.expires_at)
        table.add_row(str(row.id), row.name, row.role, *(f"{at:%Y-%m-%d %H:%M}" if at else "" for at in times))
    none = "No keys yet; make one with `mhc keys create --role reviewer --name …`."
    respond(as_json, {"keys": [row._asdict() for row in rows]}, table if rows else none)


@app.command()
def rotate(
    key_id: Annotated[int, typer.Argument(metavar="ID", help="From `mhc keys list`.")],
    overlap: Annotated[str, typer.Option(help="How long the old key stays valid, e.g. 24h, 30m, 7d.")] = "24h",
    as_json: AsJson = False,
) -> None:
    """Replace a key: the new one is valid at once, the old one until the overlap ends."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        key = keys.rotate(connection, key_id, datetime.now(UTC), _length(overlap))
    said = f"This replaces key {key_id}, which ends in {overlap}. Keep it now, it is not shown again:"
    respond(as_json, {"replaces": key_id, "key": key}, said, key)


def _length(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([mhd])", text)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not a length of time; write it like 30m, 24h or 90d")
    return timedelta(minutes=int(match[1]) * {"m": 1, "h": 60, "d": 1440}[match[2]])


@app.command()
def revoke(
    key_id: Annotated[int, typer.Argument(metavar="ID", help="From `mhc keys list`.")], as_json: AsJson = False
) -> None:
    """Make a key useless at once."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        keys.revoke(connection, key_id, datetime.now(UTC))
    respond(as_json, {"revoked": key_id}, f"Key {key_id} is revoked.")
