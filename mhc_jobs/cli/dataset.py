"""``mhc dataset``: versions, where their examples came from, and the format check."""

from typing import Annotated

import orjson
import typer
from rich.table import Table

from mhc_core import settings as configuration
from mhc_core.dataset.file_format import problems
from mhc_core.db.engine import database
from mhc_core.db.queries import dataset as queries
from mhc_core.errors import NotFound
from mhc_jobs.cli.console import console, err

app = typer.Typer(help="Data set versions and the format check.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Data set versions, newest first."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.versions(connection)
    if as_json:
        typer.echo(orjson.dumps({"datasets": [version._asdict() for version in found]}).decode())
        return
    table = Table("version", "train", "validation", "made (UTC)", "folder", box=None)
    for version in found:
        folder = version.train_uri.rsplit("/", 1)[0]
        table.add_row(
            version.id,
            str(version.train_count),
            str(version.validation_count),
            f"{version.created_at:%F %H:%M}",
            folder,
        )
    console.print(table if found else "no data set yet: run `mhc loop`")


@app.command("members")
def members(dataset_id: Annotated[str, typer.Argument(help="Such as ds-1a2b3c4d5e6f.")]) -> None:
    """Every example of a version with its source messages, as JSON lines."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        if queries.get(connection, dataset_id) is None:
            raise NotFound(f"there is no data set {dataset_id}; `mhc dataset list` shows them")
        for member in queries.members(connection, dataset_id):
            typer.echo(orjson.dumps(member._asdict()).decode())


@app.command("validate")
def validate(
    file: Annotated[str, typer.Argument(help="A .jsonl file or fsspec URI.")], as_json: AsJson = False
) -> None:
    """Check a file for fine-tuning: what a provider would refuse, before it is uploaded or paid."""
    if as_json:
        found = [problem._asdict() for problem in problems(file)]
        typer.echo(orjson.dumps({"valid": not found, "problems": found}).decode())
        raise typer.Exit(1 if found else 0)
    count = 0
    for problem in problems(file):
        count += 1
        err.print(f"line {problem.line}: {problem.reason}" if problem.line else problem.reason, markup=False)
    if count:
        err.print(f"{count} problems: correct them and validate again")
        raise typer.Exit(1)
    console.print("valid")
