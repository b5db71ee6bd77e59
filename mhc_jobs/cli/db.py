"""``mhc db``: the schema of the database."""

from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db import upgrade as migrations
from mhc_core.db.engine import dagster_url, database
from mhc_jobs.cli.console import AsJson, respond

app = typer.Typer(help="Upgrade or downgrade the schema.", no_args_is_help=True)


@app.command("upgrade")
def upgrade(as_json: AsJson = False) -> None:
    """Bring the schema to the newest version. Every start does this by itself."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        revision = migrations.current(connection)
    respond(as_json, {"revision": revision}, f"schema ai is at revision {revision}")


@app.command("downgrade")
def downgrade(
    revision: Annotated[str, typer.Argument(help="A revision, or `base` to remove everything.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Go back to an earlier schema. Data that it cannot hold is lost."""
    if not yes:
        typer.confirm(f"Downgrade schema ai to {revision}? Data it cannot hold is lost.", abort=True)
    with database(configuration.load()) as engine:
        migrations.downgrade(engine, revision)
    respond(as_json, {"revision": revision}, f"schema ai is at revision {revision}; the next start upgrades it again")


@app.command("url")
def url(
    dagster: Annotated[bool, typer.Option("--dagster", help="As Dagster's storage reads it.")] = False,
) -> None:
    """Print the database URL, password included, for psql and other clients. Keeps nothing running."""
    with database(configuration.load()) as engine:
        plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    typer.echo(dagster_url(plain) if dagster else plain)
