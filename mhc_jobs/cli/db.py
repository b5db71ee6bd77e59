"""``mhc db``: the schema of the database."""

import secrets
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db import roles
from mhc_core.db import upgrade as migrations
from mhc_core.db.engine import database, storage_url
from mhc_core.errors import ConfigurationError
from mhc_core.privacy import remnants
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
    with database(configuration.load(), as_owner=True) as engine:
        migrations.downgrade(engine, revision)
    respond(as_json, {"revision": revision}, f"schema ai is at revision {revision}; the next start upgrades it again")


@app.command("compact")
def compact(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, as_json: AsJson = False) -> None:
    """Write all tables with words into new files: nothing erased is left in free space, and the disk gets it back.

    A table is locked while it is written, so customers wait: choose a quiet hour.
    """
    if not yes:
        typer.confirm("Customers wait while tables are written anew. Go on?", abort=True, err=True)
    with database(configuration.load(), as_owner=True) as engine:
        remnants.compact(engine)
    respond(as_json, {"compacted": True}, "the tables lie in new files")


@app.command("url")
def url(
    dagster: Annotated[bool, typer.Option("--dagster", help="Of Dagster's login, as its storage reads it.")] = False,
    owner: Annotated[bool, typer.Option("--owner", help="Of the login that owns the tables.")] = False,
) -> None:
    """Print the database URL, password included, for psql and other clients. Keeps nothing running."""
    settings = configuration.load()
    with database(settings, as_owner=owner) as engine:
        plain = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    typer.echo(storage_url(settings, plain) if dagster else plain)


@app.command("roles")
def roles_(
    app_role: Annotated[str, typer.Option("--app", metavar="NAME", help="The platform's login.")] = roles.APP,
    dagster_role: Annotated[str, typer.Option("--dagster", metavar="NAME", help="Dagster's login.")] = roles.DAGSTER,
    as_json: AsJson = False,
) -> None:
    """Make the logins of the platform and of Dagster in a database of your own, with new passwords shown once.

    The login in use must own the tables and may make roles. The embedded server's logins are made by every start.
    """
    settings = configuration.load()
    if settings.database_url is None:
        raise ConfigurationError(
            "the embedded server has its logins already; set MHC_DATABASE_URL for a server of yours"
        )
    passwords = {role: secrets.token_urlsafe(24) for role in (app_role, dagster_role)}
    with database(settings, as_owner=True) as engine:
        with engine.begin() as connection:
            for role, password in passwords.items():
                roles.make(connection, role, password)
            roles.grant(connection, app_role, dagster_role)
        urls = [
            engine.url.set(drivername="postgresql", username=role, password=password)
            .difference_update_query(["options"])
            .render_as_string(hide_password=False)
            for role, password in passwords.items()
        ]
        owner = engine.url.set(drivername="postgresql").difference_update_query(["options"])
    lines = [f"MHC_DATABASE_URL={urls[0]}", f"MHC_DAGSTER_STORAGE_URL={urls[1]}"]
    lines += [f"MHC_OWNER_DATABASE_URL={owner.render_as_string(hide_password=True)}"]
    document = {"database_url": urls[0], "dagster_storage_url": urls[1], "owner": owner.username}
    respond(
        as_json,
        document,
        "Put these into the environment, they are shown this once; the third is the login in use:",
        *lines,
    )
