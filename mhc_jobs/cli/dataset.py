"""``mhc dataset``: versions, where their examples came from, and the format check."""

from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.business import pricing
from mhc_core.dataset.file_format import problems
from mhc_core.dataset.newest import store_newest
from mhc_core.db.engine import database
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries import ids
from mhc_core.errors import NotFound
from mhc_core.providers import select
from mhc_jobs.cli.console import AsJson, columns, console, err, respond

app = typer.Typer(help="Data set versions and the format check.", no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Data set versions, newest first."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        found = queries.versions(connection)
    table = columns("version", "train", "validation", "made (UTC)", "folder")
    for version in found:
        counts, folder = (str(version.train_count), str(version.validation_count)), version.train_uri.rsplit("/", 1)[0]
        table.add_row(version.id, *counts, f"{version.created_at:%F %H:%M}", folder)
    document = {"datasets": [version._asdict() for version in found]}
    respond(as_json, document, table if found else "no data set yet: run `mhc loop`")


@app.command("build")
def build(
    language: Annotated[
        str | None, typer.Option(help="Take examples of this language alone: es, zh, zh-Hant, ja … Else of all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build a version of the verified examples of now, as the pipeline does; the same examples give the same version.

    One of a single language is never the pipeline's newest: train on it with `mhc models train --dataset`.
    """
    settings = configuration.load()
    with database(settings) as engine:
        business = pricing.load(settings.business_file)
        version = store_newest(engine, select.embedder(settings).id, business, settings, language)
    counts = ", ".join(f"{name} {count}" for name, count in version.manifest["languages"].items())
    said = f"{version.id}: {version.train_count} train, {version.validation_count} validation; languages: {counts}"
    respond(as_json, version._asdict(), said)


@app.command("members")
def members(dataset_id: Annotated[str, typer.Argument(help="Such as ds-1a2b3c4d5e6f, or its beginning.")]) -> None:
    """Every example of a version with its source messages, as JSON lines."""
    with database(configuration.load()) as engine, engine.connect() as connection:
        dataset_id = ids.complete(connection, ids.DATASET, dataset_id)
        if queries.get(connection, dataset_id) is None:
            raise NotFound(f"there is no data set {dataset_id}; `mhc dataset list` shows them")
        for member in queries.members(connection, dataset_id):
            respond(True, member._asdict())


@app.command("validate")
def validate(
    file: Annotated[str, typer.Argument(help="A .jsonl file or fsspec URI.")], as_json: AsJson = False
) -> None:
    """Check a file for fine-tuning: what a provider would refuse, before it is uploaded or paid."""
    if as_json:
        found = [problem._asdict() for problem in problems(file)]
        respond(True, {"valid": not found, "problems": found})
        raise typer.Exit(1 if found else 0)
    count = 0
    for problem in problems(file):
        count += 1
        err.print(f"line {problem.line}: {problem.reason}" if problem.line else problem.reason)
    if count:
        err.print(f"{count} problems: correct them and validate again")
        raise typer.Exit(1)
    console.print("valid")
