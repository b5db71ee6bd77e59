"""``mhc prompts``: the wordings that models answer under, their versions, and what is in production."""

import difflib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.table import Column, Table
from rich.text import Text

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.db.engine import database
from mhc_core.db.queries import ids, versions
from mhc_core.db.queries import prompts as queries
from mhc_core.errors import ConfigurationError
from mhc_core.prompts import registry, wordings
from mhc_core.settings import Settings
from mhc_jobs.cli import experiments
from mhc_jobs.cli.console import AsJson, By, Reason, respond

app = typer.Typer(help="The wordings that models answer under.", no_args_is_help=True)
app.add_typer(experiments.app, name="experiment")
VersionId = Annotated[str, typer.Argument(metavar="ID", help="A version (`mhc prompts list`), or its beginning.")]
Name = Annotated[str, typer.Option("--name", help="The prompt, such as agent/booking; `mhc prompts list` shows all.")]


@app.command("list")
def list_(
    name: Annotated[str | None, typer.Option("--name", help="Only this prompt.")] = None, as_json: AsJson = False
) -> None:
    """Versions by prompt, newest first, and which of them is in production."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        _settle(connection, settings)
        live = {found.version_id for found in queries.standing(connection)}
        found = queries.listed(connection, wordings.known(name) if name else None)
    rows: list[dict[str, Any]] = [
        {
            "name": row.name,
            "id": row.id,
            "production": row.id in live,
            "added_by": row.added_by,
            "created_at": row.created_at.isoformat(timespec="seconds"),
            "characters": len(row.task),
        }
        for row in found
    ]
    headings = [
        Column(name, no_wrap=name == "version", overflow="fold") for name in ("prompt", "version", "state", "added")
    ]
    table = Table(*headings, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        state = Text("production", "bold green") if row["production"] else "–"
        table.add_row(row["name"], row["id"], state, f"{row['created_at'][:10]} {row['added_by']}")
    respond(as_json, {"prompts": rows}, table)


@app.command()
def show(version_id: VersionId, as_json: AsJson = False) -> None:
    """One version: its task, the whole text as recorded, and when it was moved into production."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        version_id = ids.complete(connection, ids.PROMPT, version_id)
        found = registry.recorded(connection, version_id)
        alias = queries.alias(found.name)
        live = versions.live(connection, queries.KIND, alias) == version_id
        moves = [move for move in versions.history(connection, queries.KIND, alias) if move.version_id == version_id]
    state = "  in production" if live else ""
    moved = [f"{move.moved_at:%F %H:%M} UTC  in production by {move.moved_by}: {move.reason}" for move in moves]
    head = f"{found.id}  {found.name}{state}, added by {found.added_by}"
    respond(as_json, {**found._asdict(), "production": live, "moves": moves}, head, *moved, f"\n{found.content}")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The task in plain text, UTF-8.")],
    name: Name,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Record a new version of a prompt's task. The rules above it are the same for every version and stay."""
    from mhc_core.scrubbing import loading

    settings = configuration.load()
    text = _read(file)
    with database(settings) as engine, engine.begin() as connection:
        rules = pricing.load(settings.business_file)
        scrubber = loading.scrubber(connection, settings)
        version = registry.add(connection, rules, name, text, by, scrubber, datetime.now(UTC))
    respond(
        as_json,
        {"id": version.id, "name": version.name},
        f"{version.id} is recorded for {name}; `mhc prompts promote {version.id}` puts it in production",
    )


@app.command()
def promote(version_id: VersionId, by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Put a version in production; serving picks it up within seconds."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        _settle(connection, settings)
        version_id = ids.complete(connection, ids.PROMPT, version_id)
        found = registry.promote(connection, version_id, by, reason, datetime.now(UTC))
    respond(
        as_json,
        {"name": found.name, "production": found.id},
        f"{found.id} is in production for {found.name}; serving picks it up within seconds",
    )


@app.command()
def rollback(name: Name, by: By, reason: Reason = "by hand", as_json: AsJson = False) -> None:
    """Put the version before the present one back in production."""
    with database(configuration.load()) as engine, engine.begin() as connection:
        version_id = registry.roll_back(connection, name, by, reason, datetime.now(UTC))
    respond(
        as_json,
        {"name": name, "production": version_id},
        f"{version_id} is in production again for {name}; serving picks it up within seconds",
    )


@app.command()
def diff(
    version_id: VersionId,
    other_id: Annotated[str | None, typer.Argument(metavar="OTHER", help="Left out: the one in production.")] = None,
    as_json: AsJson = False,
) -> None:
    """What a version's task says otherwise than another's."""
    settings = configuration.load()
    with database(settings) as engine, engine.begin() as connection:
        _settle(connection, settings)
        version_id = ids.complete(connection, ids.PROMPT, version_id)
        other_id = other_id and ids.complete(connection, ids.PROMPT, other_id)
        new = registry.recorded(connection, version_id)
        live = versions.live(connection, queries.KIND, queries.alias(new.name))
        old = registry.recorded(connection, other_id or live or version_id)
    lines = list(difflib.unified_diff(old.task.splitlines(), new.task.splitlines(), old.id, new.id, lineterm="", n=2))
    respond(
        as_json,
        {"from": old.id, "to": new.id, "diff": lines},
        "\n".join(lines) or f"{old.id} and {new.id} say the same",
    )


def _settle(connection: sa.Connection, settings: Settings) -> None:
    registry.sync_with_release(connection, pricing.load(settings.business_file), datetime.now(UTC))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file.name} is not UTF-8 text; save it as UTF-8") from None
